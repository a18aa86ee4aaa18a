#include "plan/cache_form.h"

#include <algorithm>
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
  if (share <= 0 || policy == CachePolicy::kLru) return 0;
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
