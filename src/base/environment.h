// The environment of a process as a value, for those who may not read it themselves: only the command line does
// (tests/architecture_test.py), and tests give one of their own.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace aforo {

// A variable's value; absent where it is not set, or empty. An empty function: nothing is set.
using Environment = std::function<std::optional<std::string>(const char* name)>;

}  // namespace aforo
