#include "workload/law.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace aforo {
namespace {

constexpr std::array<std::string_view, 9> kWords = {
    "constant",    "normal",  "lognormal",          "uniform",  "gamma",
    "exponential", "poisson", "product-of-normals", "empirical"};

// Below this mean a Poisson count is drawn exactly; above, the rounded normal differs
// from it by less than 1 %.
constexpr double kExactPoisson = 500;

double poisson(double mean, Random& random) {
  if (mean > kExactPoisson) return std::max(0.0, std::round(mean + std::sqrt(mean) * random.normal()));
  const double limit = std::exp(-mean);
  double count = 0;
  for (double product = random.uniform_open(); product > limit; product *= random.uniform_open()) ++count;
  return count;
}

double lognormal(const Law& law, Random& random) {
  const double ratio = law.stddev / law.mean;
  const double variance = std::log1p(ratio * ratio);
  return law.mean * std::exp(std::sqrt(variance) * random.normal() - variance / 2);
}

double product_of_normals(const Law& law, Random& random) {
  const double side = std::sqrt(law.mean);
  const double spread = law.stddev / (2 * side);
  const double a = std::max(0.0, side + spread * random.normal());
  const double b = std::max(0.0, side + spread * random.normal());
  return a * b;
}

double raw_draw(const Law& law, Random& random) {
  if (law.kind == LawKind::kEmpirical) return law_quantile(law, random.uniform());
  if (law.mean <= 0) return 0;
  switch (law.kind) {
    case LawKind::kNormal:
      return law.mean + law.stddev * random.normal();
    case LawKind::kLognormal:
      return lognormal(law, random);
    case LawKind::kUniform:
      return law.mean + law.stddev * std::sqrt(3.0) * (2 * random.uniform() - 1);
    case LawKind::kGamma: {
      if (law.stddev <= 0) return law.mean;
      const double ratio = law.mean / law.stddev;
      const double shape = ratio * ratio;
      return random.gamma(shape) * law.mean / shape;
    }
    case LawKind::kExponential:
      return law.mean * random.exponential();
    case LawKind::kPoisson:
      return poisson(law.mean, random);
    case LawKind::kProductOfNormals:
      return product_of_normals(law, random);
    case LawKind::kConstant:
    case LawKind::kEmpirical:
      break;
  }
  return law.mean;
}

// Mean and mean square of a mixture of uniform pieces between neighbouring quantiles: E[x] = (a + b) / 2
// and E[x^2] = (a^2 + ab + b^2) / 3 for each piece.
std::pair<double, double> empirical_moments(const Law& law) {
  const std::vector<double>& q = law.quantiles;
  if (q.empty()) return {0, 0};
  if (q.size() == 1) return {q[0], q[0] * q[0]};
  double mean = 0, square = 0;
  const double each = 1 / static_cast<double>(q.size() - 1);
  for (std::size_t i = 0; i + 1 < q.size(); ++i) {
    const double a = q[i], b = q[i + 1];
    const double weight = law.shares.empty() ? each : law.shares[i + 1] - law.shares[i];
    mean += weight * (a + b) / 2;
    square += weight * (a * a + a * b + b * b) / 3;
  }
  return {mean, square};
}

}  // namespace

std::string_view to_string(LawKind kind) { return kWords.at(static_cast<std::size_t>(kind)); }

std::optional<LawKind> law_kind(std::string_view word) {
  for (std::size_t i = 0; i < kWords.size(); ++i) {
    if (kWords[i] == word) return static_cast<LawKind>(i);
  }
  return std::nullopt;
}

std::vector<std::string> law_words() { return {kWords.begin(), kWords.end()}; }

bool has_stddev(LawKind kind) {
  return kind == LawKind::kNormal || kind == LawKind::kLognormal || kind == LawKind::kUniform ||
         kind == LawKind::kGamma || kind == LawKind::kProductOfNormals;
}

double draw(const Law& law, Random& random) {
  double value = raw_draw(law, random);
  if (law.maximum > 0) value = std::min(value, law.maximum);
  return std::max({value, law.minimum, 0.0});
}

double law_quantile(const Law& law, double u) {
  const std::vector<double>& q = law.quantiles;
  if (q.empty()) return 0;
  if (law.shares.empty()) {
    const double place = u * static_cast<double>(q.size() - 1);
    const auto index = static_cast<std::size_t>(place);
    if (index + 1 >= q.size()) return q.back();
    return std::lerp(q[index], q[index + 1], place - static_cast<double>(index));
  }
  const auto above = std::upper_bound(law.shares.begin(), law.shares.end(), u);
  if (above == law.shares.end()) return q.back();
  if (above == law.shares.begin()) return q.front();
  const auto index = static_cast<std::size_t>(above - law.shares.begin()) - 1;
  return std::lerp(q[index], q[index + 1], (u - law.shares[index]) / (*above - law.shares[index]));
}

double law_mean(const Law& law) {
  return law.kind == LawKind::kEmpirical ? empirical_moments(law).first : law.mean;
}

double law_cv(const Law& law) {
  const double mean = law_mean(law);
  if (mean <= 0) return 0;
  switch (law.kind) {
    case LawKind::kConstant:
      return 0;
    case LawKind::kExponential:
      return 1;
    case LawKind::kPoisson:
      return 1 / std::sqrt(mean);
    case LawKind::kProductOfNormals: {
      // Sides with mean m and deviation s: E[(XY)^2] = (m^2 + s^2)^2, so the variance is 2 m^2 s^2
      // + s^4; with m^2 the law's mean and s / m = stddev / (2 mean) the squared coefficient of
      // variation is 2 r^2 + r^4.
      const double r = law.stddev / (2 * mean);
      return std::sqrt(2 * r * r + r * r * r * r);
    }
    case LawKind::kEmpirical:
      return std::sqrt(std::max(0.0, empirical_moments(law).second - mean * mean)) / mean;
    default:
      return law.stddev / mean;
  }
}

}  // namespace aforo
