// What a probe is asked for, as it measures it and as its Record says it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "measure/record.h"
#include "probe/probe_precision.h"
#include "storage/engine_kind.h"
#include "storage/remote_access.h"
#include "workload/spec.h"

namespace aforo {

// What is asked of a probe. Plain data.
struct ProbeOptions {
  // Less is a UserError. Chosen: little more than two shortest windows at each
  // concurrency of a curve.
  static constexpr Seconds kLeastBudget{1};

  // A dataset, or an absent or empty place (see holds_dataset).
  std::string directory;
  RemoteAccess access = {};  // of the directory, where that is over a network
  // Whose reads are measured; absent = those of probe_wishes, or of a dataset that
  // is there, as it looks.
  std::optional<Workload> workload;
  // About so long in all, but for opening a dataset and removing what was laid; with `precision` at most.
  Seconds budget{60};
  // End as soon as a job can be predicted so narrowly. Needs `workload`, whose reads are the job's, and its read mode
  // among `modes`, where these are given.
  std::optional<PrecisionAsk> precision;
  // Each once, in the order in which they are measured. Empty: the workload's, both without one.
  std::vector<ReadMode> modes;
  // Where writing is measured too: absent or empty, and left as it was; not within `directory`. Empty: it is not.
  std::string writes;
  EngineKind engine = EngineKind::kAuto;
  unsigned io_threads = 0;  // lanes; 0 = one per available core
  // Of one read; 0 = never. A read that exceeds it ends the probe.
  Seconds io_timeout{30};
  // What tells this process's machine from those of others; empty: as the kernel tells it.
  std::string machine;
};

// Read modes, in the order in which they are measured.
std::vector<ReadMode> modes_of(const ProbeOptions& options);

// Of a write: the workload's checkpoints', up to 64 MiB; 8 MiB where it has none.
Bytes chunk_written(const ProbeOptions& options);

// `config` of the Record; `laid`: the probe laid what it read.
void add_probe_config(Json& record, const ProbeOptions& options, bool laid);

}  // namespace aforo
