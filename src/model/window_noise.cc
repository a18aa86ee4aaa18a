// What windows say of how much latencies and rates vary: the parts of curve_fit.h that look at slots and at windows
// beside each other.
#include <algorithm>
#include <cmath>
#include <map>

#include "model/curve_fit.h"

namespace aforo {
namespace {

// All chosen; curve_fit_test.cc holds each rule to work whose law is known.
// Fewer slots in a window, or turns of a reader in a slot, say nothing; pacing asks for more of both.
constexpr double kLeastSlots = 8, kLeastTurns = 2;
constexpr double kPacingTurns = 4, kPaced = 0.25;
constexpr double kFewDegrees = 4, kManyDegrees = 8, kOutlierDegrees = 8;
// Of ten squares of normal deviations, what the sum of all but the greatest is of as many others, about.
constexpr double kWithoutFurthest = 0.7;
constexpr double kLeastHalves = 8;  // operations of a window: of fewer its halves say nothing

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

// Of a window, in operations of its mean work.
struct WorkNoise {
  double slots = 0;      // squared deviations of slots, in means of a slot
  double explained = 0;  // what independent readers explain of that, in operations
  double luck = 0;       // variance of the work completed, per operation, as the latencies have it
  double share = 0;      // that goes with size, at the window's own mean size
};

WorkNoise noise_of(const WindowDigest& w, SizeShare sizes) {
  const double mean_work = work_of(w.mean_bytes, sizes);
  const double share = sizes.share * w.mean_bytes / sizes.size / mean_work;  // at the window's own mean size
  double n = 0, work2 = 0, ratio = 0, ratio2 = 0;
  for (const RawOperation& op : w.kept) {
    const double work = 1 - share + share * static_cast<double>(op.bytes) / std::max(w.mean_bytes, 1.0);
    const double r = (op.end - op.begin).value / work;
    ++n, work2 += work * work, ratio += r, ratio2 += r * r;
  }
  WorkNoise out;
  out.share = share;
  if (n < 1 || ratio <= 0) return out;
  work2 /= n;
  out.luck = work2 * std::max(ratio2 * n / (ratio * ratio) - 1, 0.0);
  out.slots = (1 - share) * (1 - share) * w.slot_operations + 2 * share * (1 - share) * w.slot_products +
              share * share * w.slot_bytes;
  out.explained =
      w.slot_degrees * w.readers * (w.slot_turns * out.luck + std::min(w.slot_turns, 0.25) * work2);
  return out;
}

// The share of `degrees` that the sum of as many squared normal deviations stays below 5 times in 1000.
double seldom_below(double degrees) {
  constexpr double kQuantile = -2.576;  // of the normal law, at 0.005
  const double part = 2 / (9 * degrees);
  return std::pow(std::max(1 - part + kQuantile * std::sqrt(part), 0.0), 3);
}

// How paced work is that varies by `squares` in what latencies say, in so many degrees of freedom.
std::optional<double> told(double squares, double degrees) {
  if (degrees < kFewDegrees) return std::nullopt;
  const double ratio = squares / degrees;
  if (ratio < std::min(kPaced, seldom_below(degrees))) return std::sqrt(ratio);
  return degrees < kManyDegrees ? std::nullopt : std::optional<double>(1);
}

// The same without the furthest of them, where they are many.
std::optional<double> told_without(double furthest, double squares, double degrees) {
  if (degrees <= kOutlierDegrees) return told(squares, degrees);
  return told((squares - furthest) / kWithoutFurthest, degrees - 1);
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

std::optional<double> common_of(std::span<const WindowDigest> windows, SizeShare sizes) {
  double degrees = 0, excess = 0;
  for (const WindowDigest& w : windows) {
    if (w.slot_degrees < 1 || w.slot_turns < kLeastTurns) continue;
    const WorkNoise noise = noise_of(w, sizes);
    degrees += w.slot_degrees;
    excess += noise.slots - noise.explained / (w.slot_mean * w.slot_mean);
  }
  if (degrees < kLeastSlots) return std::nullopt;
  return std::sqrt(std::max(excess / degrees, 0.0));
}

std::optional<double> pacing_by_slots(std::span<const WindowDigest> windows, SizeShare sizes) {
  double degrees = 0, squares = 0, said = 0;  // per operation, so that levels with many weigh no more
  for (const WindowDigest& w : windows) {
    if (w.slot_turns < kPacingTurns || w.slot_degrees < 1) continue;
    const WorkNoise noise = noise_of(w, sizes);
    degrees += w.slot_degrees;
    squares += noise.slots * w.slot_mean * w.slot_mean / (w.readers * w.slot_turns);
    said += noise.luck * w.slot_degrees;
  }
  if (said <= 0) return std::nullopt;
  return told(squares / said * degrees, degrees);
}

std::optional<double> pacing_by_windows(std::span<const WindowDigest> windows, SizeShare sizes) {
  struct Seen {
    double rate = 0, weight = 0;  // ln; 1 / what the latencies say of its variance
  };
  std::map<unsigned, std::vector<Seen>> levels;
  for (const WindowDigest& w : windows) {
    const double luck = noise_of(w, sizes).luck;
    if (w.rate.value <= 0 || luck <= 0) continue;
    const double work = w.rate.value * work_of(w.rate_bytes, sizes);
    levels[w.readers].push_back({std::log(work), w.rate.value * w.length.value / (kHannNoise * luck)});
  }
  double squares = 0, degrees = 0, furthest = 0;
  for (const auto& [readers, of_level] : levels) {
    double mean = 0, weight = 0;
    for (const Seen& w : of_level) mean += w.rate * w.weight, weight += w.weight;
    mean /= weight;
    for (const Seen& w : of_level) {
      const double off = (w.rate - mean) * (w.rate - mean) * w.weight;
      squares += off;
      furthest = std::max(furthest, off);
    }
    degrees += static_cast<double>(of_level.size()) - 1;
  }
  return told_without(furthest, squares, degrees);
}

std::optional<double> pacing_by_halves(std::span<const WindowDigest> windows, SizeShare sizes) {
  double squares = 0, degrees = 0, furthest = 0;
  for (const WindowDigest& w : windows) {
    const WorkNoise noise = noise_of(w, sizes);
    if (w.halves < kLeastHalves || noise.luck <= 0) continue;
    const double more = (1 - noise.share) * w.more_operations + noise.share * w.more_bytes;
    const double off = more * more / (w.halves * noise.luck);
    squares += off, furthest = std::max(furthest, off), ++degrees;
  }
  return told_without(furthest, squares, degrees);
}

}  // namespace aforo
