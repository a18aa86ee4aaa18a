// Whether a short look at a storage fits the curve that a probe measured of it: the test, without the looking. Pure.
//
// Compared is d = ln(rate now / rate by the curve) at one number in flight. Were storage as it was, d would have mean 0
// and a variance of three parts:
//
//   the curve's  (R / 1.69)^2, R the spread of its windows at that number, or the curve's median spread if that is larger
//                (range over standard deviation of three normal values: Tippett 1925); and 0.05^2, what storage changes
//                from hour to hour and sizes differ
//   chance       c^2 / N, c the coefficient of variation of an operation's work by the curve, N the operations that the
//                look should have seen
//   bursts       what slows all at once: 1.5 times (Hann's weights) the larger of CV^2 / m, CV over the look's own m
//                slices, and common^2 x 100 ms / its length, common the curve's own
//
// A look that is off by a quarter or more is made twice again with other data; of the three the mean of d counts, and
// chance and bursts a third. Storage has changed where all three are off to the same side, their mean by a quarter at
// least and by more than 3.3 standard deviations (2 sides of a normal law: 1 in 1000; few windows make a spread, and tails
// are heavier than the normal law's). Over lognormal noise of 2 to 30 % and three windows a level, at most 1 check in 200
// is a false alarm, and a storage of half the rate is found 99 times in 100 where its noise is 5 %, 9 times in 10 where
// it is 10 % (probe_stale_test.cc).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/units.h"
#include "model/curve.h"
#include "model/curve_fit.h"
#include "model/storage_spec.h"

namespace aforo {

// The curves of a storage that speak of one class of reads from storage.
struct CurvesOfReads {
  std::span<const ReadCurve> curves;
  ReadKind kind = ReadKind::kFile;
  ReadMode mode = ReadMode::kBuffered;
};
// Of that very class, the nearest by ratio to operations of `bytes`; null where none is within a factor of 2, beyond which
// a curve is an estimate. What one host got rather than what all got: one looks.
const ReadCurve* nearest(const CurvesOfReads& of, double bytes);

// One look beside what was expected of it.
struct StaleLook {
  unsigned readers = 1;
  double bytes = 0;         // mean, of an operation
  Seconds now{0}, then{0};  // mean time of an operation: readers / rate
  // ln(rate now / rate then): below 0 is slower now.
  double change = 0;
  // Standard errors of `change`: by the curve, and by the look (chance and bursts).
  double of_curve = 0, of_look = 0;

  double error() const;
  // By a quarter at least, either way: worth more looks.
  bool is_off() const;
};
// All of them as one: means, and the look's own error by as many. At least one; they are at one number in flight.
StaleLook combined(std::span<const StaleLook> looks);
// Whether these looks say that storage has changed. Of fewer than three it is not said.
bool has_changed(std::span<const StaleLook> looks);
// So many looks tell.
inline constexpr std::size_t kStaleLooks = 3;

// Absent where nothing was read, or no curve is near enough to the sizes that were.
std::optional<StaleLook> compare(const RawWindow& look, const CurvesOfReads& of);

// Points of `curve` at which a look of `length` sees 16 operations or more: the smallest, and the largest that neither the
// job's `readers` nor the curve's knee exceeds. One where both are the same; none where all reads take too long.
std::vector<unsigned> levels_to_check(const ReadCurve& curve, double readers, Seconds length);

// "files of 97.7 KiB take 2.1 ms now, 900 us then, with 8 in flight"
std::string words_of(const StaleLook& look, ReadKind kind);

}  // namespace aforo
