#include "train/find_max_search.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/error.h"

namespace aforo {
namespace {

// All chosen: a search makes some ten windows, each as long as it takes to decide, and no
// longer than a person waits.
constexpr Seconds kShortest{2.0};
constexpr Seconds kAskEvery{0.1};
constexpr double kNarrow = 0.01;  // half width of AU's interval that ends a window
constexpr double kClear = 0.05;   // ... of an interval that does not hold the target

// AU of every step of the job: compute of all ranks over ranks x time between the ends of consecutive steps.
std::vector<double> au_series(const StepWatch& watch, std::uint32_t ranks) {
  const auto& steps = watch.steps();
  std::vector<double> series;
  const auto steady = watch.series().steady();
  const std::uint64_t warm_up = steady ? steady->warm_up_steps : 0;
  const std::uint64_t kept_warm_up =
      warm_up > watch.steps_forgotten() ? warm_up - watch.steps_forgotten() : 0;
  for (std::size_t i = std::clamp<std::size_t>(kept_warm_up, 1, std::max<std::size_t>(steps.size() / 2, 1));
       i < steps.size(); ++i) {
    const double wall = (steps[i].end - steps[i - 1].end).value;
    if (wall > 0) series.push_back(std::min(1.0, steps[i].compute.value / (wall * ranks)));
  }
  return series;
}

// Time-weighted: the mean of step AUs would count short steps as much as long ones.
double mean_au(const StepWatch& watch, std::uint32_t ranks, std::size_t first) {
  const auto& steps = watch.steps();
  if (steps.size() <= first + 1) return 0;
  double compute = 0;
  for (std::size_t i = first + 1; i < steps.size(); ++i) compute += steps[i].compute.value;
  return compute / ((steps.back().end - steps[first].end).value * ranks);
}

Interval interval_of(const StepWatch& watch, std::uint32_t ranks) {
  if (watch.steps().empty()) return {0, 1};
  const std::vector<double> series = au_series(watch, ranks);
  const double au = mean_au(watch, ranks, watch.steps().size() - series.size() - 1);
  const auto spread = batch_means_interval(series);
  return {au, spread ? spread->half_width : 1.0};
}

bool decided(const StepWatch& watch, std::uint32_t ranks, double target) {
  const Interval interval = interval_of(watch, ranks);
  const bool clear = interval.low() > target || interval.high() < target;
  return interval.half_width <= kNarrow || (clear && interval.half_width <= kClear);
}

}  // namespace

Seconds longest_window(Seconds step_time) {
  return std::max(kLongestWindow, step_time * (2.0 * kFewestWindowSteps));
}

Search::Search(const RunOptions& options, const Store& store, const OpenedDataset& dataset,
               std::stop_token stop)
    : options_(options),
      store_(store),
      dataset_(dataset),
      stop_(std::move(stop)),
      reset_(store, *dataset.layout) {}

JobSettings Search::settings() const {
  return {&store_, options_.engine, options_.io_threads, options_.io_timeout, Seconds{0}};
}

JobPlan Search::plan_for(std::uint32_t accelerators) const {
  RunOptions options = options_;
  options.workload.accelerator.count = accelerators;
  options.workload.training.epochs = 1;
  options.workload.training.steps = kEndlessSteps;
  return make_plan(options, dataset_);
}

TargetAnswer Search::ask(std::uint32_t accelerators) {
  if (const auto found = tries_.find(accelerators); found != tries_.end())
    return found->second.holds(target()) ? TargetAnswer::kHolds : TargetAnswer::kMisses;
  JobPlan plan;
  try {
    plan = plan_for(accelerators);
  } catch (const UserError& error) {
    if (tries_.empty()) throw;
    refusal_ = error.what();
    return TargetAnswer::kNone;
  }
  const Seconds begin = monotonic_now();
  MeasuredJob job = run_window(plan);
  return keep(std::move(job), plan, monotonic_now() - begin);
}

MeasuredJob Search::run_window(const JobPlan& plan) {
  const std::uint32_t accelerators = plan.ranks.all;
  if (options_.drop_caches) reset_.drop();
  const Seconds begin = monotonic_now();
  const StepWatch* running = nullptr;
  WatchOptions watch;
  watch.ranks = accelerators;
  watch.batch_size = plan.loader.batch_size;
  watch.deadline = begin + longest_window(Seconds{law_mean(plan.step_time)});
  watch.enough = [&, next = begin + kShortest]() mutable {
    if (running->steps().size() < kFewestWindowSteps || monotonic_now() < next) return false;
    next = monotonic_now() + kAskEvery;
    return decided(*running, accelerators, target());
  };
  MeasuredJob job =
      run_job(plan, settings(), std::move(watch), stop_, [&](const RunningJob& r) { running = &r.watch; });
  unanswered_ += job.unanswered;
  return job;
}

void Search::look_again(std::uint32_t accelerators) {
  // It could be made before.
  const JobPlan plan = plan_for(accelerators);
  const Seconds begin = monotonic_now();
  MeasuredJob job = run_window(plan);
  const Interval interval = interval_of(*job.watch, accelerators);
  if (job.result.failed)
    failed_ = {std::move(job), plan, accelerators};
  else if (!stopped())
    again_.push_back({accelerators, interval.mean, interval, monotonic_now() - begin});
}

std::vector<Try> Search::windows() const {
  std::vector<Try> all = earlier_;
  for (const auto& [n, t] : tries_) all.push_back(t);
  all.insert(all.end(), again_.begin(), again_.end());
  std::stable_sort(all.begin(), all.end(),
                   [](const Try& a, const Try& b) { return a.accelerators < b.accelerators; });
  return all;
}

std::pair<std::uint32_t, std::uint32_t> count_interval(std::vector<Try> windows, double target,
                                                       std::uint32_t best) {
  std::map<std::uint32_t, std::pair<bool, bool>> may;  // per count: may miss, may hold
  for (const Try& t : windows) {
    auto& [miss, hold] = may[t.accelerators];
    miss |= t.doubtful(target) || !t.holds(target);
    hold |= t.doubtful(target) || t.holds(target);
  }
  std::uint32_t low = best, high = best;
  for (auto at = may.upper_bound(best); at != may.begin() && std::prev(at)->second.first; --at)
    low = std::prev(at)->first - 1;
  for (auto at = may.upper_bound(best); at != may.end() && at->second.second; ++at) high = at->first;
  return {low, high};
}

TargetAnswer Search::keep(MeasuredJob job, const JobPlan& plan, Seconds took) {
  const std::uint32_t ranks = plan.ranks.all;
  if (job.result.failed) {
    failed_ = {std::move(job), plan, ranks};
    return TargetAnswer::kNone;
  }
  if (stopped()) return TargetAnswer::kNone;  // an interrupted window decides nothing
  Try result{ranks, 0, interval_of(*job.watch, ranks), took};
  result.au = result.interval.mean;
  const bool holds = result.holds(target());
  Kept& refuted = holds ? failing_ : best_;  // an earlier window of the same count said otherwise
  if (refuted.ranks == ranks) refuted = {};
  Kept& kept = holds ? best_ : failing_;
  if (!kept.ranks || (holds ? ranks >= kept.ranks : ranks <= kept.ranks))
    kept = {std::move(job), plan, ranks};
  tries_.insert_or_assign(ranks, result);
  return holds ? TargetAnswer::kHolds : TargetAnswer::kMisses;
}

void Search::forget(std::uint32_t accelerators) {
  if (const auto found = tries_.find(accelerators); found != tries_.end()) {
    earlier_.push_back(found->second);
    tries_.erase(found);
  }
  best_ = {};
}

std::uint32_t Search::surely_held_below(std::uint32_t high) const {
  std::uint32_t held = 0;
  for (const auto& [n, t] : tries_)
    if (n < high && t.interval.low() >= target()) held = n;
  return held;
}

}  // namespace aforo
