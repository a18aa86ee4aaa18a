// Which concurrencies a probe visits, and how its time is shared out. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/random.h"
#include "base/units.h"
#include "model/curve_fit.h"

namespace aforo {

inline constexpr unsigned kMostReaders = 512;
// Windows per level that are aimed at.
inline constexpr unsigned kRounds = 3;
// ... and that a spread needs.
inline constexpr unsigned kLeastRounds = 2;
// Of all levels: more windows would not tell more.
inline constexpr double kEnoughSpread = 0.02;
inline constexpr Seconds kShortestWindow{0.04};
// In a window where time allows: long against the latency
inline constexpr unsigned kOperationsPerReader = 40;

// 1 to 32 in flight are always looked at: what jobs have, and beyond most knees.
inline constexpr std::size_t kLeastLevels = 6;

// Scouted rates at 1, 2, 4, ... operations in flight: whether the next doubling is worth a look. It is not
// once there are kLeastLevels and the last two doublings brought less than 3 % together.
bool still_grows(std::span<const double> rates);

// How long a look at each doubling takes, of `time` for the whole curve.
Seconds scout_length(Seconds time);

// The length of a window at `readers` in flight whose operations take `latency`: `base`, or as long as it
// takes for kOperationsPerReader, at most 3 x base.
Seconds window_length(Seconds base, Seconds latency);

// The levels in a random order.
std::vector<unsigned> shuffled(std::vector<unsigned> levels, Random& random);

// Spread of each level's rates over its windows (0 for one), in the order of `levels`.
std::vector<double> spreads(std::span<const unsigned> levels, std::span<const WindowDigest> windows);

// The level whose next window tells most: the largest spread over the root of its windows; 0 =
// none, all lie within kEnoughSpread.
unsigned most_uncertain(std::span<const unsigned> levels, std::span<const WindowDigest> windows);

// How a probe's time goes: laying data at most a third of it, reading from the page cache a little,
// the rest to the curves.
struct ProbeTimes {
  // Each dataset.
  Seconds laying{0};
  Seconds cold{0};  // each curve from storage
  Seconds warm{0};  // each curve from the page cache
};
ProbeTimes share_out(Seconds left, unsigned datasets_to_lay, unsigned cold_curves, unsigned warm_curves);

}  // namespace aforo
