#include "train/find_max_search.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/carry.h"
#include "base/error.h"
#include "train/host_part.h"
#include "train/host_record.h"

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
               std::stop_token stop, Crew* crew)
    : options_(options),
      store_(store),
      dataset_(dataset),
      stop_(std::move(stop)),
      crew_(crew),
      reset_(store, *dataset.layout) {
  if (crew_) clock_ = agree(*crew_, options_, dataset_, plan_for(crew_->hosts())).clock;
}

JobSettings Search::settings() const {
  return {&store_, options_.engine, options_.io_threads, options_.io_timeout, Seconds{0}};
}

JobPlan Search::plan_for(std::uint32_t accelerators) const {
  RunOptions options = options_;
  options.workload.accelerator.count = accelerators;
  options.workload.training.epochs = 1;
  options.workload.training.steps = kEndlessSteps;
  return make_plan(options, dataset_, crew_);
}

// One host that cannot set it up keeps all from it.
std::optional<JobPlan> Search::agreed_plan(std::uint32_t accelerators) {
  std::optional<JobPlan> plan;
  std::string lack;
  try {
    plan = plan_for(accelerators);
  } catch (const UserError& error) {
    if (tries_.empty() && !crew_) throw;
    lack = error.what();
  }
  if (crew_)
    lack = crew_->exchange(lack, [&](const Crew::Parts& parts) {
      for (std::uint32_t h = 0; h < parts.size(); ++h)
        if (!parts[h] || !parts[h]->empty()) {
          const std::string why = crew_->name(h) + ": " + parts[h].value_or("it is gone");
          return tries_.empty() ? throw UserError(why) : why;
        }
      return std::string();
    });
  if (lack.empty()) return plan;
  refusal_ = lack;
  return std::nullopt;
}

TargetAnswer Search::ask(std::uint32_t accelerators) {
  if (const auto found = tries_.find(accelerators); found != tries_.end())
    return found->second.holds(target()) ? TargetAnswer::kHolds : TargetAnswer::kMisses;
  const std::optional<JobPlan> plan = agreed_plan(accelerators);
  return plan ? keep(run_window(*plan)) : TargetAnswer::kNone;
}

MeasuredJob Search::run_here(const JobPlan& plan) {
  if (options_.drop_caches) reset_.drop();
  const Seconds begin = monotonic_now();
  const StepWatch* running = nullptr;
  WatchOptions watch;
  watch.ranks = plan.ranks.here, watch.first_rank = plan.ranks.first;
  watch.batch_size = plan.loader.batch_size;
  watch.clock_offset = clock_.offset;
  watch.deadline = begin + longest_window(Seconds{law_mean(plan.step_time)});
  if (!crew_ || crew_->first())  // the others hear of it where all meet
    watch.enough = [&, next = begin + kShortest]() mutable {
      if (running->steps().size() < kFewestWindowSteps || monotonic_now() < next) return false;
      next = monotonic_now() + kAskEvery;
      return decided(*running, plan.ranks.here, target());
    };
  return run_job(
      plan, settings(), std::move(watch), stop_, [&](const RunningJob& r) { running = &r.watch; }, {}, crew_);
}

Search::Window Search::run_window(const JobPlan& plan) {
  const Seconds begin = monotonic_now();
  Window window;
  window.kept = {run_here(plan), plan, plan.ranks.all, {}};
  MeasuredJob& job = window.kept.job;
  if (crew_) {
    std::vector<HostPart> parts = gather(*crew_, std::move(job), clock_);
    if (crew_->first()) {
      window.failed = parts.size() < crew_->hosts();
      window.kept.hosts = {{"warnings", Json::array()}};
      add_hosts(window.kept.hosts, parts, {}, plan);
      window.kept.hosts.erase("warnings");
      job = merged(std::move(parts));
      window.kept.plan.ranks = plan.ranks.all;
    }
  }
  if (!crew_ || crew_->first()) {
    unanswered_ += job.unanswered;
    window.failed = window.failed || job.result.failed;
    window.result = {plan.ranks.all, 0, interval_of(*job.watch, plan.ranks.all), monotonic_now() - begin};
    window.result.au = window.result.interval.mean;
  }
  if (crew_) share(window);
  return window;
}

void Search::share(Window& window) {
  Packer packer;
  bool stop = stop_.stop_requested();
  packer(window.result, window.failed, stop);
  const std::string said = crew_->exchange("", [&](const Crew::Parts&) { return packer.take(); });
  Unpacker unpacker(said);
  unpacker(window.result, window.failed, stopped_);
}

void Search::look_again(std::uint32_t accelerators) {
  // It could be made before.
  Window window = run_window(plan_for(accelerators));
  if (window.failed)
    failed_ = std::move(window.kept);
  else if (!stopped())
    again_.push_back(window.result);
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

TargetAnswer Search::keep(Window window) {
  const std::uint32_t ranks = window.kept.ranks;
  if (window.failed) {
    failed_ = std::move(window.kept);
    return TargetAnswer::kNone;
  }
  if (stopped()) return TargetAnswer::kNone;  // an interrupted window decides nothing
  const bool holds = window.result.holds(target());
  Kept& refuted = holds ? failing_ : best_;  // an earlier window of the same count said otherwise
  if (refuted.ranks == ranks) refuted = {};
  Kept& kept = holds ? best_ : failing_;
  if (!kept.ranks || (holds ? ranks >= kept.ranks : ranks <= kept.ranks)) kept = std::move(window.kept);
  tries_.insert_or_assign(ranks, window.result);
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
