#include "plan/predict.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "base/error.h"
#include "model/curve.h"
#include "pipeline/plan_job.h"
#include "plan/changed_storage.h"
#include "plan/closed_predict.h"
#include "plan/job_hosts.h"
#include "plan/predict_verdict.h"
#include "plan/predicted_layout.h"
#include "plan/prediction_error.h"
#include "plan/requirement.h"
#include "plan/saving.h"
#include "plan/simulated_case.h"
#include "plan/simulated_runs.h"

namespace aforo {
namespace {

// Everything that does not need the layout.
void require_sensible(const PredictOptions& options) {
  const Workload& workload = options.workload;
  if (law_mean(workload.accelerator.step_time) <= 0)
    throw UserError(
        "expected a step time above 0, found 0: without compute there is no utilisation to predict; "
        "give --step-time");
  RequirementAsk ask;
  ask.accelerators_per_host = options.ranks_per_host ? options.ranks_per_host : workload.accelerator.count;
  const Bytes needed = requirement(workload, ask).memory_per_host;
  if (needed > options.host_memory)
    throw UserError(fmt::format(
        "expected the prefetched batches to fit into a host's memory of {}, found {} needed by {} "
        "accelerators of a host; lower --workers, --prefetch or --batch-size, or spread them over hosts "
        "with --per-host",
        format_bytes(options.host_memory), format_bytes(needed),
        std::min(ask.accelerators_per_host, workload.accelerator.count)));
}

// Why the closed form cannot speak of this job at all; "" where it can.
std::string beyond_closed(const PredictOptions& options) {
  if (!options.beside.empty()) return "the closed form knows one job alone, not others beside it";
  if (options.checkpoint_steps) return "the closed form leaves out pauses for checkpoints";
  if (options.cold_epochs && !options.storage.caches.empty())
    return "the closed form knows caches that are kept, not ones emptied before every epoch";
  return "";
}

// What the closed form may be asked about, but is known to miss.
std::string unlike_closed(const PredictOptions& options) {
  const Workload& w = options.workload;
  const Access access = access_of(w);
  const auto& caches = options.storage.caches;
  if (w.loader.client != Client::kNone)
    return "the closed form knows nothing of parts that a client has under way together";
  if (access.kind != ReadKind::kFile &&
      std::any_of(caches.begin(), caches.end(), [](const CacheSpec& cache) { return cache.whole_files; }))
    return "the closed form knows nothing of caches that hold whole shards";
  if (access.kind != ReadKind::kStream) return "";
  for (const TierSpec& tier : options.storage.tiers) {
    const auto curve =
        OperationCurve::find(tier.curves, access.kind, w.loader.read_mode, false, access.request_bytes);
    if (curve && curve->ahead() > 0) return "the closed form knows nothing of storage that reads ahead";
  }
  return "";
}

// The storage's own spread joins the form's error as it joins a simulation's chance.
void widen_closed(Prediction& out, const ClosedPrediction& closed, const PredictOptions& options,
                  const ClosedOptions& how, std::uint64_t steps) {
  const Workload& workload = options.workload;
  const Access access = access_of(workload);
  out.spread = std::max(least_spread(options.storage),
                        measured_spread(options.storage, access.kind, workload.loader.read_mode,
                                        access.operation_bytes(), std::max(closed.concurrency, 1.0)));
  out.model_error = model_error(options.storage, access.kind, workload.loader.read_mode);
  const IntervalStretch stretch = interval_stretch(options.storage, access.kind, workload.loader.read_mode);
  const double below = closed.au - closed.au_low, above = closed.au_high - closed.au;
  if (!options.spread || out.spread <= 0) {
    set_intervals(out, std::max(below, 0.0), std::max(above, 0.0), {});
    return;
  }
  const double half = std::min(out.spread / 2, 0.9);
  const auto shifted = [&](double factor) {
    return predict_closed(workload, scale_rates(options.storage, factor), steps, how).au;
  };
  out.slower = std::max(0.0, closed.au - shifted(1 - half));
  out.faster = std::max(0.0, shifted(1 + half) - closed.au);
  set_intervals(out, std::hypot(below, out.slower, out.model_error),
                std::hypot(above, out.faster, out.model_error), stretch);
}

Prediction from_closed(const ClosedPrediction& closed, const PredictOptions& options,
                       const ClosedOptions& how, std::uint64_t steps) {
  Prediction out;
  out.accelerators = options.workload.accelerator.count;
  out.method = PredictMethod::kClosed;
  out.au = std::clamp(closed.au, 0.0, 1.0);
  out.samples = closed.samples;
  out.bytes = closed.bytes;
  out.limit = closed.limit;
  out.limit_station = closed.limit_station;
  out.notes = closed.notes;
  widen_closed(out, closed, options, how, steps);
  out.verdict = closed_verdict(out, closed.limited_by, options.workload);
  return out;
}

template <class Field>
double mean_of(const std::vector<SimulatedOnce>& runs, const Field& field) {
  double sum = 0;
  for (const SimulatedOnce& run : runs) sum += field(run);
  return sum / static_cast<double>(runs.size());
}

StallTimes mean_times(const std::vector<SimulatedOnce>& runs) {
  StallTimes out;
  for (const SimulatedOnce& run : runs) out.add(run.stalls, 1 / static_cast<double>(runs.size()));
  return out;
}

// Of the epochs that were simulated; each a ratio of sums over the replications.
std::vector<double> au_per_epoch(const std::vector<SimulatedOnce>& runs) {
  std::vector<StallTimes> epochs(runs.front().per_epoch.size());
  for (const SimulatedOnce& run : runs)
    for (std::size_t e = 0; e < std::min(epochs.size(), run.per_epoch.size()); ++e)
      epochs[e].add(run.per_epoch[e]);
  std::vector<double> out;
  for (const StallTimes& t : epochs)
    if (t.total.value > 0) out.push_back(t.compute / t.total);
  return out;
}

// One ratio of sums each, so that what a page says of AU, throughput and seconds is the same job.
void add_means(Prediction& out, const std::vector<SimulatedOnce>& runs) {
  out.au = by_time(runs, [](const SimulatedOnce& run) { return run.au; });
  out.samples = {by_time(runs, [](const SimulatedOnce& run) { return run.samples.value; })};
  out.bytes = {by_time(runs, [](const SimulatedOnce& run) { return run.bytes.value; })};
  out.requests_in_flight = by_time(runs, [](const SimulatedOnce& run) { return run.in_flight; });
  out.au_per_epoch = au_per_epoch(runs);
  for (const SimulatedOnce& run : runs) {
    out.step_times.merge(run.step_times);
    out.events += run.events;
  }
  out.stations = runs.front().stations;
  out.beside = runs.front().beside;
  for (std::size_t i = 0; i < out.beside.size(); ++i) {
    out.beside[i].au = by_time(runs, [i](const SimulatedOnce& run) { return run.beside.at(i).au; });
    out.beside[i].samples = {
        by_time(runs, [i](const SimulatedOnce& run) { return run.beside.at(i).samples.value; })};
  }
  out.stalls = mean_times(runs);
}

// Chance: 95 % over the replications. Spread: the same first replication on the storage slower and faster by
// half the spread. Both are small and independent, so their squares add.
void add_interval(Prediction& out, const SimulatedCase& c, const SimulatedRuns& runs,
                  const PredictOptions& options, const StorageSpec& storage) {
  out.chance = runs.chance;
  out.spread = runs.spread;
  out.slower = runs.slower;
  out.faster = runs.faster;
  const ReadKind kind = access_of(c.plan).kind;
  out.model_error = model_error(storage, kind, c.plan.loader.read_mode);
  if (options.spread && out.spread <= 0)
    out.notes.push_back(
        "the storage file states no spread of its figures: the interval covers chance alone, not how far "
        "they may be off");
  const double model = options.spread ? out.model_error : 0;
  set_intervals(
      out, std::hypot(out.chance, out.slower, model), std::hypot(out.chance, out.faster, model),
      options.spread ? interval_stretch(storage, kind, c.plan.loader.read_mode) : IntervalStretch{});
}

// What was told by a part of the job, where it is that large.
void add_part(Prediction& out, const SimulatedCase& c, const SimulatedRuns& runs) {
  if (!runs.part) return;
  out.part_accelerators = runs.part->job.plan.ranks.here;
  out.part_replications = static_cast<unsigned>(runs.of_part.size());
  out.notes.push_back(fmt::format(
      "all accelerators were simulated once{}; what chance, the storage's spread and more workers change{} was "
      "told by {} of them, on as much less of the storage",
      runs.epochs < c.plan.epochs
          ? fmt::format(", {} epochs{}", runs.epochs, runs.beside_on_full ? " and one on full caches" : "")
          : "",
      runs.epochs < c.plan.epochs ? ", and later epochs," : "", format_count(out.part_accelerators)));
}

Prediction from_simulation(const PredictOptions& options, std::stop_token stop) {
  StorageSpec storage = options.storage;
  if (options.cold_epochs)
    for (CacheSpec& cache : storage.caches) cache.warm = false;
  const SimulatedCase c = make_case(options, stop);
  const SimulatedRuns all = run_case(c, options, storage, stop);
  const std::vector<SimulatedOnce>& runs = all.whole;
  Prediction out;
  out.accelerators = c.plan.ranks.all;
  out.method = PredictMethod::kSimulate;
  out.notes = c.notes;
  out.epochs = all.epochs;
  out.steps = c.plan.steps;
  out.steps_in_full = c.steps;
  out.replications = static_cast<unsigned>(runs.size());
  add_means(out, runs);
  if (!storage.caches.empty())
    out.cache_hit_share = mean_of(runs, [](const SimulatedOnce& run) { return run.cache_hit_share; });
  add_interval(out, c, all, options, storage);
  add_part(out, c, all);
  const double target = options.workload.training.au_target;
  const bool ask = options.spread && options.counterfactual && out.au < target;
  add_verdict(out, c, runs, storage, target,
              ask ? more_workers(c, all, options, storage, stop) : std::nullopt);
  return out;
}

std::uint64_t steps_in_full(const PredictOptions& options) {
  const Workload& workload = options.workload;
  if (workload.training.steps) return workload.training.steps;
  const std::uint64_t samples = options.layout ? options.layout->samples() : workload.dataset.samples;
  return samples / (std::uint64_t{workload.accelerator.count} * workload.loader.batch_size);
}

Prediction predict_alone(const PredictOptions& options, std::stop_token stop);

// Where the hosts that measured a storage got all that they could ask for, nobody knows what more of them get.
void note_hosts(Prediction& out, const PredictOptions& options) {
  const Workload& w = options.workload;
  const Access access = access_of(w);
  const double hosts = job_hosts(w.accelerator.count, options.ranks_per_host);
  std::vector<std::string> found;
  for (const TierSpec& tier : options.storage.tiers) {
    const auto curve = OperationCurve::find(tier.curves, access.kind, w.loader.read_mode, false,
                                            std::max(access.operation_bytes(), 1.0), hosts);
    const bool from_one = std::all_of(tier.curves.begin(), tier.curves.end(), [](const ReadCurve& c) {
      return c.hosts == 1 && c.scope == StationScope::kShared;
    });
    if (curve && from_one && hosts > 1 && !options.storage.probed.empty())
      found.push_back(fmt::format(
          "'{}' was probed from one host: {:.0f} hosts are taken to get no more together than it did; probe from several",
          tier.name, hosts));
    if (!curve || curve->hosts_all_bound() <= 0 || hosts <= curve->hosts_all_bound()) continue;
    found.push_back(fmt::format(
        "'{}' was measured from {:.0f} hosts, and their own ways there were its only limit: {:.0f} hosts may get more "
        "than is predicted; probe from as many",
        tier.name, curve->hosts_all_bound(), hosts));
  }
  out.notes.insert(out.notes.begin(), found.begin(), found.end());
}

// Checkpoints are put on what the job reaches without them.
Prediction with_checkpoints(Prediction out, const PredictOptions& options, const std::stop_token& stop) {
  if (options.checkpoint_steps > 0 || !options.workload.checkpoint.any()) return out;
  const auto again = [&](const StorageSpec& storage) {
    PredictOptions changed = options;
    changed.storage = storage;
    changed.spread = false;
    changed.counterfactual = false;
    changed.replications = 2;
    changed.simulated = nullptr;
    return predict_alone(changed, stop).au;
  };
  const std::shared_ptr<const Layout> layout =
      options.layout ? options.layout : of_mean_samples(options.workload);
  add_saving(out, options, *layout, again, stop);
  return out;
}

}  // namespace

std::string_view to_string(PredictMethod method) {
  switch (method) {
    case PredictMethod::kAuto:
      return "auto";
    case PredictMethod::kClosed:
      return "closed";
    case PredictMethod::kSimulate:
      return "simulate";
  }
  return "";
}

Prediction predict(const PredictOptions& options, std::stop_token stop) {
  Prediction out = with_checkpoints(predict_alone(options, stop), options, stop);
  note_hosts(out, options);
  return out;
}

namespace {

Prediction predict_alone(const PredictOptions& options, std::stop_token stop) {
  require_sensible(options);
  if (options.workload.loader.read_mode == ReadMode::kDirect) {
    PredictOptions past = options;
    past.storage = without_page_cache(options.storage);
    if (past.storage.caches.size() < options.storage.caches.size()) {
      Prediction out = predict_alone(past, std::move(stop));
      out.notes.emplace_back(
          "direct reads pass the page cache of the storage file, which serves none of them");
      return out;
    }
  }
  if (options.method == PredictMethod::kSimulate) {
    Prediction out = from_simulation(options, std::move(stop));
    out.why = "asked for";
    return out;
  }
  const std::string beyond = beyond_closed(options);
  const bool asked = options.method == PredictMethod::kClosed;
  if (asked && !beyond.empty())
    throw UserError(fmt::format("expected --method simulate for this job, found closed: {}", beyond));
  if (!beyond.empty() || steps_in_full(options) == 0) {
    Prediction out = from_simulation(options, std::move(stop));
    out.why = beyond;
    return out;
  }
  const std::uint64_t steps = steps_in_full(options);
  ClosedOptions how;
  how.ranks_per_host = options.ranks_per_host;
  const ClosedPrediction closed = predict_closed(options.workload, options.storage, steps, how);
  const std::string unlike = unlike_closed(options);
  if (asked || (closed.near && unlike.empty())) {
    Prediction out = from_closed(closed, options, how, steps);
    out.why = asked ? closed.near ? "asked for; it is near here"
                                  : "asked for, although it is not known to be near here"
                    : "the closed form is near here";
    return out;
  }
  Prediction out = from_simulation(options, std::move(stop));
  out.why = unlike.empty() ? "the closed form is not known to be near here" : unlike;
  return out;
}

}  // namespace

}  // namespace aforo
