// What a person may ask of a run, beside the workload itself.
#pragma once

#include <optional>
#include <string>

#include "base/units.h"
#include "storage/engine_kind.h"
#include "workload/spec.h"

namespace aforo {

// Plain data; `train`, `plan_run` and `find_max` judge it before they touch anything. The workload
// is complete (load_workload's promise); `directory` may be absent or empty for a plan only.
struct RunOptions {
  Workload workload;
  std::string directory;
  // kNull: the same job on an engine that answers at once, which is this client's ceiling.
  EngineKind engine = EngineKind::kAuto;
  unsigned io_threads = 0;  // lanes; 0 = one per available core
  // Before every epoch, so that every epoch comes from storage.
  bool drop_caches = false;
  bool cache_expected = false;  // a warm run is wanted: do not flag it
  bool verify = false;          // prove every sample read
  // Count failed samples and go on, instead of stopping at the first.
  bool skip_errors = false;
  // Short re-runs after a missed target, to tell storage from settings.
  bool diagnose = true;
  Seconds io_timeout{30};
  Seconds time_limit{0};  // end cleanly after this long; 0 = none
  std::optional<Dollars> accelerator_price_per_hour;
  std::string steps_csv;  // path; empty = none
  bool find_max = false;
  // find-max: do not try more; 0 = as many as the dataset allows.
  unsigned max_accelerators = 0;
};

}  // namespace aforo
