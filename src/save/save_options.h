// What `aforo checkpoint` is to do, and what came of it. Plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/units.h"
#include "measure/record.h"
#include "save/restore_pieces.h"
#include "storage/engine_kind.h"
#include "workload/spec.h"

namespace aforo {

struct SaveOptions {
  // Of it the checkpoint block, and the number of accelerators where that says no ranks.
  Workload workload;
  std::string directory;
  std::uint64_t writes = 1, reads = 1;
  RestoreAs restore = RestoreAs::kOwn;
  std::uint32_t reshard_ranks = 0;  // with kResharded
  bool verify = false;              // every byte that is read
  bool keep_cache = false;          // restore from whatever lies in the page cache
  Seconds gap{0};                   // before each checkpoint that is written
  EngineKind engine = EngineKind::kAuto;
  unsigned io_threads = 0;
  Seconds io_timeout{30};
  std::optional<Seconds> failure_every;               // for Young's and Daly's intervals
  std::optional<Dollars> accelerator_price_per_hour;  // prices pauses
};

struct SaveOutcome {
  Json record;  // docs/record.md
  bool stopped = false;
  std::string error;  // why it could not be done, a sentence; empty where it was
};

}  // namespace aforo
