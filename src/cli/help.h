// Help in words, made from the command table alone. Pure.
#pragma once

#include <string>

#include "cli/command.h"

namespace aforo {

std::string overview();                                  // `aforo --help`
std::string help_of(const Command& command, int width);  // `aforo run --help`, wrapped to `width` columns

// docs/reference.md: every command, option, example, exit code and workload field.
std::string reference_markdown();

}  // namespace aforo
