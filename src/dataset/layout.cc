#include "dataset/layout.h"

#include <algorithm>
#include <cmath>

namespace aforo {

double Layout::sample_stddev() const {
  constexpr std::uint64_t kLookedAt = 256;
  if (constant_sample() > 0 || samples() < 2) return 0;
  const std::uint64_t n = std::min(samples(), kLookedAt);
  double sum = 0, squares = 0;
  for (std::uint64_t i = 0; i < n; ++i) {
    // Halfway into each of n equal parts: shards begin at round numbers, and so might what is odd in them.
    const std::uint64_t part = samples() / n, half = part / 2;
    const auto length = static_cast<double>(locate(i * part + half).length);
    sum += length, squares += length * length;
  }
  const double mean = sum / static_cast<double>(n);
  return std::sqrt(std::max(0.0, squares / static_cast<double>(n) - mean * mean));
}

ReadUnit Layout::unit(ReadUnitId unit) const {
  const SampleLocation at = locate(unit);
  return {at.file, unit, 1, {{at.offset, at.length}}};
}

}  // namespace aforo
