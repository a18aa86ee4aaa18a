// A histogram of durations with a stated error.
//
// Log-linear buckets over nanoseconds: every power of two is cut into 128 equal parts, and a value
// is reported as its bucket's middle, so the relative error is at most 1/256 = 0.39 % above 128 ns
// (exact to 1 ns below). Range 0 to 2^43 ns (2.4 h); larger values count in the last bucket. Count,
// sum, mean, minimum and maximum are exact, whatever the buckets say.
//
// Fixed memory (about 19 KiB), no allocation, constant time per value. Not thread-safe; one
// per owner, merged afterwards.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/units.h"

namespace aforo {

class Histogram {
 public:
  // Values in [lower, upper), in whole ns.
  struct Bucket {
    Seconds lower{0}, upper{0};
    std::uint64_t count = 0;
  };

  // Half a bucket's width over its lower end: the most that a quantile is off.
  static constexpr double kRelativeError = 1.0 / 256;

  void add(Seconds value) { add(value, 1); }
  // Counts `value` `times` times. A negative one counts as 0; NaN and infinity are not counted at
  // all. A bucket holds 2^32 - 1 and stays full: quantiles lean then, the mean does not.
  void add(Seconds value, std::uint32_t times);
  // As if the other's values had been added here, in any order. O(buckets).
  void merge(const Histogram& other);
  void clear();

  std::uint64_t count() const { return count_; }
  Seconds sum() const { return {sum_}; }
  // 0 when empty, as all that follow: ask count() first.
  Seconds mean() const;
  // Exact.
  Seconds minimum() const;
  // Exact.
  Seconds maximum() const;
  // The smallest value that at least a share q of all do not exceed, to within kRelativeError and
  // never outside [minimum, maximum]; q is clamped to [0, 1]. O(buckets).
  Seconds quantile(double q) const;
  // All values in at most `most` buckets (38 at least) that follow each other without a gap, from the first
  // with a value to the last with one. Powers of two are cut into the largest number of equal parts, 1, 2, 4 to
  // 128, at which so many suffice; below 128 ns a part is as wide as just above it. Empty when empty.
  // O(buckets).
  std::vector<Bucket> buckets(std::size_t most) const;

  // All of it to another process (base/carry.h), some bytes for each bucket with a value.
  template <class Carrier>
  void carry(Carrier& carrier) {
    std::vector<Filled> some = filled();
    carrier(count_, sum_, min_, max_, some);
    fill(some);
  }

 private:
  struct Filled {
    std::uint32_t bucket = 0, count = 0;
  };
  std::vector<Filled> filled() const;
  void fill(const std::vector<Filled>& some);
  static constexpr int kSubBits = 7;
  static constexpr int kOctaves = 43 - kSubBits + 1;
  static std::size_t bucket(std::uint64_t ns);
  static double middle(std::size_t bucket);
  // Its lower edge in ns, the upper one of the bucket before.
  static double edge(std::size_t bucket);
  std::array<std::uint32_t, (kOctaves + 1) << kSubBits> counts_{};
  std::uint64_t count_ = 0;
  double sum_ = 0, min_ = 0, max_ = 0;
};

}  // namespace aforo
