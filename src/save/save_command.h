// `aforo checkpoint`: write checkpoints and restore them, and nothing else.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "measure/record.h"
#include "save/restore_pieces.h"
#include "storage/engine_kind.h"
#include "workload/spec.h"
#include "world/progress.h"

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

// Writes `writes` checkpoints to the directory, then restores as many as `reads` of the newest whole ones, in turn, each
// with the page cache emptied before. What fails in I/O (a full disk, a byte that is another) is the outcome's error, and
// leaves whole checkpoints as they are. Throws UserError before anything is written: see CheckpointTarget and
// require_restorable. Blocks as long as the storage takes.
SaveOutcome save(const SaveOptions& options, std::stop_token stop, const ProgressSink& sink);

// What it would do: files, bytes by rank, room. Touches nothing. Throws UserError as `save` does.
SaveOutcome plan_save(const SaveOptions& options);

}  // namespace aforo
