// One command line as the command's ask, read and judged against its rows before anything acts on it.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "cli/command.h"
#include "cli/results.h"

namespace aforo {

// Judged word by word, not as a whole: see refuse_contradictions (answer/row.h).
struct CommandLine {
  // Of the command; never null.
  std::unique_ptr<Ask> ask;
  // The options about its results.
  ResultsAsk results;
};

// `words` are those after the command's name; options may stand anywhere, "--" ends them. Throws
// UserError for an unknown or repeated option (naming the nearest known one), a missing or bad
// value, and a word too many. What is missing or contradicts itself is left to
// `refuse_contradictions`.
//
// "key=value" without dashes is a workload field where the command takes fields, as in the
// benchmark's command line ("+key=value" too). A word that may be left out is left out where there
// are fewer words than places. Opens no file.
CommandLine read_command_line(const Command& command, std::span<const std::string> words);

}  // namespace aforo
