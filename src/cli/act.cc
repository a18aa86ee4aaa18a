#include "cli/act.h"

#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "cli/command_line.h"
#include "cli/full_screen.h"
#include "cli/live_line.h"
#include "cli/result_paths.h"
#include "cli/results.h"
#include "cli/signals.h"
#include "cli/started.h"
#include "hosts/crew.h"
#include "hosts/open_wire.h"
#include "measure/record.h"
#include "report/look.h"
#include "serve/live_server.h"

namespace aforo {
namespace {

int exit_code(Outcome outcome) {
  switch (outcome) {
    case Outcome::kDone:
      return kDone;
    case Outcome::kNotMet:
      return kNotMet;
    case Outcome::kPartial:
    case Outcome::kFailed:
      break;
  }
  return kCouldNot;
}

// All that show how it goes: the full screen or the line, and browsers.
ProgressSink sink_of(FullScreen* screen, LiveLine& line, LiveServer* server) {
  ProgressSink here = screen != nullptr ? screen->sink() : line.sink();
  if (server == nullptr) return here;
  return [here, there = server->sink()](const Progress& progress) {
    if (here) here(progress);
    there(progress);
  };
}

// Of a process that is not the first: it delivers nothing.
void keep_no_results(ResultsAsk& results) {
  results.json = results.csv = results.html = results.output = Setting<std::string>();
  results.live = results.serve = Setting<bool>(false);
  results.quiet = Setting<bool>(true);
}

// "run, generate and inspect"
std::string those_over_hosts() {
  std::vector<std::string> names;
  for (const Command& command : commands())
    if (command.over_hosts) names.emplace_back(command.name);
  const std::string last = names.back();
  names.pop_back();
  return join(names, ", ") + " and " + last;
}

int act_on(const Command& command, std::span<const std::string> words, Console& console,
           std::optional<StopOnSignal>& stop, Crew* crew) {
  CommandLine line = read_command_line(command, words);
  refuse_results_over_files(line);
  refuse_contradictions(*line.ask);
  refuse_contradictions(line.results);
  refuse_contradictions_between(*line.ask, line.results);
  refuse_results_inside_datasets(line);
  if (command.serve != nullptr) {
    stop.emplace();
    command.serve(*line.ask, console, stop->token());
    return kDone;
  }
  const bool first = crew == nullptr || crew->first();
  if (!first) keep_no_results(line.results);
  if (*line.results.live) refuse_full_screen(console);
  Results results(line.results, console);
  if (!stop) stop.emplace();
  const auto server = *line.results.serve ? std::make_unique<LiveServer>(started_now) : nullptr;
  const auto screen = *line.results.live ? std::make_unique<FullScreen>(
                                               console, std::string(command.rate_word), stop->token())
                                         : nullptr;
  LiveLine live(console, *line.results.quiet || screen, std::string(command.rate_word));
  const auto tell = [&](const std::string& sentence) {
    const std::string said = "aforo: " + printable(readable_sentence(sentence));
    if (screen)
      screen->tell(said);
    else if (!*line.results.quiet)
      console.err << said << '\n' << std::flush;
  };
  // Said even where all else is quiet: nobody could open it otherwise.
  if (server && screen) screen->tell("aforo: open " + server->address() + "#live (once)");
  if (server && !screen)
    console.err << "aforo: open " << server->address() << "#live (once) to see it\n" << std::flush;
  const bool page_only = !line.results.json.given() && !line.results.html.given() && !server;
  Answer answer = command.answer(*line.ask, {stop->token(),
                                             sink_of(screen.get(), live, server.get()),
                                             started_now(),
                                             &line.results,
                                             page_only,
                                             tell,
                                             {},
                                             crew,
                                             console.environment});
  live.clear();
  if (screen) screen->close();
  if (first) results.deliver(answer);
  if (server) server->finish(answer.record);
  for (const std::string& sentence : answer.say)
    console.err << "aforo: " + printable(readable_sentence(sentence)) + '\n';
  return exit_code(answer.outcome);
}

// What ends this process's command is heard of by all, and said by the first: here and now, as the launcher ends it when
// another has ended.
[[noreturn]] void end_together(Crew& crew, const Console& console, const std::string& sentence) {
  const bool heard = crew.refuse(sentence);
  std::ostream* const err = crew.first() ? &console.err : heard ? nullptr : console.alone_err;
  if (err != nullptr) *err << "aforo: " + printable(readable_sentence(sentence)) + '\n' << std::flush;
  throw SaidByFirst();
}

// One command as several processes: all answer it, the first for all, and all end with its exit code.
int act_together(const Command& command, std::span<const std::string> words, Console& console) {
  std::optional<StopOnSignal> stop(std::in_place);
  const Launch& launch = console.launch;
  std::optional<Crew> crew;
  try {
    crew.emplace([&] { return open_wire(console.wire_modules, launch); },
                 Hello{std::string(aforo_version()), this_host()}, stop->token());
  } catch (const UserError&) {
    if (launch.first()) throw;
    // The first may have the same to say, and the launcher ends it when this one ends.
    std::this_thread::sleep_for(std::chrono::seconds(1));
    throw SaidByFirst();
  }
  try {
    const int code = act_on(command, words, console, stop, &*crew);
    const std::string all = crew->exchange("", [&](const Crew::Parts&) { return std::to_string(code); });
    return std::stoi(all);
  } catch (const SaidByFirst&) {
    crew->give_up();
    throw;
  } catch (const UserError& error) {
    end_together(*crew, console, error.what());
  } catch (const Interrupted&) {
    end_together(*crew, console, "interrupted before there was anything to report");
  } catch (...) {
    crew->refuse("it cannot go on, for want of memory or by a defect of aforo");
    throw;
  }
}

}  // namespace

int act(const Command& command, std::span<const std::string> words, Console& console) {
  if (!console.launch.alone() && command.over_hosts) return act_together(command, words, console);
  if (!console.launch.alone())
    throw UserError(fmt::format(
        "expected one process for 'aforo {}', found {} ({}): only {} are one job over several; start it without mpirun "
        "or srun",
        command.name, console.launch.processes, console.launch.by, those_over_hosts()));
  std::optional<StopOnSignal> stop;
  return act_on(command, words, console, stop, nullptr);
}

}  // namespace aforo
