#include "dataset/size_summary.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace aforo {
namespace {

// Sizes below have a bucket each. Chosen: above, 64 buckets for every doubling, so one is at most 1/64 wide.
constexpr std::uint64_t kExact = 128;
std::size_t bucket_of(std::uint64_t size) {
  if (size < kExact) return size;
  const int shift = 57 - std::countl_zero(size);  // leaves seven bits: 64..127
  return kExact + static_cast<std::size_t>(shift - 1) * 64 + static_cast<std::size_t>((size >> shift) - 64);
}

// The smallest size of a bucket.
double bucket_begin(std::size_t bucket) {
  if (bucket < kExact) return static_cast<double>(bucket);
  const std::size_t shift = (bucket - kExact) / 64 + 1;
  return std::ldexp(static_cast<double>((bucket - kExact) % 64 + 64), static_cast<int>(shift));
}

}  // namespace

void SizeSummary::Moments::add(double value, double times) {
  count += times;
  const double before = value - mean;
  mean += before * times / count;
  squares += times * before * (value - mean);
}

void SizeSummary::Moments::merge(const Moments& other) {
  if (other.count == 0) return;
  const double both = count + other.count, apart = other.mean - mean;
  squares += other.squares + apart * apart * count * other.count / both;
  mean += apart * other.count / both;
  count = both;
}

double SizeSummary::Moments::stddev() const { return count < 2 ? 0 : std::sqrt(squares / count); }

SizeSummary::SizeSummary() : buckets_(kBuckets), bytes_(kBuckets) {}

void SizeSummary::add(std::uint64_t bytes, std::uint64_t times) {
  if (times == 0) return;
  smallest_ = count_ == 0 ? bytes : std::min(smallest_, bytes);
  largest_ = std::max(largest_, bytes);
  count_ += times;
  total_ += bytes * times;
  plain_.add(static_cast<double>(bytes), static_cast<double>(times));
  if (bytes > 0) log_.add(std::log(static_cast<double>(bytes)), static_cast<double>(times));
  const std::size_t bucket = bucket_of(bytes);
  buckets_[bucket] += times;
  bytes_[bucket] += bytes * times;
}

void SizeSummary::merge(const SizeSummary& other) {
  if (other.count_ == 0) return;
  smallest_ = count_ == 0 ? other.smallest_ : std::min(smallest_, other.smallest_);
  largest_ = std::max(largest_, other.largest_);
  count_ += other.count_;
  total_ += other.total_;
  plain_.merge(other.plain_);
  log_.merge(other.log_);
  for (std::size_t i = 0; i < kBuckets; ++i) {
    buckets_[i] += other.buckets_[i];
    bytes_[i] += other.bytes_[i];
  }
}

double SizeSummary::mean() const { return plain_.mean; }
double SizeSummary::stddev() const { return plain_.stddev(); }
double SizeSummary::log_mean() const { return log_.mean; }
double SizeSummary::log_stddev() const { return log_.stddev(); }

double SizeSummary::quantile(double p) const {
  if (p <= 0) return static_cast<double>(smallest_);
  if (p >= 1) return static_cast<double>(largest_);
  const double wanted = p * static_cast<double>(count_);
  double seen = 0;
  std::size_t bucket = 0;
  for (; bucket < kBuckets; ++bucket) {
    seen += static_cast<double>(buckets_[bucket]);
    if (seen >= wanted) break;
  }
  const double begin = bucket_begin(bucket), width = bucket_begin(bucket + 1) - begin;
  const double part = 1 - (seen - wanted) / static_cast<double>(buckets_[bucket]);
  const double value = begin + (width - 1) * part;  // the sizes of a bucket are begin .. begin + width - 1
  return std::clamp(value, static_cast<double>(smallest_), static_cast<double>(largest_));
}

std::vector<SizeSummary::Step> SizeSummary::distribution() const {
  std::vector<Step> steps;
  std::uint64_t seen = 0;
  const auto whole = static_cast<double>(count_);
  for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
    if (buckets_[bucket] == 0) continue;
    Step step;
    step.share_before = static_cast<double>(seen) / whole;
    seen += buckets_[bucket];
    step.share_after = static_cast<double>(seen) / whole;
    // A law is over real numbers, sizes are rounded: the size n stands for n - 0.5 to n + 0.5.
    step.lower = bucket_begin(bucket) - 0.5;
    step.upper = bucket_begin(bucket + 1) - 0.5;
    steps.push_back(step);
  }
  return steps;
}

std::vector<SizeSummary::Bucket> SizeSummary::buckets() const {
  std::vector<Bucket> out;
  for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
    if (buckets_[bucket] == 0) continue;
    Bucket found{bucket_begin(bucket), bucket_begin(bucket + 1) - 1, static_cast<double>(buckets_[bucket]),
                 static_cast<double>(bytes_[bucket])};
    found.low = std::max(found.low, static_cast<double>(smallest_));
    found.high = std::min(found.high, static_cast<double>(largest_));
    if (buckets_[bucket] == 1) found.low = found.high = found.bytes;
    out.push_back(found);
  }
  return out;
}

}  // namespace aforo
