// A stretch of a file: what indices, scanners and layouts say of where something lies.
#pragma once

#include <cstdint>

namespace aforo {

// Bytes [offset, offset + length), which does not overflow. Of a stored sample: framing included,
// so that one read brings all that a check needs. What a length of 0 means, who uses it says.
struct Extent {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  bool operator==(const Extent&) const = default;
};

}  // namespace aforo
