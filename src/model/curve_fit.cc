#include "model/curve_fit.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include <fmt/format.h>

#include "measure/interval.h"
#include "model/window_rates.h"

namespace aforo {
namespace {

// All chosen; curve_fit_test.cc holds each rule to work whose law is known.
constexpr double kVaries = 1e-3;  // of the mean: sizes that differ by less are one size
// A tail of one in fifty decides batches that wait in order: an interval must hold less than that, and ten
// ratios.
constexpr std::size_t kQuantiles = 33, kFineQuantiles = 129, kManyRatios = 1290;
constexpr double kLarge = 1 << 20;     // bytes; from here on an operation's time goes with its size
constexpr double kCopied = 256 << 10;  // bytes; from here on a client's CPU time goes with the bytes
// Of each reader: in a window of fewer turns those that wait together at its beginning weigh too much.
constexpr double kManyTurns = 8;
constexpr double kCutOff = 0.4;  // of the length of its level's median window: a shorter one was cut off
constexpr double kShareOfBest = 0.95;  // of the best rate: as good as it, within what windows repeat to

// Hann's weight at a share of the window, and its integral up to there; 1 over the whole window.
double hann_at(double share) {
  return share <= 0 || share >= 1 ? 0 : 1 - std::cos(2 * std::numbers::pi * share);
}
double hann_until(double share) {
  share = std::clamp(share, 0.0, 1.0);
  return share - std::sin(2 * std::numbers::pi * share) / (2 * std::numbers::pi);
}

// Of operations that ended inside: least squares of latency on size.
void regress_on_size(const std::vector<RawOperation>& inside, WindowDigest& out) {
  const double n = static_cast<double>(inside.size());
  double bb = 0, bl = 0, ll = 0;
  for (const RawOperation& op : inside) {
    const double b = static_cast<double>(op.bytes) - out.mean_bytes;
    const double l = (op.end - op.begin - out.mean_latency).value;
    bb += b * b, bl += b * l, ll += l * l;
  }
  if (n < 10 || bb <= n * kVaries * kVaries * out.mean_bytes * out.mean_bytes) return;
  const double slope = bl / bb;
  const double scale = out.mean_bytes / out.mean_latency.value;
  const double residual = std::max(ll - slope * bl, 1e-9 * ll) / (n - 2);
  out.share = slope * scale;
  out.share_weight = residual > 0 ? bb / (residual * scale * scale) : 0;
}

void count_slots(const RawWindow& window, const std::vector<RawOperation>& inside, WindowDigest& out) {
  const auto slots = static_cast<std::size_t>(out.length.value / kSlot);
  if (slots < 2) return;
  std::vector<double> operations(slots, 0), bytes(slots, 0);
  double all = 0, all_bytes = 0;
  for (const RawOperation& op : inside) {
    const auto slot = static_cast<std::size_t>((op.end - window.from).value / kSlot);
    if (slot >= slots) continue;
    ++operations[slot], ++all;
    bytes[slot] += static_cast<double>(op.bytes), all_bytes += static_cast<double>(op.bytes);
  }
  if (all <= 0) return;
  const auto n = static_cast<double>(slots);
  for (std::size_t i = 0; i < slots; ++i) {
    const double a = operations[i] * n / all - 1, b = all_bytes > 0 ? bytes[i] * n / all_bytes - 1 : a;
    out.slot_operations += a * a, out.slot_products += a * b, out.slot_bytes += b * b;
  }
  out.slot_mean = all / n;
  out.slot_degrees = n - 1;
  out.slot_turns = kSlot / out.mean_latency.value;
}

void count_halves(const RawWindow& window, WindowDigest& out) {
  const double from = window.from.value, half = out.length.value / 2, middle = from + half;
  for (const RawOperation& op : window.operations) {
    const double begin = op.begin.value, end = op.end.value;
    if (end <= begin) continue;
    const auto part = [&](double low, double high) {
      return std::max(std::min(end, high) - std::max(begin, low), 0.0) / (end - begin);
    };
    const double first = part(from, middle), second = part(middle, middle + half);
    out.halves += first + second;
    out.more_operations += first - second;
    out.more_bytes += (first - second) * static_cast<double>(op.bytes) / std::max(out.mean_bytes, 1.0);
  }
}

// Operations per second from the first's beginning to the last's end, and how many were in flight on the average.
void count_all(const RawWindow& window, WindowDigest& out) {
  Seconds first{HUGE_VAL}, last{0};
  double busy = 0;
  for (const RawOperation& op : window.operations) {
    first = std::min(first, op.begin), last = std::max(last, op.end);
    busy += (op.end - op.begin).value;
  }
  const double length = (last - first).value, all = static_cast<double>(window.operations.size());
  if (!(length > 0) || !(busy > 0)) return;
  out.rate = PerSecond{all / length};
  out.rate_bytes = static_cast<double>(window.bytes_in_all) / all;
  out.in_flight = std::clamp(busy / length, 1.0, static_cast<double>(window.readers));
}

void keep_some(const std::vector<RawOperation>& inside, WindowDigest& out) {
  const std::size_t step = (inside.size() + WindowDigest::kMostKept - 1) / WindowDigest::kMostKept;
  for (std::size_t i = 0; i < inside.size(); i += std::max<std::size_t>(step, 1))
    out.kept.push_back(inside[i]);
}

// Share of an operation's time that goes with its size, from operations of different sizes in one window.
std::optional<double> measured_share(std::span<const WindowDigest> windows) {
  double weighted = 0, weight = 0;
  for (const WindowDigest& w : windows) weighted += w.share * w.share_weight, weight += w.share_weight;
  if (weight <= 0) return std::nullopt;
  return std::clamp(weighted / weight, 0.0, 1.0);
}

std::vector<WindowRate> rates_of(std::span<const WindowDigest> windows, SizeShare sizes, double paced = 1) {
  std::vector<WindowRate> rates;
  for (const WindowDigest& w : windows)
    rates.push_back(
        {w.rate.value * work_of(w.rate_bytes, sizes), w.length.value,
         kHannNoise * paced * paced * w.latency_cv2 / std::max(1.0, static_cast<double>(w.counted))});
  return rates;
}

// Of the rates of windows as long as others: what a cut-off one shows says more of itself than of the storage.
double spread_of(const std::vector<WindowRate>& rates) {
  std::vector<double> weights, long_ones;
  for (const WindowRate& rate : rates) weights.push_back(rate.weight);
  const double least = kCutOff * median(weights).value_or(0);
  for (const WindowRate& rate : rates)
    if (rate.weight >= least) long_ones.push_back(rate.rate);
  return relative_spread(long_ones).value_or(0);
}

std::vector<double> ratios_of(std::span<const WindowDigest> windows, SizeShare sizes) {
  std::vector<double> ratios;
  for (const WindowDigest& w : windows) {
    const Seconds unit = w.mean_latency / work_of(w.mean_bytes, sizes);
    for (const RawOperation& op : w.kept)
      ratios.push_back((op.end - op.begin) / (unit * work_of(static_cast<double>(op.bytes), sizes)));
  }
  return ratios;
}

void narrow(std::vector<double>& jitter, double factor) {
  for (double& quantile : jitter) quantile = 1 + (quantile - 1) * factor;
}

// But for its rate, which its neighbours have a say in. `below` is what the level below was given.
struct LevelNoise {
  double by_slots = 1, common = 0;
};
CurvePoint fit_point(std::span<const WindowDigest> windows, SizeShare sizes, double paced,
                     LevelNoise& below) {
  CurvePoint point;
  point.concurrency = windows.front().readers;
  point.spread = spread_of(rates_of(windows, sizes));
  std::vector<double> ratios = ratios_of(windows, sizes);
  const bool many = ratios.size() >= kManyRatios;
  Jitter jitter = jitter_of(std::move(ratios), many ? kFineQuantiles : kQuantiles);
  point.jitter = std::move(jitter.quantiles), point.tail = std::move(jitter.tail);
  below.by_slots = pacing_by_slots(windows, sizes).value_or(below.by_slots);
  for (std::vector<double>* part : {&point.jitter, &point.tail})
    narrow(*part, std::min(below.by_slots, paced));
  point.common = below.common = common_of(windows, sizes).value_or(below.common);
  return point;
}

// Of a level: what its windows had in flight.
double in_flight(std::span<const WindowDigest> windows) {
  double sum = 0;
  for (const WindowDigest& w : windows) sum += w.in_flight;
  return sum / static_cast<double>(windows.size());
}

// Rates at what was in flight, by rising level, to those at the levels themselves: on from each as the rate grew from
// the level below to it, at most in proportion.
void to_levels(std::span<const double> held, std::span<CurvePoint> points) {
  std::vector<double> rates;
  for (const CurvePoint& point : points) rates.push_back(point.rate.value);
  for (std::size_t i = 1; i < points.size(); ++i) {
    if (held[i] >= points[i].concurrency || held[i] <= held[i - 1]) continue;
    const double grew =
        std::clamp(std::log(rates[i] / rates[i - 1]) / std::log(held[i] / held[i - 1]), 0.0, 1.0);
    points[i].rate.value *= std::pow(points[i].concurrency / held[i], grew);
  }
}

double rate_at(const ReadCurve& curve, double concurrency) {
  for (const CurvePoint& point : curve.points)
    if (point.concurrency == concurrency) return point.rate.value;
  return 0;
}

// The share that two sizes of one class tell, at the larger's or the smaller's own size; absent where no
// concurrency was measured of both.
std::optional<double> share_of_two(const ReadCurve& own, const ReadCurve& other) {
  std::vector<double> shares;
  for (const CurvePoint& point : own.points) {
    const double there = rate_at(other, point.concurrency);
    if (there <= 0 || own.size == other.size) continue;
    const double latency = point.concurrency / point.rate.value, latency_there = point.concurrency / there;
    shares.push_back((latency_there - latency) / (other.size - own.size) * own.size / latency);
  }
  if (shares.empty()) return std::nullopt;
  return std::clamp(*median(shares), 0.0, 1.0);
}

bool same_class(const ReadCurve& a, const ReadCurve& b) {
  return a.kind == b.kind && a.mode == b.mode && a.cached == b.cached && a.scope == b.scope;
}

}  // namespace

WorkRate work_rate(std::span<const RawOperation> operations, Seconds from, Seconds until) {
  WorkRate out;
  const double length = (until - from).value;
  for (const RawOperation& op : operations) {
    const double begin = (op.begin - from).value / length, end = (op.end - from).value / length;
    const double done = op.end.value > op.begin.value
                            ? (hann_until(end) - hann_until(begin)) / (op.end - op.begin).value
                            : hann_at(end) / length;
    out.operations += done;
    out.bytes += done * static_cast<double>(op.bytes);
  }
  return out;
}

WindowDigest digest(const RawWindow& window) {
  WindowDigest out;
  out.readers = window.readers;
  out.length = window.until - window.from;
  out.operations_in_all = window.operations_in_all;
  out.bytes_in_all = window.bytes_in_all;
  out.cpu = window.cpu;
  if (window.bytes_from_storage && window.bytes_in_all)
    out.cache_share = std::clamp(
        1 - static_cast<double>(*window.bytes_from_storage) / static_cast<double>(window.bytes_in_all), 0.0,
        1.0);
  if (out.length.value <= 0) return out;
  const WorkRate work = work_rate(window.operations, window.from, window.until);
  out.rate = PerSecond{work.operations};
  out.in_flight = window.readers;
  if (work.operations > 0) out.rate_bytes = work.bytes / work.operations;
  if (window.readers > 1 && static_cast<double>(window.operations.size()) < kManyTurns * window.readers)
    count_all(window, out);
  std::vector<RawOperation> inside;
  std::vector<double> latencies;
  for (const RawOperation& op : window.operations)
    if (op.end > window.from && op.end <= window.until && op.end > op.begin) {
      inside.push_back(op);
      latencies.push_back((op.end - op.begin).value);
      out.mean_bytes += static_cast<double>(op.bytes);
    }
  if (inside.empty()) return out;
  out.counted = inside.size();
  out.mean_bytes /= static_cast<double>(inside.size());
  out.mean_latency = Seconds{*mean(latencies)};
  for (const double latency : latencies) {
    const double off = latency / out.mean_latency.value - 1;
    out.latency_cv2 += off * off / static_cast<double>(latencies.size());
  }
  out.p99 = Seconds{*quantile(latencies, 0.99)};
  if (out.mean_bytes > 0) regress_on_size(inside, out);
  count_slots(window, inside, out);
  count_halves(window, out);
  keep_some(inside, out);
  return out;
}

ReadCurve fit_curve(ReadKind kind, ReadMode mode, bool cached, std::span<const WindowDigest> windows,
                    double size) {
  ReadCurve curve;
  curve.kind = kind, curve.mode = mode, curve.cached = cached;
  std::map<unsigned, std::vector<WindowDigest>> levels;
  double bytes = 0, counted = 0;
  for (const WindowDigest& w : windows) {
    if (w.counted == 0 || w.rate.value <= 0) continue;
    levels[w.readers].push_back(w);
    bytes += w.mean_bytes * static_cast<double>(w.counted), counted += static_cast<double>(w.counted);
  }
  curve.size = size > 0 ? size : std::max(1.0, bytes / std::max(counted, 1.0));
  const auto share = measured_share(windows);
  curve.size_share = share.value_or(curve.size >= kLarge ? 1 : 0);
  std::vector<std::vector<WindowRate>> rates;
  std::vector<double> held;
  const SizeShare sizes{curve.size, share.value_or(0)};
  const double paced =
      std::min(pacing_by_windows(windows, sizes).value_or(1), pacing_by_halves(windows, sizes).value_or(1));
  LevelNoise noise{pacing_by_slots(windows, sizes).value_or(1)};
  for (const auto& [readers, of_level] : levels) {
    rates.push_back(rates_of(of_level, sizes, paced));
    held.push_back(in_flight(of_level));
    curve.points.push_back(fit_point(of_level, sizes, paced, noise));
  }
  const std::vector<double> joined = without_dips(joined_rates(rates, held));
  for (std::size_t i = 0; i < joined.size(); ++i) curve.points[i].rate = PerSecond{joined[i]};
  to_levels(held, curve.points);
  return curve;
}

bool read_ahead(std::span<const WindowDigest> windows) {
  double quick = 0, all = 0;
  for (const WindowDigest& w : windows)
    for (const RawOperation& op : w.kept) {
      ++all;
      if (op.end - op.begin < w.mean_latency / 4) ++quick;
    }
  return all > 0 && quick >= all / 2;
}

bool share_is_measured(std::span<const WindowDigest> windows) { return measured_share(windows).has_value(); }

std::vector<std::string> set_size_shares(std::vector<ReadCurve>& curves, const std::vector<bool>& measured) {
  std::vector<std::string> notes;
  std::vector<double> shares;
  for (std::size_t i = 0; i < curves.size(); ++i) {
    shares.push_back(curves[i].size_share);
    if (measured[i]) continue;
    std::optional<double> found;
    for (std::size_t j = 0; j < curves.size() && !found; ++j)
      if (j != i && same_class(curves[i], curves[j])) found = share_of_two(curves[i], curves[j]);
    if (found) {
      shares[i] = *found;
      continue;
    }
    shares[i] = curves[i].size >= kLarge ? 1 : 0;
    std::string note = fmt::format(
        "{}, {}{}: all operations have {}, so the share of their time that goes with their size is not "
        "measured but taken as {}",
        to_string(curves[i].kind), to_string(curves[i].mode), curves[i].cached ? ", cached" : "",
        format_bytes({static_cast<std::uint64_t>(curves[i].size)}), shares[i]);
    if (std::find(notes.begin(), notes.end(), note) == notes.end()) notes.push_back(std::move(note));
  }
  for (std::size_t i = 0; i < curves.size(); ++i) curves[i].size_share = shares[i];
  return notes;
}

double rounded_for_file(double value) {
  constexpr int kDigits = 4;  // chosen: more than two probes of one storage have in common
  if (value == 0 || !std::isfinite(value)) return value;
  const double unit = std::pow(10.0, std::floor(std::log10(std::abs(value))) - (kDigits - 1));
  // Divided where the unit is a fraction: 1 / 10^n is not exact, 10^n is.
  return unit < 1 ? std::round(value / unit) / std::round(1 / unit) : std::round(value / unit) * unit;
}

ReadCurve rounded_for_file(ReadCurve curve) {
  curve.size_share = rounded_for_file(curve.size_share);
  for (CurvePoint& point : curve.points) {
    point.rate.value = rounded_for_file(point.rate.value);
    point.spread = rounded_for_file(point.spread);
    point.common = rounded_for_file(point.common);
    for (std::vector<double>* part : {&point.jitter, &point.tail})
      for (double& quantile : *part) quantile = rounded_for_file(quantile);
  }
  return curve;
}

double knee_of(const ReadCurve& curve) {
  double best = 0;
  for (const CurvePoint& point : curve.points) best = std::max(best, point.rate.value);
  for (const CurvePoint& point : curve.points)
    if (point.rate.value >= kShareOfBest * best) return point.concurrency;
  return 1;
}

ClientCost client_cost(std::span<const WindowDigest> windows) {
  double oo = 0, ob = 0, bb = 0, o1 = 0, b1 = 0, operations = 0, bytes = 0, cpu = 0;
  for (const WindowDigest& w : windows) {
    if (w.operations_in_all == 0 || w.cpu.value <= 0) continue;
    const auto n = static_cast<double>(w.operations_in_all), b = static_cast<double>(w.bytes_in_all);
    operations += n, bytes += b, cpu += w.cpu.value;
    const double x = n / w.cpu.value, y = b / w.cpu.value;  // relative errors: each window weighs the same
    oo += x * x, ob += x * y, bb += y * y, o1 += x, b1 += y;
  }
  ClientCost cost;
  if (operations <= 0) return {Seconds{0}, Seconds{0}, false};
  const double determinant = oo * bb - ob * ob;
  if (determinant > 0.02 * oo * bb) {
    const double per_operation = (o1 * bb - b1 * ob) / determinant;
    const double per_byte = (b1 * oo - o1 * ob) / determinant;
    if (per_operation >= 0 && per_byte >= 0) return {Seconds{per_operation}, Seconds{per_byte}, true};
    if (per_operation < 0) return {Seconds{0}, Seconds{b1 / bb}, true};
    return {Seconds{o1 / oo}, Seconds{0}, true};
  }
  cost.split = false;
  if (bytes / operations >= kCopied)
    cost.per_byte = Seconds{cpu / bytes};
  else
    cost.per_operation = Seconds{cpu / operations};
  return cost;
}

}  // namespace aforo
