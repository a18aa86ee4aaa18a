// Means with their error: intervals for a handful of repetitions, and for a long
// series of correlated steps.
//
// Dimensionless: the result has the unit of the values. Everything is absent where the data do not
// allow it (an interval of one value). Non-finite values are the caller's mistake. Values are never
// changed or kept; O(n), or O(n log n) and a copy for quantiles. Pure, thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace aforo {

// Absent when empty.
std::optional<double> mean(std::span<const double> values);
// Absent when empty; of an even count, the middle two's mean.
std::optional<double> median(std::span<const double> values);
// About the mean with divisor n - 1; absent for n < 2.
std::optional<double> sample_stddev(std::span<const double> values);

// Linear interpolation between order statistics (Hyndman, Fan 1996, type 7: the default of numpy
// and R). Absent when empty; q is clamped to [0, 1].
std::optional<double> quantile(std::span<const double> values, double q);

// (max - min) / median: how far repetitions lie apart. Absent for n < 2 or a median that is not positive.
std::optional<double> relative_spread(std::span<const double> values);

// A mean and its 95 % confidence interval [low, high].
struct Interval {
  double mean = 0;
  double half_width = 0;
  double low() const { return mean - half_width; }
  double high() const { return mean + half_width; }
  // Half the width over the mean's size; 0 for a mean of 0.
  double relative() const { return mean == 0 ? 0 : half_width / (mean < 0 ? -mean : mean); }
};

// For independent values, e.g. repetitions: mean +- t(0.975, n-1) s / sqrt(n). Absent for n < 2.
std::optional<Interval> confidence_interval(std::span<const double> values);

// For a stationary series whose neighbours are correlated, e.g. the steps of one run (warm-up
// already removed): the series is cut into `batches` runs of equal length and their means are
// treated as independent (batch means; Law, Kelton, Simulation Modeling and Analysis). What does
// not divide is left out at the front, of the mean too. Fewer batches when the series is short, so
// that each holds two values; fewer than 4 values are treated as independent. Absent for n < 2.
std::optional<Interval> batch_means_interval(std::span<const double> series, std::size_t batches = 20);

// The 97.5 % quantile of Student's t with `degrees` >= 1 degrees of freedom, within
// 1e-3 of the tables (tabulated up to 14, beyond by the Cornish-Fisher expansion,
// Abramowitz and Stegun 26.7.5).
double student_t_975(std::size_t degrees);

}  // namespace aforo
