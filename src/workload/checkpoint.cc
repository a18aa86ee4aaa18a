#include "workload/checkpoint.h"

#include <algorithm>
#include <cmath>

namespace aforo {

Bytes checkpoint_bytes(double parameters) {
  return Bytes{static_cast<std::uint64_t>(std::llround(parameters * kCheckpointBytesPerParameter))};
}

Seconds young_interval(Seconds writing, Seconds mean_time_between_failures) {
  return {std::sqrt(2 * writing.value * mean_time_between_failures.value)};
}

CheckpointShard shard_of(const CheckpointPlan& plan, std::uint32_t ranks, std::uint32_t rank,
                         std::uint32_t file) {
  const std::uint64_t writers = plan.writers == CheckpointWriters::kFirstRank ? 1 : ranks;
  if (rank >= writers) return {};
  const std::uint64_t files = writers * plan.files_per_rank;
  const std::uint64_t index = std::uint64_t{rank} * plan.files_per_rank + file;
  const std::uint64_t each = plan.bytes.value / files, one_more = plan.bytes.value % files;
  return {index * each + std::min(index, one_more), each + (index < one_more ? 1 : 0)};
}

}  // namespace aforo
