#include "plan/au_form.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "plan/gamma_law.h"
#include "plan/largest_normal.h"

namespace aforo {
namespace {

constexpr double kSmallestCv = 1e-6;  // below it everything is constant

constexpr double kNegligible = 1e-7;  // of a probability: chosen, far below the form's own error of 1e-2

// Where about 1 - F^n of the gamma law of mean 1 falls to kNegligible (Wilson and
// Hilferty 1931): a beginning.
double upper_bound(double n, double shape) {
  const double s = std::sqrt(2 * std::log(std::max(n, 1.0) / kNegligible));
  const double z = s - std::log(2 * std::numbers::pi * s * s) / (2 * s);  // of the normal law's tail
  return std::pow(1 - 1 / (9 * shape) + z / (3 * std::sqrt(shape)), 3);
}

// Gauss and Legendre's rule of 24 points, those right of the middle of [-1, 1] (Abramowitz and Stegun, table
// 25.4).
constexpr std::array<double, 12> kAt = {0.0640568928626, 0.1911188674736, 0.3150426796962, 0.4337935076260,
                                        0.5454214713888, 0.6480936519370, 0.7401241915786, 0.8200019859739,
                                        0.8864155270044, 0.9382745520027, 0.9747285559713, 0.9951872199970};
constexpr std::array<double, 12> kWeight = {
    0.1279381953468, 0.1258374563468, 0.1216704729278, 0.1155056680537, 0.1074442701160, 0.0976186521041,
    0.0861901615320, 0.0733464814111, 0.0592985849154, 0.0442774388174, 0.0285313886289, 0.0123412298000};

// Of a function that may rise from `low` like a root: places are squared, which leaves nothing of that.
template <class Function>
double integral(double low, double high, const Function& f) {
  double sum = 0;
  const auto at = [&](double u) { return u * f(low + u * u * (high - low)); };
  for (std::size_t i = 0; i < kAt.size(); ++i)
    sum += kWeight[i] * (at((1 - kAt[i]) / 2) + at((1 + kAt[i]) / 2));
  return sum * (high - low);
}

// The quantile of the gamma law of mean 1 as a polynomial of the normal one z (Cornish and Fisher 1937; for chi-squared
// with twice the degrees of freedom: Goldberg and Levine 1946): within 1e-5 for z in [-3, 3], 1e-4 in [-5, 6], from
// kSmallestByQuantiles on.
constexpr double kSmallestByQuantiles = 20;  // shape
using Quantile = std::array<double, LargestNormal::kPowers + 1>;
Quantile quantile(double shape) {
  const double root = std::sqrt(shape), square = shape * shape;
  return {1 - 1 / (3 * shape) + 8 / (405 * square),
          (1 - 7 / (36 * shape) - 433 / (38880 * square)) / root,
          1 / (3 * shape) - 7 / (810 * square),
          (1 + 256 / (1080 * shape)) / (36 * shape * root),
          -1 / (270 * square),
          1 / (4320 * square * root)};
}

double value(const Quantile& q, double z) {
  double out = 0;
  for (std::size_t k = q.size(); k-- > 0;) out = out * z + q[k];
  return out;
}

double slope(const Quantile& q, double z) {
  double out = 0;
  for (std::size_t k = q.size(); k-- > 1;) out = out * z + static_cast<double>(k) * q[k];
  return out;
}

// The z in [low, high] whose quantile is y, or the end beyond which it lies.
double place_of(double y, const Quantile& q, double low, double high) {
  if (y <= value(q, low)) return low;
  if (y >= value(q, high)) return high;
  constexpr double kNear = 1e-10;
  constexpr int kMost = 40;
  double z = std::clamp((y - q[0]) / q[1], low, high);
  for (int i = 0; i < kMost; ++i) {  // Newton's method, or halving where that leads out
    const double gap = value(q, z) - y;
    (gap > 0 ? high : low) = z;
    double next = z - gap / slope(q, z);
    if (!(next > low && next < high)) next = (low + high) / 2;
    if (std::abs(next - z) < kNear) return next;
    z = next;
  }
  return z;
}

// As excess_of_largest() below: over z the integral is that of what n alone decides, times the quantile's slope.
double excess_by_quantiles(double from, double n, double mean, double shape) {
  const LargestNormal& largest = LargestNormal::of(n);
  const Quantile q = quantile(shape);
  const double z = place_of(from / mean, q, largest.low(), largest.high());
  if (z >= largest.high()) return 0;
  const auto above = largest.above(z);
  double out = std::max(0.0, value(q, largest.low()) - from / mean);  // where the largest is surely above
  for (std::size_t k = 0; k < above.size(); ++k) out += static_cast<double>(k + 1) * q[k + 1] * above[k];
  return mean * out;
}

// int from `from` to infinity of 1 - F(y)^n dy, F the gamma law of that mean and shape; n need not be whole.
double excess_of_largest(double from, double n, double mean, double shape) {
  if (shape >= kSmallestByQuantiles) return excess_by_quantiles(from, n, mean, shape);
  const GammaLaw law(shape);
  const double scale = mean / shape, spread = mean / std::sqrt(shape);
  const auto above = [&](double y) {
    const double below = law.cdf(y / scale);
    return below <= 0 ? 1.0 : -std::expm1(n * std::log(below));
  };
  if (above(from) <= kNegligible) return 0;
  double low = from;
  double high = std::max(from + spread / 8, mean * upper_bound(n, shape));
  for (double more = spread; above(high) > kNegligible; more *= 2) high += more;
  // Where the largest is surely above, the integrand is 1.
  double sum = 0, sure = std::max(0.0, mean - 5 * spread);
  while (sure + spread < high && above(sure + spread) > 1 - kNegligible) sure += spread;
  if (sure > low && above(sure) > 1 - kNegligible) {
    sum = sure - low;
    low = sure;
  }
  return sum + integral(low, high, above);
}

}  // namespace

double lead(const AuCase& c, const LeadConstants& a) {
  const double p = std::log(std::clamp(c.prefetch, 1.0, 8.0)),
               v = std::log(std::clamp(c.batch_cv, 0.05, 2.0));
  const double r = std::log(std::clamp(c.ratio, 0.3, 3.0));
  return std::exp(a[0] + a[1] * p + a[2] * v + a[3] / c.workers + a[4] * r + a[5] * p * v + a[6] * p * p +
                  a[7] * r * v + a[8] * v * v + a[9] * p * r);
}

double steady_au(const AuCase& c, const LeadConstants& constants) {
  const double bound = std::min(1.0, c.ratio);
  if (c.batch_cv < kSmallestCv) return bound;
  const double producers = c.workers * (c.barrier ? c.ranks : 1);
  const double shape = lead(c, constants) / (c.batch_cv * c.batch_cv);
  return std::min(bound, 1 / (1 + excess_of_largest(1, producers, 1 / c.ratio, shape)));
}

double in_order_efficiency(double readers, double cv) {
  if (readers <= 1 || cv < kSmallestCv) return 1;
  // Fitted: in_order_efficiency's contract.
  const double averaged = 1 + 1.1 * std::pow(cv, -0.75) * std::pow(readers / 8, -0.35);
  return 1 / expected_largest_gamma(readers, cv / std::sqrt(averaged));
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

}  // namespace aforo
