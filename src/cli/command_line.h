// One command line as the command's ask, read and judged against its rows before anything acts on it.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "cli/command.h"
#include "cli/results.h"

namespace aforo {

struct CommandLine {
  std::unique_ptr<Ask> ask;  // of the command
  ResultsAsk results;        // the options about its results
};

// `words` are those after the command's name; options may stand anywhere, "--" ends them. Throws UserError for an
// unknown or repeated option (naming the nearest known one), a missing or bad value, and a word too many. What is
// missing or contradicts itself is left to `refuse_contradictions`.
CommandLine read_command_line(const Command& command, std::span<const std::string> words);

}  // namespace aforo
