// A stretch of a file.
#pragma once

#include <cstdint>

namespace aforo {

// Bytes [offset, offset + length). Of a stored sample: framing included.
struct Extent {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  bool operator==(const Extent&) const = default;
};

}  // namespace aforo
