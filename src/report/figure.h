// A figure of a requirement as people read it, from its key in the Record alone: the unit is in the key's
// name, so that a figure added later is shown without a change here. Pure, thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "report/value.h"

namespace aforo {

// By the end of `key`: "_bytes_per_second", "_gbit_per_second", "_per_second", "_seconds", "_factor", or
// where "bytes" stands in it; "iops" are per second; anything else is a count. Link rates keep their Gbit/s
// as words, and bytes per second as number.
Value figure_value(std::string_view key, double number);

// "read bandwidth" of "read_bytes_per_second"; of an unknown key its words without the unit.
std::string figure_label(std::string_view key);

}  // namespace aforo
