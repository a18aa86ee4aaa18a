#include "plan/predict_verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/units.h"
#include "model/curve.h"
#include "pipeline/plan_job.h"

namespace aforo {
namespace {

// A station from there on is named as the limit. Chosen below the verdict's 0.9: a page that names
// a station of 85 % helps, and says the figure.
constexpr double kBusy = 0.8;

// What a station of the results is in the storage file.
struct Place {
  const Station* station = nullptr;  // or, where there is none,
  const TierSpec* curves = nullptr;  // the tier whose curves it stands for
  bool client = false;
};

Place place_of(const StorageSpec& storage, const std::string& name) {
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

struct Busiest {
  std::string name;
  double share = 0;
  Place place;
};

// A load-dependent station is as busy as its rate is near to the best that was measured: it is never idle
// while anything is in flight.
double share_of(const SimStation& station, const Place& place, const SimulatedCase& c) {
  if (place.curves == nullptr) return station.utilisation;
  const Access access = access_of(c.plan);
  const auto curve = OperationCurve::find(place.curves->curves, access.kind, c.plan.loader.read_mode, false,
                                          access.operation_bytes());
  if (!curve || curve->best_rate().value <= 0) return station.utilisation;
  return std::min(1.0, station.rate / curve->best_rate());
}

Busiest busiest_of(const SimulatedOnce& run, const SimulatedCase& c, const StorageSpec& storage) {
  Busiest found;
  for (const SimStation& station : run.stations) {
    const Place place = place_of(storage, station.name);
    if (place.station != nullptr && place.station->kind == StationKind::kLatency)
      continue;  // nobody queues there
    const double share = share_of(station, place, c);
    if (share > found.share) found = {station.name, share, place};
  }
  return found;
}

std::string limit_text(const Busiest& busiest) {
  if (busiest.name.empty()) return "no station is busy";
  if (busiest.place.curves != nullptr)
    return fmt::format("measured curve of '{}', {} of its best rate", busiest.place.curves->name,
                       format_percent(busiest.share));
  return fmt::format("station '{}', {} busy", busiest.name, format_percent(busiest.share));
}

void add_station(Evidence& e, const Busiest& busiest, double au, double target) {
  const Station* station = busiest.place.station;
  if (station != nullptr && busiest.place.client) {
    if (station->kind == StationKind::kCpu) e.client_cpu_share = busiest.share;
    if (station->kind != StationKind::kCpu) e.network_busy_share = busiest.share;
    return;
  }
  // A metadata station that is busy is where reads wait, whatever they wait for inside it.
  if (station != nullptr && station->kind == StationKind::kMetadata && busiest.share >= 0.9 && au < target)
    e.open_share = busiest.share;
  e.device_busy_share = busiest.share;
}

// The first epoch beside those that are alike, and what all that came before those took beyond them.
void add_epochs(Evidence& e, const SimulatedCase& c, const std::vector<SimulatedOnce>& runs) {
  e.epochs = static_cast<double>(c.epochs);
  e.steps = static_cast<double>(c.steps);
  e.step_time = Seconds{law_mean(c.plan.step_time)};
  StallTimes first, alike, all;
  double epochs = 0, weight = 0;
  for (const SimulatedOnce& run : runs) {
    if (run.per_epoch.size() < 2) return;
    first.add(run.per_epoch.front());
    alike.add(run.per_epoch.back());
    all.add(run.stalls);
    for (const double w : run.weights) epochs += w;
    weight += 1;
  }
  if (weight == 0 || first.total.value <= 0 || alike.total.value <= 0 || all.total.value <= 0) return;
  e.first_epoch_au = first.compute / first.total;
  e.later_epochs_au = alike.compute / alike.total;
  e.cold_share = std::max(0.0, 1 - alike.total * (epochs / weight) / all.total);
}

// What a station that is busy says of the storage file's kind of limit.
Limit limit_at(const Place& place) {
  if (place.curves != nullptr || place.station == nullptr) return Limit::kStorageBandwidth;
  if (place.client) return place.station->kind == StationKind::kCpu ? Limit::kClientCpu : Limit::kNetwork;
  return place.station->kind == StationKind::kMetadata ? Limit::kMetadata : Limit::kStorageBandwidth;
}

// What the closed form calls a limit that is no station.
struct ClosedWord {
  std::string_view word;
  Limit limit;
  const char* advice;
};
constexpr ClosedWord kClosedWords[] = {
    {"epoch start", Limit::kEpochStart, "longer epochs: --steps N, or more samples"},
    {"cold cache", Limit::kColdCache,
     "fill the cache before the job starts: stage the data, or read it once"},
    {"checkpoints", Limit::kCheckpoints, "rarer or shorter pauses for checkpoints"},
    {"loader workers", Limit::kLoaderSettings, "more --workers"},
    {"barrier skew", Limit::kBarrierSkew, "a deeper --prefetch evens out slow batches"},
};

}  // namespace

void add_verdict(Prediction& prediction, const SimulatedCase& c, const std::vector<SimulatedOnce>& runs,
                 const StorageSpec& storage, double au_target, std::optional<Counterfactual> more_workers) {
  const SimulatedOnce& run = runs.front();
  const Busiest busiest = busiest_of(run, c, storage);
  Evidence e;
  e.predicted = true;
  add_epochs(e, c, runs);
  e.au = prediction.au;
  e.au_target = au_target;
  e.samples_per_second = prediction.samples.value;
  e.demand_samples_per_second = static_cast<double>(c.plan.ranks.all * c.plan.loader.batch_size) /
                                std::max(law_mean(c.plan.step_time), 1e-12);
  const StallTimes& t = *prediction.stalls;
  if (t.total.value > 0) {
    e.load_wait_share = t.load_wait / t.total;
    e.barrier_wait_share = t.barrier_wait / t.total;
    e.compute_share = t.compute / t.total;
    e.start_up_share = t.epoch_start / t.total;
    e.checkpoint_share = t.checkpoint / t.total;
  }
  e.read_latency_mean = run.read_mean;
  e.read_latency_p99 = run.read_p99;
  e.bytes_per_second = prediction.bytes;
  const Access access = access_of(c.plan);
  e.read_size = Bytes{static_cast<std::uint64_t>(access.operation_bytes())};
  e.transfer_size = c.plan.loader.transfer_size;
  e.read_whole = Bytes{static_cast<std::uint64_t>(access.whole_bytes)};
  e.workers = c.plan.loader.workers;
  e.prefetch = c.plan.loader.prefetch;
  e.worker_busy_share = run.worker_busy;
  e.requests_in_flight = run.in_flight;
  e.cache_share = run.cache_hit_share;
  e.cache_expected = true;  // the storage file says what is cached
  e.more_workers = std::move(more_workers);
  add_station(e, busiest, prediction.au, au_target);
  prediction.verdict = verdict_of(e);
  prediction.limit_station = busiest.place.curves != nullptr ? busiest.place.curves->name : busiest.name;
  prediction.limit =
      busiest.share >= kBusy
          ? limit_text(busiest)
          : fmt::format("{}; busiest: {}", to_string(prediction.verdict.limit), limit_text(busiest));
}

Verdict closed_verdict(const Prediction& prediction, const StorageSpec& storage, double au_target) {
  Verdict verdict;
  const bool met = prediction.au >= au_target;
  verdict.limit = met ? Limit::kNone : Limit::kUnknown;
  if (!met && !prediction.limit_station.empty())
    verdict.limit = limit_at(place_of(storage, prediction.limit_station));
  for (const ClosedWord& closed : kClosedWords) {
    if (met || prediction.limit != closed.word) continue;
    verdict.limit = closed.limit;
    verdict.advice.emplace_back(closed.advice);
  }
  verdict.text =
      fmt::format("AU {} {} the target of {}{}{}", format_percent(prediction.au), met ? "meets" : "misses",
                  format_percent(au_target),
                  met || prediction.limit.empty() ? "" : "; what limits it: ", met ? "" : prediction.limit);
  return verdict;
}

}  // namespace aforo
