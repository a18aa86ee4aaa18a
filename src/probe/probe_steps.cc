// How each curve of a probe is measured: see probe_steps.h.
#include "probe/probe_steps.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "pipeline/plan_job.h"
#include "storage/machine.h"
#include "world/lane_setup.h"

namespace aforo {
namespace {

// Of what is available, data to have in the page cache. Chosen: more might push itself out again.
constexpr double kMemoryForCache = 0.25;
// Chosen: far more than the processor's caches hold, so that memory is what is
// measured; more takes longer to read in.
constexpr double kWarmMostBytes = 1u << 30;
// Of a warm curve's time: to read its data once. The rest is for the windows.
constexpr double kWarmReadShare = 0.4;
// Of a cached window's bytes, from the cache. Chosen: what is less speaks of storage too.
constexpr double kCachedEnough = 0.95;
// Memory answers in one way: a few levels show where its rate stops growing.
constexpr unsigned kWarmLevels[] = {1, 2, 4, 16};

// At least. Chosen for a piece of a shard: half of the requests that ProbeUnits cuts it to, as files end.
double operations_per_unit(const Access& access) {
  constexpr double kOfPieces = 8;
  return access.kind == ReadKind::kStream ? kOfPieces : access.operations_per_sample();
}

}  // namespace

std::vector<ProbeScope> Probe::scopes() const {
  const unsigned hosts = crew_ ? crew_->hosts().hosts() : 1;
  if (hosts == 1) return {ProbeScope{}};
  return {{true, StationScope::kHost, 1}, {false, StationScope::kShared, hosts}};
}

std::unique_ptr<ProbeBench> Probe::bench_of(CurveReaders& reading, const ProbeScope& scope,
                                            CrewBench::Order order) {
  if (crew_) return std::make_unique<CrewBench>(*crew_, scope.first_host_alone, order);
  return std::make_unique<SoloBench>(reading.readers, reading.reset, order.units, order.seed, order.wraps);
}

WindowNews Probe::teller(const ProbeData& data, ReadMode mode, bool cached) {
  return [this, kind = data.kind, mode, cached](unsigned readers, PerSecond rate, BytesPerSecond bytes) {
    status_.set(fmt::format("{} {}{}, {} in flight", to_string(mode), to_string(kind),
                            cached ? " cached" : "", readers),
                rate, bytes);
  };
}

SweepAsk Probe::cold_ask(const ProbeData& data, const LoaderSpec& loader, const ProbeScope& scope) const {
  SweepAsk ask{data.kind,
               loader.read_mode,
               false,
               findings_.storage_below,
               times_.cold,
               readers_in_memory(data),
               {},
               findings_.curves.size() + 1,
               data.files,
               operations_per_unit(access_of(*data.layout, loader, 1)),
               options_.precision ? kRounds : kLeastRounds};
  ask.scope = scope.scope, ask.hosts = scope.hosts;
  return within_readers(std::move(ask), scope);
}

SweepAsk Probe::within_readers(SweepAsk ask, const ProbeScope& scope) const {
  if (!crew_) return within_open_files(std::move(ask), options_.io_threads);
  ask.most_readers = crew_->most_readers(HostGroup(crew_->hosts(), scope.first_host_alone));
  return ask;
}

void Probe::probe_one(const ProbeData& data, ReadMode mode) {
  const auto index = static_cast<std::uint32_t>(&data - data_.data());
  std::optional<CurveReaders> own;
  CurveReaders& reading = crew_ ? crew_->readers(index, mode) : own.emplace(data, mode, settings_of(data));
  findings_.engine = reading.readers.engine(), findings_.io_threads = reading.readers.io_threads();
  engine_reason_ = reading.readers.engine_reason();
  for (const ProbeScope& scope : scopes()) {
    if (stop_.stop_requested()) return;
    const SweepAsk ask = cold_ask(data, reading.loader, scope);
    const auto bench = bench_of(reading, scope, {reading.units.size(), mix64(17, findings_.curves.size())});
    ProbeSweep sweep(*bench, ask, stop_, teller(data, mode, false));
    sweep.measure();
    const SweepResult cold = sweep.result();
    if (cold.refused) return refuse_direct();
    add_curve(findings_, ask, cold, reading.loader.transfer_size, *store_);
    count_bytes(findings_, cold);
    if (cold.stopped || cold.windows.empty()) return;
  }
  if (mode == ReadMode::kBuffered && findings_.page_cache) probe_warm(data, reading);
}

void Probe::refuse_direct() {
  const std::string& type = store_->info().type;
  if (modes_of(options_).size() == 1)
    throw UserError(
        fmt::format("expected a filesystem with direct I/O at {}, found {} without; use --read buffered",
                    options_.directory, type));
  note(fmt::format("Direct reads: this filesystem ({}) has none, only buffered ones were measured", type));
}

void Probe::probe_warm(const ProbeData& data, CurveReaders& reading) {
  const ProbeScope scope = scopes().front();
  const auto& of_host = findings_.curves[findings_.curves.size() - scopes().size()];
  const ReadCurve& cold = of_host.curve;
  double best = 0;
  for (const CurvePoint& point : cold.points) best = std::max(best, point.rate.value * cold.size);
  const double bytes = std::min({kWarmMostBytes, best * times_.warm.value * kWarmReadShare,
                                 kMemoryForCache * static_cast<double>(read_memory().available.value)});
  const std::uint64_t some = reading.units.holding(bytes);
  const auto knee = static_cast<unsigned>(knee_of(cold));
  const Seconds before = monotonic_now();
  status_.set("reading into the page cache");
  if (!read_once(*bench_of(reading, scope, {some, 1}), knee, times_.warm * 2, stop_)) {
    if (!stop_.stop_requested())
      unknown(fmt::format("{}: not measured from the page cache, there was no time to read the data into it",
                          name_of(cold)));
    return;
  }
  SweepAsk ask{data.kind,
               ReadMode::kBuffered,
               true,
               true,
               std::max(times_.warm - (monotonic_now() - before), times_.warm * 0.4),
               readers_in_memory(data),
               {},
               3};
  ask = within_readers(std::move(ask), scope);
  for (const unsigned n : kWarmLevels)
    if (n <= ask.most_readers) ask.levels.push_back(n);
  const auto bench = bench_of(reading, scope, {some, 2, true});
  ProbeSweep sweep(*bench, ask, stop_, teller(data, ReadMode::kBuffered, true));
  sweep.measure();
  SweepResult warm = sweep.result();
  const auto spilled = [](const WindowDigest& w) { return w.cache_share && *w.cache_share < kCachedEnough; };
  const auto gone = std::erase_if(warm.windows, spilled);
  warm.discarded += static_cast<unsigned>(gone);
  if (gone)
    warm.notes.push_back(fmt::format("{} of {} windows were left out: storage had to serve part of them",
                                     gone, gone + warm.windows.size()));
  if (!warm.windows.empty()) add_curve(findings_, ask, warm, {}, *store_);
}

void Probe::probe_loader(const ProbeData& data) {
  if (!options_.workload) return;
  status_.set("the loader's own CPU time");
  CacheReset reset(*data.store, *data.layout);
  if (findings_.storage_below) drop_all(reset, data.files, stop_);
  Workload workload = *options_.workload;
  if (!findings_.curves.empty()) workload.loader.read_mode = findings_.curves.front().curve.mode;
  LoaderOutcome found = loader_cost(workload, *data.layout, settings_of(data), loader_time_, stop_);
  findings_.loader = found.cost;
  if (!found.why_not.empty()) unknown("The loader's own CPU time: not measured, " + found.why_not);
  findings_.sample_bytes = data.layout->mean_sample();
}

}  // namespace aforo
