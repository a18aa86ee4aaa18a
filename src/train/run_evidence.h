// From a measured job to evidence for the verdict; the short re-runs that complete it are in trials.h.
#pragma once

#include <optional>

#include "measure/verdict.h"
#include "survey/dataset_open.h"
#include "train/measured_job.h"
#include "train/run_options.h"

namespace aforo {

// Bytes that a job asked for and where they came from, over its whole duration.
// The two differ where a cache answered, or where a filesystem reads more than it was asked for.
struct Traffic {
  // As read by the loader.
  std::uint64_t requested = 0;
  // Counted by the kernel; absent where it does not count, and where files lie compressed: of those it counts
  // fewer bytes than the loader reads, whether a cache answered or not.
  std::optional<std::uint64_t> from_storage;
  // Which counter: "process read_bytes", "block device", ...
  std::string source;
  // 1 - from_storage / requested: the share that storage never saw. Absent where the kernel does
  // not count, or nothing was read; 0 where storage gave more than was asked for.
  std::optional<double> cache_share() const;  // of requested, in [0, 1]
};
// The process's own read_bytes before the device's: a device serves others too. On a filesystem in
// memory nothing came from storage. A process that counts 0 and has no device under it (NFS, FUSE)
// is unknown, not cached.
Traffic traffic_of(const MeasuredJob& job);

// What the job itself shows.
// No experiments in it: the caller adds those of trials.h where it made them. Shares
// are of all accelerators' time over all epochs.
Evidence evidence_of(const MeasuredJob& job, const JobPlan& plan, const RunOptions& options);

}  // namespace aforo
