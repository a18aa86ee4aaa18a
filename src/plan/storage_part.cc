#include "plan/storage_part.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace aforo {
namespace {

// Ranks for each server that files are dealt to, so that a server of so much less bandwidth is either mostly waited for
// or no part of what a read takes. Chosen: of a disk, which serves one request after another, eight times as many.
constexpr double kRanksPerPipe = 8, kRanksPerDisk = 64;

// Quantiles are only blended with as many.
std::vector<double> blend(const std::vector<double>& a, const std::vector<double>& b, double weight) {
  if (a.size() != b.size()) return weight < 0.5 ? a : b;
  std::vector<double> out;
  for (std::size_t i = 0; i < a.size(); ++i) out.push_back(a[i] + (b[i] - a[i]) * weight);
  return out;
}

// As OperationCurve has it: the time of an operation is linear between points, the rate constant beyond the last.
CurvePoint point_at(const std::vector<CurvePoint>& points, double in_flight) {
  const auto above = std::find_if(points.begin(), points.end(),
                                  [&](const CurvePoint& point) { return point.concurrency >= in_flight; });
  CurvePoint out = above == points.end() ? points.back() : *above;
  if (above != points.end() && above != points.begin()) {
    const CurvePoint& low = *(above - 1);
    const double weight = (in_flight - low.concurrency) / (above->concurrency - low.concurrency);
    const double before = low.concurrency / low.rate.value, after = above->concurrency / above->rate.value;
    out.rate = {in_flight / (before + (after - before) * weight)};
    out.jitter = blend(low.jitter, above->jitter, weight);
    out.tail = blend(low.tail, above->tail, weight);
    out.common = low.common + (above->common - low.common) * weight;
    out.spread = weight < 0.5 ? low.spread : above->spread;
  }
  out.concurrency = in_flight;
  return out;
}

void take_part(ReadCurve& curve, double share) {
  std::vector<CurvePoint> out;
  // Fewer than one in flight are none: the curve begins at as many of the whole as one of the part stands for.
  if (curve.points.front().concurrency * share < 1) out.push_back(point_at(curve.points, 1 / share));
  for (const CurvePoint& point : curve.points)
    if (point.concurrency * share >= 1 && (out.empty() || point.concurrency > out.back().concurrency))
      out.push_back(point);
  for (CurvePoint& point : out) {
    point.concurrency = std::max(point.concurrency * share, 1.0);
    point.rate = point.rate * share;
  }
  curve.points = std::move(out);
}

// Whole servers, and what these are faster than `share` of all.
double take_servers(Station& station, double share) {
  const double exact = station.servers * share, whole = std::max(1.0, std::round(exact));
  station.servers = static_cast<std::uint32_t>(whole);
  return whole / exact;
}

bool take_part(Station& station, double share, double ranks) {
  if (station.scope == StationScope::kHost) return true;
  switch (station.kind) {
    case StationKind::kLatency:
      return true;
    case StationKind::kMetadata:
      station.rate = station.rate / take_servers(station, share);
      return true;
    case StationKind::kRequests:
      station.rate = station.rate * share;
      return true;
    case StationKind::kBandwidth:
      station.bandwidth = station.bandwidth * share;
      station.burst_bandwidth = station.burst_bandwidth * share;
      station.burst = Bytes{static_cast<std::uint64_t>(static_cast<double>(station.burst.value) * share)};
      return station.servers == 1 || ranks >= kRanksPerPipe * station.servers;
    case StationKind::kDisk:
      station.bandwidth = station.bandwidth * share;
      station.seek = station.seek / share;
      return ranks >= kRanksPerDisk * station.servers;
    case StationKind::kCpu: {
      const double faster = take_servers(station, share);
      station.per_operation = station.per_operation * faster;
      station.per_byte = station.per_byte * faster;
      return true;
    }
  }
  return false;
}

bool take_part(std::vector<Station>& stations, double share, double ranks) {
  return std::all_of(stations.begin(), stations.end(),
                     [&](Station& station) { return take_part(station, share, ranks); });
}

}  // namespace

std::optional<StorageSpec> storage_part(StorageSpec storage, double share, double ranks) {
  bool possible = take_part(storage.client, share, ranks);
  for (CacheSpec& cache : storage.caches)
    possible = possible && cache.scope == StationScope::kHost && take_part(cache.stations, share, ranks);
  for (TierSpec& tier : storage.tiers) {
    possible = possible && take_part(tier.stations, share, ranks);
    for (ReadCurve& curve : tier.curves)
      if (!curve.cached && curve.scope == StationScope::kShared)
        take_part(curve, share);  // a host's own memory serves what is cached, and its own way stays
  }
  if (!possible) return std::nullopt;
  return storage;
}

}  // namespace aforo
