#include "plan/placed_files.h"

#include <algorithm>
#include <cmath>

namespace aforo {
namespace {

constexpr double kNegligiblePart = 1e-7;  // of a probability: chosen, far below the form's own error
constexpr double kSurely = 10;            // standard deviations below the mean: nobody lies there

double log_choose(double n, double k) {
  int sign = 0;
  return ::lgamma_r(n + 1, &sign) - ::lgamma_r(k + 1, &sign) - ::lgamma_r(n - k + 1, &sign);
}

}  // namespace

double slowest_place(const PlacedFiles& files, double least) {
  if (files.places <= 1) return std::max(least, files.files);
  // Where one looks at the places of its own files, each of them is there for certain.
  const double certain = files.of_one > 0 ? 1 : 0;
  const double n = std::max(0.0, files.files - certain), q = 1 / files.places;
  const double draws = files.of_one > 0 ? files.of_one : files.places;
  const double mean = n * q, spread = std::sqrt(mean * (1 - q));
  double j = std::max(0.0, std::floor(mean - kSurely * (1 + spread)));
  double at = std::exp(log_choose(n, j) + j * std::log(q) + (n - j) * std::log1p(-q)), below = at;
  // No place holds more than the fullest.
  const double surely = files.of_one > 0 ? 1 : std::max(n * q, std::min(1.0, n));
  const double low = std::max({least, surely, j + certain});
  double sum = low;  // and of P(M > y) the integral from there
  for (; j < n; ++j) {
    const double above = -std::expm1(draws * std::log(below));
    if (above <= kNegligiblePart && j > mean) break;
    const double from = std::max(low, j + certain), to = std::min(j + 1, n) + certain;
    sum += above * std::max(0.0, to - from);
    at *= (n - j) / (j + 1) * q / (1 - q);
    below = std::min(1.0, below + at);
  }
  return sum;
}

}  // namespace aforo
