#include "probe/probe_plan.h"

#include <algorithm>
#include <cmath>

#include "measure/interval.h"

namespace aforo {
namespace {

constexpr double kGrowth = 1.03;  // over two doublings
constexpr double kScoutShare = 1.0 / 40;
constexpr double kLongest = 3;  // x base
constexpr double kLayingShare = 1.0 / 3;
constexpr double kWarmShare = 0.12;  // of what is left for curves, all warm ones together

std::vector<double> rates_of(unsigned level, std::span<const WindowDigest> windows) {
  std::vector<double> rates;
  for (const WindowDigest& w : windows)
    if (w.readers == level) rates.push_back(w.rate.value);
  return rates;
}

}  // namespace

bool still_grows(std::span<const double> rates) {
  if (rates.size() < kLeastLevels) return true;
  const double before = *std::max_element(rates.begin(), rates.end() - 2);
  return std::max(rates[rates.size() - 1], rates[rates.size() - 2]) >= kGrowth * before;
}

Seconds scout_length(Seconds time) {
  return Seconds{std::clamp(time.value * kScoutShare, kShortestWindow.value, 0.4)};
}

Seconds window_length(Seconds base, Seconds latency) {
  const Seconds wanted = latency * kOperationsPerReader;
  return std::clamp(wanted, base, base * kLongest);
}

std::vector<unsigned> shuffled(std::vector<unsigned> levels, Random& random) {
  for (std::size_t i = levels.size(); i > 1; --i) std::swap(levels[i - 1], levels[random.below(i)]);
  return levels;
}

std::vector<double> spreads(std::span<const unsigned> levels, std::span<const WindowDigest> windows) {
  std::vector<double> out;
  for (const unsigned level : levels) out.push_back(relative_spread(rates_of(level, windows)).value_or(0));
  return out;
}

unsigned most_uncertain(std::span<const unsigned> levels, std::span<const WindowDigest> windows) {
  const std::vector<double> spread = spreads(levels, windows);
  unsigned best = 0;
  double most = 0;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const auto count = static_cast<double>(rates_of(levels[i], windows).size());
    const double score = spread[i] / std::sqrt(std::max(count, 1.0));
    if (spread[i] > kEnoughSpread && score > most) most = score, best = levels[i];
  }
  return best;
}

ProbeTimes share_out(Seconds left, unsigned datasets_to_lay, unsigned cold_curves, unsigned warm_curves) {
  ProbeTimes times;
  if (datasets_to_lay) {
    times.laying = left * kLayingShare / datasets_to_lay;
    left -= left * kLayingShare;
  }
  if (warm_curves) {
    times.warm = left * kWarmShare / warm_curves;
    left -= left * kWarmShare;
  }
  if (cold_curves) times.cold = left / cold_curves;
  return times;
}

}  // namespace aforo
