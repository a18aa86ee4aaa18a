// Counts in sentences about a dataset.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/units.h"

namespace aforo {

// "1 file", "2,000 files".
inline std::string counted(std::uint64_t n, std::string_view one, std::string_view many) {
  return format_count(static_cast<double>(n)) + " " + std::string(n == 1 ? one : many);
}

}  // namespace aforo
