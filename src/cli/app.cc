#include "cli/app.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <new>
#include <system_error>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "cli/act.h"
#include "cli/help.h"
#include "hosts/crew.h"
#include "report/look.h"

namespace aforo {
namespace {

[[noreturn]] void refuse_command(const std::string& word) {
  std::vector<std::string> known;
  for (const Command& command : commands())
    if (!command.hidden) known.emplace_back(command.name);
  throw UserError(fmt::format("expected a command ({}), found '{}'{}; see 'aforo --help'", join(known, ", "),
                              word, did_you_mean(word, known)));
}

bool asks_for_help(std::span<const std::string> words) {
  for (const std::string& word : words) {
    if (word == "--") return false;
    if (word == "--help" || word == "-h") return true;
  }
  return false;
}

// Whether processes that were started together join for this.
bool is_for_all(std::span<const std::string> words) {
  const Command* command = words.empty() ? nullptr : find_command(words.front());
  return command != nullptr && command->over_hosts && !asks_for_help(words.subspan(1));
}

int dispatch(std::span<const std::string> words, Console& console) {
  // The first answers alone. A launcher ends all where one ends in an error, before the first has said why.
  if (!console.launch.first() && !is_for_all(words)) return kDone;
  if (words.empty()) {
    console.err << overview();
    return kCouldNot;
  }
  const std::string& first = words.front();
  if (first == "--version" || first == "version") {
    console.out << "aforo " << AFORO_VERSION << '\n';
    return kDone;
  }
  const bool help = first == "help";
  if (first == "--help" || first == "-h" || (help && words.size() == 1)) {
    console.out << overview();
    return kDone;
  }
  const std::string& name = help ? words[1] : first;
  const Command* command = find_command(name);
  if (command == nullptr) refuse_command(name);
  if (help || asks_for_help(words.subspan(1))) {
    console.out << help_of(*command, console.width);
    return kDone;
  }
  return act(*command, words.subspan(1), console);
}

void say_defect(const Console& console, const std::exception& error) {
  console.err << "aforo: a defect of aforo, please report it: " << printable(readable_sentence(error.what()))
              << '\n';
}

}  // namespace

int run_aforo(std::span<const std::string> words, Console& console) {
  try {
    return dispatch(words, console);
  } catch (const Interrupted&) {
    console.err << "aforo: interrupted before there was anything to report\n";
  } catch (const SaidByFirst&) {
    // another process of the same command says it
  } catch (const UserError& error) {
    // In one piece: a launcher's own words come on the same stream.
    console.err << "aforo: " + printable(readable_sentence(error.what())) + '\n';
  } catch (const std::bad_alloc&) {
    console.err << kNoMemory;
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::resource_unavailable_try_again)
      say_defect(console, error);
    else
      console.err
          << "aforo: expected a further thread, found that this machine grants none; give aforo more memory or "
             "processes (ulimit -v, ulimit -u, a control group's limits)\n";
  } catch (const std::exception& error) {
    say_defect(console, error);
  }
  return kCouldNot;
}

}  // namespace aforo
