// What law do these sizes follow? For `aforo inspect`: a bounded summary of any number of files, and a law
// fitted to it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "workload/law.h"

namespace aforo {

// Streaming summary of sizes in bytes: exact count, total, extremes and moments; quantiles from buckets that
// are 1/64 of an octave wide, so within 0.8 %. 30 KiB whatever the number of sizes. One thread at a time;
// merge across threads.
class SizeSummary {
 public:
  SizeSummary();
  void add(std::uint64_t bytes);
  void merge(const SizeSummary& other);

  std::uint64_t count() const { return count_; }
  std::uint64_t total() const { return total_; }
  std::uint64_t smallest() const { return smallest_; }  // 0 without sizes
  std::uint64_t largest() const { return largest_; }
  double mean() const;
  double stddev() const;    // of the population; 0 below two sizes
  double log_mean() const;  // of ln(size), sizes of 0 left out
  double log_stddev() const;

  // The size below which a fraction p of the sizes lies, 0 <= p <= 1. Requires count() > 0.
  double quantile(double p) const;

  // The share of sizes at or below the upper edge of each non-empty bucket, ascending: the distribution
  // function.
  struct Step {
    double lower = 0, upper = 0;  // edges of the bucket: sizes in (lower, upper]
    double share_before = 0, share_after = 0;
  };
  std::vector<Step> distribution() const;

 private:
  static constexpr std::size_t kBuckets = 128 + 57 * 64;

  // Count, mean and sum of squared deviations, by Welford's update and Chan's merge.
  struct Moments {
    double count = 0, mean = 0, squares = 0;
    void add(double value);
    void merge(const Moments& other);
    double stddev() const;
  };

  std::uint64_t count_ = 0, total_ = 0, smallest_ = 0, largest_ = 0;
  Moments plain_, log_;
  std::vector<std::uint64_t> buckets_;
};

struct SizeFit {
  Law law;
  double distance =
      0;  // Kolmogorov-Smirnov: largest difference between the law's distribution function and the sizes'
};

// The simplest law that describes the sizes: constant if they are all equal; else normal, lognormal or gamma
// with the sizes' own mean, whichever is nearest, if its distance is at most kGoodFit (or what chance alone
// allows for so few sizes: 1.36 / sqrt(n), the 5 % point); else the 101 quantiles themselves. The law keeps
// within the sizes seen. Requires summary.count() > 0.
inline constexpr double kGoodFit = 0.03;
SizeFit fit_sizes(const SizeSummary& summary);

// Distribution functions, for tests: the share of draws at or below x (clamping left out). kNormal,
// kLognormal, kGamma, kEmpirical; 0 or 1 for kConstant.
double law_cdf(const Law& law, double x);

}  // namespace aforo
