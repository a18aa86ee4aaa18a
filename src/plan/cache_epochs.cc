#include "plan/cache_epochs.h"

#include <algorithm>

#include "plan/cache_form.h"
#include "plan/changed_storage.h"

namespace aforo {
namespace {

// All chosen.
constexpr double kNearlyFull = 1e-3;  // of what a cache will hold is still missing: no epoch would show it
// Over the dataset, in the first epoch, of which the last alone decides what the second one finds.
constexpr double kManyPasses = 3;

// What a token bucket still holds makes epochs differ too.
bool has_bursts(StorageSpec storage) {
  storage.caches.clear();
  return has_memory(storage);
}

}  // namespace

EpochsToSimulate epochs_to_simulate(const StorageSpec& storage, const EpochsOnCaches& job) {
  const auto unfilled = [&](std::uint64_t epochs) {
    return unfilled_share(storage, job.dataset_bytes, job.hosts, job.passes * static_cast<double>(epochs));
  };
  EpochsToSimulate out{job.simulated, 0};
  if (job.few && job.passes >= kManyPasses && unfilled(1) < kNearlyFull && !has_bursts(storage))
    out.simulated = std::min<std::uint64_t>(out.simulated, 2);
  const double at_last = unfilled(out.simulated - 1);
  if (out.simulated >= job.epochs || at_last < kNearlyFull) return out;
  double like_the_last = 0, missing = at_last;
  for (std::uint64_t e = out.simulated; e < job.epochs && missing >= kNearlyFull; ++e) {
    missing = unfilled(e);
    like_the_last += missing / at_last;
  }
  out.warm = static_cast<double>(job.epochs - out.simulated) - like_the_last;
  return out;
}

}  // namespace aforo
