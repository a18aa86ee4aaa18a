#include "plan/cache_epochs.h"

#include <algorithm>

#include "plan/cache_form.h"
#include "plan/changed_storage.h"

namespace aforo {
namespace {

constexpr double kNearlyFull =
    1e-3;  // chosen: of what a cache will hold is still missing: no epoch would show it

constexpr double kAlike = 0.02;  // chosen: of that too little is missing to make an epoch another

}  // namespace

std::uint64_t most_cache_epochs(const StorageSpec& storage) {
  const bool lists = std::any_of(storage.caches.begin(), storage.caches.end(),
                                 [](const CacheSpec& c) { return c.policy == CachePolicy::kPageCache; });
  return lists ? kMostCacheEpochs : kMostCacheEpochs - 1;
}

bool full_after(const StorageSpec& storage, const EpochsOnCaches& job, std::uint64_t epochs) {
  return !storage.caches.empty() && !has_bursts(storage) &&
         unfilled_share(storage, job.dataset_bytes, job.hosts, job.passes * static_cast<double>(epochs)) <
             kAlike;
}

double warm_epochs(const StorageSpec& storage, const EpochsOnCaches& job) {
  const auto unfilled = [&](std::uint64_t epochs) {
    return unfilled_share(storage, job.dataset_bytes, job.hosts, job.passes * static_cast<double>(epochs));
  };
  const double at_last = unfilled(job.simulated - 1);
  if (job.simulated >= job.epochs) return 0;
  const std::uint64_t later = job.epochs - job.simulated;
  if (at_last < kNearlyFull) return later > job.simulated && !job.large ? static_cast<double>(later) : 0;
  double like_the_last = 0, missing = at_last;
  for (std::uint64_t e = job.simulated; e < job.epochs && missing >= kNearlyFull; ++e) {
    missing = unfilled(e);
    like_the_last += missing / at_last;
  }
  return static_cast<double>(later) - like_the_last;
}

}  // namespace aforo
