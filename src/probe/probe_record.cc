#include "probe/probe_record.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "measure/series.h"
#include "model/curve.h"
#include "storage/machine.h"

namespace aforo {
namespace {

// Of the memory that was available, what is not the job's own: its program and its reads. Chosen: what `aforo run`
// left of control groups of 130 to 400 MB; what a framework takes the file's reader knows better.
constexpr double kCacheOfAvailable = 0.99;
constexpr double kProgram = 6 * 0x1p20;
// x the curve's best rate: beyond, the loader's CPU is no limit. Chosen: with a margin, since a
// job's reads differ from the curve's; a station that never limits makes no prediction worse.
constexpr double kLoaderMatters = 4;
// Of a loader run's bytes: more than half came from the cache.
constexpr double kMostlyCached = 0.5;
// Of the cores, as storage.yaml can say it: a station must have something left.
constexpr double kMostTaken = 0.99;
// In flight: fewer leave the client waking up for every operation, which costs CPU time
// that busy clients do not spend.
constexpr unsigned kBusy = 4;

const CurvePoint& best_of(const ReadCurve& curve) {
  return *std::max_element(curve.points.begin(), curve.points.end(),
                           [](const CurvePoint& a, const CurvePoint& b) { return a.rate < b.rate; });
}

// Of the busy windows of one mode; of all where none is busy. Nothing where that was not measured.
std::optional<ClientCost> client_of(const ProbeFindings& findings, ReadMode mode, bool cached) {
  std::vector<WindowDigest> busy, all;
  for (const ProbedCurve& probed : findings.curves) {
    if (probed.curve.cached != cached || probed.curve.mode != mode) continue;
    for (const WindowDigest& w : probed.windows) {
      all.push_back(w);
      if (w.readers >= kBusy) busy.push_back(w);
    }
  }
  if (all.empty()) return std::nullopt;
  return client_cost(busy.empty() ? all : busy);
}

// Of a ReadCurve or a WriteCurve.
template <class Curve>
std::string hosts_words(const Curve& curve) {
  if (curve.scope == StationScope::kHost) return ", one host alone";
  return curve.hosts > 1 ? fmt::format(", {} hosts", curve.hosts) : std::string();
}

// Likewise, where several hosts measured.
template <class Curve>
void add_hosts(Json& json, const Curve& curve) {
  if (curve.scope == StationScope::kShared && curve.hosts == 1) return;
  json["scope"] = to_string(curve.scope);
  json["hosts"] = curve.hosts;
}

unsigned cores_of(const ProbeFindings& findings) {
  return findings.cores > 0 ? findings.cores : available_cores();
}

double cost_of(const ClientCost& cost, double bytes) {
  return cost.per_operation.value + cost.per_byte.value * bytes;
}

// Reads per second, at most, of the class that the loader read; from the page cache too where it was cached.
double best_rate(const ProbeFindings& findings, const ReadCurve& read) {
  double best = 0;
  for (const ProbedCurve& probed : findings.curves) {
    const ReadCurve& curve = probed.curve;
    if (curve.hosts > 1) continue;  // the loader's cores are one host's
    const bool seen = !curve.cached || findings.loader->cache_share >= kMostlyCached;
    if (seen && curve.kind == read.kind && curve.mode == read.mode && !curve.points.empty())
      best = std::max(best, best_of(curve).rate.value);
  }
  return best;
}

// The loader's own CPU time, all of it less what the curves hold already, as a station, where that
// is near enough to storage's best to be the limit. Nobody waits for the reading's part here a
// second time; it takes of the cores.
std::optional<Station> loader_station(const ProbeFindings& findings) {
  if (!findings.loader || findings.curves.empty()) return std::nullopt;
  const LoaderCost& loader = *findings.loader;
  const ReadCurve& curve = findings.curves.front().curve;
  const auto cold = client_of(findings, curve.mode, false), hot = client_of(findings, curve.mode, true);
  if (!cold) return std::nullopt;
  const double reads = curve.kind == ReadKind::kFile ? 1 : findings.sample_bytes / curve.size;  // of a sample
  const double from_cache = hot ? loader.cache_share : 0;
  const double reading =
      reads * std::lerp(cost_of(*cold, curve.size), cost_of(hot.value_or(*cold), curve.size), from_cache);
  const double whole = loader.cpu_per_sample.value, own = whole - reading;
  if (own <= 0 || cores_of(findings) / whole > kLoaderMatters * best_rate(findings, curve) / reads)
    return std::nullopt;
  Station station;
  station.name = "loader";
  station.kind = StationKind::kCpu;
  station.scope = StationScope::kHost;
  station.servers = cores_of(findings);
  station.taken = rounded_for_file(std::clamp(reading / whole, 0.0, kMostTaken));
  if (curve.kind == ReadKind::kFile)
    station.per_operation =
        Seconds{rounded_for_file(own / loader.waits_per_sample)};  // each wait is one there
  else
    station.per_byte = Seconds{rounded_for_file(own / findings.sample_bytes)};
  return station;
}

Json json_of(const ProbedWrites& probed) {
  const WriteCurve& curve = probed.curve;
  Json json{{"write", to_string(curve.mode)},
            {"synced", curve.synced},
            {"chunk_bytes", curve.chunk.value},
            {"seconds_per_file", curve.per_file.value},
            {"least_seconds", curve.least.value},
            {"files_per_second", curve.files.value},
            {"seconds_per_write", curve.per_write.value},
            {"bytes_written", probed.bytes},
            {"seconds", probed.spent.value}};
  add_hosts(json, curve);
  Json points = Json::array();
  for (const WritePoint& point : curve.points)
    points.push_back(
        {{"writers", point.writers}, {"bytes_per_second", point.rate.value}, {"spread", point.spread}});
  json["points"] = points;
  if (const WriteMix& mix = curve.beside; mix.readers > 0)
    json["beside"] = {{"readers", mix.readers},
                      {"writers", mix.writers},
                      {"reads_left", mix.reads},
                      {"writes_left", mix.writes}};
  return json;
}

Series series_of(const ProbedWrites& probed) {
  Series out;
  out.name =
      fmt::format("files written, {}, synced{}", to_string(probed.curve.mode), hosts_words(probed.curve));
  out.x = {"writers", "count", {}};
  out.y = {{"bytes_per_second", "B/s", {}}};
  for (const WritePoint& point : probed.curve.points) {
    out.x.values.push_back(point.writers);
    out.y[0].values.push_back(point.rate.value);
  }
  return out;
}

std::string capital(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

// How far a curve's windows agree: into the notes, or where that is not known, there.
void add_certainty(const ProbedCurve& probed, StorageSpec& storage) {
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
  const std::string name = capital(name_of(probed.curve));
  if (fewest < 2)
    storage.unknown.push_back(
        name + ": measured once at some concurrencies, so how far its rates may be off is not known");
  else
    storage.notes.push_back(
        fmt::format("{}: windows at one concurrency lie at most {} apart", name, format_percent(worst)));
}

double slowest_p99(const ProbedCurve& probed, const CurvePoint& point) {
  double p99 = 0;
  for (const WindowDigest& w : probed.windows)
    if (w.readers == static_cast<unsigned>(point.concurrency)) p99 = std::max(p99, w.p99.value);
  return p99;
}

Series series_of(const ProbedCurve& probed) {
  Series out;
  out.name = name_of(probed.curve);
  out.x = {"concurrency", "count", {}};
  out.y = {{"operations_per_second", "1/s", {}},
           {"bytes_per_second", "B/s", {}},
           {"latency_seconds", "s", {}},
           {"p99_seconds", "s", {}}};
  for (const CurvePoint& point : probed.curve.points) {
    out.x.values.push_back(point.concurrency);
    const double values[] = {point.rate.value, point.rate.value * probed.curve.size,
                             point.concurrency / point.rate.value, slowest_p99(probed, point)};
    for (std::size_t i = 0; i < out.y.size(); ++i) out.y[i].values.push_back(values[i]);
  }
  return out;
}

Json json_of(const ProbedCurve& probed) {
  const ReadCurve& curve = probed.curve;
  Json json{{"kind", to_string(curve.kind)},    {"read", to_string(curve.mode)},
            {"cached", curve.cached},           {"operation_bytes", curve.size},
            {"size_share", curve.size_share},   {"knee", knee_of(curve)},
            {"windows", probed.windows.size()}, {"windows_discarded", probed.discarded},
            {"seconds", probed.spent.value}};
  add_hosts(json, curve);
  Json points = Json::array();
  for (const CurvePoint& point : curve.points) {
    unsigned windows = 0;
    for (const WindowDigest& w : probed.windows)
      if (w.readers == static_cast<unsigned>(point.concurrency)) ++windows;
    points.push_back({{"concurrency", point.concurrency},
                      {"operations_per_second", point.rate.value},
                      {"bytes_per_second", point.rate.value * curve.size},
                      {"latency_seconds", point.concurrency / point.rate.value},
                      {"p99_seconds", slowest_p99(probed, point)},
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
  return what + ", " + std::string(to_string(curve.mode)) + (curve.cached ? ", from the page cache" : "") +
         hosts_words(curve);
}

std::vector<std::string> drop_collapsed(ProbeFindings& findings) {
  // Rates are written with four digits: what is just above the limit must be so after rounding too.
  constexpr double kRounding = 1.002;
  std::vector<std::string> said;
  for (ProbedCurve& probed : findings.curves) {
    double best = 0;
    std::erase_if(probed.curve.points, [&](const CurvePoint& point) {
      best = std::max(best, point.rate.value);
      if (point.rate.value >= kRounding * kCollapsed * best) return false;
      said.push_back(fmt::format(
          "{}: {} in flight are left out, their rate of {:.4g} /s was less than a tenth of the {:.4g} /s of "
          "fewer; if that is not an accident, storage breaks down there",
          capital(name_of(probed.curve)), point.concurrency, point.rate.value, best));
      return true;
    });
  }
  return said;
}

std::vector<std::string> settle(ProbeFindings& findings) {
  std::vector<ReadCurve> curves;
  std::vector<bool> measured;
  for (const ProbedCurve& probed : findings.curves) {
    curves.push_back(probed.curve);
    measured.push_back(share_is_measured(probed.windows));
  }
  for (std::string& text : set_size_shares(curves, measured)) findings.notes.push_back(std::move(text));
  for (std::size_t i = 0; i < curves.size(); ++i) findings.curves[i].curve = std::move(curves[i]);
  std::vector<std::string> dropped = drop_collapsed(findings);
  findings.notes.insert(findings.notes.end(), dropped.begin(), dropped.end());
  return dropped;
}

StorageSpec storage_from_findings(const ProbeFindings& findings, const Store& store,
                                  const std::string& started) {
  const StoreInfo& place = store.info();
  StorageSpec storage;
  storage.name = place.type + (place.device.empty() ? "" : " on " + place.device);
  storage.description =
      fmt::format("what 'aforo probe' measured of {} in {}", store.where(), format_seconds(findings.spent));
  TierSpec tier;
  tier.name = place.device.empty() ? place.type : place.device;
  bool buffered = false;
  for (const ProbedCurve& probed : findings.curves) {
    tier.curves.push_back(rounded_for_file(probed.curve));
    buffered |= probed.curve.mode == ReadMode::kBuffered;
    if (!probed.curve.points.empty()) add_certainty(probed, storage);
  }
  for (const ProbedWrites& probed : findings.writes) {
    if (!probed.curve.points.empty()) tier.writes.push_back(probed.curve);
    storage.notes.insert(storage.notes.end(), probed.notes.begin(), probed.notes.end());
    storage.unknown.insert(storage.unknown.end(), probed.unknown.begin(), probed.unknown.end());
  }
  storage.tiers.push_back(std::move(tier));
  if (buffered && findings.storage_below && findings.page_cache) {
    // A hit's way is the tier's cached curve.
    CacheSpec cache;
    cache.name = "page cache";
    cache.policy = CachePolicy::kPageCache;
    const auto available = static_cast<double>(findings.memory.value);
    const double bytes = std::max(available / 2, kCacheOfAvailable * available - kProgram);
    cache.size = Bytes{static_cast<std::uint64_t>(bytes / 0x1p20) << 20};
    storage.caches.push_back(cache);
  }
  const ClientCost cost =
      findings.curves.empty()
          ? ClientCost{}
          : client_of(findings, findings.curves.front().curve.mode, false).value_or(ClientCost{});
  storage.probed_client = ProbedClient{cores_of(findings),
                                       {rounded_for_file(cost.per_operation.value)},
                                       {rounded_for_file(cost.per_byte.value)}};
  if (auto station = loader_station(findings)) storage.client.push_back(std::move(*station));
  storage.notes.insert(storage.notes.end(), findings.notes.begin(), findings.notes.end());
  storage.unknown.insert(storage.unknown.end(), findings.unknown.begin(), findings.unknown.end());
  if (!cost.split)
    storage.notes.push_back(
        "Client CPU: all operations have about one size, so its time per operation and per "
        "byte are not told apart");
  storage.capacity = place.capacity;
  storage.probed = started;
  if (!place.type.empty()) storage.probed_place = ProbedPlace{place.type, place.device};
  storage.origin = "probe";
  return storage;
}

void add_findings(Json& record, const ProbeFindings& findings, const StorageSpec& storage) {
  Json curves = Json::array();
  for (const ProbedCurve& probed : findings.curves) curves.push_back(json_of(probed));
  record["curves"] = curves;
  for (const ProbedCurve& probed : findings.curves) add_series(record, series_of(probed));
  for (const ProbedWrites& probed : findings.writes) {
    if (probed.curve.points.empty()) continue;
    record["writes"].push_back(json_of(probed));
    add_series(record, series_of(probed));
  }
  for (const ProbedHost& host : findings.hosts) {
    Json json{{"name", host.name},
              {"process", record["hosts"].size()},
              {"host", host.host},
              {"cores", host.cores},
              {"clock_offset_seconds", host.clock_offset.value},
              {"clock_uncertainty_seconds", host.clock_uncertainty.value}};
    record["hosts"].push_back(std::move(json));
  }
  record["seconds"] = findings.spent.value;
  if (findings.laying.value > 0) record["laying_seconds"] = findings.laying.value;
  record["engine"] = to_string(findings.engine);
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
                        {"samples_per_second", findings.loader->samples.value},
                        {"cache_share", findings.loader->cache_share}};
  for (const CacheSpec& cache : storage.caches) {
    Json json{{"bytes", cache.size.value}};
    double best = 0;
    for (const ProbedCurve& probed : findings.curves)
      if (probed.curve.cached && !probed.curve.points.empty())
        best = std::max(best, best_of(probed.curve).rate.value * probed.curve.size);
    if (best > 0) json["bytes_per_second"] = best;
    record["page_cache"] = json;
  }
  if (storage.capacity.value > 0) record["capacity_bytes"] = storage.capacity.value;
  record["notes"] = storage.notes;
  record["unknown"] = storage.unknown;
}

void add_precision(Json& record, const Precision& reached, const PrecisionAsk& asked,
                   const std::string& text) {
  Json& json = record["precision"];
  set_number(json, "asked", asked.half_width);
  set_number(json, "half_width", reached.promise.half_width);
  set_number(json, "least_half_width", reached.promise.least);
  set_number(json, "au", reached.promise.au);
  json["seconds"] = reached.spent.value;
  json["rounds"] = reached.rounds;
  json["end"] = to_string(reached.end);
  json["text"] = text;
}

}  // namespace aforo
