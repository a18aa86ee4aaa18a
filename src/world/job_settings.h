// How a job's lanes are made and how long it may run: what every real run takes, whoever asks for it.
#pragma once

#include "base/units.h"
#include "storage/store.h"

namespace aforo {

// Plain data, judged where it is used: an engine that cannot be had or an absent directory is a
// UserError of make_lanes.
struct JobSettings {
  // Where the data lie; outlives the job.
  const Store* store = nullptr;
  EngineKind engine = EngineKind::kAuto;
  unsigned io_threads = 0;  // 0 = one per available core
  Seconds io_timeout{30};
  // Stop like Ctrl-C after this long, even inside a step; 0 = none.
  Seconds hard_limit{0};
};

}  // namespace aforo
