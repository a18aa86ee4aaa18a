// What a client spends on a sample besides reading it: batches, records, hand-over. A curve knows of reads
// alone; where storage is faster than that, the client is the limit.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "dataset/layout.h"
#include "train/measured_job.h"
#include "workload/spec.h"

namespace aforo {

// What a loader took, whatever it read from.
struct LoaderCost {
  // CPU time of the whole process and of the kernel for it, reading included, over samples.
  Seconds cpu_per_sample{0};
  PerSecond samples{0};  // at which it was measured
  // Of the bytes it read; 0 where nobody counts.
  double cache_share = 0;
  // Requests that its readers waited for one after another (Access::waits_per_sample); > 0.
  double waits_per_sample = 1;
};

// The cost, or why there is none; neither after a stop.
struct LoaderOutcome {
  std::optional<LoaderCost> cost;
  // A clause without a full stop: "it read fewer than 200 samples". Empty where it was measured.
  std::string why_not;
};

// Accelerators of one client host, at most: what a loader runs for at once. As the common GPU servers have.
inline constexpr std::uint32_t kMostOfOneHost = 8;

// Of how many accelerators the loader is run: the job's, as far as one host has them, but more where these read so few
// samples at once that the client would wake up for each; not so many that each reads every shard, and counts a part.
std::uint32_t loader_accelerators(const Workload& workload, const Layout& layout);

// Runs the workload's own loader on `layout` as one busy client host does (for loader_accelerators, fewer where
// their batches do not fit into memory), without compute,
// preprocessing, checkpoints and without a barrier, for about `time`. Blocks that long; the calling
// thread is home. A read error ends it early. Throws UserError as run_job does.
LoaderOutcome loader_cost(const Workload& workload, const Layout& layout, JobSettings settings, Seconds time,
                          std::stop_token stop);

}  // namespace aforo
