// Checkpoints: how often it pays to write one, and what a job does at each. How large one is, and in which
// files: checkpoint_shape.h.
//
// Pure, plain data; thread-safe. Failure: none; what is required of an argument is said beside it.
#pragma once

#include <cstdint>
#include <vector>

#include "base/units.h"
#include "workload/checkpoint_shape.h"

namespace aforo {

// Mixed precision with Adam: fp16 weights 2 B, and three fp32 tensors (weights, momentum, variance) 12 B.
// Source: Rajbhandari et al. 2020, ZeRO (arXiv:1910.02054), section 3.1, without the gradients, which no
// checkpoint holds. What CheckpointSpec's two members come to where nobody says otherwise.
inline constexpr double kCheckpointBytesPerParameter = 14;

// Young's (1974) first-order optimum of the time between two checkpoints, each of which keeps training
// waiting for `writing`: sqrt(2 writing MTBF). Good where writing is short beside the time between failures.
Seconds young_interval(Seconds writing, Seconds mean_time_between_failures);

// Daly's (2006) higher-order estimate of the same, from the end of one checkpoint to the begin of the next:
// with d = writing and M = MTBF, sqrt(2 d M) (1 + sqrt(d / 2M) / 3 + (d / 2M) / 9) - d where d < 2 M, else M.
// Source: J. T. Daly, A higher order estimate of the optimum checkpoint interval for restart dumps, Future
// Generation Computer Systems 22 (2006), equation 37.
Seconds daly_interval(Seconds writing, Seconds mean_time_between_failures);

// Share of the time that training goes on where it stands still for `pause` after every `every` of training:
// every / (every + pause). 1 where there are no checkpoints (`every` 0).
double share_beside_checkpoints(Seconds every, Seconds pause);

// Steps between two checkpoints of a job whose steps take `step`: as the spec says, or the number nearest to its
// time, at least 1; 0 = it writes none. Steps that wait for data are longer, and so is the time then.
std::uint64_t checkpoint_steps(const CheckpointSpec& spec, Seconds step);

struct CheckpointPlan;
// How a job writes by `spec`, all but when, and which are there already.
CheckpointPlan checkpoint_plan(const CheckpointSpec& spec, const CheckpointShape& shape);

// What a job does at its checkpoints. By default: it has none.
//
//                       training stands still                        written meanwhile
//   no bytes            for `pause`, all ranks                       nothing
//   synchronous         until the slowest rank has written and       the checkpoint
//                       rank 0 has committed
//   asynchronous        until this rank's checkpoint before is       the checkpoint, beside the reads of the
//                       written, then for `copy`                     steps that follow
struct CheckpointPlan {
  std::uint64_t every_steps = 0;  // after every so many steps, counted over all epochs; 0 = never
  Seconds pause{0};
  CheckpointShape shape;                // which rank writes which files
  Bytes chunk{std::uint64_t{8} << 20};  // > 0; of one write. A file's last may be shorter
  std::uint32_t depth = 1;              // >= 1; writes of one file at once
  bool sync = true;                     // a file counts as written once its bytes are on storage
  bool direct = false;                  // past the page cache: for who simulates; a World's lanes are made so
  bool asynchronous = false;
  Seconds copy{0};          // to host memory; asynchronous only
  std::uint64_t first = 0;  // the number of the first one: those before are there already
  std::uint32_t keep = 0;   // once one is whole, older ones than the newest so many are removed; 0 = all stay
  std::vector<std::uint64_t> there;  // the numbers of whole ones of the same shape, rising, all below `first`

  bool writes() const { return shape.bytes().value > 0; }
  // Whether one falls due when `steps` steps have been done.
  bool due_after(std::uint64_t steps) const {
    return every_steps > 0 && steps > 0 && steps % every_steps == 0;
  }
  // Of one that is due: `first` and up, over the job.
  std::uint64_t number_after(std::uint64_t steps) const { return first + steps / every_steps - 1; }
  bool operator==(const CheckpointPlan&) const = default;
};

}  // namespace aforo
