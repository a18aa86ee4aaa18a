#include "plan/cache_hits.h"

#include <algorithm>
#include <cmath>

#include "model/page_cache.h"
#include "plan/cache_form.h"

namespace aforo {
namespace {

constexpr double kNearlyFilled = 0.995;  // chosen: what is missing then moves no epoch by a tenth of a point

double nodes_of(const CacheSpec& cache, double hosts) {
  return cache.scope == StationScope::kHost ? hosts : 1;
}

double share_of_dataset(const CacheSpec& cache, const Workload& w) {
  const double samples = static_cast<double>(w.dataset.samples), bytes = law_mean(w.dataset.sample_size);
  // Files on a disk, in whole blocks.
  if (cache.whole_files && !traits_of(w.dataset.layout).packed)
    return std::min(1.0, static_cast<double>(cache.size.value) / (samples * in_pages(bytes)));
  if (cache.policy != CachePolicy::kPageCache || traits_of(w.dataset.layout).packed)
    return std::min(1.0, static_cast<double>(cache.size.value) / (samples * bytes));
  // Sizes that vary end anywhere in a page.
  const double pages = law_cv(w.dataset.sample_size) > 0 ? bytes + kPageBytes / 2.0 : in_pages(bytes);
  const Bytes room = room_for_pages(cache.size, samples, bytes);
  return std::min(1.0, static_cast<double>(room.value) / (samples * pages));
}

CacheCase case_of(const CacheSpec& cache, const Workload& w, double nodes) {
  return {cache.policy, share_of_dataset(cache, w), nodes,
          active_per_inactive(cache.stands_for.value > 0 ? cache.stands_for : cache.size)};
}

}  // namespace

std::vector<double> cache_hits_at(const Workload& w, const StorageSpec& storage, double hosts, double epoch,
                                  double q) {
  std::vector<double> out;
  double left = 1;
  for (const CacheSpec& cache : storage.caches) {
    const double nodes = nodes_of(cache, hosts);
    CacheCase c = case_of(cache, w, nodes);
    const double filled = filled_share(c.share, nodes, cache.warm, epoch);
    if (filled < c.share) c = {CachePolicy::kPinned, filled, nodes};
    // Nothing was read twice before: nothing is active.
    if (c.policy == CachePolicy::kPageCache && !cache.warm && nodes <= 1 && epoch <= 1)
      c.policy = CachePolicy::kLru;
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
    const double one_node = cache.policy == CachePolicy::kPageCache ? 2 : 1;
    most = std::max(most, nodes <= 1 ? one_node : std::ceil(std::log1p(-held) / std::log1p(-1 / nodes)));
  }
  return static_cast<std::uint64_t>(most);
}

}  // namespace aforo
