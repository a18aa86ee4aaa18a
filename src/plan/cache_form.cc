#include "plan/cache_form.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace aforo {
namespace {

// Weight of what was read so long ago that nobody counts it. Chosen: far below what a prediction shows.
constexpr double kForgotten = 1e-9;

// P[A >= c], A uniform on [1 - 1/N, 1].
double probability_above(double c, double nodes) {
  return std::clamp(nodes * (1 - std::max(c, 1 - 1 / nodes)), 0.0, 1.0);
}

// P[A B >= c], A and B independent and uniform on [1 - 1/N, 1].
double probability_product_above(double c, double nodes) {
  const double low = 1 - 1 / nodes;
  if (c <= low * low) return 1;
  if (c >= 1) return 0;
  const double a = std::max(low, c), b = low > 0 ? std::min(1.0, c / low) : 1.0;
  const double partly = b > a ? (b - a) - c * std::log(b / a) : 0;
  return std::clamp(nodes * nodes * partly + nodes * (1 - b), 0.0, 1.0);
}

// Sum over the number k of epochs since this node last read the sample; `probability(c)` that fewer than x of
// all samples came between, given the k - 1 whole epochs.
template <class Probability>
double lru_sum(double share, double nodes, Probability probability) {
  const double other = 1 - 1 / nodes;
  double sum = 0, kept = 1;  // (1 - 1/N)^{k-1}
  while (kept > kForgotten && kept > 1 - share) {
    sum += kept / nodes * probability((1 - share) / kept);
    kept *= other;
    if (other <= 0) break;
  }
  return sum;
}

// How far the page cache lies from LRU towards pinned: what the active list protects. By share of the dataset, 0 to 1
// in fifths, for active lists of at most 1, 3, 10 and 31 times the inactive one. Of simulations of SimCache, one node,
// 20,000 items, epochs 9 to 16.
struct ProtectedRow {
  double active_per_inactive;
  std::array<double, 6> by_share;
};
constexpr std::array<ProtectedRow, 4> kProtected = {{{1, {0.50, 0.35, 0.21, 0.16, 0.25, 0.25}},
                                                     {3, {0.75, 0.60, 0.42, 0.31, 0.28, 0.30}},
                                                     {10, {0.85, 0.74, 0.56, 0.44, 0.42, 0.50}},
                                                     {31, {0.85, 0.72, 0.58, 0.47, 0.47, 0.60}}}};

double at_share(const ProtectedRow& row, double share) {
  const double place = std::clamp(share, 0.0, 1.0) * static_cast<double>(row.by_share.size() - 1);
  const auto i = std::min(static_cast<std::size_t>(place), row.by_share.size() - 2);
  return std::lerp(row.by_share[i], row.by_share[i + 1], place - static_cast<double>(i));
}

double protected_part(const CacheCase& c) {
  std::size_t i = 0;
  while (i + 2 < kProtected.size() && kProtected[i + 1].active_per_inactive < c.active_per_inactive) ++i;
  const ProtectedRow &low = kProtected[i], &high = kProtected[i + 1];
  const double t = std::log(c.active_per_inactive / low.active_per_inactive) /
                   std::log(high.active_per_inactive / low.active_per_inactive);
  return std::lerp(at_share(low, c.share), at_share(high, c.share), std::clamp(t, 0.0, 1.0));
}

CacheCase as_lru(CacheCase c) {
  c.policy = CachePolicy::kLru;
  return c;
}

}  // namespace

double shuffled_hits(const CacheCase& c) {
  if (c.share <= 0) return 0;
  if (c.share >= 1 && (c.nodes <= 1 || c.policy == CachePolicy::kPinned)) return 1;
  const double x = std::min(c.share, 1.0), n = c.nodes;
  switch (c.policy) {
    case CachePolicy::kPinned:
      return x;
    case CachePolicy::kRandom:
      if (x >= 1) return 1;
      // e^{1/(N x)} taken out of the logarithm, which overflows for small caches.
      return std::max(0.0, -n * x * std::log1p(-x * -std::expm1(-1 / (n * x))));
    case CachePolicy::kPageCache:
      return std::lerp(shuffled_hits(as_lru(c)), x, protected_part(c));
    case CachePolicy::kLru:
      break;
  }
  if (x >= 1) return 1;
  if (n <= 1) return x + (1 - x) * std::log1p(-x);
  return lru_sum(x, n, [n](double least) { return probability_product_above(least, n); });
}

double shuffled_hits_at(const CacheCase& c, double q) {
  if (c.share <= 0) return 0;
  if (c.share >= 1) return 1;
  const double x = c.share, n = c.nodes;
  switch (c.policy) {
    case CachePolicy::kPinned:
      return x;
    case CachePolicy::kRandom: {
      const double shrunk = std::exp(-q / (n * x));
      return x * shrunk / (x * shrunk + 1 - x);
    }
    case CachePolicy::kPageCache:
      return std::lerp(shuffled_hits_at(as_lru(c), q), x, protected_part(c));
    case CachePolicy::kLru:
      break;
  }
  if (n <= 1) return q < 1 ? std::max(0.0, 1 - (1 - x) / (1 - q)) : 0;
  return lru_sum(x, n, [n, q](double least) { return probability_above(least / (1 - q / n), n); });
}

double steady_hits(Bytes held, Bytes dataset, double nodes) {
  const auto bytes = [](Bytes b) { return static_cast<double>(b.value); };
  const double share = std::min(1.0, bytes(held) / std::max(1.0, bytes(dataset)));
  return share >= 1 && nodes <= 1 ? 1 : shuffled_hits({CachePolicy::kRandom, share, nodes});
}

double filled_share(double share, double nodes, bool warm, double epochs_done) {
  if (warm) return share;
  return std::min(share, 1 - std::pow(1 - 1 / nodes, epochs_done));
}

double unfilled_share(const StorageSpec& storage, double dataset_bytes, double hosts, double epochs_done) {
  double most = 0;
  for (const CacheSpec& cache : storage.caches) {
    if (cache.warm || cache.scope != StationScope::kHost || hosts <= 1 || cache.size.value == 0) continue;
    const double share = std::min(1.0, static_cast<double>(cache.size.value) / dataset_bytes);
    most = std::max(most, 1 - filled_share(share, hosts, false, epochs_done) / share);
  }
  return most;
}

double fixed_order_hits(CachePolicy policy, double share) {
  if (share >= 1) return 1;
  if (share <= 0 || policy == CachePolicy::kLru || policy == CachePolicy::kPageCache) return 0;
  if (policy == CachePolicy::kPinned) return share;
  // e^{-(1-h)/x} - h falls until 1 - h = -x ln x and crosses 0 before.
  double low = 0, high = 1 + share * std::log(share);
  for (int i = 0; i < 60; ++i) {
    const double h = (low + high) / 2;
    (std::exp(-(1 - h) / share) > h ? low : high) = h;
  }
  return (low + high) / 2;
}

}  // namespace aforo
