// The frame of every measured Record: which command, when, on which machine and file system.
#pragma once

#include <string>
#include <string_view>

#include "measure/record.h"
#include "storage/store.h"

namespace aforo {

// Now, as `started` has it: ISO 8601, UTC, to the second. Reads the clock.
std::string utc_now();

// A Record with `command`, `started` (as utc_now() gives it), aforo's version and `machine`:
// CPU, cores, memory, kernel, host name, and the type and device of `store` as it was found when
// it was opened; the device is absent where nobody tells. `partial` is false and `warnings`
// empty: whoever measures sets them.
//
// Reads the kernel's tables, and the clock where `started` is left out; asks no storage. Call
// it before what it frames begins.
Json start_record(std::string_view command, const Store& store, const std::string& started = utc_now());

}  // namespace aforo
