// Now, as Records say when they were asked for.
#pragma once

#include <string>

namespace aforo {

// ISO 8601 UTC, to the second. Thread-safe.
std::string started_now();

}  // namespace aforo
