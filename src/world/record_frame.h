// The frame of every measured Record: which command, when, on which machine and file system.
#pragma once

#include <string>
#include <string_view>

#include "measure/record.h"

namespace aforo {

// A Record with `command`, `started` (UTC, to the second), aforo's version and `machine`: CPU, cores, memory, kernel,
// host name, and the file system and device of `directory`, absent where the machine does not tell. Reads the
// clock and the kernel's tables, and asks the file system of `directory` once; `directory` need not exist.
Json start_record(std::string_view command, const std::string& directory);

}  // namespace aforo
