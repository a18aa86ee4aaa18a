// StepWatch: what is learned from a job's steps while it runs.
//
// Home thread only, except `live()` (any thread). Costs four histograms for the whole job, two series of
// at most 512 points, 64 rows of sums and a timeline of at most 1 MiB, 16 KiB a rank.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "measure/histogram.h"
#include "measure/series.h"
#include "measure/steady.h"
#include "measure/timeline.h"
#include "pipeline/job.h"
#include "train/steps_csv.h"
#include "world/live_counters.h"
#include "world/progress.h"

namespace aforo {

// Callbacks run on home. The time of `enough` is taken from the run; that of `epoch_end` lies
// outside every rank's clock.
struct WatchOptions {
  // Here, in this process: so many on_step make a step of the job.
  std::uint32_t ranks = 1;
  // Of them, among all of the job.
  std::uint32_t first_rank = 0;
  std::uint64_t batch_size = 1;
  std::uint64_t total_steps = 1;  // epochs x steps
  // Monotonic; end cleanly after it; 0 = none.
  Seconds deadline{0};
  // This machine's clock less that of the whole job: taken off the times of every step. 0 alone.
  Seconds clock_offset{0};
  StepsCsv* csv = nullptr;  // outlives the watch
  // Between epochs, with the number of the epoch that ended.
  std::function<void(std::uint64_t)> epoch_end;
  // Ask after every step of the job: enough evidence?
  // Once it has said true it is not asked again, and the job ends after a step of all ranks.
  std::function<bool()> enough;
};

// What the progress line shows.
// Each number is up to date by itself; they need not be of the same instant.
struct LiveView {
  // Of the job (the slowest counted rank's serial).
  std::uint64_t steps = 0;
  std::uint64_t epoch = 0;
  // Of all ranks and steps so far: compute over load, compute and barrier, [0, 1].
  double au = 0;
  double samples = 0;  // delivered so far
};

// One step of the whole job: the last rank's.
struct JobStep {
  Seconds begin{0}, end{0};
  Seconds compute{0};  // sum over ranks
};

// A job has two kinds of steps: a rank's, which the histograms count, and the job's, which ends
// with its last rank, and which the series count. The duration of a job's step is the time between
// the ends of two: asynchronous ranks overlap.
class StepWatch final : public JobObserver {
 public:
  explicit StepWatch(WatchOptions options);

  void on_step(const StepTimes& step) override;
  void on_epoch_end(std::uint64_t epoch) override;
  bool should_stop() override;

  // Takes in what another host's watch saw of the same steps of the same job: its ranks beside these. Both
  // jobs have ended. Counts, histograms and sums add up; a step of the job begins with the first rank
  // anywhere and ends with the last (times on one clock). Steps that only one host finished, or still keeps,
  // are left out of steps() and series(). Associative.
  void merge(const StepWatch& other);
  // All that `merge` takes, to another process (base/carry.h).
  template <class Carrier>
  void carry(Carrier& carrier) {
    std::uint64_t steps = live_steps_.load(), epoch = live_epoch_.load(), batches = live_batches_.load();
    carrier(options_.ranks, options_.first_rank, options_.batch_size, step_, load_, barrier_, timing_,
            series_, curve_, timeline_, steps_, steps_forgotten_, enough_, compute_total_, asked_total_,
            overdue_total_, accelerator_time_, steps, epoch, batches);
    live_steps_ = steps, live_epoch_ = epoch, live_batches_ = batches;
  }

  LiveView live() const;
  // What ranks did in their finished steps so far, at most kLiveRows rows of equally many ranks. Any thread.
  static constexpr std::uint32_t kLiveRows = 64;
  std::vector<RankStates> live_ranks() const;

  // Of one rank: load, compute and barrier. A checkpoint is not in it.
  const Histogram& step_seconds() const { return step_; }
  const Histogram& load_wait() const { return load_; }
  const Histogram& barrier_wait() const { return barrier_; }
  // How late accelerators were woken.
  const Histogram& timing_error() const { return timing_; }
  // Real / asked compute - 1, of all steps; 0 if none was asked.
  double compute_excess() const;
  // Of accelerator time: stood still for a host that woke it later than a step could make up for
  // (StepTimes::overdue).
  double overdue_share() const;
  // Durations of the job's steps; for warm-up and steady state.
  const StepSeries& series() const { return series_; }
  const StepCurve& curve() const { return curve_; }  // every step of the job, by time; au over all ranks
  const RankTimeline& timeline() const { return timeline_; }  // what each rank did, by time
  // Whole steps of the job, in order; only the latest kKeptSteps.
  static constexpr std::size_t kKeptSteps = 4096;
  // When the vector is full its older half goes.
  const std::vector<JobStep>& steps() const { return steps_; }
  // Those before steps().
  std::uint64_t steps_forgotten() const { return steps_forgotten_; }

 private:
  void merge_steps(const StepWatch& other);
  // Adds a rank's step to the job's, and closes that with the last rank.
  void end_job_step(const StepTimes& step, Seconds end);

  WatchOptions options_;
  Histogram step_, load_, barrier_, timing_;
  StepSeries series_;
  StepCurve curve_;
  RankTimeline timeline_;
  std::vector<JobStep> steps_;
  std::uint64_t steps_forgotten_ = 0;
  // Of the step before in this epoch; 0 = none.
  Seconds previous_end_{0};
  // The job's step that some ranks have not ended yet.
  JobStep current_;
  std::uint32_t ranks_in_step_ = 0;
  bool enough_ = false;
  double compute_total_ = 0, asked_total_ = 0, overdue_total_ = 0, accelerator_time_ = 0;
  std::atomic<std::uint64_t> live_steps_{0}, live_epoch_{0}, live_batches_{0};
  std::atomic<double> live_au_{0};
  struct LiveRow {
    LiveCount<double> compute, load, barrier, checkpoint;
  };
  std::uint32_t ranks_per_row_ = 1;
  std::vector<LiveRow> live_rows_;
};

}  // namespace aforo
