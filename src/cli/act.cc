#include "cli/act.h"

#include <memory>

#include "base/text.h"
#include "cli/command_line.h"
#include "cli/full_screen.h"
#include "cli/live_line.h"
#include "cli/result_paths.h"
#include "cli/results.h"
#include "cli/signals.h"
#include "cli/started.h"
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

}  // namespace

int act(const Command& command, std::span<const std::string> words, Console& console) {
  const CommandLine line = read_command_line(command, words);
  refuse_results_over_files(line);
  refuse_contradictions(*line.ask);
  refuse_contradictions(line.results);
  refuse_contradictions_between(*line.ask, line.results);
  refuse_results_inside_datasets(line);
  if (command.serve != nullptr) {
    const StopOnSignal stop;
    command.serve(*line.ask, console, stop.token());
    return kDone;
  }
  if (*line.results.live) refuse_full_screen(console);
  Results results(line.results, console);
  const StopOnSignal stop;
  const auto server = *line.results.serve ? std::make_unique<LiveServer>(started_now) : nullptr;
  const auto screen =
      *line.results.live ? std::make_unique<FullScreen>(console, std::string(command.rate_word), stop.token())
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
  Answer answer = command.answer(*line.ask, {stop.token(), sink_of(screen.get(), live, server.get()),
                                             started_now(), &line.results, page_only, tell});
  live.clear();
  if (screen) screen->close();
  results.deliver(answer);
  if (server) server->finish(answer.record);
  for (const std::string& sentence : answer.say)
    console.err << "aforo: " << printable(readable_sentence(sentence)) << '\n';
  return exit_code(answer.outcome);
}

}  // namespace aforo
