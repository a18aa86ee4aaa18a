// What windows say of how much latencies and rates vary: the parts of curve_fit.h that look at slots and at windows beside
// each other.
#include <algorithm>
#include <cmath>
#include <map>

#include "model/curve_fit.h"

namespace aforo {
namespace {

// All chosen; curve_fit_test.cc holds each rule to work whose law is known.
// Fewer slots in a window, or turns of a reader in a slot, say nothing; pacing asks for more of both.
constexpr double kLeastSlots = 8, kLeastTurns = 2;
constexpr double kPacingSlots = 12, kPacingTurns = 4, kPacingWindows = 8, kPaced = 0.25;
// Few windows tell what is clear: of random work 5 in 1000 so few agree as well as that.
constexpr double kFewPacingWindows = 4, kClearlyPaced = 0.05;
constexpr double kHannNoise = 1.5;  // variance of a rate by Hann's weights over that by even ones: exact

constexpr std::size_t kLeastRatios = 20;  // fewer latencies have no law worth writing down
// Of the last interval: so many ratios for each of its own, and no more of these than tell one in two thousand.
constexpr std::size_t kRatiosOfTail = 2, kMostOfTail = 16;
constexpr double kBeyondLine =
    1.25;  // a tail that ends no further out than that, of where a line does, is left out

// The first of sorted ratios that lies at `q` or above.
std::size_t place_in(const std::vector<double>& ratios, double q) {
  return static_cast<std::size_t>(std::ceil(q * static_cast<double>(ratios.size() - 1)));
}

// `count` equally spaced quantiles of sorted ratios, from the quantile `from` to the end; with the last one the last
// interval has the mean of the ratios in it: both its ends together are twice that.
std::vector<double> quantiles_from(const std::vector<double>& ratios, double from, std::size_t count) {
  const auto last = static_cast<double>(ratios.size() - 1), steps = static_cast<double>(count - 1);
  std::vector<double> knots;
  for (std::size_t i = 0; i < count; ++i) {
    const double place = (from + (1 - from) * static_cast<double>(i) / steps) * last;
    const auto low = std::min(static_cast<std::size_t>(place), ratios.size() - 1);
    const std::size_t high = std::min(low + 1, ratios.size() - 1);
    knots.push_back(ratios[low] + (place - static_cast<double>(low)) * (ratios[high] - ratios[low]));
  }
  double sum = 0, n = 0;
  for (std::size_t i = place_in(ratios, 1 - (1 - from) / steps); i < ratios.size(); ++i)
    sum += ratios[i], ++n;
  if (n > 0) knots.back() = std::max(knots[count - 2], 2 * sum / n - knots[count - 2]);
  return knots;
}

}  // namespace

Jitter jitter_of(std::vector<double> ratios, std::size_t count) {
  if (ratios.size() < kLeastRatios || count < 2) return {};
  std::sort(ratios.begin(), ratios.end());
  Jitter out;
  out.quantiles = quantiles_from(ratios, 0, count);
  const double from = 1 - 1 / static_cast<double>(count - 1);
  const std::size_t within = (ratios.size() - place_in(ratios, from)) / kRatiosOfTail;
  if (within >= 2) out.tail = quantiles_from(ratios, from, std::min(within, kMostOfTail) + 1);
  if (!out.tail.empty() && out.tail.back() <= kBeyondLine * out.quantiles.back()) out.tail.clear();
  double mean = -(out.quantiles.front() + out.quantiles.back()) / 2;
  for (const double knot : out.quantiles) mean += knot;
  mean /= static_cast<double>(count - 1);
  if (!(mean > 0)) return {};
  for (std::vector<double>* knots : {&out.quantiles, &out.tail})
    for (double& knot : *knots) knot /= mean;
  return out;
}

std::optional<double> common_of(std::span<const WindowDigest> windows) {
  double degrees = 0, excess = 0;
  for (const WindowDigest& w : windows) {
    if (w.slot_degrees < 1 || w.slot_turns < kLeastTurns) continue;
    degrees += w.slot_degrees;
    excess += (w.slot_squares - w.slot_explained) / (w.slot_mean * w.slot_mean);
  }
  if (degrees < kLeastSlots) return std::nullopt;
  return std::sqrt(std::max(excess / degrees, 0.0));
}

std::optional<double> pacing_by_slots(std::span<const WindowDigest> windows) {
  double degrees = 0, squares = 0, edges = 0, said = 0;
  for (const WindowDigest& w : windows) {
    if (w.slot_turns < kPacingTurns || w.slot_degrees < 1) continue;
    degrees += w.slot_degrees, squares += w.slot_squares, said += w.slot_explained;
    edges += w.slot_degrees * w.readers * std::min(w.slot_turns, 0.25);
  }
  if (degrees < kPacingSlots || said <= edges) return std::nullopt;
  const double ratio = squares / (said - edges);
  return ratio < kPaced ? std::sqrt(ratio) : 1;
}

std::optional<double> pacing_by_windows(std::span<const WindowDigest> windows) {
  std::map<unsigned, std::vector<const WindowDigest*>> levels;
  for (const WindowDigest& w : windows)
    if (w.rate.value > 0 && w.latency_cv2 > 0) levels[w.readers].push_back(&w);
  double squares = 0, degrees = 0;  // in what the latencies say
  for (const auto& [readers, of_level] : levels) {
    double mean = 0;
    const auto count = static_cast<double>(of_level.size());
    for (const WindowDigest* w : of_level) mean += std::log(w->rate.value) / count;
    for (const WindowDigest* w : of_level) {
      const double off = std::log(w->rate.value) - mean;
      squares += off * off * w->rate.value * w->length.value / (kHannNoise * w->latency_cv2);
    }
    degrees += count - 1;
  }
  if (degrees < kFewPacingWindows) return std::nullopt;
  const double ratio = squares / degrees;
  if (ratio >= kClearlyPaced && degrees < kPacingWindows) return std::nullopt;
  return ratio < kPaced ? std::sqrt(ratio) : 1;
}

}  // namespace aforo
