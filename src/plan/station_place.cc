#include "plan/station_place.h"

namespace aforo {

StationPlace station_place(const StorageSpec& storage, std::string_view name) {
  for (const Station& s : storage.client)
    if (name == s.name) return {&s, nullptr, true};
  for (const CacheSpec& cache : storage.caches)
    for (const Station& s : cache.stations)
      if (name == s.name) return {&s, nullptr, false};
  for (const TierSpec& tier : storage.tiers)
    for (const Station& s : tier.stations)
      if (name == s.name) return {&s, nullptr, false};
  for (const TierSpec& tier : storage.tiers)
    if (!tier.curves.empty() && name == tier.name) return {nullptr, &tier, false};
  return {};
}

Limit limit_at(const StationPlace& place) {
  if (place.curves != nullptr && place.client) return Limit::kNetwork;
  if (place.curves != nullptr || place.station == nullptr) return Limit::kStorageBandwidth;
  if (place.client) return place.station->kind == StationKind::kCpu ? Limit::kClientCpu : Limit::kNetwork;
  return place.station->kind == StationKind::kMetadata ? Limit::kMetadata : Limit::kStorageBandwidth;
}

}  // namespace aforo
