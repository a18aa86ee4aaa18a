#include "plan/au_form.h"

#include <algorithm>
#include <cmath>

#include "plan/gamma_law.h"

namespace aforo {
namespace {

constexpr double kSmallestCv = 1e-6;  // below it everything is constant

// int from `from` to infinity of 1 - F(y)^n dy, F the gamma law of that mean and shape; n need not be whole.
double excess_of_largest(double from, double n, double mean, double shape) {
  const double scale = mean / shape, spread = mean / std::sqrt(shape);
  const auto above = [&](double y) {
    const double below = gamma_cdf(shape, y / scale);
    return below <= 0 ? 1.0 : -std::expm1(n * std::log(below));
  };
  double low = from, high = std::max(from, mean) + spread;
  while (above(high) > 1e-7) high += spread;
  // Where the largest is surely above, the integrand is 1.
  double sum = 0, sure = std::max(0.0, mean - 5 * spread);
  while (sure + spread < high && above(sure + spread) > 1 - 1e-7) sure += spread;
  if (sure > low && above(sure) > 1 - 1e-7) {
    sum = sure - low;
    low = sure;
  }
  constexpr int kParts = 48;  // Simpson
  const double width = (high - low) / kParts;
  for (int i = 0; i <= kParts; ++i)
    sum += width / 3 * (i == 0 || i == kParts ? 1 : i % 2 ? 4 : 2) * above(low + i * width);
  return sum;
}

// Extreme values: a step takes as long as the slowest of `producers`, each averaged over the batches it may
// run ahead.
double extreme_value_au(double ratio, double cv, double producers, double averaged) {
  return 1 / (1 + excess_of_largest(1, producers, 1 / ratio, averaged / (cv * cv)));
}

// Reflected Brownian motion: the producers' lead drifts by d = r (1 + s) - 1 and is held below the window; s,
// the share by which steps are longer, is its local time at the empty end: s = (n / r) d / (exp(2 d window /
// cv^2) - 1).
double reflected_motion_au(double ratio, double cv, double producers, double window) {
  const auto pushed = [&](double s) {
    const double d = ratio * (1 + s) - 1, c = 2 * window / (cv * cv);
    if (std::abs(c * d) < 1e-9) return producers / ratio / c;
    return producers / ratio * d / std::expm1(std::min(c * d, 700.0));
  };
  double low = 0, high = 1;
  while (pushed(high) > high && high < 1e12) high *= 2;
  for (int i = 0; i < 60; ++i) {
    const double s = (low + high) / 2;
    (pushed(s) > s ? low : high) = s;
  }
  return 1 / (1 + low);
}

}  // namespace

double steady_au(const AuCase& c) {
  const double bound = std::min(1.0, c.ratio);
  if (c.batch_cv < kSmallestCv) return bound;
  const double producers = c.workers * (c.barrier ? c.ranks : 1);
  const double extreme = extreme_value_au(c.ratio, c.batch_cv, producers, 2.5 * c.prefetch - 1);
  const double motion = reflected_motion_au(c.ratio, c.batch_cv, producers, 0.75 * c.prefetch - 0.5);
  return std::min(bound, std::max(extreme, motion));
}

double expected_largest_gamma(double n, double cv) {
  if (cv < kSmallestCv) return 1;
  return excess_of_largest(0, n, 1, 1 / (cv * cv));
}

double on_demand_au(Seconds step, Seconds batch, double batch_cv, double ranks, bool barrier) {
  return step.value / (step.value + batch.value * expected_largest_gamma(barrier ? ranks : 1, batch_cv));
}

double epoch_au(double steady, std::uint64_t steps, Seconds step, Seconds fill) {
  const double compute = static_cast<double>(steps) * step.value;
  return compute / (compute / steady + fill.value);
}

double checkpoint_factor(Seconds every, Seconds pause) {
  return every.value > 0 ? every.value / (every.value + pause.value) : 1;
}

Seconds young_interval(Seconds pause, Seconds mean_time_between_failures) {
  return {std::sqrt(2 * pause.value * mean_time_between_failures.value)};
}

}  // namespace aforo
