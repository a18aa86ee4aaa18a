// From words to an exit code: the one way that every command takes.
//
//   words -> CommandLine -> refuse what contradicts itself or would overwrite something
//         -> Results opened -> signals watched -> answer -> progress line wiped (or the full screen closed)
//         -> Results delivered
//         -> sentences on standard error -> exit code
//
// The order is the promise: a bad word, a contradiction or a path that cannot be written costs a
// sentence and no measurement; and a result file appears only after the answer is there.
#pragma once

#include <span>
#include <string>

#include "cli/command.h"
#include "cli/console.h"

namespace aforo {

// Reads the words into the command's ask, opens what results are written to, answers, and writes.
// Everything is judged before anything is touched. The first Ctrl-C asks the answer to end; what it
// has by then is still written. Returns the exit code. Throws UserError, Interrupted.
//
// `words` are those after the command's name, without --help. Blocks until the answer is there; all
// threads have ended then. The exit code is 0 for done, 1 for not met, 2 for partial or failed.
int act(const Command& command, std::span<const std::string> words, Console& console);

}  // namespace aforo
