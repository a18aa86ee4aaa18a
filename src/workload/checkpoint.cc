#include "workload/checkpoint.h"

#include <algorithm>
#include <cmath>

namespace aforo {

Seconds young_interval(Seconds writing, Seconds mean_time_between_failures) {
  return {std::sqrt(2 * writing.value * mean_time_between_failures.value)};
}

Seconds daly_interval(Seconds writing, Seconds mean_time_between_failures) {
  if (writing.value >= 2 * mean_time_between_failures.value) return mean_time_between_failures;
  const double part = writing.value / (2 * mean_time_between_failures.value);
  return young_interval(writing, mean_time_between_failures) * (1 + std::sqrt(part) / 3 + part / 9) - writing;
}

double share_beside_checkpoints(Seconds every, Seconds pause) {
  return every.value > 0 ? every / (every + pause) : 1;
}

std::uint64_t checkpoint_steps(const CheckpointSpec& spec, Seconds step) {
  if (spec.every_steps > 0 || spec.every.value <= 0 || step.value <= 0) return spec.every_steps;
  return std::max<std::uint64_t>(static_cast<std::uint64_t>(std::llround(spec.every / step)), 1);
}

CheckpointPlan checkpoint_plan(const CheckpointSpec& spec, const CheckpointShape& shape) {
  CheckpointPlan plan;
  plan.shape = shape;
  plan.chunk = spec.chunk;
  plan.depth = spec.depth;
  plan.sync = spec.fsync;
  plan.direct = spec.write_mode == ReadMode::kDirect;
  plan.asynchronous = spec.mode == CheckpointMode::kAsync;
  plan.keep = spec.keep;
  if (!plan.asynchronous || spec.copy_rate.value == 0) return plan;
  std::uint64_t most = 0;
  for (std::uint32_t rank = 0; rank < shape.ranks(); ++rank)
    most = std::max(most, shape.bytes_of(rank).value);
  plan.copy = Seconds{static_cast<double>(most) / static_cast<double>(spec.copy_rate.value)};
  return plan;
}

}  // namespace aforo
