// A histogram of durations with a stated error.
//
// Log-linear buckets over nanoseconds: every power of two is cut into 128 equal parts, and a value is
// reported as its bucket's middle, so the relative error is at most 1/256 = 0.39 % above 128 ns (exact to 1
// ns below). Range 0 to 2^43 ns (2.4 h); larger values count in the last bucket. Fixed memory (about 19 KiB),
// no allocation. Not thread-safe; one per owner, merged afterwards.
#pragma once

#include <array>
#include <cstdint>

#include "base/units.h"

namespace aforo {

class Histogram {
 public:
  static constexpr double kRelativeError = 1.0 / 256;

  void add(Seconds value) { add(value, 1); }
  void add(Seconds value, std::uint32_t times);
  void merge(const Histogram& other);
  void clear();

  std::uint64_t count() const { return count_; }
  Seconds sum() const { return {sum_}; }
  Seconds mean() const;              // 0 when empty
  Seconds minimum() const;           // exact; 0 when empty
  Seconds maximum() const;           // exact; 0 when empty
  Seconds quantile(double q) const;  // q in [0,1]; 0 when empty

 private:
  static constexpr int kSubBits = 7;
  static constexpr int kOctaves = 43 - kSubBits + 1;
  static std::size_t bucket(std::uint64_t ns);
  static double middle(std::size_t bucket);
  std::array<std::uint32_t, (kOctaves + 1) << kSubBits> counts_{};
  std::uint64_t count_ = 0;
  double sum_ = 0, min_ = 0, max_ = 0;
};

}  // namespace aforo
