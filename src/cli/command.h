// A command: its words, its options, its act. The table of all commands is the only list of them.
#pragma once

#include <span>
#include <string_view>

#include "cli/console.h"
#include "cli/options.h"

namespace aforo {

class Arguments;

inline constexpr int kDone = 0;
inline constexpr int kNotMet = 1;
inline constexpr int kCouldNot = 2;

struct Positional {
  std::string_view name;  // "DIR"
  std::string_view help;
};

struct Example {
  std::string_view line;
  std::string_view text;  // what it does
};

struct Command {
  std::string_view name;
  std::string_view summary;  // one line, verb first
  std::string_view usage;    // after "aforo NAME": "W DIR [key=value]... [options]"
  std::string_view text;     // a paragraph for --help and the reference
  std::span<const Positional> positionals;
  std::span<const Option* const> options;
  std::span<const Example> examples;
  std::string_view exit_codes;             // what 0 and 1 mean here
  bool takes_assignments;                  // bare key=value words set workload fields
  bool hidden;                             // left out of the overview and the reference
  int (*act)(const Arguments&, Console&);  // returns the exit code; throws UserError
};

std::span<const Command> commands();
const Command* find_command(std::string_view name);  // nullptr if there is none

}  // namespace aforo
