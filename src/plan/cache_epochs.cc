#include "plan/cache_epochs.h"

#include <algorithm>
#include <cmath>

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

void settle_epochs(SimulatedCase& c, const StorageSpec& storage) {
  const auto ranks = static_cast<double>(c.plan.ranks.all);
  const double hosts = c.ranks_per_host == 0 ? 1 : std::ceil(ranks / c.ranks_per_host);
  const double read = static_cast<double>(c.steps) * ranks * static_cast<double>(c.plan.loader.batch_size);
  // Steps that were asked for may read a dataset more than once; those of a dataset made smaller are of the whole.
  const double read_over = read * c.cache_scale / static_cast<double>(c.layout->samples());
  const double passes = c.large ? std::max(1.0, read_over) : 1;
  const auto unfilled = [&, dataset = static_cast<double>(c.layout->total_bytes())](double epochs) {
    return unfilled_share(storage, dataset, hosts, passes * epochs);
  };
  if (c.large && passes >= kManyPasses && unfilled(1) < kNearlyFull && !has_bursts(storage))
    c.plan.epochs = std::min<std::uint64_t>(c.plan.epochs, 2);
  const double at_last = unfilled(static_cast<double>(c.plan.epochs - 1));
  if (c.plan.epochs >= c.epochs || at_last < kNearlyFull) return;
  double like_the_last = 0, missing = at_last;
  for (std::uint64_t e = c.plan.epochs; e < c.epochs && missing >= kNearlyFull; ++e) {
    missing = unfilled(static_cast<double>(e));
    like_the_last += missing / at_last;
  }
  c.warm_epochs = static_cast<double>(c.epochs - c.plan.epochs) - like_the_last;
}

}  // namespace aforo
