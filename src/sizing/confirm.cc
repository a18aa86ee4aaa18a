// The best designs again, as the jobs themselves in virtual time.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "plan/predict.h"
#include "sizing/design_storage.h"
#include "sizing/size.h"

namespace aforo {
namespace {

// All chosen. More of any of them costs time in proportion, and buys less than what a
// design's figures are worth.

// Requests of one replication, of all jobs together.
constexpr double kMostRequests = 400'000;
// Of the bandwidth of all jobs: what reads less hardly moves the others.
constexpr double kLeastShare = 0.02;
constexpr std::uint64_t kFewestCutSteps = 24;  // of an epoch that was cut: the barrier's mean needs some
constexpr std::uint64_t kWindows = 3;  // and so many of what the loader runs ahead: one of them is the start
constexpr std::uint64_t kFewestInBatch = 16;  // samples: a batch must still be spread over its workers
constexpr unsigned kReplications = 4;  // the fewest whose interval is not mostly Student's t: t(3) = 3.2

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

Workload simulated(const JobNeed& job, const Design& design) {
  const JobNeed seen = as_read(job, design);
  return coarser(seen.workload, seen.read);
}

// So many samples of the main job that all jobs together make kMostRequests meanwhile.
std::uint64_t affordable_samples(const Design& design, const Need& need, std::size_t job) {
  double requests = 0, own = 0;
  for (const std::size_t i : simulated_jobs(need)) {
    const Workload w = simulated(need.jobs[i], design);
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
  out.workload = simulated(need.jobs[job], design);
  out.storage = storage_of_design(design);
  out.method = PredictMethod::kSimulate;
  out.ranks_per_host = ask.accelerators_per_host;
  out.replications = kReplications;
  out.threads = threads;
  out.most_samples = affordable_samples(design, need, job);
  out.fewest_steps = fewest_steps(out.workload);
  for (const std::size_t i : simulated_jobs(need))
    if (i != job) out.beside.push_back(simulated(need.jobs[i], design));
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
  const bool cached = design.local_cache.value > 0 || design.fast.drives > 0;
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
    out.reason =
        fmt::format("simulation: '{}' reaches {} ({} to {}) where {} are wanted, limited by {}",
                    need.jobs[i].workload.name, format_percent(served.au), format_percent(served.low),
                    format_percent(served.high), format_percent(target), served.limit);
  }
  return out;
}

}  // namespace aforo
