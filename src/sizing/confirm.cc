// The best designs again, as the jobs themselves in virtual time.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "plan/predict.h"
#include "sizing/design_storage.h"
#include "sizing/money_words.h"
#include "sizing/size.h"

namespace aforo {
namespace {

// All chosen. More of any of them costs time in proportion, and buys less than what a
// design's figures are worth.

// Requests of one replication, of all jobs together.
constexpr double kMostRequests = 60'000;
// Of the bandwidth of all jobs: what reads less hardly moves the others.
constexpr double kLeastShare = 0.02;
constexpr std::uint64_t kFewestCutSteps = 24;  // of an epoch that was cut: the barrier's mean needs some
constexpr std::uint64_t kWindows = 3;  // and so many of what the loader runs ahead: one of them is the start
constexpr std::uint64_t kFewestInBatch = 16;  // samples: a batch must still be spread over its workers
// In batches that were made smaller: with 8 of 400 left, utilisations are within 0.3 points of those in full.
constexpr std::uint64_t kFewestInSmallBatch = 8;
constexpr unsigned kReplications = 3;  // two agree by chance too often: Student's t(1) = 12.7, t(2) = 4.3
// That are simulated behind a cache at most: cold, filling, one for those that follow, and one when it is full.
constexpr std::uint64_t kSimulatedEpochs = 4;

// Jobs that read enough for the others to feel. The rest stay at their closed form, which knows
// what these leave: a job that reads little but steps slowly would have all others simulated for as
// long as its own steps take.
std::vector<std::size_t> simulated_jobs(const Need& need) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < need.jobs.size(); ++i)
    if (need.jobs[i].requirement.read.value >= kLeastShare * need.read.value) out.push_back(i);
  return out;
}

// The job with the longest step: the others then take many steps beside it.
std::size_t main_job(const Need& need, const std::vector<std::size_t>& jobs) {
  const auto step = [&](std::size_t i) { return law_mean(need.jobs[i].workload.accelerator.step_time); };
  return *std::max_element(jobs.begin(), jobs.end(),
                           [&](std::size_t a, std::size_t b) { return step(a) < step(b); });
}

// An epoch that is cut must still be longer than what the loader runs ahead, or all of it is a start.
std::uint64_t fewest_steps(const Workload& w) {
  return std::max(kFewestCutSteps, kWindows * access_of(w).window_batches);
}

// Of a stream, storage sees requests and not samples: several samples simulated as one of their size are the
// same reads with fewer steps of the clock.
Workload coarser(Workload w, const Access& read) {
  if (read.kind != ReadKind::kStream) return w;
  const double sample = law_mean(w.dataset.sample_size);
  std::uint64_t together = 1;
  for (std::uint64_t k = 2; w.loader.batch_size / k >= kFewestInBatch; ++k)
    if (w.loader.batch_size % k == 0 && static_cast<double>(k) * sample <= read.operation_bytes() / 4)
      together = k;
  const auto divide = [&](std::uint64_t n) { return std::max<std::uint64_t>(1, n / together); };
  const double k = static_cast<double>(together);
  w.loader.batch_size = divide(w.loader.batch_size);
  w.loader.shuffle_buffer = w.loader.shuffle_buffer / together;
  w.dataset.samples = divide(w.dataset.samples);
  w.dataset.samples_per_file = divide(w.dataset.samples_per_file);
  const double spread = law_cv(w.dataset.sample_size) * sample;
  if (together > 1)
    w.dataset.sample_size = {.kind = spread > 0 ? LawKind::kLognormal : LawKind::kConstant,
                             .mean = k * sample,
                             .stddev = spread * std::sqrt(k)};
  if (together > 1)
    w.loader.preprocess = {.kind = LawKind::kConstant, .mean = k * law_mean(w.loader.preprocess)};
  return w;
}

// Of the mean of `k` draws.
Law mean_of_draws(const Law& law, std::uint64_t k) {
  const double mean = law_mean(law), stddev = law_cv(law) * mean / std::sqrt(static_cast<double>(k));
  if (k == 1 || stddev <= 0) return law;
  return {.kind = LawKind::kLognormal, .mean = mean, .stddev = stddev};
}

