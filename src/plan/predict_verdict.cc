#include "plan/predict_verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/units.h"
#include "model/curve.h"
#include "pipeline/plan_job.h"
#include "pipeline/readers.h"
#include "plan/job_hosts.h"
#include "plan/station_place.h"

namespace aforo {
namespace {

// A station from there on is named as the limit of a job that has one. Chosen below the verdict's 0.9: a page that
// names a station of 85 % helps, and says the figure.
constexpr double kBusy = 0.8;

struct Busiest {
  std::string name;
  double share = 0;
  StationPlace place;
};

// A load-dependent station is as busy as its rate is near to the best that was measured: it is never idle
// while anything is in flight.
// Sets in `place` whether that rate is one of the hosts' own.
double share_of(const SimStation& station, StationPlace& place, const SimulatedCase& c) {
  if (place.curves == nullptr) return station.utilisation;
  const Access access = access_of(c.plan);
  const auto curve =
      OperationCurve::find(place.curves->curves, access.kind, c.plan.loader.read_mode, false,
                           access.operation_bytes(), job_hosts(c.plan.ranks.all, c.ranks_per_host));
  if (!curve || curve->best_rate().value <= 0) return station.utilisation;
  place.client = curve->bound_by_host(station.mean_in_flight);
  return std::min(1.0, station.rate / curve->best_rate());
}

Busiest busiest_of(const SimulatedOnce& run, const SimulatedCase& c, const StorageSpec& storage) {
  Busiest found;
  for (const SimStation& station : run.stations) {
    StationPlace place = station_place(storage, station.name);
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
    return fmt::format("measured curve of {}'{}', {} of its best rate",
                       busiest.place.client ? "each host's own way to " : "", busiest.place.curves->name,
                       format_percent(busiest.share));
  return fmt::format("station '{}', {} busy", busiest.name, format_percent(busiest.share));
}

void add_station(Evidence& e, const Busiest& busiest, double au, double target) {
  const Station* station = busiest.place.station;
  if (busiest.place.client) {
    const bool is_cpu = station != nullptr && station->kind == StationKind::kCpu;
    (is_cpu ? e.client_cpu_share : e.network_busy_share) = busiest.share;
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

// What to try of a limit that is no station; "" of others.
std::string closed_advice(Limit limit, const Workload& workload) {
  const Readers readers = readers_of(workload);
  switch (limit) {
    case Limit::kEpochStart:
      return "longer epochs: --steps N, or more samples";
    case Limit::kColdCache:
      return "fill the cache before the job starts: stage the data, or read it once";
    case Limit::kCheckpoints:
      return "rarer or shorter pauses for checkpoints";
    case Limit::kLoaderSettings:
      return readers.have_room() ? "more --workers" : "a deeper --prefetch";
    case Limit::kFewShards:
      return "more, smaller shards (a smaller dataset.samples_per_file), and a worker for each";
    case Limit::kBarrierSkew:
      return "a deeper --prefetch evens out slow batches";
    default:
      return "";
  }
}

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
  e.read_size = Bytes{static_cast<std::uint64_t>(access.bytes_per_sample / access.requests_per_sample)};
  e.transfer_size = c.plan.loader.transfer_size;
  e.read_whole = Bytes{static_cast<std::uint64_t>(access.whole_bytes)};
  if (access.kind == ReadKind::kFile) e.packed_layout = to_string(packed_layout_of(c.plan.loader));
  e.workers = c.plan.loader.workers;
  e.readers = readers_of(c.plan);
  e.prefetch = c.plan.loader.prefetch;
  e.window_batches = static_cast<double>(access.window_batches);
  e.producers = static_cast<double>(access.producers);
  e.worker_busy_share = run.worker_busy;
  e.requests_in_flight = run.in_flight;
  e.cache_share = run.cache_hit_share;
  e.cache_expected = true;  // the storage file says what is cached
  e.more_workers = std::move(more_workers);
  add_station(e, busiest, prediction.au, au_target);
  prediction.verdict = verdict_of(e);
  prediction.evidence = e;
  prediction.limit_station = busiest.place.curves != nullptr ? busiest.place.curves->name : busiest.name;
  prediction.limit =
      busiest.share >= kBusy && prediction.verdict.limit != Limit::kNone
          ? limit_text(busiest)
          : fmt::format("{}; busiest: {}", to_string(prediction.verdict.limit), limit_text(busiest));
}

void judge_with_checkpoints(Prediction& p, double share, const Workload& workload) {
  const double target = workload.training.au_target, without = p.au / share;
  if (p.evidence) {
    Evidence& e = *p.evidence;
    e.au = p.au;
    e.samples_per_second = p.samples.value;
    e.bytes_per_second = p.bytes;
    for (double* const part :
         {&e.load_wait_share, &e.barrier_wait_share, &e.compute_share, &e.start_up_share})
      *part *= share;
    e.checkpoint_share = 1 - share;
    p.verdict = verdict_of(e);
  } else if (p.au < target && (without >= target || 1 / share - 1 > (1 / p.au - 1) / 2)) {
    p.limit = to_string(Limit::kCheckpoints);
    p.verdict = closed_verdict(p, Limit::kCheckpoints, workload);
  }
  if (p.verdict.limit != Limit::kCheckpoints) return;
  p.limit = to_string(Limit::kCheckpoints);
  p.limit_station.clear();
}

Verdict closed_verdict(const Prediction& prediction, Limit limited_by, const Workload& workload) {
  const bool met = limited_by == Limit::kNone;
  Verdict verdict;
  verdict.limit = limited_by;
  if (std::string advice = closed_advice(limited_by, workload); !advice.empty())
    verdict.advice.push_back(std::move(advice));
  verdict.text = fmt::format("AU {} {} the target of {}{}", format_percent(prediction.au),
                             met ? "meets" : "misses", format_percent(workload.training.au_target),
                             met ? "" : "; what limits it: " + prediction.limit);
  if (limited_by == Limit::kFewShards)
    verdict.text += ", " + lack_of_shards(readers_of(workload), workload.loader.workers);
  return verdict;
}

}  // namespace aforo
