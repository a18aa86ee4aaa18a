// What a person may ask of a run, beside the workload itself.
#pragma once

#include <optional>
#include <string>

#include "base/units.h"
#include "storage/cache/cache_options.h"
#include "storage/engine_kind.h"
#include "storage/remote_access.h"
#include "workload/spec.h"

namespace aforo {

// Plain data; `train`, `plan_run` and `find_max` judge it before they touch anything. The workload
// is complete (load_workload's promise); `directory` may be absent or empty for a plan only.
struct RunOptions {
  Workload workload;
  // A place as open_store takes it.
  std::string directory;
  RemoteAccess access = {};  // of the directory, where that is over a network
  // What lies over a network is read through it; no directory: without one.
  CacheOptions cache = {};
  // kNull: the same job on an engine that answers at once, which is this client's ceiling.
  EngineKind engine = EngineKind::kAuto;
  unsigned io_threads = 0;  // lanes; 0 = one per available core
  // Before every epoch, so that every epoch comes from storage.
  bool drop_caches = false;
  // A warm run is wanted: the verdict does not object to it.
  bool cache_expected = false;
  // Prove every sample read. Costs the lanes' CPU, which is part of what is measured.
  bool verify = false;
  // Count failed samples and go on, instead of stopping at the first.
  bool skip_errors = false;
  // Short re-runs after a missed target, to tell storage from settings.
  bool diagnose = true;
  // Of one request: one that takes longer counts as timed out, and its reader goes on.
  Seconds io_timeout{30};
  // End cleanly after this long: after the step that all ranks finish together, where that comes within a tenth of it
  // (0.1 s to 1 s); else the step in progress does not count. 0 = none.
  Seconds time_limit{0};
  // Of one accelerator; absent = stalls are not priced.
  std::optional<Dollars> accelerator_price_per_hour;
  // Path of the file for every step of every rank; empty = none.
  std::string steps_csv;
  // Where checkpoints are written, as the workload's block says; empty = none are.
  std::string checkpoint_directory;
  // Of the job; says how often a checkpoint pays.
  std::optional<Seconds> failure_every;
  // The command is a search then (find_max.h), not a run.
  bool find_max = false;
  // find-max: do not try more; 0 = as many as the dataset allows.
  unsigned max_accelerators = 0;
};

}  // namespace aforo
