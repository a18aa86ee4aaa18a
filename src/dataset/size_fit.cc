#include "dataset/size_fit.h"

#include <math.h>  // lgamma_r: std::lgamma writes a global

#include <algorithm>
#include <cmath>

#include "dataset/size_pieces.h"

namespace aforo {
namespace {

// Shape above which gamma is normal to the eye. Chosen: its skewness, 2/sqrt(shape), is 0.02 there.
constexpr double kSteepGamma = 1e4;

// Regularized lower incomplete gamma function P(a, x): the series below a + 1, else the continued
// fraction (Lentz).
double incomplete_gamma(double a, double x) {
  if (x <= 0) return 0;
  int sign = 0;
  const double scale = std::exp(a * std::log(x) - x - lgamma_r(a, &sign));
  // A guard; shapes below kSteepGamma need far fewer.
  constexpr int kMostTerms = 100'000;
  // Near the accuracy of double, far below what a fit looks at.
  constexpr double kSmall = 1e-14;
  if (x < a + 1) {
    double term = 1 / a, sum = term;
    for (int n = 1; n < kMostTerms && term > sum * kSmall; ++n) sum += term *= x / (a + n);
    return std::min(1.0, sum * scale);
  }
  double b = x + 1 - a, c = 1e300, d = 1 / b, fraction = d;
  for (int n = 1; n < kMostTerms; ++n) {
    const double an = -n * (n - a);
    b += 2;
    d = 1 / (an * d + b);
    c = b + an / c;
    fraction *= c * d;
    if (std::abs(c * d - 1) < kSmall) break;
  }
  return std::max(0.0, 1 - scale * fraction);
}

double normal_cdf(double z) { return std::erfc(-z / std::sqrt(2.0)) / 2; }

double empirical_cdf(const Law& law, double x) {
  const std::vector<double>& quantiles = law.quantiles;
  const auto above = std::upper_bound(quantiles.begin(), quantiles.end(), x);
  if (above == quantiles.begin()) return 0;
  if (above == quantiles.end()) return 1;
  const auto index = static_cast<std::size_t>(above - quantiles.begin());
  const auto share = [&](std::size_t i) {
    if (!law.shares.empty()) return law.shares[i];
    return static_cast<double>(i) / static_cast<double>(quantiles.size() - 1);
  };
  const double low = *(above - 1);
  return std::lerp(share(index - 1), share(index), (x - low) / (*above - low));
}

double distance(const Law& law, const std::vector<SizeSummary::Step>& steps) {
  double worst = 0;
  for (const auto& step : steps) {
    worst = std::max(worst, std::abs(law_cdf(law, step.lower) - step.share_before));
    worst = std::max(worst, std::abs(law_cdf(law, step.upper) - step.share_after));
  }
  return worst;
}

bool keeps_total(const Law& law, const SizeSummary& summary) {
  return std::abs(mean_within(law) - summary.mean()) <= kGoodTotal * summary.mean();
}

std::vector<Law> candidates(const SizeSummary& summary) {
  const double mean = summary.mean(), stddev = summary.stddev();
  Law law;
  law.mean = mean;
  law.stddev = stddev;
  law.minimum = static_cast<double>(summary.smallest());
  law.maximum = static_cast<double>(summary.largest());
  std::vector<Law> laws;
  law.kind = LawKind::kNormal;
  laws.push_back(law);
  law.kind = LawKind::kGamma;
  if (mean * mean / (stddev * stddev) < kSteepGamma) laws.push_back(law);
  law.kind = LawKind::kLognormal;
  laws.push_back(law);
  // The body over the tail.
  law.stddev = mean * std::sqrt(std::expm1(summary.log_stddev() * summary.log_stddev()));
  if (std::isfinite(law.stddev) && law.stddev > 0) laws.push_back(law);
  return laws;
}

}  // namespace

double law_cdf(const Law& law, double x) {
  switch (law.kind) {
    case LawKind::kConstant:
      return x >= law.mean ? 1 : 0;
    case LawKind::kNormal:
      return normal_cdf((x - law.mean) / law.stddev);
    case LawKind::kLognormal: {
      if (x <= 0) return 0;
      const double ratio = law.stddev / law.mean, variance = std::log1p(ratio * ratio);
      return normal_cdf((std::log(x / law.mean) + variance / 2) / std::sqrt(variance));
    }
    case LawKind::kGamma: {
      const double ratio = law.mean / law.stddev, shape = ratio * ratio;
      return incomplete_gamma(shape, x * shape / law.mean);
    }
    case LawKind::kEmpirical:
      return empirical_cdf(law, x);
    default:
      return std::nan("");
  }
}

SizeFit fit_sizes(const SizeSummary& summary) {
  if (summary.smallest() == summary.largest()) {
    Law law;
    law.mean = summary.mean();
    return {law, 0};
  }
  const auto steps = summary.distribution();
  const auto count = static_cast<double>(summary.count());
  const double chance = 1.36 / std::sqrt(count);
  const bool steady = summary.stddev() / std::sqrt(count) <= kGoodChance * summary.mean();
  SizeFit best{{}, 2};
  for (const Law& law : steady ? candidates(summary) : std::vector<Law>{}) {
    const double apart = distance(law, steps);
    if (apart < best.distance && keeps_total(law, summary)) best = {law, apart};
  }
  if (best.distance <= std::max(kGoodFit, chance)) return best;
  const Law law = fit_pieces(summary);
  return {law, distance(law, steps)};
}

double law_distance(const Law& law, const SizeSummary& summary) {
  return distance(law, summary.distribution());
}

// min + the integral of 1 - F from min to max, by trapezoids whose edges grow by a thousandth.
double mean_within(const Law& law) {
  if (law.kind == LawKind::kEmpirical || law.kind == LawKind::kConstant) return law_mean(law);
  const double end = law.maximum > 0 ? law.maximum : law.mean + 50 * law.stddev;
  double mean = law.minimum, left = 1 - law_cdf(law, law.minimum);
  for (double x = law.minimum; x < end;) {
    const double next = std::min(end, std::max(x * 1.001, x + end * 1e-7));
    const double right = 1 - law_cdf(law, next);
    mean += (left + right) / 2 * (next - x);
    x = next;
    left = right;
  }
  return mean;
}

}  // namespace aforo
