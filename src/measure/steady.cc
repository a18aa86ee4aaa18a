#include "measure/steady.h"

#include <algorithm>
#include <numeric>
#include <span>

namespace aforo {
namespace {

// The first two are chosen; the 5 is published (MSER-5, see steady.h).
constexpr std::size_t kFewestPoints = 4;     // below this there is nothing to cut
constexpr std::size_t kTrustedPoints = 10;   // steady points for an interval worth quoting
constexpr std::uint64_t kStepsPerPoint = 5;  // the 5 of MSER-5

// The MSER cut: index of the first point that is kept, in [0, n/2]. Sums are updated from the back (Welford),
// so that all cuts cost O(n). Among equals the earliest cut wins: nothing is thrown away without a reason.
std::size_t best_cut(std::span<const double> points) {
  const std::size_t n = points.size();
  double mean = 0, squares = 0, best = 0, kept = 0;
  // A standard error below a billionth of the last value is rounding, not spread: a tie.
  const double rounding = 1e-18 * points.back() * points.back();
  std::size_t cut = n;
  for (std::size_t d = n; d-- > 0;) {
    kept += 1;
    const double delta = points[d] - mean;
    mean += delta / kept;
    squares += delta * (points[d] - mean);
    if (d > n / 2) continue;
    const double error = std::max(squares / (kept * kept), rounding);
    if (cut == n || error <= best) {
      best = error;
      cut = d;
    }
  }
  return cut;
}

}  // namespace

void StepSeries::add(Seconds step) {
  ++steps_;
  partial_ += step.value;
  if (++partial_steps_ < stride_) return;
  points_.push_back(partial_ / static_cast<double>(stride_));
  partial_ = 0;
  partial_steps_ = 0;
  if (points_.size() >= kPoints) halve();
}

void StepSeries::halve() {
  if (points_.size() % 2) {  // the last one has no neighbour: it is half of the next point
    partial_ += points_.back() * static_cast<double>(stride_);
    partial_steps_ += stride_;
  }
  for (std::size_t i = 0; i < points_.size() / 2; ++i) points_[i] = (points_[2 * i] + points_[2 * i + 1]) / 2;
  points_.resize(points_.size() / 2);
  stride_ *= 2;
}

void StepSeries::merge(StepSeries other) {
  while (stride_ < other.stride_) halve();
  while (other.stride_ < stride_) other.halve();
  points_.resize(std::min(points_.size(), other.points_.size()));
  for (std::size_t i = 0; i < points_.size(); ++i) points_[i] = std::max(points_[i], other.points_[i]);
  if (steps_ == other.steps_) {
    partial_ = std::max(partial_, other.partial_);
    return;
  }
  steps_ = points_.size() * stride_;
  partial_ = 0;
  partial_steps_ = 0;
}

// Points of at least five steps where the series is long enough for that, of single steps where it is not.
std::vector<double> StepSeries::grouped(std::uint64_t& steps_per_point) const {
  const std::uint64_t group = (kStepsPerPoint + stride_ - 1) / stride_;
  const std::size_t count = points_.size() / group;
  steps_per_point = stride_;
  if (group == 1 || count < 2 * kTrustedPoints) return points_;
  steps_per_point = stride_ * group;
  std::vector<double> result(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto first = points_.begin() + static_cast<std::ptrdiff_t>(i * group);
    result[i] =
        std::accumulate(first, first + static_cast<std::ptrdiff_t>(group), 0.0) / static_cast<double>(group);
  }
  return result;
}

std::optional<Steady> StepSeries::steady() const {
  std::uint64_t steps_per_point = 1;
  const std::vector<double> points = grouped(steps_per_point);
  if (points.size() < kFewestPoints) return std::nullopt;
  const std::size_t cut = best_cut(points);
  const auto rest = std::span(points).subspan(cut);
  Steady result;
  result.warm_up_steps = cut * steps_per_point;
  for (std::size_t i = 0; i < cut; ++i)
    result.warm_up += Seconds{points[i] * static_cast<double>(steps_per_point)};
  result.step_mean = Seconds{*mean(rest)};
  result.interval = batch_means_interval(rest);
  if (result.interval) result.interval->mean = result.step_mean.value;
  result.trustworthy = cut < points.size() / 2 && rest.size() >= kTrustedPoints;
  return result;
}

}  // namespace aforo
