// The best designs again, as the jobs themselves in virtual time.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "plan/closed_predict.h"
#include "plan/known_layout.h"
#include "plan/predict.h"
#include "sizing/design_storage.h"
#include "sizing/judge.h"
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
// Of an epoch that was cut: the barrier's mean needs some. Fewer of each job beside others, which would be simulated for
// as long as the slowest takes: in all replications there are some more.
constexpr std::uint64_t kFewestCutSteps = 24, kFewestBeside = 12;
constexpr std::uint64_t kWindows = 3;  // and so many of what the loader runs ahead: one of them is the start
constexpr std::uint64_t kFewestInBatch =
    16;  // samples of a stream: a batch must still come from all its readers
// Reads in batches that were made smaller, of as many samples or, beside other jobs, of one in as many requests: waits of
// single ones, for a disk or a core, even out within a batch, and a barrier would see them. A sample that is prepared
// waits for its core as a whole.
constexpr double kFewestInSmallBatch = 8;
constexpr std::uint64_t kMostDivided = 100'000;  // into so many: no batch is larger
constexpr unsigned kReplications = 3;  // two agree by chance too often: Student's t(1) = 12.7, t(2) = 4.3
// Half a width by chance, of several jobs' AU, with which two suffice.
constexpr double kNoChanceBeside = 2e-3;
// What epochs that find their caches cold add to a job's time, over its compute: up to so much the closed form's
// word is taken for it, of which it misses less than a quarter, and the stationary state alone is simulated.
constexpr double kMostAddedByCold = 0.005;
// That are simulated behind a cache otherwise: cold, filling, one for those that follow, and one when it is full.
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

double sample_rate(const Workload& w) {
  return w.accelerator.count * static_cast<double>(w.loader.batch_size) / law_mean(w.accelerator.step_time);
}

// What a second of the job costs to simulate. A worker that does nothing but read goes through a file in one visit, of
// whose requests no more than the latency is drawn; all others visit the stations for every request.
double request_rate(const Workload& w) {
  constexpr double kDraw = 1.0 / 64;  // of a visit's cost; about
  const Access access = access_of(w);
  const double requests = std::max(1.0, access.requests_per_sample);
  const bool at_once = access.kind == ReadKind::kFile && access.order != BatchOrder::kInOrder &&
                       law_mean(w.loader.preprocess) <= 0;
  return sample_rate(w) * (at_once ? 1 + kDraw * requests : requests);
}

