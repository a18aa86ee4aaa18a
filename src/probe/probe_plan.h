// Which concurrencies a probe visits, and how its time is shared out. Pure.
//
// Levels are visited in rounds and not one after the other, so that a storage that changes during
// the probe widens every level's spread instead of bending the curve.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/random.h"
#include "base/units.h"
#include "model/curve_fit.h"

namespace aforo {

// Operations in flight, at most. Chosen: more than the loader workers of most hosts; every
// reader takes memory for its reads.
inline constexpr unsigned kMostReaders = 512;
// Windows per level that are aimed at. Chosen: two tell a spread, the third whether it was an
// accident; more would be shorter ones.
inline constexpr unsigned kRounds = 3;
// ... and that a spread needs.
inline constexpr unsigned kLeastRounds = 2;
// Of all levels: more windows would not tell more. Chosen: a prediction takes 4 % for what windows
// of seconds do not show (docs/predicting.md).
inline constexpr double kEnoughSpread = 0.02;
// Chosen: shorter ones hold too few operations for the edges not to count.
inline constexpr Seconds kShortestWindow{0.04};
// In a window where time allows: long against the latency, so that what is cut off
// at its ends weighs little.
inline constexpr unsigned kOperationsPerReader = 40;

// 1 to 32 in flight are always looked at: what jobs have, and beyond most knees.
inline constexpr std::size_t kLeastLevels = 6;

// Scouted rates at 1, 2, 4, ... operations in flight: whether the next doubling is worth a look. It is not
// once there are kLeastLevels and the last two doublings brought less than 3 % together.
bool still_grows(std::span<const double> rates);

// How long a look at each doubling takes, of `time` for the whole curve: a fortieth,
// from kShortestWindow to 0.4 s.
Seconds scout_length(Seconds time);

// The length of a window at `readers` in flight whose operations take `latency`: `base`, or as long as it
// takes for kOperationsPerReader, at most 3 x base.
Seconds window_length(Seconds base, Seconds latency);

// The levels in a random order.
std::vector<unsigned> shuffled(std::vector<unsigned> levels, Random& random);

// Spread of each level's rates over its windows, (largest - smallest) / median, in the order of
// `levels`; 0 for one window, which says nothing of it.
std::vector<double> spreads(std::span<const unsigned> levels, std::span<const WindowDigest> windows);

// The level whose next window tells most: the largest spread over the root of its windows; 0 =
// none, all lie within kEnoughSpread.
unsigned most_uncertain(std::span<const unsigned> levels, std::span<const WindowDigest> windows);

// How a probe's time goes: laying data at most a third of it, reading from the page cache a little,
// the rest to the curves. 0 where there is none of a kind.
struct ProbeTimes {
  // Each dataset.
  Seconds laying{0};
  // Each curve from storage.
  Seconds cold{0};
  // Each curve from the page cache, reading its data into it included.
  Seconds warm{0};
};
// `left` over all of them; curves of one kind get equal times.
ProbeTimes share_out(Seconds left, unsigned datasets_to_lay, unsigned cold_curves, unsigned warm_curves);

}  // namespace aforo
