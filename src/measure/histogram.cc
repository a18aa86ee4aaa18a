#include "measure/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace aforo {
namespace {

constexpr std::uint64_t kLargest = (std::uint64_t{1} << 43) - 1;  // ns; larger values share the last bucket

// A full bucket stays full: one that wrapped around would move every quantile.
std::uint32_t saturating_add(std::uint32_t a, std::uint32_t b) {
  const std::uint32_t sum = a + b;
  return sum < a ? std::numeric_limits<std::uint32_t>::max() : sum;
}

}  // namespace

std::size_t Histogram::bucket(std::uint64_t ns) {
  ns = std::min(ns, kLargest);
  if (ns < (1u << kSubBits)) return ns;
  // 0: one bucket per ns, then 2, 4, 8 ns ...
  const int octave = static_cast<int>(std::bit_width(ns)) - 1 - kSubBits;
  const std::uint64_t part = (ns >> octave) - (1u << kSubBits);
  return (static_cast<std::size_t>(octave + 1) << kSubBits) + part;
}

double Histogram::middle(std::size_t bucket) {
  if (bucket < (1u << kSubBits)) return static_cast<double>(bucket) + 0.5;
  const int octave = static_cast<int>(bucket >> kSubBits) - 1;
  const auto part = static_cast<double>(bucket & ((1u << kSubBits) - 1));
  return std::ldexp((1u << kSubBits) + part + 0.5, octave);
}

double Histogram::edge(std::size_t bucket) {
  if (bucket < (1u << kSubBits)) return static_cast<double>(bucket);
  const int octave = static_cast<int>(bucket >> kSubBits) - 1;
  const auto part = static_cast<double>(bucket & ((1u << kSubBits) - 1));
  return std::ldexp((1u << kSubBits) + part, octave);
}

void Histogram::add(Seconds value, std::uint32_t times) {
  if (times == 0 || !std::isfinite(value.value)) return;
  const double seconds = std::max(value.value, 0.0);
  const double ns = std::min(seconds * 1e9, static_cast<double>(kLargest));
  std::uint32_t& slot = counts_[bucket(static_cast<std::uint64_t>(ns))];
  slot = saturating_add(slot, times);
  min_ = count_ == 0 ? seconds : std::min(min_, seconds);
  max_ = count_ == 0 ? seconds : std::max(max_, seconds);
  count_ += times;
  sum_ += seconds * times;
}

void Histogram::merge(const Histogram& other) {
  if (other.count_ == 0) return;
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] = saturating_add(counts_[i], other.counts_[i]);
  min_ = count_ == 0 ? other.min_ : std::min(min_, other.min_);
  max_ = count_ == 0 ? other.max_ : std::max(max_, other.max_);
  count_ += other.count_;
  sum_ += other.sum_;
}

void Histogram::clear() { *this = Histogram{}; }

Seconds Histogram::mean() const { return {count_ == 0 ? 0 : sum_ / static_cast<double>(count_)}; }
Seconds Histogram::minimum() const { return {min_}; }
Seconds Histogram::maximum() const { return {max_}; }

Seconds Histogram::quantile(double q) const {
  if (count_ == 0) return {0};
  if (q <= 0) return {min_};
  if (q >= 1) return {max_};
  const double wanted = std::max(1.0, std::ceil(q * static_cast<double>(count_)));
  double seen = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    seen += counts_[i];
    if (seen >= wanted) return {std::clamp(middle(i) * 1e-9, min_, max_)};
  }
  return {max_};
}

std::vector<Histogram::Bucket> Histogram::buckets(std::size_t most) const {
  if (count_ == 0) return {};
  std::size_t first = 0, last = counts_.size() - 1;
  while (counts_[first] == 0) ++first;
  while (counts_[last] == 0) --last;
  int shift = 0;  // 2^shift of the buckets are joined to one
  while ((last >> shift) - (first >> shift) >= most && shift < kSubBits) ++shift;
  std::vector<Bucket> out;
  for (std::size_t joined = first >> shift; joined <= last >> shift; ++joined)
    out.push_back({{edge(joined << shift) * 1e-9}, {edge((joined + 1) << shift) * 1e-9}, 0});
  for (std::size_t i = first; i <= last; ++i) out[(i >> shift) - (first >> shift)].count += counts_[i];
  out.back().upper = std::max(out.back().upper, maximum());  // what lies beyond the range is in it
  return out;
}

std::vector<Histogram::Filled> Histogram::filled() const {
  std::vector<Filled> some;
  for (std::uint32_t i = 0; i < counts_.size(); ++i)
    if (counts_[i] > 0) some.push_back({i, counts_[i]});
  return some;
}

void Histogram::fill(const std::vector<Filled>& some) {
  counts_.fill(0);
  for (const Filled& one : some)
    if (one.bucket < counts_.size()) counts_[one.bucket] = one.count;
}

}  // namespace aforo
