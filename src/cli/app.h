// The whole of aforo behind main: dispatch, and the one place where what ends a command is caught.
#pragma once

#include <span>
#include <string>

#include "cli/console.h"

namespace aforo {

// `words` without the program's name. Returns the exit code; throws nothing.
int run_aforo(std::span<const std::string> words, Console& console);

}  // namespace aforo
