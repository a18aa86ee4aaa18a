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
struct Traffic {
  // As read by the loader.
  std::uint64_t requested = 0;
  // Counted by the kernel; absent where it does not count.
  std::optional<std::uint64_t> from_storage;
  // Which counter: "process read_bytes", "block device", ...
  std::string source;
  std::optional<double> cache_share() const;  // of requested, in [0, 1]
};
Traffic traffic_of(const MeasuredJob& job);

// What the job itself shows.
Evidence evidence_of(const MeasuredJob& job, const JobPlan& plan, const RunOptions& options);

// Samples/s of this client on the null engine, from a run of about a second. Absent if stopped.
std::optional<double> null_ceiling(const JobPlan& plan, const JobSettings& settings, std::stop_token stop);

// Whether the same storage gives more to more workers: two short runs without compute, one as it is
// and one with four times the concurrency. Absent if stopped, or if the page cache would answer
// instead of the storage.
std::optional<Counterfactual> try_more_workers(const JobPlan& plan, const JobSettings& settings,
                                               const RunOptions& options, const Traffic& traffic,
                                               std::stop_token stop);

}  // namespace aforo
