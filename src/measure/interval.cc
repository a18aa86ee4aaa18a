#include "measure/interval.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace aforo {
namespace {

double plain_mean(std::span<const double> values) {
  double sum = 0;
  for (double v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

}  // namespace

std::optional<double> mean(std::span<const double> values) {
  if (values.empty()) return std::nullopt;
  return plain_mean(values);
}

std::optional<double> median(std::span<const double> values) { return quantile(values, 0.5); }

std::optional<double> sample_stddev(std::span<const double> values) {
  if (values.size() < 2) return std::nullopt;
  const double m = plain_mean(values);
  double squares = 0;  // two passes: E[x^2] - E[x]^2 loses everything when the spread is small
  for (double v : values) squares += (v - m) * (v - m);
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

std::optional<double> quantile(std::span<const double> values, double q) {
  if (values.empty()) return std::nullopt;
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const double place = std::clamp(q, 0.0, 1.0) * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

std::optional<double> relative_spread(std::span<const double> values) {
  if (values.size() < 2) return std::nullopt;
  const double middle = *median(values);
  if (!(middle > 0)) return std::nullopt;
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return (*high - *low) / middle;
}

std::optional<Interval> confidence_interval(std::span<const double> values) {
  const std::optional<double> s = sample_stddev(values);
  if (!s) return std::nullopt;
  const auto n = static_cast<double>(values.size());
  return Interval{plain_mean(values), student_t_975(values.size() - 1) * *s / std::sqrt(n)};
}

std::optional<Interval> batch_means_interval(std::span<const double> series, std::size_t batches) {
  if (series.size() < 4 || batches < 2) return confidence_interval(series);
  const std::size_t count = std::min(batches, series.size() / 2);
  const std::size_t length = series.size() / count;
  std::vector<double> means;
  for (std::size_t at = series.size() - count * length; at < series.size(); at += length) {
    means.push_back(plain_mean(series.subspan(at, length)));
  }
  return confidence_interval(means);
}

double student_t_975(std::size_t degrees) {
  static constexpr std::array kTable = {12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646,
                                        2.3060,  2.2622, 2.2281, 2.2010, 2.1788, 2.1604, 2.1448};
  if (degrees == 0) degrees = 1;
  if (degrees <= kTable.size()) return kTable[degrees - 1];
  // Cornish-Fisher expansion about the normal quantile (Abramowitz, Stegun 26.7.5).
  constexpr double z = 1.959963984540054;
  const auto v = static_cast<double>(degrees);
  const double z3 = z * z * z, z5 = z3 * z * z;
  return z + (z3 + z) / (4 * v) + (5 * z5 + 16 * z3 + 3 * z) / (96 * v * v);
}

}  // namespace aforo
