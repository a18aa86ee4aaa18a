// From a measured job to evidence for the verdict, and the short re-runs that complete it.
#pragma once

#include <optional>
#include <stop_token>

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
  // Counted by the kernel; absent where it does not count.
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
// No experiments in it: the caller adds null_ceiling and more_workers where it made them. Shares
// are of all accelerators' time over all epochs.
Evidence evidence_of(const MeasuredJob& job, const JobPlan& plan, const RunOptions& options);

// Samples/s of this client on the null engine, from a run of about a second. Absent if stopped.
// Blocks for about that long. The same ranks and loaders without compute, so it is the most that
// this client could take from any storage. Absent also where nothing was read.
std::optional<double> null_ceiling(const JobPlan& plan, const JobSettings& settings, std::stop_token stop);

// Whether the same storage gives more to more workers: two short runs without compute, one as it is
// and one with four times the workers, or as many as find a shard. Absent if stopped, where hardly more
// would read, or if the page cache would answer instead of the storage.
// Blocks for about three seconds. Each reads at most one pass over the data, so neither finds what
// it has read itself in the cache. Absent also where nothing was read, or where more came from the
// cache than in the run itself (0.2 of what was read).
std::optional<Counterfactual> try_more_workers(const JobPlan& plan, const JobSettings& settings,
                                               const RunOptions& options, const Traffic& traffic,
                                               std::stop_token stop);

}  // namespace aforo
