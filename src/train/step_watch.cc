#include "train/step_watch.h"

#include <algorithm>

#include "storage/engine.h"

namespace aforo {

StepWatch::StepWatch(WatchOptions options)
    : options_(std::move(options)),
      timeline_(options_.first_rank, options_.ranks),
      ranks_per_row_((std::max(options_.ranks, 1U) + kLiveRows - 1) / kLiveRows),
      live_rows_((std::max(options_.ranks, 1U) + ranks_per_row_ - 1) / ranks_per_row_) {}

void StepWatch::on_step(const StepTimes& here) {
  StepTimes step = here;
  step.begin -= options_.clock_offset, step.epoch_start -= options_.clock_offset;
  const Seconds whole = step.load_wait + step.compute + step.barrier_wait;
  step_.add(whole);
  load_.add(step.load_wait);
  barrier_.add(step.barrier_wait);
  if (step.asked.value > 0) timing_.add(step.late);
  timeline_.add({step.rank, step.begin, step.load_wait, step.compute, step.barrier_wait, step.checkpoint});
  if (options_.csv) options_.csv->row(step);
  compute_total_ += step.compute.value;
  asked_total_ += step.asked.value;
  overdue_total_ += step.overdue.value;
  accelerator_time_ += whole.value;
  live_batches_.fetch_add(1, std::memory_order_relaxed);
  const std::size_t row = (step.rank - options_.first_rank) / ranks_per_row_;
  if (row < live_rows_.size()) {
    live_rows_[row].compute.add(step.compute.value);
    live_rows_[row].load.add(step.load_wait.value);
    live_rows_[row].barrier.add(step.barrier_wait.value);
    live_rows_[row].checkpoint.add(step.checkpoint.value);
  }
  end_job_step(step, step.begin + whole);
}

// Ranks pass a barrier one after another; the step of the job ends with the last of them. Asynchronous ranks
// are grouped the same way, so that a job step is as much work everywhere.
void StepWatch::end_job_step(const StepTimes& step, Seconds end) {
  if (ranks_in_step_ == 0) current_ = {step.begin, end, {}};
  current_.begin = std::min(current_.begin, step.begin);
  current_.end = std::max(current_.end, end);
  current_.compute += step.compute;
  if (++ranks_in_step_ < options_.ranks) return;
  ranks_in_step_ = 0;
  // Steps of asynchronous ranks overlap: what counts is how far their ends lie apart.
  const Seconds begin = previous_end_.value > 0 ? previous_end_ : current_.begin;
  const Seconds duration = current_.end - begin;
  series_.add(duration);
  const double accelerator_time = duration.value * options_.ranks;
  curve_.add(begin, duration,
             accelerator_time > 0 ? std::min(1.0, current_.compute.value / accelerator_time) : 0);
  previous_end_ = current_.end;
  if (steps_.size() == kKeptSteps) {
    steps_.erase(steps_.begin(), steps_.begin() + kKeptSteps / 2);
    steps_forgotten_ += kKeptSteps / 2;
  }
  steps_.push_back(current_);
  live_steps_.fetch_add(1, std::memory_order_relaxed);
  live_epoch_.store(step.epoch, std::memory_order_relaxed);
  live_au_.store(accelerator_time_ > 0 ? compute_total_ / accelerator_time_ : 0, std::memory_order_relaxed);
  if (options_.enough && !enough_) enough_ = options_.enough();
}

void StepWatch::on_epoch_end(std::uint64_t epoch) {
  ranks_in_step_ = 0;
  previous_end_ = Seconds{0};
  if (options_.epoch_end) options_.epoch_end(epoch);
}

bool StepWatch::should_stop() {
  return enough_ || (options_.deadline.value > 0 && monotonic_now() >= options_.deadline);
}

void StepWatch::merge(const StepWatch& other) {
  curve_.merge(other.curve_, options_.ranks, other.options_.ranks);
  timeline_.merge(other.timeline_);
  options_.ranks += other.options_.ranks;
  step_.merge(other.step_);
  load_.merge(other.load_);
  barrier_.merge(other.barrier_);
  timing_.merge(other.timing_);
  series_.merge(other.series_);
  merge_steps(other);
  compute_total_ += other.compute_total_;
  asked_total_ += other.asked_total_;
  overdue_total_ += other.overdue_total_;
  accelerator_time_ += other.accelerator_time_;
  enough_ = enough_ || other.enough_;
  live_steps_ = std::min(live_steps_.load(), other.live_steps_.load());
  live_epoch_ = std::min(live_epoch_.load(), other.live_epoch_.load());
  live_batches_ += other.live_batches_.load();
  live_au_ = accelerator_time_ > 0 ? compute_total_ / accelerator_time_ : 0;
}

void StepWatch::merge_steps(const StepWatch& other) {
  const std::uint64_t first = std::max(steps_forgotten_, other.steps_forgotten_);
  const std::uint64_t end = std::max(
      first, std::min(steps_forgotten_ + steps_.size(), other.steps_forgotten_ + other.steps_.size()));
  std::vector<JobStep> both;
  for (std::uint64_t i = first; i < end; ++i) {
    const JobStep &a = steps_[i - steps_forgotten_], &b = other.steps_[i - other.steps_forgotten_];
    both.push_back({std::min(a.begin, b.begin), std::max(a.end, b.end), a.compute + b.compute});
  }
  steps_ = std::move(both);
  steps_forgotten_ = first;
}

double StepWatch::compute_excess() const { return asked_total_ > 0 ? compute_total_ / asked_total_ - 1 : 0; }

double StepWatch::overdue_share() const {
  return accelerator_time_ > 0 ? overdue_total_ / accelerator_time_ : 0;
}

std::vector<RankStates> StepWatch::live_ranks() const {
  std::vector<RankStates> out;
  for (std::uint32_t i = 0; i < live_rows_.size(); ++i) {
    const std::uint32_t first = i * ranks_per_row_;
    const LiveRow& row = live_rows_[i];
    out.push_back({options_.first_rank + first, std::min(ranks_per_row_, options_.ranks - first),
                   Seconds{row.compute.get()}, Seconds{row.load.get()}, Seconds{row.barrier.get()},
                   Seconds{row.checkpoint.get()}});
  }
  return out;
}

LiveView StepWatch::live() const {
  return {live_steps_.load(std::memory_order_relaxed), live_epoch_.load(std::memory_order_relaxed),
          live_au_.load(std::memory_order_relaxed),
          static_cast<double>(live_batches_.load(std::memory_order_relaxed) * options_.batch_size)};
}

}  // namespace aforo