// An epoch that is cut must still be longer than what the loader runs ahead, or all of it is a start.
std::uint64_t fewest_steps(const Workload& w, bool beside) {
  return std::max(beside ? kFewestBeside : kFewestCutSteps, kWindows * access_of(w).window_batches);
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

// What it reads from: caches are smaller by as much.
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

// As a design sees it, before batches are made smaller.
Workload workload_seen(const JobNeed& job, const Design& design) {
  const JobNeed seen = as_read(job, design);
  return coarser(in_known_layout(seen.workload), seen.read);
}

// The fewest steps of an epoch that are simulated: a short epoch is not made longer.
std::uint64_t steps_of_epoch(const Workload& w, bool beside) {
  const std::uint64_t step = w.loader.batch_size * w.accelerator.count;
  const std::uint64_t all = w.training.steps ? w.training.steps : w.dataset.samples / step;
  return std::clamp<std::uint64_t>(all, 1, fewest_steps(w, beside));
}

// Into which its batches may be divided, the least first.
std::vector<std::uint64_t> divisors(const Workload& w, bool beside) {
  std::vector<std::uint64_t> out = {1};
  const Access access = access_of(w);
  const bool apart = beside && access.kind == ReadKind::kFile && law_mean(w.loader.preprocess) <= 0;
  const double each = apart ? std::max(1.0, access.requests_per_sample) : 1;
  for (std::uint64_t k = 2; k <= std::min(w.loader.batch_size, kMostDivided); ++k) {
    const std::uint64_t small = w.loader.batch_size / k;
    if (small * k == w.loader.batch_size && shards_suffice(w, k) &&
        each * static_cast<double>(small) >= kFewestInSmallBatch)
      out.push_back(k);
  }
  return out;
}

// A job as it is simulated.
struct Simulated {
  std::size_t job = 0;  // of the need
  Workload workload;
  std::uint64_t divisor = 1;  // of its batches
};

// The jobs of one simulation, the main one first: that whose fewest steps last longest, so that the others take
// at least theirs meanwhile. All batches are divided as little as makes its requests affordable, those of all jobs
// together; as much as they can be where they are not.
std::vector<Simulated> simulated(const Design& design, const Need& need, const std::vector<std::size_t>& jobs,
                                 std::uint64_t epochs) {
  std::vector<Simulated> out;
  const bool beside = jobs.size() > 1;
  double rate = 0, longest = 0, shortest = 0;
  // At the pace of its hosts: a job that they hold up makes fewer steps meanwhile.
  const auto fewest_time = [&](const Workload& w, std::size_t job) {
    return static_cast<double>(steps_of_epoch(w, beside)) * law_mean(w.accelerator.step_time) /
           (beside ? need.jobs[job].host.pace : 1);
  };
  for (const std::size_t job : jobs) {
    const Workload w = workload_seen(need.jobs[job], design);
    rate += request_rate(w);
    longest = std::max(longest, fewest_time(w, job));
    shortest = std::max(shortest, fewest_time(w, job) / static_cast<double>(divisors(w, beside).back()));
    out.push_back({job, w, 1});
  }
  const double affordable = kMostRequests / rate / static_cast<double>(epochs);
  const double time = std::clamp(affordable, shortest, longest);
  for (Simulated& one : out) {
    for (const std::uint64_t k : divisors(one.workload, beside)) {
      one.divisor = k;
      if (fewest_time(one.workload, one.job) <= time * static_cast<double>(k) * (1 + 1e-9)) break;
    }
    one.workload = in_small_batches(one.workload, one.divisor);
  }
  std::iter_swap(out.begin(), std::max_element(out.begin(), out.end(), [&](const auto& a, const auto& b) {
                   return fewest_time(a.workload, a.job) < fewest_time(b.workload, b.job);
                 }));
  return out;
}

// So many samples of the main job that all jobs together make kMostRequests meanwhile.
std::uint64_t affordable_samples(const std::vector<Simulated>& jobs) {
  double requests = 0;
  for (const Simulated& job : jobs) requests += request_rate(job.workload);
  return static_cast<std::uint64_t>(std::max(1.0, kMostRequests / requests * sample_rate(jobs[0].workload)));
}

PredictOptions options_for(const Design& design, const Need& need, const std::vector<Simulated>& jobs,
                           bool stationary, const SizingAsk& ask, unsigned threads) {
  const Simulated& main = jobs.front();
  PredictOptions out;
  out.workload = main.workload;
  out.storage = in_small_batches(storage_of_design(design, 1, &need.jobs[main.job].read), main.divisor);
  if (stationary) {
    out.workload.training.epochs = 1;
    for (CacheSpec& cache : out.storage.caches) cache.warm = true;
  }
  out.method = PredictMethod::kSimulate;
  out.ranks_per_host = ask.accelerators_per_host;
  out.replications = kReplications;
  out.counterfactual = false;
  out.threads = threads;
  out.most_samples = affordable_samples(jobs);
  out.fewest_steps = fewest_steps(out.workload, jobs.size() > 1);
  if (jobs.size() > 1) out.no_chance = kNoChanceBeside;
  for (std::size_t i = 1; i < jobs.size(); ++i) {
    out.beside.push_back(jobs[i].workload);
    out.beside_scale.push_back(static_cast<double>(jobs[i].divisor) / static_cast<double>(main.divisor));
  }
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
void set_others_served(const Prediction& found, const Design& design, const Need& need,
                       const std::vector<Simulated>& jobs, std::vector<Served>& served) {
  for (std::size_t i = 1; i < jobs.size(); ++i) {
    Served& s = served[jobs[i].job];
    s.au = std::clamp(found.beside.at(i - 1).au, 0.0, 1.0);
    s.low = std::max(0.0, s.au - (found.au - found.au_low));
    s.high = std::min(1.0, s.au + (found.au_high - found.au));
    s.limit = found.limit;
    s.limit_station = found.limit_station;
    s.simulated = true;
    subtract_pauses(design, need.jobs[jobs[i].job], s);
  }
}

// What its epochs on caches that are not full add to a job's time, by the closed form; 1 = as long as it computes.
double added_by_cold(const Design& design, const Need& need, std::size_t i, std::uint32_t per_host) {
  const JobNeed job = as_read(need.jobs[i], design);
  StorageSpec storage = storage_for(design, need, i);
  if (storage.caches.empty()) return 0;
  ClosedOptions options;
  options.ranks_per_host = per_host;
  const double all = predict_closed(job.workload, storage, 0, options).au;
  Workload one = job.workload;
  one.training.epochs = 1;
  for (CacheSpec& cache : storage.caches) cache.warm = true;
  const double full = predict_closed(one, storage, 0, options).au;
  return all > 0 && full > 0 ? std::max(0.0, 1 / all - 1 / full) : 1;
}

void add_time(double added, Served& s) {
  for (double* au : {&s.au, &s.low, &s.high})
    if (*au > 0) *au = 1 / (1 / *au + added);
}

// All jobs once, on caches as full as they will be; what comes before that is added. Where that is much, a job by itself
// is followed through its first epochs; beside others these would last for as long as the slowest one's. Returns the
// events of it.
std::uint64_t simulate_jobs(const Design& design, const Need& need, const SizingAsk& ask, unsigned threads,
                            const std::stop_token& stop, std::vector<Served>& served) {
  const std::vector<std::size_t> jobs = simulated_jobs(need);
  std::vector<double> cold;
  for (const std::size_t job : jobs)
    cold.push_back(added_by_cold(design, need, job, ask.accelerators_per_host));
  if (jobs.size() > 1 || cold[0] <= kMostAddedByCold) {
    const std::vector<Simulated> all = simulated(design, need, jobs, 1);
    const Prediction found = predict(options_for(design, need, all, true, ask, threads), stop);
    set_served(found, design, need.jobs[all[0].job], served[all[0].job]);
    set_others_served(found, design, need, all, served);
    for (std::size_t i = 0; i < jobs.size(); ++i) add_time(cold[i], served[jobs[i]]);
    return found.events;
  }
  const std::vector<Simulated> one = simulated(design, need, jobs, kSimulatedEpochs);
  const Prediction found = predict(options_for(design, need, one, false, ask, threads), stop);
  set_served(found, design, need.jobs[one[0].job], served[one[0].job]);
  return found.events;
}

}  // namespace

Judgement confirm(const Design& design, const Need& need, const SizingAsk& ask, unsigned threads,
                  std::stop_token stop) {
  Judgement out;
  out.served = served_by(design, need, ask.accelerators_per_host);
  out.events = simulate_jobs(design, need, ask, threads, stop, out.served);
  for (std::size_t i = 0; i < need.jobs.size(); ++i) {
    const Served& served = out.served[i];
    const double target = least_utilisation(need.jobs[i]);
    if (served.high >= target || served.au / target >= out.reach) continue;
    out.check = "simulation";
    out.reach = served.au / target;
    out.reason = fmt::format(
        "simulation: {}reaches {} where {} are wanted, limited by {}", subject_of(need, i),
        with_range(format_percent(served.au), format_percent(served.low), format_percent(served.high)),
        format_percent(target), served.limit);
  }
  return out;
}

}  // namespace aforo
