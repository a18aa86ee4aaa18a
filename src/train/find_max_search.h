// The tries behind find_max: short windows at a number of accelerators, judged against the AU target.
#pragma once

#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "hosts/crew.h"
#include "measure/bracket.h"
#include "measure/interval.h"
#include "train/job_setup.h"
#include "train/measured_job.h"
#include "train/run_options.h"
#include "world/cache_reset.h"

namespace aforo {

// A window lasts so long at most, or as twice its fewest steps take. Chosen so that a search of a
// dozen windows stays within minutes.
inline constexpr Seconds kLongestWindow{12.0};
inline constexpr std::size_t kFewestWindowSteps = 12;
Seconds longest_window(Seconds step_time);  // the mean one

// One window.
struct Try {
  std::uint32_t accelerators = 0;
  // Time-weighted over the window's steps, warm-up cut off: a fraction.
  double au = 0;
  // 95 % of au, by batch means over steps; its half width is 1 where there were too few.
  Interval interval;
  // With setting the job up and taking it down.
  Seconds took{0};
  bool holds(double target) const { return au >= target; }
  // Whether a repetition could well fall on the other side: the interval holds the target, or lies less than
  // twice its half width beyond it (windows end when they look clear, so they look clearer than they are).
  bool doubtful(double target) const { return std::abs(interval.mean - target) < 3 * interval.half_width; }
};

// The counts that `windows` (any order, several per count) do not tell from `best`: from below the smallest
// that in doubt, or in one of its windows, did not hold, walking down from `best`, to the largest that in
// doubt or in one window did, walking up.
std::pair<std::uint32_t, std::uint32_t> count_interval(std::vector<Try> windows, double target,
                                                       std::uint32_t best);

// Home thread only, one search at a time.
// It keeps two whole jobs (the best and the failing one) and, of all others, only their Try:
// histograms and results of a dozen windows are not needed.
class Search {
 public:
  // All that is given outlives it. `crew`: the hosts that search together, each with a Search that is asked the same; what
  // a window came to is the first's to say, and known to all, so that all go the same way. Throws UserError, or SaidByFirst,
  // where hosts do not agree on the dataset (host_part.h).
  Search(const RunOptions& options, const Store& store, const OpenedDataset& dataset, std::stop_token stop,
         Crew* crew = nullptr);
  std::uint32_t hosts() const { return crew_ ? crew_->hosts() : 1; }

  // Runs a window with that many accelerators, unless it was run before. A window ends when the 95 % interval
  // of AU (batch means over steps, warm-up cut off) is narrow or clear of the target, or after its longest
  // time. No answer: the window was interrupted, a read error ended it, or it cannot be set up: see the
  // search's state. Throws UserError if the very first one cannot be set up.
  //
  // Blocks for the window. Before it, caches are dropped where the options say so: else a count may
  // read what the one before it left in the page cache.
  TargetAnswer ask(std::uint32_t accelerators);

  // The same count will be measured again; nothing measured so far counts as the best. The window
  // that was stays in `windows`.
  void forget(std::uint32_t accelerators);

  // Measures a count a second time for `windows` alone: answers stay as they are.
  // The count has been asked before, so its plan can be made. A read error in it fails the search.
  void look_again(std::uint32_t accelerators);

  // The largest count below `high` whose whole interval held, or 0.
  std::uint32_t surely_held_below(std::uint32_t high) const;

  struct Kept {
    MeasuredJob job;
    JobPlan plan;
    // 0 = none: job and plan are empty.
    std::uint32_t ranks = 0;
    // What a Record says of several (host_record.h); null alone, and at the others than the first.
    Json hosts = {};
  };
  // The largest that held.
  const Kept& best() const { return best_; }
  // The smallest that did not.
  const Kept& failing() const { return failing_; }
  // The window that answers, per count.
  const std::map<std::uint32_t, Try>& tries() const { return tries_; }
  // All, by count; of one count in the order in which they were run.
  std::vector<Try> windows() const;
  // Whether somebody outside asked for an end; then no answer is an answer.
  // Of several hosts: as the first had it at the end of the last window.
  bool stopped() const { return crew_ ? stopped_ : stop_.stop_requested(); }
  // A read error ended a window, which is kept:
  bool failed() const { return failed_.ranks != 0; }
  const Kept& failed_job() const { return failed_; }
  // Requests that storage had not answered when a window was ended.
  std::uint64_t unanswered() const { return unanswered_; }
  // Why a larger job could not be set up; may be empty.
  const std::string& refusal() const { return refusal_; }
  const std::string& cache_note() const { return reset_.note(); }
  // AU, a fraction; from the workload.
  double target() const { return options_.workload.training.au_target; }
  // Of every window: the options' engine, lanes and timeouts, without a hard limit.
  JobSettings settings() const;

 private:
  JobPlan plan_for(std::uint32_t accelerators) const;
  // A window, as all hosts know of it: `job` is whole at the first alone.
  struct Window {
    Kept kept;
    Try result;
    bool failed = false;
  };
  Window run_window(const JobPlan& plan);
  MeasuredJob run_here(const JobPlan& plan);
  void share(Window& window);
  // The plan, or why there is none, on all hosts.
  std::optional<JobPlan> agreed_plan(std::uint32_t accelerators);
  TargetAnswer keep(Window window);

  const RunOptions& options_;
  const Store& store_;
  const OpenedDataset& dataset_;
  std::stop_token stop_;
  Crew* const crew_;
  HostClock clock_;
  bool stopped_ = false;
  CacheReset reset_;
  // The window that answers, per count.
  std::map<std::uint32_t, Try> tries_;
  // Windows of forgotten answers; second looks.
  std::vector<Try> earlier_, again_;
  Kept best_, failing_, failed_;
  std::uint64_t unanswered_ = 0;
  std::string refusal_;
};

}  // namespace aforo
