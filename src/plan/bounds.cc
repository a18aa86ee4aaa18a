#include "plan/bounds.h"

#include <algorithm>
#include <limits>

namespace aforo {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();

struct Sums {
  double total = 0, largest = 0, squares = 0;
};

Sums sums(std::span<const Seconds> demands) {
  Sums out;
  for (const Seconds d : demands) {
    out.total += d.value;
    out.largest = std::max(out.largest, d.value);
    out.squares += d.value * d.value;
  }
  return out;
}

double over(double numerator, double denominator) {
  return denominator > 0 ? numerator / denominator : kInfinite;
}

}  // namespace

PerSecond throughput_bound(std::span<const Seconds> demands, Seconds delay, double customers) {
  const Sums d = sums(demands);
  return {std::min(over(1, d.largest), over(customers, d.total + delay.value))};
}

// X >= K / (D + L + (K-1) Dmax / (1 + L / (K D))), X <= K / (D + L + (K-1) Davg / (1 + L / D)): Lazowska,
// Zahorjan, Graham, Sevcik, "Quantitative system performance", 1984, table 5.3.
ThroughputBounds balanced_job_bounds(std::span<const Seconds> demands, Seconds delay, double customers) {
  const Sums d = sums(demands);
  const double base = d.total + delay.value;
  if (base <= 0) return {{kInfinite}, {kInfinite}};
  const double others = std::max(0.0, customers - 1), think = delay.value / std::max(d.total, 1e-300);
  const double average = d.total / std::max<double>(1, static_cast<double>(demands.size()));
  const double low = customers / (base + others * d.largest / (1 + think / customers));
  const double high = customers / (base + others * average / (1 + think));
  return {{low}, {std::min(high, over(1, d.largest))}};
}

Seconds interactive_response(double accelerators, PerSecond throughput, Seconds think) {
  return Seconds{accelerators / throughput.value} - think;
}

Seconds response_bound(std::span<const Seconds> demands, double accelerators, Seconds think) {
  const Sums d = sums(demands);
  return {std::max(d.total, accelerators * d.largest - think.value)};
}

double knee(std::span<const Seconds> demands, Seconds think) {
  const Sums d = sums(demands);
  return over(d.total + think.value, d.largest);
}

}  // namespace aforo
