#include "dataset/size_fit.h"

#include <math.h>  // lgamma_r: std::lgamma writes a global

#include <algorithm>
#include <bit>
#include <cmath>

#include "dataset/size_pieces.h"

namespace aforo {
namespace {

// Sizes below have a bucket each. Chosen: above, 64 buckets for every doubling, so one is at most 1/64 wide.
constexpr std::uint64_t kExact = 128;
// Shape above which gamma is normal to the eye. Chosen: its skewness, 2/sqrt(shape), is 0.02 there.
constexpr double kSteepGamma = 1e4;

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
