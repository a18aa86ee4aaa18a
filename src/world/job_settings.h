// How a job's lanes are made and how long it may run: what every real run takes, whoever asks for it.
#pragma once

#include "base/units.h"
#include "storage/store.h"

namespace aforo {

// Plain data, judged where it is used: an engine that cannot be had or an absent
// directory is a UserError of make_lanes. Nothing here changes what the job asks of
// storage, only how this machine asks.
struct JobSettings {
  // Where the data lie; outlives the job. Must be set.
  const Store* store = nullptr;
  // kAuto: the best that the store and the kernel offer; the job learns which (LaneSet).
  EngineKind engine = EngineKind::kAuto;
  // Lanes; 0 = one per available core.
  unsigned io_threads = 0;
  // Of one request, after which it has failed with ETIMEDOUT; 0 = never.
  Seconds io_timeout{30};
  // Stop like Ctrl-C after this long, even inside a step; 0 = none.
  Seconds hard_limit{0};
};

}  // namespace aforo
