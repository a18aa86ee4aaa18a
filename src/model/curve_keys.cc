// The keys of measured curves and their points.
#include <algorithm>

#include "model/curve.h"
#include "model/scalar_keys.h"
#include "model/storage_keys.h"

namespace aforo {
namespace {

// Bounds of what may be written. Chosen far beyond any storage there is: they stop slips of a unit,
// not systems.
constexpr double kMostInFlight = 1e6;
constexpr std::uint32_t kMostReadHosts = 1'000'000;
constexpr double kLargestOperation = 0x1p40;  // bytes
constexpr std::size_t kMostQuantiles = 1001;  // one for every 0.1 %
// Of jitter around its mean of 1. Chosen: quantiles rounded by hand come this near, and whoever draws
// from them divides by the mean.
constexpr double kMeanTolerance = 0.05;

std::string check_jitter(const CurvePoint& point) {
  const std::vector<double>& jitter = point.jitter;
  if (jitter.empty()) return point.tail.empty() ? "" : "expected jitter beside tail, found none";
  if (jitter.front() < 0 || !std::is_sorted(jitter.begin(), jitter.end()))
    return "expected jitter to be quantiles that rise from 0 or more, found them falling or negative";
  const std::vector<double>& tail = point.tail;
  if (!tail.empty() &&
      (tail.front() < jitter[jitter.size() - 2] || !std::is_sorted(tail.begin(), tail.end())))
    return fmt::format(
        "expected tail to be quantiles that rise from {:.4g}, the last but one of jitter, or more, found "
        "them lower or falling",
        jitter[jitter.size() - 2]);
  double mean = 0;  // of a quantile function that is linear between equally spaced values
  for (std::size_t i = 0; i + 1 < jitter.size(); ++i) mean += (jitter[i] + jitter[i + 1]) / 2;
  mean /= static_cast<double>(jitter.size() - 1);
  if (!(mean >= 1 - kMeanTolerance && mean <= 1 + kMeanTolerance))
    return fmt::format("expected jitter of mean 1 (within 5 %), found mean {:.3g}", mean);
  return {};
}

// Of point `i` after those before it.
std::string check_point(const std::vector<CurvePoint>& points, std::size_t i) {
  const CurvePoint& point = points[i];
  if (!(point.rate > PerSecond{0})) return fmt::format("expected a rate above 0, found {}", point.rate.value);
  if (i > 0 && point.concurrency <= points[i - 1].concurrency)
    return fmt::format("expected a concurrency above the {} of the point before, found {}",
                       points[i - 1].concurrency, point.concurrency);
  PerSecond best = point.rate;
  for (std::size_t j = 0; j < i; ++j) best = std::max(best, points[j].rate);
  if (point.rate < best * kCollapsed)
    return fmt::format(
        "expected a rate of at least 10 % of the best below this concurrency ({} /s), "
        "found {} /s; measure it again",
        best.value, point.rate.value);
  return {};
}

// Of curve `i` beside those before it.
std::string check_alone(const std::vector<ReadCurve>& curves, std::size_t i) {
  const auto same = [&curve = curves[i]](const ReadCurve& other) {
    return other.kind == curve.kind && other.mode == curve.mode && other.cached == curve.cached &&
           other.scope == curve.scope && other.size == curve.size;
  };
  if (std::none_of(curves.begin(), curves.begin() + static_cast<std::ptrdiff_t>(i), same)) return {};
  return fmt::format(
      "expected one curve per read, mode, from, scope and size, found a second of {} reads of {}",
      to_string(curves[i].kind), exact_bytes(curves[i].size));
}

std::string read_points(ReadCurve& curve, const YamlNode& node, const Where& where) {
  curve.points = read_list(point_schema(), CurvePoint{}, node, where);
  for (std::size_t i = 0; i < curve.points.size(); ++i)
    if (const std::string error = check_point(curve.points, i); !error.empty())
      where.fail(node.items[i].line, error);
  return {};
}

Key<ReadCurve> points_key() {
  Key<ReadCurve> key;
  key.name = "points";
  key.form = "list of points";
  key.text = "What was measured, by rising concurrency.";
  key.required = true;
  key.read = read_points;
  key.write = [](const ReadCurve& curve, const ReadCurve&) {
    std::string out;
    for (const CurvePoint& point : curve.points)
      out += "\n- " + write_flow(point_schema(), point, CurvePoint{});
    return out;
  };
  return key;
}

}  // namespace

const Schema<CurvePoint>& point_schema() {
  static const Schema<CurvePoint> schema{
      {value_key({"concurrency", "Operations in flight.", true}, &CurvePoint::concurrency,
                 number_words(1, kMostInFlight)),
       value_key({"rate", "Operations per second, all together.", true}, &CurvePoint::rate,
                 rate_words({1e12})),
       value_key({"spread", "(largest - smallest) / median rate over repetitions; 0 if measured once."},
                 &CurvePoint::spread, share_words(0, 100)),
       value_key({"common", "Coefficient of variation of the rate over 100 ms: what slows all at once."},
                 &CurvePoint::common, share_words(0, 100)),
       value_key(
           {"jitter",
            "Equally spaced quantiles, smallest to largest, of an operation's work / its mean: of latency / "
            "expected latency, where requests are not paced."},
           &CurvePoint::jitter, numbers_words(kMostQuantiles)),
       value_key({"tail", "Likewise within the last interval of `jitter`; left out, it is linear there."},
                 &CurvePoint::tail, numbers_words(kMostQuantiles))},
      check_jitter,
      [](const CurvePoint&) { return std::string("point"); }};
  return schema;
}

const Schema<ReadCurve>& curve_schema() {
  static const Schema<ReadCurve> schema{
      {choice_key({"read",
                   "One operation: a whole file (open, read, close), a range of an open file, or the next "
                   "request of a file read front to back.",
                   true},
                  &ReadCurve::kind, names_of<ReadKind>(3)),
       choice_key({"mode", "Through the page cache, or past it (O_DIRECT)."}, &ReadCurve::mode,
                  names_of<ReadMode>(2)),
       choice_key({"from", "Who answered: storage, or the client's page cache."}, &ReadCurve::cached,
                  {"storage", "page cache"}),
       choice_key(
           {"scope",
            "What storage gives to all hosts together, or what one host gets of it (its own way there: network, "
            "client, CPU); an operation is served at the lower of both. Shared if left out."},
           &ReadCurve::scope, names_of<StationScope>(2)),
       value_key(
           {"hosts",
            "Of a shared curve: hosts that the readers were spread over while it was measured; 1 if left out."},
           &ReadCurve::hosts, count_words(1, kMostReadHosts)),
       value_key({"size", "Mean bytes of one operation.", true}, &ReadCurve::size,
                 mean_bytes_words(1, kLargestOperation)),
       value_key({"size_share", "Share of an operation's time that grows with its size."},
                 &ReadCurve::size_share, share_words(0, 1)),
       value_key({"ahead",
                  "Of streams: bytes that are fetched at once where a reader first touches them, and found "
                  "there by the requests that follow (the kernel's read-ahead); 0 for each request alone."},
                 &ReadCurve::ahead, bytes_words(Bytes{0}, Bytes{1ull << 40})),
       value_key({"request",
                  "Of whole files past the page cache: bytes asked for at a time while it was measured, each "
                  "request waited for; 1 MiB, or the whole of a smaller file, if left out."},
                 &ReadCurve::request, bytes_words(Bytes{0}, Bytes{1ull << 40})),
       points_key()},
      nullptr,
      [](const ReadCurve&) { return std::string("curve"); }};
  return schema;
}

std::vector<ReadCurve> read_curves(const YamlNode& node, const Where& where) {
  std::vector<ReadCurve> curves = read_list(curve_schema(), ReadCurve{}, node, where);
  for (std::size_t i = 0; i < curves.size(); ++i)
    if (const std::string error = check_alone(curves, i); !error.empty())
      where.fail(node.items[i].line, error);
  return curves;
}

std::string check_curves(const std::vector<ReadCurve>& curves) {
  for (std::size_t i = 0; i < curves.size(); ++i) {
    if (std::string error = check_alone(curves, i); !error.empty()) return error;
    const std::vector<CurvePoint>& points = curves[i].points;
    if (points.empty()) return "expected a curve of at least one point, found none";
    for (std::size_t j = 0; j < points.size(); ++j) {
      std::string error = check_jitter(points[j]);
      if (error.empty()) error = check_point(points, j);
      if (!error.empty())
        return fmt::format("{} reads of {}: {}", to_string(curves[i].kind), exact_bytes(curves[i].size),
                           error);
    }
  }
  return {};
}

std::string write_curves(const std::vector<ReadCurve>& curves) {
  std::string out;
  for (const ReadCurve& curve : curves)
    out += "\n- " + indented(write_block(curve_schema(), curve, ReadCurve{}), 2);
  return out;
}

}  // namespace aforo
