// Help in words, made from the command table alone. Pure.
#pragma once

#include <string>

#include "cli/command.h"

namespace aforo {

// `aforo --help`: the commands that are not hidden, a first look, the exit codes.
std::string overview();
// `aforo run --help`, wrapped to `width` columns, but not to less than 60 or more than 110.
std::string help_of(const Command& command, int width);

// docs/reference.md: every command, option, example, exit code and workload field.
// A test compares it with the file, so the reference cannot lag behind the program.
std::string reference_markdown();

}  // namespace aforo
