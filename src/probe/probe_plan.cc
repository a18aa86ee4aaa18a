#include "probe/probe_plan.h"

#include <algorithm>
#include <cmath>

#include "measure/interval.h"

namespace aforo {
namespace {

// Over two doublings. Chosen: just above kEnoughSpread, so that growth is not taken for chance; a
// knee that is this flat costs a job nothing to miss.
constexpr double kGrowth = 1.03;
// Of a curve's time, for one doubling: ten of them, up to kMostReaders, take a quarter.
constexpr double kScoutShare = 1.0 / 40;
// x base. Chosen: slow levels get more, and the others still their share.
constexpr double kLongest = 3;
// Of a probe's time. Chosen: less data would be read again and again, more would
// leave no time to read it.
constexpr double kLayingShare = 1.0 / 3;
// Of what is left for curves, all warm ones together. Chosen: memory varies less than
// storage, and few jobs live from it.
constexpr double kWarmShare = 0.12;

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
