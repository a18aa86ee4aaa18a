#include "run/probe_record.h"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "model/curve.h"
#include "storage/machine.h"

namespace aforo {
namespace {

constexpr double kCacheOfAvailable = 0.9;  // the rest is for what the job itself needs
constexpr double kLoaderMatters = 4;       // x the curve's best rate: beyond, the loader's CPU is no limit
constexpr unsigned kBusy = 4;              // in flight: fewer leave the client waking up for every operation

const CurvePoint& best_of(const ReadCurve& curve) {
  return *std::max_element(curve.points.begin(), curve.points.end(),
                           [](const CurvePoint& a, const CurvePoint& b) { return a.rate < b.rate; });
}

// Of cold windows of the first mode; of all levels where none is busy.
ClientCost client_of(const ProbeFindings& findings) {
  std::vector<WindowDigest> busy, all;
  for (const ProbedCurve& probed : findings.curves) {
    if (probed.curve.cached || probed.curve.mode != findings.curves.front().curve.mode) continue;
    for (const WindowDigest& w : probed.windows) {
      all.push_back(w);
      if (w.readers >= kBusy) busy.push_back(w);
    }
  }
  return client_cost(busy.empty() ? all : busy);
}

// What the loader does with a sample beyond reading it: n readers that each read for R(n) and then work for t
// give n / (R(n) + t) samples per second. No less than the CPU time beyond that of reading, and no more than
// all CPU time: where storage is slow, the difference of two long times says nothing.
double own_time(const LoaderCost& loader, const ReadCurve& curve, double reads, double reading) {
  const auto found =
      OperationCurve::find(std::span(&curve, 1), curve.kind, curve.mode, curve.cached, curve.size);
  const double cpu = loader.cpu_per_sample.value;
  const auto n = static_cast<double>(loader.readers);
  const double beyond = found ? n / loader.samples.value - reads * found->latency(n).value : 0;
  return std::clamp(beyond, std::clamp(cpu - reading, 0.0, cpu), cpu);
}

// The loader's own time as a station, where that is near enough to storage's best to be the limit.
std::optional<Station> loader_station(const ProbeFindings& findings, const ClientCost& read) {
  if (!findings.loader || findings.curves.empty()) return std::nullopt;
  const ReadCurve& curve = findings.curves.front().curve;
  const double per_sample =
      curve.kind == ReadKind::kStream ? findings.sample_bytes / curve.size : 1;  // reads
  const double reading = per_sample * (read.per_operation.value + read.per_byte.value * curve.size);
  const double own = own_time(*findings.loader, curve, per_sample, reading);
  const double best = best_of(curve).rate.value / per_sample;  // samples per second
  if (!(own > 0) || available_cores() / own > kLoaderMatters * best) return std::nullopt;
  Station station;
  station.name = "loader";
  station.kind = StationKind::kCpu;
  station.scope = StationScope::kHost;
  station.servers = available_cores();
  if (curve.kind == ReadKind::kStream)
    station.per_byte = Seconds{rounded(own / findings.sample_bytes)};
  else
    station.per_operation = Seconds{rounded(own)};
  return station;
}

std::string capital(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

std::string certainty(const ProbedCurve& probed) {
  double worst = 0;
  std::size_t fewest = probed.windows.size();
  for (const CurvePoint& point : probed.curve.points) {
    worst = std::max(worst, point.spread);
    fewest = std::min<std::size_t>(
        fewest, static_cast<std::size_t>(
                    std::count_if(probed.windows.begin(), probed.windows.end(), [&](const WindowDigest& w) {
                      return w.readers == static_cast<unsigned>(point.concurrency);
                    })));
  }
  return fewest < 2 ? fmt::format("{}: measured once at some concurrencies, so its spread is not known",
                                  capital(name_of(probed.curve)))
                    : fmt::format("{}: windows at one concurrency lie at most {} apart",
                                  capital(name_of(probed.curve)), format_percent(worst));
}

Json json_of(const ProbedCurve& probed) {
  const ReadCurve& curve = probed.curve;
  Json json{{"kind", to_string(curve.kind)},    {"read", to_string(curve.mode)},
            {"cached", curve.cached},           {"operation_bytes", curve.size},
            {"size_share", curve.size_share},   {"knee", knee_of(curve)},
            {"windows", probed.windows.size()}, {"windows_discarded", probed.discarded},
            {"seconds", probed.spent.value}};
  Json points = Json::array();
  for (const CurvePoint& point : curve.points) {
    double p99 = 0;
    unsigned windows = 0;
    for (const WindowDigest& w : probed.windows)
      if (w.readers == static_cast<unsigned>(point.concurrency)) p99 = std::max(p99, w.p99.value), ++windows;
    points.push_back({{"concurrency", point.concurrency},
                      {"operations_per_second", point.rate.value},
                      {"bytes_per_second", point.rate.value * curve.size},
                      {"latency_seconds", point.concurrency / point.rate.value},
                      {"p99_seconds", p99},
                      {"spread", point.spread},
                      {"common", point.common},
                      {"windows", windows}});
  }
  json["points"] = points;
  return json;
}

}  // namespace

std::string name_of(const ReadCurve& curve) {
  const std::string size = format_bytes({static_cast<std::uint64_t>(curve.size)});
  const std::string what = curve.kind == ReadKind::kFile    ? "whole files of " + size
                           : curve.kind == ReadKind::kRange ? "ranges of " + size
                                                            : "streams in requests of " + size;
  return what + ", " + std::string(to_string(curve.mode)) + (curve.cached ? ", from the page cache" : "");
}

StorageSpec storage_of(const ProbeFindings& findings, const std::string& directory,
                       const std::string& started) {
  const FilesystemInfo filesystem = describe_filesystem(directory);
  StorageSpec storage;
  storage.name = filesystem.type + (filesystem.device.empty() ? "" : " on " + filesystem.device);
  storage.description =
      fmt::format("what 'aforo probe' measured of {} in {}", directory, format_seconds(findings.spent));
  TierSpec tier;
  tier.name = filesystem.device.empty() ? filesystem.type : filesystem.device;
  bool buffered = false;
  for (const ProbedCurve& probed : findings.curves) {
    tier.curves.push_back(rounded(probed.curve));
    buffered |= probed.curve.mode == ReadMode::kBuffered;
    if (!probed.curve.points.empty()) storage.notes.push_back(certainty(probed));
  }
  storage.tiers.push_back(std::move(tier));
  if (buffered && findings.storage_below) {
    CacheSpec cache;  // a hit's way is the tier's cached curve
    cache.name = "page cache";
    const double bytes = kCacheOfAvailable * static_cast<double>(findings.memory.value);
    cache.size = Bytes{static_cast<std::uint64_t>(bytes / 0x1p20) << 20};
    storage.caches.push_back(cache);
  }
  const ClientCost cost = client_of(findings);
  storage.probed_client =
      ProbedClient{available_cores(), {rounded(cost.per_operation.value)}, {rounded(cost.per_byte.value)}};
  if (auto station = loader_station(findings, cost)) storage.client.push_back(std::move(*station));
  storage.notes.insert(storage.notes.end(), findings.notes.begin(), findings.notes.end());
  if (!cost.split)
    storage.notes.push_back(
        "Client CPU: all operations have about one size, so its time per operation and per "
        "byte are not told apart");
  storage.capacity = filesystem.total;
  storage.probed = started;
  storage.origin = "probe";
  return storage;
}

void add_findings(Json& record, const ProbeFindings& findings, const StorageSpec& storage) {
  Json curves = Json::array();
  for (const ProbedCurve& probed : findings.curves) curves.push_back(json_of(probed));
  record["curves"] = curves;
  record["seconds"] = findings.spent.value;
  if (findings.laying.value > 0) record["laying_seconds"] = findings.laying.value;
  record["engine"] = findings.engine;
  record["io_threads"] = findings.io_threads;
  record["bytes_read"] = findings.bytes;
  if (findings.from_storage_known && findings.storage_below && findings.bytes) {
    record["bytes_from_storage"] = findings.bytes_from_storage;
    set_number(
        record, "cache_share",
        std::clamp(1 - static_cast<double>(findings.bytes_from_storage) / static_cast<double>(findings.bytes),
                   0.0, 1.0));
  }
  if (const auto& client = storage.probed_client)
    record["client"] = {{"cores", client->cores},
                        {"cpu_seconds_per_operation", client->cpu_per_operation.value},
                        {"cpu_seconds_per_byte", client->cpu_per_byte.value}};
  if (findings.loader)
    record["loader"] = {{"cpu_seconds_per_sample", findings.loader->cpu_per_sample.value},
                        {"samples_per_second", findings.loader->samples.value}};
  for (const CacheSpec& cache : storage.caches) {
    Json json{{"bytes", cache.size.value}};
    double best = 0;
    for (const ProbedCurve& probed : findings.curves)
      if (probed.curve.cached && !probed.curve.points.empty())
        best = std::max(best, best_of(probed.curve).rate.value * probed.curve.size);
    if (best > 0) json["bytes_per_second"] = best;
    record["page_cache"] = json;
  }
  record["capacity_bytes"] = storage.capacity.value;
  record["notes"] = storage.notes;
}

}  // namespace aforo
