#include "sim/step_log.h"

#include <algorithm>

namespace aforo {

StepLog::StepLog(std::uint32_t ranks, std::uint64_t steps_per_epoch, double half_width,
                 std::uint64_t least_steps, std::function<CacheCount()> hits)
    : ranks_(ranks),
      steps_per_epoch_(steps_per_epoch),
      half_width_(half_width),
      least_steps_(std::max<std::uint64_t>(least_steps, 4)),
      hits_(std::move(hits)),
      next_check_(least_steps_) {}

void StepLog::on_step(const StepTimes& step) {
  const Seconds duration = step.load_wait + step.compute + step.barrier_wait + step.checkpoint;
  if (step.rank == 0) steps_.add(duration);
  const std::uint64_t serial = step.epoch * steps_per_epoch_ + step.step;
  if (serial >= series_.size()) series_.resize(serial + 1);
  Step& of = series_[serial];
  of.compute += step.compute.value;
  of.duration += duration.value;
  ++of.ranks;
  while (complete_ < series_.size() && series_[complete_].ranks == ranks_) ++complete_;
}

void StepLog::on_epoch_end(std::uint64_t) {
  const CacheCount now = hits_();
  const auto accesses = static_cast<double>(now.accesses - before_.accesses);
  hits_per_epoch_.push_back(accesses > 0 ? static_cast<double>(now.hits - before_.hits) / accesses : 0);
  before_ = now;
}

bool StepLog::should_stop() {
  if (ended_ || half_width_ <= 0 || complete_ < next_check_) return ended_;
  next_check_ = complete_ + std::max<std::uint64_t>(complete_ / 8, 4);
  const auto interval = au();
  ended_ = interval && interval->half_width < half_width_;
  return ended_;
}

std::optional<double> StepLog::au_from(std::uint64_t step, std::uint64_t period) const {
  double compute = 0, duration = 0;
  const std::uint64_t end = std::min(complete_, steps_per_epoch_);
  if (end > step + period) step = end - (end - step) / period * period;
  for (std::uint64_t i = step; i < end; ++i) compute += series_[i].compute, duration += series_[i].duration;
  if (duration <= 0) return std::nullopt;
  return compute / duration;
}

std::optional<Interval> StepLog::au() const {
  StepSeries durations;
  for (std::uint64_t i = 0; i < complete_; ++i) durations.add(Seconds{series_[i].duration / ranks_});
  const auto steady = durations.steady();
  const std::uint64_t first = steady ? steady->warm_up_steps : 0;
  if (complete_ - first < 2) return std::nullopt;
  double compute = 0, duration = 0;
  for (std::uint64_t i = first; i < complete_; ++i)
    compute += series_[i].compute, duration += series_[i].duration;
  if (duration <= 0) return std::nullopt;
  const double au = compute / duration;
  const double mean = duration / static_cast<double>(complete_ - first);
  std::vector<double> residuals;
  residuals.reserve(complete_ - first);
  for (std::uint64_t i = first; i < complete_; ++i)
    residuals.push_back((series_[i].compute - au * series_[i].duration) / mean);
  auto interval = batch_means_interval(residuals);
  if (interval) interval->mean = au;
  return interval;
}

}  // namespace aforo
