// Accelerator utilisation: aforo's own definition and the benchmark's, each by name.
//
// With s_i the load wait, c_i the really measured compute and p_i = s_i + c_i of step i (0-based),
// n steps of one rank in one epoch, T0 the epoch's start (before the loader is asked for anything),
// T1 its end (after the last barrier), B the batch size:
//
//   statistic   AU                               throughput
//   wall        sum(c) / (T1 - T0)               samples delivered / (T1 - T0)
//   mlps-v1.0   sum(c[1:]) / (T1 - T0 - p_0)     n B / (T1 - T0)
//   mlps-v2.0   the same                         (n - 2) B / (T1 - T0 - p_0)
//   mlps-v3.0   the same                         (n - 1) B / (T1 - T0 - p_0)
//
// `wall` excludes nothing and is the number aforo leads with; its samples are n B unless some were
// skipped or the last batch was short.
//
// `wall` of a run is one ratio of sums over all its epochs and ranks: an hour at AU 0.1 and a minute
// at 1 make 0.11, not 0.55. Compute over accelerator time, and samples over the epochs' times, each
// the mean of its ranks' (T1 - T0): so samples/s is AU x ranks x B / the step's mean, where no sample
// was lost. Of the benchmark's, whose means are part of their names: AU is the mean over epochs of
// the mean over ranks, throughput the mean over epochs of the sum over ranks.
//
// A statistic whose denominator is not positive or whose step count does not allow it (n <= 1 for the
// benchmark's, n <= 2 for v2.0's throughput) is absent: for the epoch if it is for one of its ranks;
// epochs without a value (the last of an interrupted run) are left out of the run's sums and means.
//
// Source: DLIO's metrics at the commits that the rounds pinned; docs/record.md. Pure; no storage
// beyond sums, so a rank costs bytes whatever the number of steps.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/units.h"

namespace aforo {

// What one rank did in one epoch: sums only. Times are of one clock whose zero does not
// matter. Of an epoch that was interrupted it holds the steps that were finished, and `end` is
// when the last of them ended.
struct RankEpoch {
  Seconds start{0};  // T0
  Seconds end{0};    // T1
  std::uint64_t steps = 0;
  Seconds compute{0};          // sum of measured compute over all steps
  Seconds load_wait{0};        // sum over all steps
  Seconds barrier_wait{0};     // sum over all steps
  Seconds checkpoint{0};       // sum over all steps
  Seconds first_load_wait{0};  // step 0
  Seconds first_compute{0};    // step 0
  // Delivered to the accelerator; what was skipped after an error is not in it.
  std::uint64_t samples = 0;
};

// Which definition. A new round of the benchmark gets a new name: none of these
// ever changes its meaning.
enum class Statistic { kWall, kMlpsV1, kMlpsV2, kMlpsV3 };
// "wall", "mlps-v1.0", "mlps-v2.0", "mlps-v3.0".
std::string_view to_string(Statistic statistic);

// One statistic of one run. Absent where the data do not allow it, never 0 for it.
struct AuResult {
  // A fraction.
  std::optional<double> au;
  std::optional<double> samples_per_second;
  // AU of each epoch, as many as were passed in; of `wall` the ratio of sums within it.
  std::vector<std::optional<double>> per_epoch;
};

// `epochs[e][r]` is rank r in epoch e; an epoch without ranks has no value. `batch_size` is B, of
// one rank; `wall` does not use it. O(epochs x ranks).
AuResult utilisation(Statistic statistic, std::span<const std::vector<RankEpoch>> epochs,
                     std::uint64_t batch_size);

}  // namespace aforo
