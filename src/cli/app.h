// The whole of aforo behind main: dispatch, and the one place where what ends a command is caught.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "cli/console.h"

namespace aforo {

// Of a command that memory does not suffice for, a line.
inline constexpr std::string_view kNoMemory =
    "aforo: expected enough memory for this command, found none left; lower --accelerators or --workers\n";

// `words` without the program's name. Returns the exit code; throws nothing.
// No word at all is answered with the overview on standard error and 2; --help and --version with
// what they ask for and 0. What ends a command becomes one line on standard error, "aforo: " and
// the sentence, and 2: UserError, Interrupted, no memory left, and any other exception, which is a
// defect and is called one.
int run_aforo(std::span<const std::string> words, Console& console);

}  // namespace aforo
