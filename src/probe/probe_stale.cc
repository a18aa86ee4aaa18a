#include "probe/probe_stale.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "measure/interval.h"

namespace aforo {
namespace {

// The header says where these are from; all but Tippett's are chosen.
constexpr double kRangeOfThree = 1.693;
constexpr double kCurveError = 0.05;
constexpr double kDeviations = 3.3;
constexpr double kLeastChange = 1.25;
constexpr double kFarSize = 2;
constexpr std::size_t kSlices = 8;
constexpr double kFewestOperations = 16;

// Of ln(rate), by the curve alone.
double curve_error(const ReadCurve& curve, double in_flight) {
  const auto off = [&](const CurvePoint& p) { return std::abs(p.concurrency - in_flight); };
  const CurvePoint& point =
      *std::min_element(curve.points.begin(), curve.points.end(),
                        [&](const CurvePoint& a, const CurvePoint& b) { return off(a) < off(b); });
  std::vector<double> spreads;
  for (const CurvePoint& each : curve.points) spreads.push_back(each.spread);
  return std::hypot(std::max(point.spread, median(spreads).value_or(0)) / kRangeOfThree, kCurveError);
}

// Squared coefficient of variation of the rate over slices of the look; an operation counts by its part inside.
double slice_cv2(const RawWindow& look) {
  const double length = (look.until - look.from).value / kSlices;
  std::array<double, kSlices> done{};
  for (const RawOperation& op : look.operations) {
    const double begin = (op.begin - look.from).value / length, end = (op.end - look.from).value / length;
    for (std::size_t i = 0; i < kSlices && end > begin; ++i) {
      const auto at = static_cast<double>(i);
      done[i] += std::max(0.0, std::min(end, at + 1) - std::max(begin, at)) / (end - begin);
    }
  }
  double mean = 0, squares = 0;
  for (const double d : done) mean += d / kSlices;
  if (mean <= 0) return 0;
  for (const double d : done) squares += (d / mean - 1) * (d / mean - 1);
  return squares / (kSlices - 1);
}

}  // namespace

const ReadCurve* nearest(const CurvesOfReads& of, double bytes) {
  const ReadCurve* found = nullptr;
  double least = std::log(kFarSize);
  for (const ReadCurve& curve : of.curves) {
    if (curve.kind != of.kind || curve.mode != of.mode || curve.cached || curve.points.empty()) continue;
    const double off = std::abs(std::log(curve.size / std::max(bytes, 1.0)));
    const bool more_alone = found != nullptr && curve.scope > found->scope;
    if (off > std::log(kFarSize) || (found != nullptr && curve.scope < found->scope)) continue;
    if (more_alone || off <= least) found = &curve, least = off;
  }
  return found;
}

double StaleLook::error() const { return std::hypot(of_curve, of_look); }

bool StaleLook::is_off() const { return std::abs(change) >= std::log(kLeastChange); }

StaleLook combined(std::span<const StaleLook> looks) {
  StaleLook out;
  const auto count = static_cast<double>(looks.size());
  double now = 0, then = 0, squares = 0;
  for (const StaleLook& look : looks) {
    out.readers = look.readers;
    out.bytes += look.bytes / count;
    now += std::log(look.now.value) / count, then += std::log(look.then.value) / count;
    out.of_curve = std::max(out.of_curve, look.of_curve);
    squares += look.of_look * look.of_look / count;
  }
  out.now = Seconds{std::exp(now)}, out.then = Seconds{std::exp(then)};
  out.change = then - now;
  out.of_look = std::sqrt(squares / count);
  return out;
}

bool has_changed(std::span<const StaleLook> looks) {
  if (looks.size() < kStaleLooks) return false;
  const StaleLook all = combined(looks);
  const bool one_side = std::all_of(looks.begin(), looks.end(),
                                    [&](const StaleLook& look) { return look.change * all.change > 0; });
  return one_side && all.is_off() && std::abs(all.change) > kDeviations * all.error();
}

std::optional<StaleLook> compare(const RawWindow& look, const CurvesOfReads& of) {
  const WindowDigest seen = digest(look);
  if (!(seen.rate.value > 0) || !(seen.length.value > 0)) return std::nullopt;
  const ReadCurve* measured = nearest(of, seen.rate_bytes);
  if (measured == nullptr) return std::nullopt;
  const auto curve = OperationCurve::find(of.curves, of.kind, of.mode, false, seen.rate_bytes);
  StaleLook out;
  out.readers = look.readers;
  out.bytes = seen.rate_bytes;
  out.now = Seconds{seen.in_flight / seen.rate.value};
  out.then = curve->latency(seen.in_flight);
  out.change = std::log(out.then / out.now);
  const double operations = std::max(1.0, curve->rate(seen.in_flight).value * seen.length.value);
  const double jitter = curve->jitter_cv(seen.in_flight), common = curve->common(seen.in_flight);
  const double bursts =
      kHannNoise * std::max(slice_cv2(look) / kSlices, common * common * kSlot / seen.length.value);
  out.of_curve = curve_error(*measured, seen.in_flight);
  out.of_look = std::sqrt(jitter * jitter / operations + bursts);
  return out;
}

std::vector<unsigned> levels_to_check(const ReadCurve& curve, double readers, Seconds length) {
  const double most = std::min(std::max(readers, 1.0), knee_of(curve));
  std::vector<unsigned> fit;
  for (const CurvePoint& point : curve.points)
    if (point.rate.value * length.value >= kFewestOperations)
      fit.push_back(static_cast<unsigned>(point.concurrency));
  if (fit.empty()) return {};
  unsigned high = fit.front();
  for (const unsigned level : fit)
    if (level <= most) high = level;
  if (high == fit.front()) return {high};
  return {fit.front(), high};
}

std::string words_of(const StaleLook& look, ReadKind kind) {
  const char* what = kind == ReadKind::kFile ? "files" : kind == ReadKind::kRange ? "ranges" : "requests";
  return fmt::format("{} of {} take {} now, {} then, with {} in flight", what,
                     format_bytes({static_cast<std::uint64_t>(look.bytes)}), format_seconds(look.now),
                     format_seconds(look.then), look.readers);
}

}  // namespace aforo