// A job with a k-th of the samples in a batch, of a dataset smaller by as much, and steps as much shorter. It
// wants the same samples a second from as many readers, waits for the same share of every epoch, and smaller
// caches hit as often. That a batch varies as little as the sum of k times as many reads is what the means of k
// draws are for; only queues still see one read after the other.
Workload in_small_batches(Workload w, std::uint64_t k) {
  if (k == 1) return w;
  w.loader.batch_size /= k;
  w.loader.shuffle_buffer /= k;
  w.dataset.samples /= k;
  w.dataset.sample_size = mean_of_draws(w.dataset.sample_size, k);
  w.loader.preprocess = mean_of_draws(w.loader.preprocess, k);
  Law& step = w.accelerator.step_time;
  for (double* part : {&step.mean, &step.stddev, &step.minimum, &step.maximum})
    *part /= static_cast<double>(k);
  for (double& quantile : step.quantiles) quantile /= static_cast<double>(k);
  return w;
}

// What it reads from.
StorageSpec in_small_batches(StorageSpec storage, std::uint64_t k) {
  const auto average = [k](std::vector<Station>& stations) {
    for (Station& station : stations) station.latency = mean_of_draws(station.latency, k);
  };
  average(storage.client);
  for (TierSpec& tier : storage.tiers) average(tier.stations);
  for (CacheSpec& cache : storage.caches) {
    average(cache.stations);
    cache.size.value /= k;
  }
  return storage;
}

// Whether every reader of a k-th of a dataset in shards still finds some of its own.
bool shards_suffice(const Workload& w, std::uint64_t k) {
  constexpr std::uint64_t kShardsPerReader = 4;  // chosen: as where a dataset is cut
  const Access access = access_of(w);
  if (k == 1 || access.kind != ReadKind::kStream) return true;
  const std::uint64_t shards = w.dataset.samples / k / std::max<std::uint64_t>(1, w.dataset.samples_per_file);
  return shards >= kShardsPerReader * access.readers * w.accelerator.count;
}

// The least divisor of its batches with which the fewest steps are affordable, or the largest that leaves enough
// in them. 1 for jobs that share a cache, which cannot be smaller for one of them.
std::uint64_t batch_divisor(const Workload& w, const Need& need, const Design& design) {
  const bool cached = has_cache(design);
  if (cached && simulated_jobs(need).size() > 1) return 1;
  const std::uint64_t batch = w.loader.batch_size, step = batch * w.accelerator.count;
  const std::uint64_t all = w.training.steps ? w.training.steps : w.dataset.samples / step;
  const std::uint64_t epochs = cached ? std::min<std::uint64_t>(kSimulatedEpochs, w.training.epochs) : 1;
  const double requests = static_cast<double>(epochs * std::min(all, fewest_steps(w)) * step) *
                          std::max(1.0, access_of(w).requests_per_sample);
  std::uint64_t out = 1;
  for (std::uint64_t k = 1; batch / k >= kFewestInSmallBatch; ++k) {
    if (batch % k != 0 || !shards_suffice(w, k)) continue;
    out = k;
    if (requests <= static_cast<double>(k) * kMostRequests) break;
  }
  return out;
}

// A job as it is simulated.
struct Simulated {
  Workload workload;
  std::uint64_t divisor = 1;  // of its batches
};

Simulated simulated(const JobNeed& job, const Need& need, const Design& design) {
  const JobNeed seen = as_read(job, design);
  const Workload w = coarser(seen.workload, seen.read);
  const std::uint64_t divisor = batch_divisor(w, need, design);
  return {in_small_batches(w, divisor), divisor};
}

