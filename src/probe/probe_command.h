// `aforo probe`: what does this storage give at a constant number of operations in flight, for exactly the
// operations that a training job makes?
//
// Readers are the pipeline's own, on the lanes that a run reads with. An existing dataset is only read; in an
// absent or empty directory one is laid first and removed at the end, however the probe ends.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "measure/record.h"
#include "model/storage_spec.h"
#include "storage/engine_kind.h"
#include "workload/spec.h"
#include "world/progress.h"

namespace aforo {

struct ProbeOptions {
  static constexpr Seconds kLeastBudget{1};

  std::string directory;
  std::optional<Workload> workload;
  // About so long in all, but for opening a dataset and removing what was laid.
  Seconds budget{60};
  // Empty: the workload's, both without one.
  std::vector<ReadMode> modes;
  EngineKind engine = EngineKind::kAuto;
  unsigned io_threads = 0;  // lanes; 0 = one per available core
  Seconds io_timeout{30};
};

struct ProbeOutcome {
  // Complete unless `partial`.
  StorageSpec storage;
  Json record;
  bool partial = false;  // a stop request ended it before all was measured
};

// Throws UserError when nothing can be laid or read, Interrupted when it was stopped before the first curve.
ProbeOutcome probe(const ProbeOptions& options, std::stop_token stop, const ProgressSink& progress);

}  // namespace aforo
