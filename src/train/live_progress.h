// How far a job that trains has come, for the displays: its watch, its lanes' counters and what storage served, in one
// Progress.
//
// Called from one thread, about five times a second; costs some ten microseconds and reads one small file of the kernel.
// Rates are of the time since the call before, latencies of the last seconds.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "pipeline/job.h"
#include "train/measured_job.h"
#include "train/run_options.h"
#include "world/progress.h"

namespace aforo {

class LiveProgress {
 public:
  // The job's watch and `store` outlive it. What it keeps of the rest it copies.
  LiveProgress(const RunningJob& job, const JobPlan& plan, const RunOptions& options, const Store& store);

  Progress operator()();

 private:
  JobProgress job_progress(Seconds now);

  const StepWatch& watch_;
  const std::vector<std::shared_ptr<const LaneCounters>> lanes_;
  const Store& store_;
  JobProgress known_;  // what does not change
  std::uint64_t steps_;
  double bytes_per_sample_;
  double hosts_;  // all ranks for each of those here: what these deliver, the others deliver too
  Seconds begin_, last_;
  double samples_ = 0, speed_ = 0;
  std::optional<std::uint64_t> served_before_;
  struct Look {
    Seconds at;
    LatencyCounts reads;
  };
  std::deque<Look> looks_;  // of the last seconds, the oldest first
};

}  // namespace aforo