// So many samples of the main job that all jobs together make kMostRequests meanwhile.
std::uint64_t affordable_samples(const Design& design, const Need& need, std::size_t job) {
  double requests = 0, own = 0;
  for (const std::size_t i : simulated_jobs(need)) {
    const Workload w = simulated(need.jobs[i], need, design).workload;
    const double rate =
        w.accelerator.count * static_cast<double>(w.loader.batch_size) / law_mean(w.accelerator.step_time);
    requests += rate * std::max(1.0, access_of(w).requests_per_sample);
    if (i == job) own = rate;
  }
  return static_cast<std::uint64_t>(std::max(1.0, kMostRequests / requests * own));
}

PredictOptions options_for(const Design& design, const Need& need, std::size_t job, const SizingAsk& ask,
                           unsigned threads) {
  PredictOptions out;
  const Simulated main = simulated(need.jobs[job], need, design);
  out.workload = main.workload;
  out.storage = in_small_batches(storage_of_design(design, 1, &need.jobs[job].read), main.divisor);
  out.method = PredictMethod::kSimulate;
  out.ranks_per_host = ask.accelerators_per_host;
  out.replications = kReplications;
  out.counterfactual = false;
  out.threads = threads;
  out.most_samples = affordable_samples(design, need, job);
  out.fewest_steps = fewest_steps(out.workload);
  for (const std::size_t i : simulated_jobs(need))
    if (i != job) out.beside.push_back(simulated(need.jobs[i], need, design).workload);
  return out;
}

void set_served(const Prediction& found, const Design& design, const JobNeed& job, Served& s) {
  s.au = found.au;
  s.low = found.au_low;
  s.high = found.au_high;
  s.limit = found.limit;
  s.limit_station = found.limit_station;
  s.simulated = true;
  subtract_pauses(design, job, s);
}

// The interval of the others is taken to be as wide as the main job's.
void set_others_served(const Prediction& found, const Design& design, const Need& need, std::size_t main,
                       std::vector<Served>& served) {
  std::size_t other = 0;
  for (const std::size_t i : simulated_jobs(need)) {
    if (i == main) continue;
    Served& s = served[i];
    s.au = std::clamp(found.beside.at(other++).au, 0.0, 1.0);
    s.low = std::max(0.0, s.au - (found.au - found.au_low));
    s.high = std::min(1.0, s.au + (found.au_high - found.au));
    s.simulated = true;
    subtract_pauses(design, need.jobs[i], s);
  }
}

// Jobs beside the main one are followed for one epoch; where a cache makes epochs
// differ, each takes its turn.
void simulate_jobs(const Design& design, const Need& need, const SizingAsk& ask, unsigned threads,
                   const std::stop_token& stop, std::vector<Served>& served) {
  const bool cached = has_cache(design);
  const std::vector<std::size_t> jobs = simulated_jobs(need);
  for (std::size_t i = 0; cached && i < jobs.size(); ++i)
    set_served(predict(options_for(design, need, jobs[i], ask, threads), stop), design, need.jobs[jobs[i]],
               served[jobs[i]]);
  if (cached) return;
  const std::size_t main = main_job(need, jobs);
  const Prediction found = predict(options_for(design, need, main, ask, threads), stop);
  set_served(found, design, need.jobs[main], served[main]);
  set_others_served(found, design, need, main, served);
}

}  // namespace

Judgement confirm(const Design& design, const Need& need, const SizingAsk& ask, unsigned threads,
                  std::stop_token stop) {
  Judgement out;
  out.served = served_by(design, need, ask.accelerators_per_host);
  simulate_jobs(design, need, ask, threads, stop, out.served);
  for (std::size_t i = 0; i < need.jobs.size(); ++i) {
    const Served& served = out.served[i];
    const double target = need.jobs[i].requirement.target;
    if (served.high >= target || served.au / target >= out.reach) continue;
    out.check = "simulation";
    out.reach = served.au / target;
    out.reason = fmt::format(
        "simulation: '{}' reaches {} where {} are wanted, limited by {}", need.jobs[i].workload.name,
        with_range(format_percent(served.au), format_percent(served.low), format_percent(served.high)),
        format_percent(target), served.limit);
  }
  return out;
}

}  // namespace aforo
