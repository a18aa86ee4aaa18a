// What a prediction from a probe is off by beyond chance and the probe's own spread. A storage file by hand
// is taken at its word: nothing was measured that could be off.
//
// The model's errors are from 164 pairs of prediction and measurement (bench/accuracy/runs/2026-11-25-2-core) by
// bench/accuracy/again.py, which judges them anew: with them 83 % of the measurements lie inside intervals of
// 6 points in the middle; without them 41 %. Chosen round and by class, not fitted pair by pair. Of the pairs
// of the next run (docs/accuracy.md), which they never saw, about as many lie inside.
#pragma once

#include <cstddef>

#include "model/storage_spec.h"
#include "plan/prediction.h"

namespace aforo {

// Half the width, relative, that the rates of a probed curve have at least: what storage changes between a
// probe and a run, and what windows of seconds do not show.
inline constexpr double kProbedRateError = 0.04;

// Of AU, either way: what the model leaves out. The largest that fits the job.
// Reads past the page cache, storage the limit.
inline constexpr double kModelError = 0.015;
// Through a page cache: what it keeps, and where it lies.
inline constexpr double kCacheError = 0.02;
// The client's CPU is near its limit: what else it does.
inline constexpr double kClientError = 0.03;
// Shards read buffered: the kernel reads ahead in bursts.
inline constexpr double kReadaheadError = 0.05;

// By which of them a prediction's error is judged.
enum class ProbedClass { kPastCache, kCache, kClient, kAhead };
inline constexpr std::size_t kProbedClasses = 4;
ProbedClass probed_class(const StorageSpec& storage, ReadKind kind, ReadMode mode);

// What an interval's half widths are multiplied by, so that it holds 95 % and 50 % of measurements.
struct IntervalStretch {
  double of_95 = 1, of_50 = 0.344;  // of a normal law, where the half width is 1.96 deviations: 0.6745 / 1.96
};
// By split conformal prediction (Papadopoulos et al. 2002; Lei et al. 2018): of |measured - predicted| / half width of n
// pairs the ceil((n + 1) p)-th smallest, by class where it leaves 4 pairs of the class outside, else of all pairs.
// bench/accuracy/calibrate.py makes these from the seeds that bench/accuracy/seeds.json names as calibrating. It also says
// which of their misses were looked at since; how often the intervals hold is told by seeds drawn later. 1 and 0.344 for storage that was not probed.
IntervalStretch interval_stretch(const StorageSpec& storage, ReadKind kind, ReadMode mode);

// Sets the intervals of `out` around its AU, within [0, 1], from half widths of 95 % below and above it.
void set_intervals(Prediction& out, double below, double above, IntervalStretch stretch);

// As measured_spread, (max - min) / median; 0 for storage that was not probed.
double least_spread(const StorageSpec& storage);

// Of AU, the largest of the above that fits; 0 for storage that was not probed.
double model_error(const StorageSpec& storage, ReadKind kind, ReadMode mode);

}  // namespace aforo
