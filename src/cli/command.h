// A command: its words, the ask that they fill, and what answers it. The table of all commands is the only list of
// them.
//
// Constant data; thread-safe.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "answer/answer.h"

namespace aforo {

// Exit codes: see Outcome.
inline constexpr int kDone = 0;
inline constexpr int kNotMet = 1;
inline constexpr int kCouldNot = 2;

struct Example {
  std::string_view line;
  std::string_view text;  // what it does
};

struct Command {
  std::string_view name;
  std::string_view summary;  // one line, verb first
  std::string_view text;     // a paragraph for --help and the reference
  const AskTable* results;   // the options of its results: --json, ..., --help
  std::span<const Example> examples;
  std::string_view exit_codes;     // what 0 and 1 mean here
  std::string_view rate_word;      // what the progress line counts: "files/s"; "" = nothing
  bool hidden;                     // left out of the overview and the reference
  std::unique_ptr<Ask> (*make)();  // an ask of defaults
  Answer (*answer)(const Ask& ask,
                   const Context&);  // of what `make` made; its page is all that `reference` has
};

std::span<const Command> commands();
const Command* find_command(std::string_view name);  // nullptr if there is none

const AskTable& table_of(const Command& command);
std::vector<const Row*> words_of(const Command& command);    // W, DIR: in the order in which they stand
std::vector<const Row*> options_of(const Command& command);  // of its ask, then of its results

}  // namespace aforo
