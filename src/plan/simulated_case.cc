#include "plan/simulated_case.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/error.h"
#include "base/random.h"
#include "pipeline/plan_job.h"
#include "plan/cache_epochs.h"
#include "plan/changed_storage.h"
#include "plan/known_layout.h"
#include "plan/predicted_layout.h"
#include "plan/simulated_epochs.h"

namespace aforo {
namespace {

// All chosen: what a prediction may cost, against what more would change.
constexpr std::uint64_t kMostSteps = 500;  // of an epoch; the rest go at their steady state
// Of a dataset that stands for a larger one, so many times what is read of it: it then comes back to a sixteenth.
constexpr double kUnreadPart = 16;
constexpr std::uint64_t kWarmEpoch = 3;  // of the seed: other draws than those of the epochs before
constexpr std::uint64_t kNoEnd = std::uint64_t{1} << 40;  // steps: of a job that another one's end will end

std::uint64_t samples_per_step(const Workload& workload) {
  return workload.accelerator.count * workload.loader.batch_size;
}

JobPlan planned(const Workload& workload, const Layout& layout, std::uint64_t samples_in_full) {
  Workload asked = workload;
  if (asked.training.steps == 0 && layout.samples() != samples_in_full)
    asked.training.steps = std::max<std::uint64_t>(samples_in_full / samples_per_step(workload), 1);
  return plan_job(asked, layout, "the workload's dataset");
}

double samples_of(const JobPlan& plan, double steps) {
  return steps * static_cast<double>(plan.ranks.all) * static_cast<double>(plan.loader.batch_size);
}

// An epoch cut short.
void cut_steps(SimulatedCase& c, const PredictOptions& options) {
  const double most = static_cast<double>(options.most_samples);
  const auto affordable = static_cast<std::uint64_t>(most / samples_of(c.plan, 1));
  c.plan.steps = std::min(c.steps, std::max(std::min(kMostSteps, affordable), options.fewest_steps));
  if (c.plan.steps < c.steps)
    c.notes.push_back(
        fmt::format("{} steps of an epoch's {} were simulated; the others go at their steady state",
                    c.plan.steps, c.steps));
}

// Of an epoch's steps, as many as are simulated where caches are made smaller with them.
std::uint64_t affordable_steps(const SimulatedCase& c, const PredictOptions& options) {
  const double whole = samples_of(c.plan, static_cast<double>(c.steps * c.plan.epochs));
  const double most = static_cast<double>(options.most_samples);
  if (options.every_step || whole <= most) return c.steps;
  const double wanted = most / whole * static_cast<double>(c.steps);
  return std::min(c.steps, std::max(static_cast<std::uint64_t>(wanted), options.fewest_steps));
}

// Of the dataset, as much as its steps are of an epoch's. Where steps were asked for that read little of it, a smaller
// one answers them alike, as long as they come back to few of its samples.
std::uint64_t samples_of_smaller(const SimulatedCase& c, const PredictOptions& options, std::uint64_t steps) {
  const double share = static_cast<double>(steps) / static_cast<double>(c.steps);
  const auto as_steps =
      static_cast<std::uint64_t>(std::ceil(static_cast<double>(c.layout->samples()) * share));
  const double read = samples_of(c.plan, static_cast<double>(steps * c.plan.epochs));
  const auto enough = std::max(kMostScanned, static_cast<std::uint64_t>(kUnreadPart * read));
  return options.layout ? as_steps : std::min(as_steps, enough);
}

// An epoch of a smaller dataset, with caches smaller by as much: what share of it they serve stays the same.
void shrink_with_caches(SimulatedCase& c, const PredictOptions& options, const std::stop_token& stop) {
  const std::uint64_t steps = affordable_steps(c, options), samples = samples_of_smaller(c, options, steps);
  const std::uint64_t all = c.layout->samples();
  if (steps >= c.steps && samples >= all) return;
  c.cache_scale = steps < c.steps ? static_cast<double>(steps) / static_cast<double>(c.steps) : 1;
  const auto as_steps = static_cast<std::uint64_t>(std::ceil(static_cast<double>(all) * c.cache_scale));
  if (samples < as_steps) c.cache_scale = static_cast<double>(samples) / static_cast<double>(all);
  Workload smaller = options.workload;
  smaller.dataset.samples = samples;
  keep_shards(smaller, access_of(c.plan).readers, c.layout->files());
  smaller.training.steps = steps;
  c.layout = predicted_layout(smaller, true, c.notes, stop);
  c.plan.layout = c.layout.get();
  c.plan.steps = steps;
  c.notes.push_back(fmt::format(
      "the dataset and the caches were simulated at {:.3g} of their size: {} steps of an epoch's {}",
      c.cache_scale, steps, c.steps));
}

// Epochs on caches. Steps that were asked for may read a dataset more than once: an epoch of a large job counts for as
// many passes.
void settle_epochs(SimulatedCase& c, const StorageSpec& storage) {
  EpochsOnCaches job;
  job.dataset_bytes = static_cast<double>(c.layout->total_bytes());
  if (c.ranks_per_host > 0) job.hosts = std::ceil(static_cast<double>(c.plan.ranks.all) / c.ranks_per_host);
  job.epochs = c.epochs;
  job.simulated = c.plan.epochs;
  job.large = c.large;
  const double read = samples_of(c.plan, static_cast<double>(c.steps)) * c.cache_scale;
  const double passes = std::max(1.0, read / static_cast<double>(c.layout->samples()));
  if (c.large) job.passes = passes;
  c.warm_epochs = warm_epochs(storage, job);
  job.passes = passes;
  c.full_after_first = full_after(storage, job, 1);
}

void cut(SimulatedCase& c, const PredictOptions& options, const std::stop_token& stop) {
  const bool memory = has_memory(options.storage) && !options.cold_epochs;
  c.epochs = options.cold_epochs ? 1 : c.plan.epochs;
  c.steps = c.plan.steps;
  c.plan.epochs = std::min<std::uint64_t>(c.epochs, memory ? most_cache_epochs(options.storage) : 1);
  if (!options.storage.caches.empty())
    shrink_with_caches(c, options, stop);
  else if (!options.every_step)
    cut_steps(c, options);
  c.large = samples_of(c.plan, static_cast<double>(c.plan.steps * c.plan.epochs)) >
            static_cast<double>(options.most_samples);
  if (memory) settle_epochs(c, options.storage);
  if (c.warm_epochs > 0)
    c.notes.push_back(fmt::format(
        "{} epochs of {} were simulated, and one on caches that are full, which stands for {} of the others{}",
        c.plan.epochs, c.epochs, format_count(c.warm_epochs),
        c.mostly_warm() ? ": stations, steps and reads are those of that one" : ""));
  else if (c.plan.epochs < c.epochs)
    c.notes.push_back(
        memory ? fmt::format("{} epochs of {} were simulated; the others go as the last of them",
                             c.plan.epochs, c.epochs)
               : fmt::format("one epoch of {} was simulated: nothing in this storage makes them differ",
                             c.epochs));
}

// Beside caches that were made smaller, other jobs' datasets are made smaller by as much: they are hit as
// often, and leave the main job the same share.
SimulatedCase::Other other_of(const Workload& workload, bool cached, double scale,
                              std::vector<std::string>& notes, const std::stop_token& stop) {
  SimulatedCase::Other other;
  other.name = workload.name;
  const bool smaller = cached && scale != 1;
  other.layout = smaller ? of_mean_samples(workload) : predicted_layout(workload, cached, notes, stop);
  other.plan = planned(workload, *other.layout, workload.dataset.samples);
  other.steps = other.plan.steps;
  if (!smaller) return other;
  Workload scaled = workload;
  const double least = static_cast<double>(samples_per_step(workload));
  const double samples = std::max(least, std::ceil(static_cast<double>(workload.dataset.samples) * scale));
  scaled.dataset.samples = static_cast<std::uint64_t>(samples);
  if (scale < 1) keep_shards(scaled, access_of(other.plan).readers, other.layout->files());
  scaled.training.steps = 1;  // and no end, as below
  other.layout = predicted_layout(scaled, true, notes, stop);
  other.plan = planned(scaled, *other.layout, scaled.dataset.samples);
  return other;
}

void add_others(SimulatedCase& c, const PredictOptions& options, const std::stop_token& stop) {
  for (std::size_t i = 0; i < options.beside.size(); ++i) {
    const Workload& workload = options.beside[i];
    const double scale = options.beside_scale.empty() ? 1 : options.beside_scale.at(i);
    SimulatedCase::Other other =
        other_of(workload, !options.storage.caches.empty(), scale * c.cache_scale, c.notes, stop);
    if (law_mean(other.plan.step_time) <= 0)
      throw UserError(
          fmt::format("expected a step time above 0 for '{}' beside the job, found 0; set "
                      "accelerator.step_time in its workload file",
                      workload.name));
    other.plan.epochs = 1;
    other.plan.steps = kNoEnd;
    c.others.push_back(std::move(other));
  }
}

StorageSpec with_smaller_caches(StorageSpec storage, double scale) {
  for (CacheSpec& cache : storage.caches) {
    if (cache.stands_for.value == 0) cache.stands_for = cache.size;
    cache.size = Bytes{static_cast<std::uint64_t>(static_cast<double>(cache.size.value) * scale)};
  }
  return storage;
}

// Every epoch begins at once and ends with its slowest rank.
Seconds ended(const JobResult& job) {
  Seconds end{0};
  for (const auto& epoch : job.epochs)
    for (const RankEpoch& rank : epoch) end = std::max(end, rank.end);
  return end;
}

SimSetup setup_of(const SimulatedCase& c, const StorageSpec& storage, std::uint64_t seed,
                  std::uint64_t replication) {
  SimSetup setup;
  setup.until_first = true;
  setup.storage = &storage;
  setup.seed = mix64(seed, replication);
  setup.gather_hits = c.large;
  setup.jobs.push_back({c.plan, c.ranks_per_host});
  for (const auto& other : c.others) setup.jobs.push_back({other.plan, c.ranks_per_host});
  for (SimJob& job : setup.jobs) job.plan.loader.seed += replication;
  return setup;
}

SimResult run_beside(const SimulatedCase& c, const StorageSpec& storage, std::uint64_t seed,
                     std::uint64_t replication, std::stop_token stop) {
  SimResult result = simulate(setup_of(c, storage, seed, replication), std::move(stop));
  if (result.stopped) throw Interrupted();
  return result;
}

// How many epochs of the job each of `simulated` stands for: the last one for all later ones, or, where one
// on full caches was added behind it, for those that are not like that.
std::vector<double> weights_of(const SimulatedCase& c, std::size_t simulated) {
  std::vector<double> out(simulated, 1.0);
  const double later = static_cast<double>(c.epochs) - static_cast<double>(simulated);
  if (c.warm_epochs > 0 && simulated > c.plan.epochs) {
    out.back() = c.warm_epochs;
    out[simulated - 2] += later + 1 - c.warm_epochs;
  } else if (later > 0 && !out.empty()) {
    out.back() += later;
  }
  return out;
}

StallTimes times_of(const std::vector<RankEpoch>& ranks) {
  StallTimes t;
  for (const RankEpoch& rank : ranks)
    t.add({rank.end - rank.start, rank.compute, rank.load_wait, rank.barrier_wait, rank.checkpoint,
           rank.first_load_wait});
  return t;
}

// Seconds and samples of the whole job first, then their ratios.
void add_rates(SimulatedOnce& out, const std::vector<std::vector<RankEpoch>>& epochs) {
  double samples = 0, wall = 0;
  for (std::size_t e = 0; e < epochs.size(); ++e) {
    const StallTimes t = times_of(epochs[e]);
    const auto ranks = static_cast<double>(epochs[e].size());
    out.per_epoch.push_back(t);
    out.stalls.add(t, out.weights[e]);
    if (ranks > 0) wall += t.total.value / ranks * out.weights[e];
    for (const RankEpoch& rank : epochs[e]) samples += static_cast<double>(rank.samples) * out.weights[e];
  }
  if (!(wall > 0)) return;
  out.au = out.stalls.compute / out.stalls.total;
  out.samples = {samples / wall};
}

// Epochs of one dataset ask the caches equally often.
double hit_share(const std::vector<double>& per_epoch, const std::vector<double>& weights) {
  double hits = 0, epochs = 0;
  for (std::size_t e = 0; e < std::min(per_epoch.size(), weights.size()); ++e)
    hits += weights[e] * per_epoch[e], epochs += weights[e];
  return epochs > 0 ? hits / epochs : 0;
}

// An epoch behind the others that finds every cache full.
SimResult warm_epoch(const SimulatedCase& c, StorageSpec storage, std::uint64_t seed,
                     std::uint64_t replication, const std::stop_token& stop) {
  for (CacheSpec& cache : storage.caches) cache.warm = true;
  SimulatedCase warm = c;
  warm.plan.epochs = 1;
  return run_beside(warm, storage, mix64(seed, kWarmEpoch), replication, stop);
}

// Where some of the ranks are simulated, they stand for all.
double per_rank_here(const Ranks& ranks) { return ranks.all / static_cast<double>(ranks.here); }

void add_readers(SimulatedOnce& out, const SimulatedCase& c, const SimJobResult& job) {
  const ReaderStats& readers = job.job.readers;
  const double time = ended(job.job).value;
  if (time <= 0) return;
  out.in_flight = readers.busy.value / time * per_rank_here(c.plan.ranks);
  out.worker_busy =
      std::min(1.0, out.in_flight / static_cast<double>(c.plan.ranks.all * access_of(c.plan).readers));
  out.read_mean = readers.sample_read.mean();
  out.read_p99 = readers.sample_read.quantile(0.99);
}

}  // namespace

void take_out_pauses(SimulatedCase& c) {
  CheckpointPlan& checkpoint = c.plan.checkpoint;
  if (checkpoint.every_steps == 0) return;
  const std::uint64_t all = c.epochs * c.steps / checkpoint.every_steps;
  c.pauses = checkpoint.pause * (static_cast<double>(all) / static_cast<double>(c.epochs));
  checkpoint.every_steps = 0;
}

SimulatedCase make_case(const PredictOptions& asked, const std::stop_token& stop) {
  SimulatedCase c;
  PredictOptions options = asked;
  if (!options.layout) options.workload = in_known_layout(std::move(options.workload), c.notes);
  for (Workload& beside : options.beside) beside = in_known_layout(std::move(beside), c.notes);
  const bool caches = !options.storage.caches.empty();
  // What is made smaller with its caches is not laid whole before: sizes of a billion samples take minutes.
  const bool stands_in = caches && !options.layout;
  c.layout = options.layout ? options.layout
             : stands_in    ? of_mean_samples(options.workload)
                            : predicted_layout(options.workload, false, c.notes, stop);
  c.plan = planned(options.workload, *c.layout,
                   options.layout ? options.layout->samples() : options.workload.dataset.samples);
  c.plan.checkpoint.every_steps = options.checkpoint_steps;
  c.plan.checkpoint.pause = options.checkpoint_pause;
  c.ranks_per_host = options.ranks_per_host;
  c.simulated = options.simulated;
  cut(c, options, stop);
  if (c.plan.steps < c.steps) take_out_pauses(c);
  if (stands_in && c.cache_scale >= 1) {
    c.layout = predicted_layout(options.workload, true, c.notes, stop);
    c.plan.layout = c.layout.get();
  }
  add_others(c, options, stop);
  return c;
}

namespace {

// One start of its loaders, and then as it went while the main job ran: what would be its epochs follow one
// another without an end, or those of a smaller dataset would be starts alone.
BesidePrediction beside_of(const SimulatedCase::Other& other, const SimJobResult& job) {
  const double steady = steady_au(job, other.plan);
  const auto epochs = in_full(job.job.epochs, other.plan.synchronous, other.steps, steady);
  const AuResult found = utilisation(Statistic::kWall, epochs, other.plan.loader.batch_size);
  return {other.name, other.plan.ranks.all, found.au.value_or(0), {found.samples_per_second.value_or(0)}};
}

}  // namespace

SimulatedOnce simulate_once(const SimulatedCase& c, const StorageSpec& storage, std::uint64_t seed,
                            std::uint64_t replication, std::stop_token stop) {
  StorageSpec smaller;
  if (c.cache_scale < 1) smaller = with_smaller_caches(storage, c.cache_scale);
  const StorageSpec& spec = c.cache_scale < 1 ? smaller : storage;
  const SimResult result = run_beside(c, spec, seed, replication, stop);
  if (c.simulated) c.simulated();
  const SimJobResult& job = result.jobs.front();
  SimulatedOnce out;
  std::vector<double> hits = job.cache_hits_per_epoch;
  std::vector<std::vector<RankEpoch>> epochs =
      in_full(job.job.epochs, c.plan.synchronous, c.steps, steady_au(job, c.plan));
  std::optional<SimResult> warm;
  if (c.warm_epochs > 0) warm = warm_epoch(c, spec, seed, replication, stop);
  if (warm && !warm->jobs.front().job.epochs.empty()) {
    const SimJobResult& of_warm = warm->jobs.front();
    epochs.push_back(extended(of_warm.job.epochs, c.steps, steady_au(of_warm, c.plan)).front());
    hits.push_back(of_warm.cache_hit_share);
  }
  add_pauses(epochs, c.pauses);
  out.weights = weights_of(c, epochs.size());
  add_rates(out, epochs);
  out.samples = out.samples * per_rank_here(c.plan.ranks);
  out.bytes = {out.samples.value * access_of(c.plan).bytes_per_sample};
  out.cache_hit_share = hit_share(hits, out.weights);
  // What the storage saw is no sum over epochs: it is told of those that most are like.
  const SimResult& seen = warm && c.mostly_warm() ? *warm : result;
  out.step_times = seen.jobs.front().steps;
  out.stations = seen.stations;
  out.events = result.events;
  add_readers(out, c, seen.jobs.front());
  for (std::size_t i = 1; i < result.jobs.size(); ++i)
    out.beside.push_back(beside_of(c.others[i - 1], result.jobs[i]));
  return out;
}

StallTimes epoch_on_full_caches(const SimulatedCase& c, const StorageSpec& storage, std::uint64_t seed,
                                std::uint64_t replication, std::stop_token stop) {
  const StorageSpec spec = c.cache_scale < 1 ? with_smaller_caches(storage, c.cache_scale) : storage;
  const SimResult warm = warm_epoch(c, spec, seed, replication, stop);
  const SimJobResult& job = warm.jobs.front();
  std::vector<std::vector<RankEpoch>> epochs = extended(job.job.epochs, c.steps, steady_au(job, c.plan));
  add_pauses(epochs, c.pauses);
  return epochs.empty() ? StallTimes{} : times_of(epochs.front());
}

}  // namespace aforo
