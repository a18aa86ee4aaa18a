// Checkpoints: how large one is, how often it pays to write one, and what a job does at each.
//
// Pure, plain data; thread-safe. Failure: none; what is required of an argument is said beside it.
#pragma once

#include <cstdint>

#include "base/units.h"

namespace aforo {

// Mixed precision with Adam: fp16 weights 2 B, and three fp32 tensors (weights, momentum, variance) 12 B.
// Source: Rajbhandari et al. 2020, ZeRO (arXiv:1910.02054), section 3.1, without the gradients, which no
// checkpoint holds.
inline constexpr double kCheckpointBytesPerParameter = 14;

// Of a model of `parameters` >= 0, all ranks together; to the nearest byte.
Bytes checkpoint_bytes(double parameters);

// Young's (1974) first-order optimum of the time between two checkpoints, each of which keeps training
// waiting for `writing`: sqrt(2 writing MTBF). Good where writing is short beside the time between failures.
Seconds young_interval(Seconds writing, Seconds mean_time_between_failures);

// Whose bytes are written.
enum class CheckpointWriters {
  kEveryRank,  // the state is dealt to all ranks (ZeRO, FSDP): each writes its own part
  kFirstRank,  // rank 0 writes all of it, the others wait (torch.save of a replicated model)
};

// What a job does at its checkpoints. By default: it has none.
//
//                       training stands still                        written meanwhile
//   bytes 0             for `pause`, all ranks                       nothing
//   bytes > 0, sync.    until the slowest rank has written           the checkpoint
//   bytes > 0, async.   until this rank's checkpoint before is       the checkpoint, beside the reads of the
//                       written, then for `copy`                     steps that follow
struct CheckpointPlan {
  std::uint64_t every_steps = 0;  // after every so many steps, counted over all epochs; 0 = never
  Seconds pause{0};
  Bytes bytes{0};  // of one checkpoint, all ranks together
  CheckpointWriters writers = CheckpointWriters::kEveryRank;
  std::uint32_t files_per_rank = 1;     // >= 1, side by side in one rank's part, written one after another
  Bytes chunk{std::uint64_t{8} << 20};  // > 0; of one write. A file's last may be shorter
  bool sync = true;                     // a file counts as written once its bytes are on storage
  bool asynchronous = false;
  Seconds copy{0};  // to host memory; asynchronous only

  bool writes() const { return bytes.value > 0; }
  // Whether one falls due when `steps` steps have been done.
  bool due_after(std::uint64_t steps) const {
    return every_steps > 0 && steps > 0 && steps % every_steps == 0;
  }
  // Of one that is due: 0, 1, 2 ... over the job.
  std::uint64_t number_after(std::uint64_t steps) const { return steps / every_steps - 1; }
  bool operator==(const CheckpointPlan&) const = default;
};

// Bytes [offset, offset + length) of a checkpoint; length 0 = nothing.
struct CheckpointShard {
  std::uint64_t offset = 0, length = 0;
  bool operator==(const CheckpointShard&) const = default;
};

// What lies in `file` [0, files_per_rank) of `rank` [0, ranks). All files of all ranks together hold every
// byte once, in order, and differ by one byte at most; those of a rank that does not write hold nothing.
CheckpointShard shard_of(const CheckpointPlan& plan, std::uint32_t ranks, std::uint32_t rank,
                         std::uint32_t file);

}  // namespace aforo
