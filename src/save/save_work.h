// Checkpoints written and restored in the real world, one after another, with counters around each.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "hosts/crew.h"
#include "pipeline/checkpoint_stats.h"
#include "pipeline/restore.h"
#include "save/checkpoint_target.h"
#include "world/job_settings.h"
#include "world/usage.h"

namespace aforo {

// How far the work is, for who looks on from another thread.
struct SaveCounters {
  std::atomic<std::uint64_t> done{0};  // checkpoints that were written or restored
  std::atomic<std::uint64_t> bytes{0};
  std::atomic<bool> restoring{false};
};

// What writing some came to.
struct WrittenCheckpoints {
  CheckpointStats stats;
  std::vector<Usage> usage;  // of each round of `stats`, in its order
  EngineKind engine = EngineKind::kAuto;
  unsigned io_threads = 0;
  std::string engine_reason;
  std::uint64_t unanswered = 0;
  bool stopped = false;

  // All of it to another process (base/carry.h).
  template <class Carrier>
  void carry(Carrier& carrier) {
    carrier(stats, usage, engine, io_threads, engine_reason, unanswered, stopped);
  }
};

// Writes `count` checkpoints of all ranks of the target's plan, with `gap` before each. Ends at the first that fails, and
// at a stop request, within the chunk that is under way. Blocks; the calling thread becomes home.
// `crew`: the hosts that share the ranks (block_of), all of which call this: they begin each together, and it is committed when
// all have written. Where one fails, is stopped or gone, all end. Null: all ranks are here.
WrittenCheckpoints write_checkpoints(const CheckpointTarget& target, std::uint64_t count, Seconds gap,
                                     const JobSettings& settings, std::stop_token stop,
                                     SaveCounters& counters, Crew* crew = nullptr);

// What one restoring came to.
struct RestoredCheckpoint {
  RestoreStats stats;
  Usage usage;
  EngineKind engine = EngineKind::kAuto;
  unsigned io_threads = 0;
  std::uint64_t unanswered = 0;
  bool stopped = false;

  // All of it to another process (base/carry.h).
  template <class Carrier>
  void carry(Carrier& carrier) {
    carrier(stats, usage, engine, io_threads, unanswered, stopped);
  }
};

// Restores one by `plan`, whose files `names` gives, from settings.store, past the page cache where `direct`. Blocks
// likewise.
RestoredCheckpoint restore_checkpoint(const RestorePlan& plan, const FileNames& names, bool direct,
                                      const JobSettings& settings, std::stop_token stop,
                                      SaveCounters& counters);

}  // namespace aforo
