#include "plan/changed_storage.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

namespace aforo {
namespace {

// Of all cores: from there on a measured rate is the client's too. Chosen: readers wait for cores
// well before all of them are taken.
constexpr double kBusyClient = 0.8;

void scale(Station& station, double factor) {
  station.rate = station.rate * factor;
  station.bandwidth = station.bandwidth * factor;
  station.burst_bandwidth = station.burst_bandwidth * factor;
  station.seek = station.seek / factor;
  Law& latency = station.latency;
  latency.mean /= factor;
  latency.stddev /= factor;
  latency.minimum /= factor;
  latency.maximum /= factor;
  for (double& quantile : latency.quantiles) quantile /= factor;
}

bool has_burst(const std::vector<Station>& stations) {
  return std::any_of(stations.begin(), stations.end(), [](const Station& s) { return s.burst.value > 0; });
}

double cpu_share(const ProbedClient& client, const ReadCurve& curve, const CurvePoint& point) {
  const double each = client.cpu_per_operation.value + client.cpu_per_byte.value * curve.size;
  return client.cores ? point.rate.value * each / (static_cast<double>(client.cores) * curve.hosts) : 0;
}

template <class Visit>
void visit_curves(StorageSpec& storage, const Visit& visit) {
  for (TierSpec& tier : storage.tiers)
    for (ReadCurve& curve : tier.curves)
      for (CurvePoint& point : curve.points) visit(curve, point);
}

// How far two positive numbers are apart, by ratio.
double distance(double a, double b) { return std::abs(std::log(std::max(a, 1e-9) / std::max(b, 1e-9))); }

// The curve of the class that is nearest in size: of all hosts where there is one, of that kind, else of any kind of that
// mode.
const ReadCurve* nearest_curve(const TierSpec& tier, ReadKind kind, ReadMode mode, double size) {
  const ReadCurve* found = nullptr;
  const auto better = [&](const ReadCurve& curve) {
    if (found == nullptr) return true;
    if (curve.scope != found->scope) return curve.scope == StationScope::kShared;
    if ((curve.kind == kind) != (found->kind == kind)) return curve.kind == kind;
    return distance(curve.size, size) < distance(found->size, size);
  };
  for (const ReadCurve& curve : tier.curves)
    if (curve.mode == mode && !curve.cached && better(curve)) found = &curve;
  return found;
}

}  // namespace

StorageSpec scale_rates(StorageSpec storage, double factor) {
  for (TierSpec& tier : storage.tiers)
    for (Station& station : tier.stations) scale(station, factor);
  for (CacheSpec& cache : storage.caches)
    for (Station& station : cache.stations) scale(station, factor);
  visit_curves(storage, [&](ReadCurve&, CurvePoint& point) { point.rate = point.rate * factor; });
  return storage;
}

StorageSpec scale_shared(StorageSpec storage, double factor) {
  StorageSpec scaled = scale_rates(storage, factor);
  for (std::size_t i = 0; i < storage.tiers.size(); ++i)
    for (std::size_t j = 0; j < storage.tiers[i].curves.size(); ++j)
      if (ReadCurve& own = storage.tiers[i].curves[j]; own.scope == StationScope::kHost)
        scaled.tiers[i].curves[j] = std::move(own);
  return scaled;
}

StorageSpec without_page_cache(StorageSpec storage) {
  std::erase_if(storage.caches, [](const CacheSpec& cache) {
    return cache.scope == StationScope::kHost &&
           (cache.policy == CachePolicy::kPageCache || cache.name == "page cache");
  });
  return storage;
}

bool client_takes_part(const StorageSpec& storage) {
  const auto is_cpu = [](const Station& station) { return station.kind == StationKind::kCpu; };
  if (std::any_of(storage.client.begin(), storage.client.end(), is_cpu)) return true;
  if (!storage.probed_client) return false;
  for (const TierSpec& tier : storage.tiers)
    for (const ReadCurve& curve : tier.curves)
      for (const CurvePoint& point : curve.points)
        if (cpu_share(*storage.probed_client, curve, point) >= kBusyClient) return true;
  return false;
}

StorageSpec with_twice_the_cores(StorageSpec storage) {
  for (Station& station : storage.client)
    if (station.kind == StationKind::kCpu) station.servers *= 2;
  if (!storage.probed_client) return storage;
  const ProbedClient client = *storage.probed_client;
  visit_curves(storage, [&](ReadCurve& curve, CurvePoint& point) {
    if (cpu_share(client, curve, point) >= kBusyClient) point.rate = point.rate * 2;
  });
  storage.probed_client->cores *= 2;
  return storage;
}

StorageSpec with_cache_size(StorageSpec storage, Bytes size) {
  if (storage.caches.empty()) {
    CacheSpec cache;
    cache.name = "page cache";
    storage.caches.push_back(std::move(cache));
  }
  storage.caches.front().size = size;
  return storage;
}

StorageSpec with_local_cache(StorageSpec storage, Bytes size, CachePolicy policy) {
  auto& caches = storage.caches;
  auto found = std::find_if(caches.begin(), caches.end(),
                            [](const CacheSpec& cache) { return cache.name == kLocalCache; });
  if (found == caches.end()) {
    found = caches.insert(caches.begin(), CacheSpec{});
    found->name = kLocalCache;
  }
  found->size = size;
  found->policy = policy;
  found->whole_files = true;
  return storage;
}

bool has_bursts(const StorageSpec& storage) {
  return has_burst(storage.client) ||
         std::any_of(storage.tiers.begin(), storage.tiers.end(),
                     [](const TierSpec& tier) { return has_burst(tier.stations); });
}

bool has_memory(const StorageSpec& storage) { return !storage.caches.empty() || has_bursts(storage); }

bool has_curves(const StorageSpec& storage, ReadKind kind, ReadMode mode) {
  return std::all_of(storage.tiers.begin(), storage.tiers.end(), [&](const TierSpec& tier) {
    return tier.curves.empty() ||
           std::any_of(tier.curves.begin(), tier.curves.end(), [&](const ReadCurve& curve) {
             return curve.kind == kind && curve.mode == mode && !curve.cached;
           });
  });
}

double measured_spread(const StorageSpec& storage, ReadKind kind, ReadMode mode, double size,
                       double in_flight) {
  double largest = 0;
  for (const TierSpec& tier : storage.tiers) {
    const ReadCurve* curve = nearest_curve(tier, kind, mode, size);
    if (curve == nullptr) continue;
    const auto point = std::min_element(
        curve->points.begin(), curve->points.end(), [&](const CurvePoint& a, const CurvePoint& b) {
          return distance(a.concurrency, in_flight) < distance(b.concurrency, in_flight);
        });
    if (point != curve->points.end()) largest = std::max(largest, point->spread);
  }
  return largest;
}

}  // namespace aforo
