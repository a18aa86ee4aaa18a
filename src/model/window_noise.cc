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

}  // namespace

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
