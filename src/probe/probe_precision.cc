#include "probe/probe_precision.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "probe/probe_plan.h"

namespace aforo {
namespace {

// x the windows before. Chosen: of independent noise twice the length leaves 0.7 of the spread.
constexpr double kLongerRound = 2;
// ... at least: less would tell hardly more.
constexpr double kWorthIt = 1.4;
// x the one window there is: shorter ones would be no repetition of it.
constexpr double kWorthSecond = 0.5;
// x the least that any probe could promise: near enough to stop at.
constexpr double kNearLeast = 1.1;

std::string points(double fraction) { return fmt::format("{:.1f}", fraction * 100); }

const CurvePoint* point_near(const ReadCurve& curve, double in_flight) {
  const auto off = [&](const CurvePoint& p) { return std::abs(std::log(p.concurrency / in_flight)); };
  const auto at = std::min_element(curve.points.begin(), curve.points.end(),
                                   [&](const CurvePoint& a, const CurvePoint& b) { return off(a) < off(b); });
  return at == curve.points.end() ? nullptr : &*at;
}

std::vector<unsigned>::const_iterator nearest_level(const std::vector<unsigned>& levels, double in_flight) {
  const auto off = [&](unsigned level) { return std::abs(std::log(level / std::max(in_flight, 1.0))); };
  return std::min_element(levels.begin(), levels.end(),
                          [&](unsigned a, unsigned b) { return off(a) < off(b); });
}

}  // namespace

std::string_view to_string(PrecisionEnd end) {
  switch (end) {
    case PrecisionEnd::kReached:
      return "reached";
    case PrecisionEnd::kLeast:
      return "least";
    case PrecisionEnd::kTime:
      return "time";
    case PrecisionEnd::kStopped:
      return "stopped";
  }
  return "";
}

Precision narrow(double half_width, Seconds most, const PrecisionSteps& steps) {
  Seconds window{0};
  for (Precision out;; ++out.rounds) {
    const Seconds before = steps.spent();
    out.promise = steps.promise();
    out.spent = steps.spent();
    const auto ends = [&](PrecisionEnd end) {
      out.end = end;
      return out;
    };
    if (steps.stopped()) return ends(PrecisionEnd::kStopped);
    const bool known = out.promise.windows >= kLeastRounds;
    if (known && out.promise.half_width <= half_width) return ends(PrecisionEnd::kReached);
    if (known && out.promise.least > half_width && out.promise.half_width <= kNearLeast * out.promise.least)
      return ends(PrecisionEnd::kLeast);
    window = std::max(window, steps.longest(out.promise));
    const Seconds left = most - out.spent - (out.spent - before);  // the next promise takes as long
    const Seconds length = std::min(window * (known ? kLongerRound : 1), left / (kRounds * kRoundLevels));
    if (length < window * (known ? kWorthIt : kWorthSecond)) return ends(PrecisionEnd::kTime);
    steps.measure(out.promise, length);
    window = length;
  }
}

std::vector<unsigned> levels_near(const std::vector<unsigned>& levels, double in_flight) {
  if (levels.empty()) return {};
  const auto nearest = nearest_level(levels, in_flight);
  return {nearest == levels.begin() ? nearest : nearest - 1,
          nearest + 1 == levels.end() ? levels.end() : nearest + 2};
}

std::size_t windows_near(std::span<const WindowDigest> windows, double in_flight) {
  std::vector<unsigned> levels;
  for (const WindowDigest& w : windows) levels.push_back(w.readers);
  const auto nearest = nearest_level(levels, in_flight);
  return nearest == levels.end()
             ? 0
             : static_cast<std::size_t>(std::count(levels.begin(), levels.end(), *nearest));
}

Seconds longest_at(std::span<const unsigned> levels, std::span<const WindowDigest> windows) {
  Seconds longest{0};
  for (const WindowDigest& w : windows)
    if (std::find(levels.begin(), levels.end(), w.readers) != levels.end())
      longest = std::max(longest, w.length);
  return longest;
}

std::vector<unsigned> levels_of(const ReadCurve& curve) {
  std::vector<unsigned> levels;
  for (const CurvePoint& point : curve.points) levels.push_back(static_cast<unsigned>(point.concurrency));
  return levels;
}

std::vector<WindowDigest> settled(std::span<const WindowDigest> windows) {
  const auto counts = [&](const WindowDigest& one) {
    Seconds longest{0};
    for (const WindowDigest& w : windows)
      if (w.readers == one.readers) longest = std::max(longest, w.length);
    const auto is_long = [&](const WindowDigest& w) {
      return w.readers == one.readers && w.length >= longest / 2;
    };
    return is_long(one) ||
           std::count_if(windows.begin(), windows.end(), is_long) < std::ptrdiff_t{kLeastRounds};
  };
  std::vector<WindowDigest> out;
  std::copy_if(windows.begin(), windows.end(), std::back_inserter(out), counts);
  return out;
}

std::string precision_sentence(const Precision& reached, const PrecisionAsk& ask, const ReadCurve& curve) {
  const Promise& promise = reached.promise;
  std::string text = fmt::format("95 % interval of {}: AU {:.1f} % +- {} points after {} (asked: {:.4g})",
                                 ask.job, promise.au * 100, points(promise.half_width),
                                 format_seconds(reached.spent), ask.half_width * 100);
  if (reached.end == PrecisionEnd::kReached) return text;
  const CurvePoint* point = point_near(curve, std::max(promise.in_flight, 1.0));
  if (promise.windows < kLeastRounds && point != nullptr)
    text += fmt::format(
        "; {:.0f} in flight were measured once, so how sure that is is not known: give a larger --budget",
        point->concurrency);
  else if (reached.end == PrecisionEnd::kTime && point != nullptr)
    text += fmt::format(
        "; windows at {:.0f} in flight lie {} apart, which a larger --budget narrows unless storage "
        "itself varies so",
        point->concurrency, format_percent(point->spread));
  return text +
         fmt::format(
             "; no probe narrows it below +- {} points: what storage changes between a probe and a run, and "
             "what the model leaves out",
             points(promise.least));
}

}  // namespace aforo
