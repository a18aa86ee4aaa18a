// StepLog: what is kept of a simulated job's steps, and when enough is known of its AU.
//
// AU over steps is the ratio of two means, compute over duration, taken over all ranks; its interval comes
// from batch means of the linearised ratio (c_i - AU d_i) / mean(d), after the warm-up that the step
// durations show (measure/steady.h). A mean of the steps' own ratios would overstate AU where few steps are
// slow.
//
// With c_i the compute and d_i the duration of step i, each summed over all ranks, over the n steps
// after the warm-up:
//
//   AU = sum(c) / sum(d),   half width = that of the batch means of (c_i - AU d_i) n / sum(d)
//
// This AU is of steps, not of epochs: what passes between epochs (the loader's start is a part of
// the first step) is not in it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "measure/histogram.h"
#include "measure/interval.h"
#include "measure/steady.h"
#include "pipeline/job.h"

namespace aforo {

// One per simulated job, on its thread. Memory: 24 bytes per step of the job, all ranks together,
// kept to its end.
class StepLog final : public JobObserver {
 public:
  // Asks for an end once the interval is narrower than `half_width` (0 = never), with at least `least_steps`
  // steps. `hits` gives (accesses, hits) of the job's caches until now.
  // Sums since the beginning.
  struct CacheCount {
    std::uint64_t accesses = 0, hits = 0;
  };
  StepLog(std::uint32_t ranks, std::uint64_t steps_per_epoch, double half_width, std::uint64_t least_steps,
          std::function<CacheCount()> hits);

  // Amortised O(1). A step counts for AU once all ranks have done it and all before it.
  void on_step(const StepTimes& step) override;
  // Notes the epoch's share of hits, 0 where nothing asked a cache.
  void on_epoch_end(std::uint64_t epoch) override;
  // Looks at the interval only now and then (when an eighth more steps are there), as that costs
  // O(steps). Once true, always true.
  bool should_stop() override;

  const Histogram& steps() const { return steps_; }
  // Of the steps so far. Absent for fewer than 2 steps after the warm-up or where no time went by.
  // O(steps).
  std::optional<Interval> au() const;
  // Of the complete steps of the first epoch from `step` on, a ratio of sums: of the last ones that are a whole number of
  // periods, of so many steps each, where they last for one. Absent where none took time.
  std::optional<double> au_from(std::uint64_t step, std::uint64_t period) const;
  // Fractions; the last epoch is in it unless it was cut off.
  const std::vector<double>& hits_per_epoch() const { return hits_per_epoch_; }
  bool ended() const { return ended_; }  // it asked for an end

 private:
  // Of all ranks that have done it so far.
  struct Step {
    double compute = 0, duration = 0;  // sums over ranks
    std::uint32_t ranks = 0;
  };

  const std::uint32_t ranks_;
  const std::uint64_t steps_per_epoch_;
  const double half_width_;
  const std::uint64_t least_steps_;
  const std::function<CacheCount()> hits_;
  Histogram steps_;
  // By step since the beginning, over epochs.
  std::vector<Step> series_;
  // Steps before it were done by all ranks.
  std::uint64_t complete_ = 0;
  // As many complete steps must be there before the interval is looked at again.
  std::uint64_t next_check_ = 0;
  // At the end of the epoch before.
  CacheCount before_;
  std::vector<double> hits_per_epoch_;
  bool ended_ = false;
};

}  // namespace aforo
