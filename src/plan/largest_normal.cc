#include "plan/largest_normal.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace aforo {
namespace {

constexpr double kGrid = 1.0 / 32;  // chosen: for 1e-7
constexpr double kBeyond = 1e-9;    // of a probability, where nothing more is looked at
constexpr double kFarthest = 40;    // where the law's tail is 0 in double precision

double tail(double z) { return 0.5 * std::erfc(z / std::numbers::sqrt2); }

// 1 - (1 - tail)^n
double above_all(double z, double n) {
  const double t = tail(z);
  return t >= 1 ? 1 : -std::expm1(n * std::log1p(-t));
}

// -d/dz of that
double density(double z, double n) {
  const double normal = std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi);
  return n * std::exp((n - 1) * std::log1p(-std::min(tail(z), 1 - 1e-16))) * normal;
}

// Where `p` falls to that.
double place_of(double p, double n) {
  double low = -kFarthest, high = kFarthest;
  while (high - low > kGrid) {
    const double middle = (low + high) / 2;
    (above_all(middle, n) > p ? low : high) = middle;
  }
  return p > 0.5 ? low : high;
}

}  // namespace

LargestNormal::LargestNormal(double n) : n_(n), low_(place_of(1 - kBeyond, n)), high_(place_of(kBeyond, n)) {
  const auto cells = static_cast<std::size_t>(std::ceil((high_ - low_) / kGrid));
  high_ = low_ + static_cast<double>(cells) * kGrid;
  nodes_.resize(cells + 1);
  nodes_.back().p = above_all(high_, n);
  double right_density = density(high_, n);
  for (std::size_t i = cells; i-- > 0;) {
    const double z = low_ + static_cast<double>(i) * kGrid, next = z + kGrid, left_density = density(z, n);
    const Node& right = nodes_[i + 1];
    Node& left = nodes_[i];
    left.p = above_all(z, n);
    // Trapezoids, corrected by the slopes at both ends (Euler and Maclaurin): of p z^k.
    double at_left = left.p, at_right = right.p, slope_left = -left_density, slope_right = -right_density;
    for (std::size_t k = 0; k < kPowers; ++k) {
      left.above[k] =
          right.above[k] + kGrid / 2 * (at_left + at_right) + kGrid * kGrid / 12 * (slope_left - slope_right);
      slope_left = slope_left * z + at_left, slope_right = slope_right * next + at_right;
      at_left *= z, at_right *= next;
    }
    right_density = left_density;
  }
}

const LargestNormal& LargestNormal::of(double n) {
  constexpr std::size_t kKept = 8;  // chosen: those that a sizing changes between
  thread_local std::vector<LargestNormal> kept;
  thread_local std::size_t oldest = 0;
  for (const LargestNormal& known : kept)
    if (known.n_ == n) return known;
  if (kept.size() < kKept) return kept.emplace_back(n);
  LargestNormal& found = kept[oldest];
  oldest = (oldest + 1) % kKept;
  return found = LargestNormal(n);
}

// Cubic, by the values and slopes at both ends (Hermite).
std::array<double, LargestNormal::kPowers> LargestNormal::above(double z) const {
  const double place = std::max(0.0, (z - low_) / kGrid);
  const std::size_t i = std::min(static_cast<std::size_t>(place), nodes_.size() - 2);
  const double u = place - static_cast<double>(i), v = 1 - u, left = low_ + static_cast<double>(i) * kGrid;
  const double of_left = v * v * (1 + 2 * u), of_right = u * u * (3 - 2 * u);
  const double slope_left = kGrid * u * v * v, slope_right = -kGrid * u * u * v;
  const Node &a = nodes_[i], &b = nodes_[i + 1];
  double from = -a.p, to = -b.p;  // slopes
  std::array<double, kPowers> out{};
  for (std::size_t k = 0; k < kPowers; ++k) {
    out[k] = of_left * a.above[k] + of_right * b.above[k] + slope_left * from + slope_right * to;
    from *= left, to *= left + kGrid;
  }
  return out;
}

}  // namespace aforo
