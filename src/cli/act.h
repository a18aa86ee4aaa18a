// From words to an exit code: the one way that every command takes.
#pragma once

#include <span>
#include <string>

#include "cli/command.h"
#include "cli/console.h"

namespace aforo {

// Reads the words into the command's ask, opens what results are written to, answers, and writes. Everything is judged
// before anything is touched. The first Ctrl-C asks the answer to end; what it has by then is still written. Returns
// the exit code. Throws UserError, Interrupted.
int act(const Command& command, std::span<const std::string> words, Console& console);

}  // namespace aforo
