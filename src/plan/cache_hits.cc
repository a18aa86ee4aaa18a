#include "plan/cache_hits.h"

#include <algorithm>
#include <cmath>

#include "plan/cache_form.h"

namespace aforo {
namespace {

constexpr double kNearlyFilled = 0.995;  // chosen: what is missing then moves no epoch by a tenth of a point

double nodes_of(const CacheSpec& cache, double hosts) {
  return cache.scope == StationScope::kHost ? hosts : 1;
}

double share_of_dataset(const CacheSpec& cache, const Workload& w) {
  const double dataset = static_cast<double>(w.dataset.samples) * law_mean(w.dataset.sample_size);
  return std::min(1.0, static_cast<double>(cache.size.value) / dataset);
}

}  // namespace

std::vector<double> cache_hits_at(const Workload& w, const StorageSpec& storage, double hosts, double epoch,
                                  double q) {
  std::vector<double> out;
  double left = 1;
  for (const CacheSpec& cache : storage.caches) {
    const double nodes = nodes_of(cache, hosts);
    CacheCase c{cache.policy, share_of_dataset(cache, w), nodes};
    const double filled = filled_share(c.share, nodes, cache.warm, epoch);
    if (filled < c.share) c = {CachePolicy::kPinned, filled, nodes};
    double hits = 0;
    if (filled > 0)
      hits = w.loader.shuffle == ShuffleKind::kEpoch ? shuffled_hits_at(c, q)
                                                     : fixed_order_hits(c.policy, c.share);
    out.push_back(left * hits);
    left *= 1 - hits;
  }
  return out;
}

std::uint64_t epochs_until_filled(const Workload& w, const StorageSpec& storage, double hosts) {
  double most = 0;
  for (const CacheSpec& cache : storage.caches) {
    if (cache.warm) continue;
    const double nodes = nodes_of(cache, hosts), held = kNearlyFilled * share_of_dataset(cache, w);
    most = std::max(most, nodes <= 1 ? 1 : std::ceil(std::log1p(-held) / std::log1p(-1 / nodes)));
  }
  return static_cast<std::uint64_t>(most);
}

}  // namespace aforo
