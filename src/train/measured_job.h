// One job on this machine, run and measured: the pipeline in the real world with counters around it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "hosts/crew.h"
#include "pipeline/job.h"
#include "train/step_watch.h"
#include "world/job_settings.h"
#include "world/lane.h"
#include "world/usage.h"

namespace aforo {

// All numbers of one job before anything is judged. Valid also where it was stopped or failed: of
// what ran until then.
struct MeasuredJob {
  // What the pipeline says of itself: epochs per rank, readers, faults.
  JobResult result;
  // Never null. It has ended: any thread may read it.
  std::unique_ptr<StepWatch> watch;
  // The one that was used, never kAuto.
  EngineKind engine = EngineKind::kAuto;
  // Why not the preferred one; may be empty.
  std::string engine_reason;
  // There is no storage below where it read.
  bool memory_only = false;
  // Its files lie compressed there.
  bool compressed = false;
  // Lanes that were made, >= 1.
  unsigned io_threads = 0;
  // That its processes may use; 0 = those of this process.
  unsigned cores = 0;
  // Monotonic: the first rank began.
  Seconds started{0};
  // Of the whole job, the pauses between epochs left out.
  Usage usage;
  // Of this process, at the end.
  Bytes resident{0};
  // CPU time / wall time of each lane's thread, about [0, 1]: near 1, one core is the limit of that
  // lane.
  std::vector<double> lane_cpu_share;
  // Merged over lanes.
  OpenTimes opens;
  // Requests that storage had not answered when the job was ended, and that were waited for no longer.
  std::uint64_t unanswered = 0;

  // Time in which the job ran: from the first rank's begin to the last reader's end, pauses
  // between epochs left out.
  Seconds wall() const { return usage.wall; }

  // All of it to another process (base/carry.h).
  template <class Carrier>
  void carry(Carrier& carrier) {
    if (!watch) watch = std::make_unique<StepWatch>(WatchOptions{});
    carrier(result, *watch, engine, engine_reason, memory_only, compressed, io_threads, started, usage,
            resident, lane_cpu_share, opens, unanswered);
  }
};

// A job that is about to begin, for who looks on: other threads may read both, the watch's `live` functions until the job's
// MeasuredJob is gone, and the counters as long as they like.
struct RunningJob {
  const StepWatch& watch;
  // One per lane.
  std::vector<std::shared_ptr<const LaneCounters>> lanes;
  // Never kAuto.
  EngineKind engine;
};

// Sets the plan up in a RealWorld, runs it and takes it down again. `watching` is called once, on this
// thread, before the first rank begins. `writers`: lanes that a plan with checkpoints writes on (RealWorld). Throws
// UserError if the engine or the directory cannot be had; nothing has run then.
//
// `crew`: the hosts that carry the other ranks of the same job at the same time; null = all are here.
//
// Blocks: this thread becomes home, and the lanes' threads have ended when it returns. A stop
// request ends the job at once, the hard limit of the settings likewise; the result then says
// `stopped`. Read errors are in the result, never thrown.
MeasuredJob run_job(const JobPlan& plan, const JobSettings& settings, WatchOptions watch,
                    std::stop_token stop, const std::function<void(const RunningJob&)>& watching = {},
                    std::vector<std::unique_ptr<Lane>> writers = {}, Crew* crew = nullptr);

}  // namespace aforo
