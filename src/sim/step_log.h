// StepLog: what is kept of a simulated job's steps, and when enough is known of its AU.
//
// AU over steps is the ratio of two means, compute over duration, taken over all ranks; its interval comes
// from batch means of the linearised ratio (c_i - AU d_i) / mean(d), after the warm-up that the step
// durations show (measure/steady.h). A mean of the steps' own ratios would overstate AU where few steps are
// slow.
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

class StepLog final : public JobObserver {
 public:
  // Asks for an end once the interval is narrower than `half_width` (0 = never), with at least `least_steps`
  // steps. `hits` gives (accesses, hits) of the job's caches until now.
  struct CacheCount {
    std::uint64_t accesses = 0, hits = 0;
  };
  StepLog(std::uint32_t ranks, std::uint64_t steps_per_epoch, double half_width, std::uint64_t least_steps,
          std::function<CacheCount()> hits);

  void on_step(const StepTimes& step) override;
  void on_epoch_end(std::uint64_t epoch) override;
  bool should_stop() override;

  const Histogram& steps() const { return steps_; }
  std::optional<Interval> au() const;
  const std::vector<double>& hits_per_epoch() const { return hits_per_epoch_; }
  bool ended() const { return ended_; }  // it asked for an end

 private:
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
  std::vector<Step> series_;    // by step since the beginning
  std::uint64_t complete_ = 0;  // steps before it were done by all ranks
  std::uint64_t next_check_ = 0;
  CacheCount before_;
  std::vector<double> hits_per_epoch_;
  bool ended_ = false;
};

}  // namespace aforo
