// find_max: the largest number of accelerators that this storage keeps at the AU target.
//
// Ramp: 1, 2, 4, ... until the target is missed (or the limit is met), then bisection between the last that
// held and the first that did not. Every try is a short window: it runs until the 95 % interval of AU (batch
// means over steps, warm-up cut off) is clear of the target or narrow, at most kLongest. The answer's
// uncertainty is the range of counts whose interval does not exclude the target.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>

#include "base/error.h"
#include "measure/interval.h"
#include "run/cache_reset.h"
#include "run/progress_ticker.h"
#include "run/run_record.h"
#include "run/train_command.h"

namespace aforo {
namespace {

constexpr Seconds kShortest{2.0};
constexpr Seconds kLongest{12.0};
constexpr std::size_t kFewestSteps = 12;
constexpr int kRounds = 3;        // confirmations of the answer
constexpr double kNarrow = 0.01;  // half width of AU's interval that ends a window

struct Try {
  std::uint32_t accelerators = 0;
  double au = 0;
  Interval interval;
  Seconds took{0};
  bool holds(double target) const { return au >= target; }
  bool unclear(double target) const { return interval.low() < target && interval.high() > target; }
};

// AU of every step of the job: compute of all ranks over ranks x time between the ends of consecutive steps.
std::vector<double> au_series(const StepWatch& watch, std::uint32_t ranks) {
  const auto& steps = watch.steps();
  std::vector<double> series;
  const auto steady = watch.series().steady();
  const std::size_t first =
      std::max<std::size_t>(1, steady ? std::min<std::size_t>(steady->warm_up_steps, steps.size() / 2) : 1);
  for (std::size_t i = first; i < steps.size(); ++i) {
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
  const std::vector<double> series = au_series(watch, ranks);
  const std::size_t first = watch.steps().size() - series.size() - 1;
  const double au = mean_au(watch, ranks, first);
  const auto spread = batch_means_interval(series);
  return {au, spread ? spread->half_width : 1.0};
}

class Search {
 public:
  Search(const RunOptions& options, const OpenedDataset& dataset, std::stop_token stop)
      : options_(options),
        dataset_(dataset),
        stop_(std::move(stop)),
        reset_(options.directory, *dataset.layout) {}

  const Try& attempt(std::uint32_t accelerators) {
    if (const auto found = tries_.find(accelerators); found != tries_.end()) return found->second;
    RunOptions options = options_;
    options.workload.accelerator.count = accelerators;
    options.workload.training.epochs = 1;
    options.workload.training.steps = ~std::uint32_t{0};
    const JobPlan plan = make_plan(options, dataset_);
    if (options_.drop_caches) reset_.drop();
    const Seconds begin = monotonic_now();
    const StepWatch* running = nullptr;
    WatchOptions watch;
    watch.ranks = accelerators;
    watch.batch_size = plan.loader.batch_size;
    watch.deadline = begin + std::max(kLongest, Seconds{law_mean(plan.step_time) * kFewestSteps * 2});
    watch.enough = [&] { return enough(*running, accelerators, begin); };
    MeasuredJob job = run_job(plan,
                              {options.directory, options.null_storage ? "null" : options.engine,
                               options.io_threads, options.io_timeout},
                              std::move(watch), stop_, [&](const StepWatch& w) { running = &w; });
    Try result{accelerators, 0, interval_of(*job.watch, accelerators), monotonic_now() - begin};
    result.au = result.interval.mean;
    const bool holds = result.holds(options_.workload.training.au_target);
    if (holds ? failing_.ranks == accelerators : best_.ranks == accelerators) (holds ? failing_ : best_) = {};
    Kept& refuted = holds ? failing_ : best_;  // an earlier window of the same count said otherwise
    if (refuted.ranks == accelerators) refuted = {};
    Kept& kept = holds ? best_ : failing_;
    const bool closer = !kept.ranks || (holds ? accelerators >= kept.ranks : accelerators <= kept.ranks);
    if (closer) kept = {std::move(job), plan, accelerators};
    return tries_.insert_or_assign(accelerators, result).first->second;
  }

  const std::map<std::uint32_t, Try>& tries() const { return tries_; }
  // The largest count below `high` whose whole interval held, or 0.
  std::uint32_t surely_held_below(std::uint32_t high) const {
    std::uint32_t held = 0;
    for (const auto& [n, t] : tries_)
      if (n < high && t.interval.low() >= options_.workload.training.au_target) held = n;
    return held;
  }
  // A count that was tried before is tried again, and nothing larger counts as held.
  void forget(std::uint32_t accelerators) {
    tries_.erase(accelerators);
    best_ = {};
  }
  struct Kept {
    MeasuredJob job;
    JobPlan plan;
    std::uint32_t ranks = 0;  // 0 = none
  };
  const Kept& best() const { return best_; }        // the largest that held
  const Kept& failing() const { return failing_; }  // the smallest that did not
  const std::string& note() const { return reset_.note(); }

 private:
  bool enough(const StepWatch& watch, std::uint32_t ranks, Seconds begin) const {
    if (watch.steps().size() < kFewestSteps || monotonic_now() - begin < kShortest) return false;
    const Interval interval = interval_of(watch, ranks);
    const double target = options_.workload.training.au_target;
    const bool clear = interval.low() > target || interval.high() < target;
    return interval.half_width <= kNarrow || (clear && interval.half_width <= 5 * kNarrow);
  }

  const RunOptions& options_;
  const OpenedDataset& dataset_;
  std::stop_token stop_;
  CacheReset reset_;
  std::map<std::uint32_t, Try> tries_;
  Kept best_, failing_;
};

// The largest count that holds, or 0. `low` holds (or is 0), `high` does not.
std::uint32_t bisect(Search& search, std::uint32_t low, std::uint32_t high, double target,
                     const std::stop_token& stop, const std::function<void()>& tick) {
  while (high - low > 1 && !stop.stop_requested()) {
    const std::uint32_t middle = low + (high - low) / 2;
    const bool holds = search.attempt(middle).holds(target);
    if (stop.stop_requested()) break;  // an interrupted window decides nothing
    (holds ? low : high) = middle;
    tick();
  }
  return low;
}

Json ramp_json(const std::map<std::uint32_t, Try>& tries) {
  Json ramp = Json::array();
  for (const auto& [n, t] : tries)
    ramp.push_back({{"accelerators", n},
                    {"au", t.au},
                    {"au_interval", {std::max(0.0, t.interval.low()), std::min(1.0, t.interval.high())}},
                    {"seconds", t.took.value}});
  return ramp;
}

// Counts around `best` whose interval does not exclude the target.
std::pair<std::uint32_t, std::uint32_t> uncertainty(const std::map<std::uint32_t, Try>& tries,
                                                    std::uint32_t best, double target) {
  std::uint32_t low = best, high = best;
  for (const auto& [n, t] : tries) {
    if (n <= best && t.unclear(target)) {
      low = std::min(low, n > 0 ? n - 1 : 0);
    } else if (n > best && t.unclear(target)) {
      high = std::max(high, n);
    }
  }
  return {low, high};
}

}  // namespace

Json find_max(const RunOptions& options, std::stop_token stop, const ProgressSink& progress) {
  if (law_mean(options.workload.accelerator.step_time) <= 0)
    throw UserError("expected a step time above 0 for --find-max, found 0; give --step-time");
  const OpenedDataset dataset =
      open_dataset(options.directory, options.workload.dataset, options.io_threads, stop);
  Json record = start_record("run", options.directory);
  const double target = options.workload.training.au_target;
  const std::uint32_t limit = options.max_accelerators ? options.max_accelerators : 1u << 20;
  Search search(options, dataset, stop);
  const Seconds begin = monotonic_now();
  const auto tick = [&] {
    if (!progress || search.tries().empty()) return;
    const Try& t = search.tries().rbegin()->second;
    Progress p;
    p.phase = fmt::format("searching, {} tried", search.tries().size());
    p.elapsed = monotonic_now() - begin;
    p.au = t.au;
    progress(p);
  };
  std::uint32_t low = 0, high = 0;
  for (std::uint32_t n = 1; !stop.stop_requested(); n = std::min(n * 2, limit)) {
    const bool holds = search.attempt(n).holds(target);
    tick();
    if (stop.stop_requested()) break;
    if (!holds) {
      high = n;
      break;
    }
    low = n;
    if (n == limit) break;
  }
  if (high) low = bisect(search, low, high, target, stop, tick);
  // The winner of a search over noisy windows was lucky more often than not: it must hold once more, or the
  // search goes on below it.
  for (int round = 0; low && round < kRounds && !stop.stop_requested(); ++round) {
    search.forget(low);
    if (search.attempt(low).holds(target) || stop.stop_requested()) break;
    high = low;
    low = bisect(search, search.surely_held_below(high), high, target, stop, tick);
  }
  const Search::Kept& shown = search.best().ranks ? search.best() : search.failing();
  if (!shown.ranks) throw Interrupted();
  const bool stopped = stop.stop_requested();
  const auto [from, to] = uncertainty(search.tries(), low, target);
  record["config"] = config_of(options, dataset, shown.plan);
  add_measurement(record, shown.job, shown.plan, options, *dataset.layout);
  if (search.failing().ranks)
    add_verdict(record, judge(evidence_of(search.failing().job, search.failing().plan, options)));
  record["max_accelerators"] = low;
  record["max_accelerators_interval"] = {from, to};
  record["at_limit"] = high == 0 && low == limit;
  record["threshold"] = target;
  record["ramp"] = ramp_json(search.tries());
  record["partial"] = stopped;
  for (const auto& w : options.workload.warnings) record["warnings"].push_back(w);
  for (const auto& w : dataset.warnings) record["warnings"].push_back(w);
  if (!search.note().empty()) record["warnings"].push_back(search.note());
  return record;
}

}  // namespace aforo
