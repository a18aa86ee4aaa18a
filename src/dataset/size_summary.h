// Sizes of any number of files or samples, in bounded memory: what a law is fitted to (size_fit.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace aforo {

// Streaming summary of sizes in bytes: exact count, total, extremes and moments; quantiles from buckets, 64 to an
// octave (below 128 bytes each size has its own), so within 1/64 = 1.6 %, and each bucket's bytes are kept too, so
// that a law can keep the total. 60 KiB whatever the number of sizes. One thread at a time; merge across threads.
class SizeSummary {
 public:
  SizeSummary();
  // O(1), no allocation.
  void add(std::uint64_t bytes, std::uint64_t times = 1);
  // As if the other's sizes had been added here, but for rounding in the moments. O(buckets).
  void merge(const SizeSummary& other);

  // All of it to another process (base/carry.h).
  template <class Carrier>
  void carry(Carrier& carrier) {
    carrier(count_, total_, smallest_, largest_, plain_, log_, buckets_, bytes_);
  }

  std::uint64_t count() const { return count_; }
  std::uint64_t total() const { return total_; }
  // 0 without sizes, as all that follow but `quantile`.
  std::uint64_t smallest() const { return smallest_; }
  std::uint64_t largest() const { return largest_; }
  double mean() const;
  // Of the population (divisor n); 0 below two sizes.
  double stddev() const;
  // Of ln(size), sizes of 0 left out.
  double log_mean() const;
  double log_stddev() const;

  // The size below which a fraction p of the sizes lies; p is clamped to [0, 1], whose ends are
  // exact. Within a bucket sizes are taken to lie evenly. Requires count() > 0. O(buckets).
  double quantile(double p) const;

  // The share of sizes at or below the upper edge of each non-empty bucket, ascending: the
  // distribution function.
  struct Step {
    // Edges of the bucket: sizes in (lower, upper]. Half a byte off the whole ones, since a size n
    // stands for what a law draws between n - 0.5 and n + 0.5.
    double lower = 0, upper = 0;
    // Shares of all sizes, in [0, 1].
    double share_before = 0, share_after = 0;
  };
  std::vector<Step> distribution() const;

  // Sizes of one non-empty bucket: they lie in [low, high], exactly there where there is but one.
  struct Bucket {
    double low = 0, high = 0;
    double count = 0, bytes = 0;
  };
  // Ascending.
  std::vector<Bucket> buckets() const;

 private:
  // 128 for the sizes below 128 bytes, and 64 for each of the 57 octaves above.
  static constexpr std::size_t kBuckets = 128 + 57 * 64;

  // Count, mean and sum of squared deviations, by Welford's update and Chan's merge.
  struct Moments {
    double count = 0, mean = 0, squares = 0;
    void add(double value, double times);
    void merge(const Moments& other);
    double stddev() const;
  };

  std::uint64_t count_ = 0, total_ = 0, smallest_ = 0, largest_ = 0;
  Moments plain_, log_;
  std::vector<std::uint64_t> buckets_, bytes_;  // by bucket: how many, and their sum
};

}  // namespace aforo
