// A command: its words, the ask that they fill, and what answers it. The table of all commands is
// the only list of them.
//
// Constant data; thread-safe.
#pragma once

#include <memory>
#include <span>
#include <stop_token>
#include <string_view>
#include <vector>

#include "answer/answer.h"
#include "cli/console.h"

namespace aforo {

// Exit codes: see Outcome.
// A script may rely on them: 1 is an answer ("no"), 2 is the lack of one.
inline constexpr int kDone = 0;
inline constexpr int kNotMet = 1;
inline constexpr int kCouldNot = 2;

// Shown in --help and in docs/reference.md. A test reads each line as a command line.
struct Example {
  std::string_view line;
  std::string_view text;  // what it does
};

// All strings are literals. What a command can be asked stands in its ask's table (answer/row.h),
// not here: an option that is added there is read, checked, echoed and explained without a change
// in this room.
struct Command {
  std::string_view name;
  // One line, verb first, without a full stop.
  std::string_view summary;
  // A paragraph for --help and the reference, in one line: it is wrapped where it is shown.
  std::string_view text;
  // The options of its results: --json, ..., --help. One of the tables of results.h.
  const AskTable* results;
  std::span<const Example> examples;
  // What 0 and 1 mean here.
  std::string_view exit_codes;
  // What the progress line counts: "files/s"; empty = nothing.
  std::string_view rate_word;
  // Left out of the overview and the reference, and not proposed where a word was mistyped; it can
  // be called nevertheless.
  bool hidden;
  // An ask of defaults, new at every call.
  std::unique_ptr<Ask> (*make)();
  // Of what `make` made, and of nothing else. Of `reference` the page is all that the Answer has.
  Answer (*answer)(const Ask& ask, const Context&);
  // Of a command that answers others, until it is asked to stop, instead of `answer`: that is null then. Ends in kDone.
  void (*serve)(const Ask& ask, Console& console, const std::stop_token& stop) = nullptr;
  // It may be started as several processes, each of which answers it with the others (Context::crew).
  bool over_hosts = false;
};

// In the order of the overview: as a person comes to need them.
std::span<const Command> commands();
// By its whole name, hidden ones too; nullptr if there is none. Abbreviations are not taken: a
// script must not change its meaning when a command is added.
const Command* find_command(std::string_view name);

// Of the ask that it makes.
const AskTable& table_of(const Command& command);
// W, DIR: those without a name, in the order in which they stand on the line.
std::vector<const Row*> words_of(const Command& command);
// Of its ask, then of its results. The rows are constant data and outlive everything.
std::vector<const Row*> options_of(const Command& command);

}  // namespace aforo
