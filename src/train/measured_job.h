// One job on this machine, run and measured: the pipeline in the real world with counters around it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "pipeline/job.h"
#include "train/step_watch.h"
#include "world/job_settings.h"
#include "world/lane.h"
#include "world/usage.h"

namespace aforo {

struct MeasuredJob {
  JobResult result;
  std::unique_ptr<StepWatch> watch;
  EngineKind engine = EngineKind::kAuto;  // the one that was used
  // Why not the preferred one; may be empty.
  std::string engine_reason;
  // There is no storage below where it read.
  bool memory_only = false;
  unsigned io_threads = 0;
  // Monotonic: the first rank began.
  Seconds started{0};
  // Of the whole job, the pauses between epochs left out.
  Usage usage;
  Bytes resident{0};                   // at the end
  std::vector<double> lane_cpu_share;  // CPU time / wall time per lane
  OpenTimes opens;                     // merged over lanes

  // Time in which the job ran: from the first rank's begin to the last reader's end, pauses
  // between epochs left out.
  Seconds wall() const { return usage.wall; }
};

// Sets the plan up in a RealWorld, runs it and takes it down again. `watching` is called once, on this
// thread, before the first rank begins, with the watch whose `live()` other threads may read until the call
// returns. Throws UserError if the engine or the directory cannot be had; nothing has run then.
MeasuredJob run_job(const JobPlan& plan, const JobSettings& settings, WatchOptions watch,
                    std::stop_token stop, const std::function<void(const StepWatch&)>& watching = {});

}  // namespace aforo
