#include "model/curve.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"

namespace aforo {
namespace {

// Entries of a curve's table. Chosen: 96 KiB a curve; a binary search over the points beyond it.
constexpr double kLargestTable = 4096;
// Intervals of the quantiles' common grid where points have different ones. Chosen: finer than what a
// probe writes (32 intervals), so that little is lost.
constexpr std::size_t kGrid = 256;

// The place of `n` among points of rising concurrency: the point at or below it and the part of the way to
// the next; the first or the last outside of them.
struct Place {
  std::size_t segment = 0;
  double weight = 0;
};
Place place_of(const std::vector<CurvePoint>& points, double n) {
  const auto above = std::upper_bound(points.begin(), points.end(), n,
                                      [](double x, const CurvePoint& p) { return x < p.concurrency; });
  if (above == points.begin()) return {};
  const auto below = above - 1;
  const auto segment = static_cast<std::size_t>(below - points.begin());
  if (above == points.end()) return {segment, 0};
  return {segment, (n - below->concurrency) / (above->concurrency - below->concurrency)};
}

double latency_at(const std::vector<CurvePoint>& points, double n) {
  const auto latency = [](const CurvePoint& p) { return p.concurrency / p.rate.value; };
  if (n >= points.back().concurrency) return n / points.back().rate.value;
  const Place place = place_of(points, n);
  const double low = latency(points[place.segment]);
  return place.weight > 0 ? std::lerp(low, latency(points[place.segment + 1]), place.weight) : low;
}

// Linear in n between the points' values of `get`.
template <class Get>
double value_at(const std::vector<CurvePoint>& points, double n, Get get) {
  const Place place = place_of(points, n);
  const double low = get(points[place.segment]);
  return place.weight > 0 ? std::lerp(low, get(points[place.segment + 1]), place.weight) : low;
}

// Equally spaced quantiles, linear in between.
double quantile_at(const std::vector<double>& quantiles, double u) {
  if (quantiles.empty()) return 1;
  const double place = u * static_cast<double>(quantiles.size() - 1);
  const std::size_t index = static_cast<std::size_t>(place);
  if (index + 1 >= quantiles.size()) return quantiles.back();
  return std::lerp(quantiles[index], quantiles[index + 1], place - static_cast<double>(index));
}

double jitter_at(const CurvePoint& point, double u) {
  if (point.tail.empty()) return quantile_at(point.jitter, u);
  const double beyond =
      u * static_cast<double>(point.jitter.size() - 1) - static_cast<double>(point.jitter.size() - 2);
  return beyond < 0 ? quantile_at(point.jitter, u) : quantile_at(point.tail, std::min(beyond, 1.0));
}

// Of a tail's interval on the common grid.
std::size_t tail_grid(const std::vector<const CurvePoint*>& points) {
  std::size_t most = 0;
  for (const CurvePoint* point : points)
    if (!point->tail.empty()) most = std::max(most, point->tail.size() - 1);
  return most;
}

// Where quantiles of `grid` intervals, the last of them in `tail`, lie.
std::vector<double> places_of(std::size_t grid, std::size_t tail) {
  std::vector<double> out;
  const auto intervals = static_cast<double>(grid);
  for (std::size_t i = 0; i <= grid; ++i) out.push_back(static_cast<double>(i) / intervals);
  for (std::size_t i = 0; tail > 0 && i <= tail; ++i)
    out.push_back((intervals - 1 + static_cast<double>(i) / static_cast<double>(tail)) / intervals);
  return out;
}

// As many intervals as the points have, so that nothing is resampled; a common grid where they differ.
std::size_t common_grid(const std::vector<const CurvePoint*>& points) {
  std::size_t most = 0;
  bool same = true;
  for (const CurvePoint* point : points) {
    if (point->jitter.empty()) continue;
    const std::size_t intervals = std::max<std::size_t>(point->jitter.size(), 2) - 1;
    same = same && (most == 0 || most == intervals);
    most = std::max(most, intervals);
  }
  return same ? most : std::max(most, kGrid);
}

// The point of a curve at `n`, with its jitter on `grid` intervals, the last of them in `tail`.
CurvePoint point_at(const ReadCurve& curve, double n, std::size_t grid, std::size_t tail) {
  CurvePoint point;
  point.concurrency = n;
  point.rate = {n / latency_at(curve.points, n)};
  point.spread = value_at(curve.points, n, [](const CurvePoint& p) { return p.spread; });
  point.common = value_at(curve.points, n, [](const CurvePoint& p) { return p.common; });
  if (grid == 0) return point;
  for (const double u : places_of(grid, tail)) {
    const bool body = point.jitter.size() <= grid;
    (body ? point.jitter : point.tail).push_back(value_at(curve.points, n, [u](const CurvePoint& p) {
      return jitter_at(p, u);
    }));
  }
  return point;
}

// A curve of `size` bytes; concurrency by concurrency, R goes from `low`'s to `high`'s in proportion to the
// size. The share of an operation's time that grows with its size is its slope there, size * R' / R.
ReadCurve blend(const ReadCurve& low, const ReadCurve& high, double size) {
  const double weight = (size - low.size) / (high.size - low.size);
  std::vector<double> concurrencies;
  std::vector<const CurvePoint*> all;
  for (const ReadCurve* curve : {&low, &high}) {
    for (const CurvePoint& point : curve->points) {
      concurrencies.push_back(point.concurrency);
      all.push_back(&point);
    }
  }
  std::sort(concurrencies.begin(), concurrencies.end());
  concurrencies.erase(std::unique(concurrencies.begin(), concurrencies.end()), concurrencies.end());
  const std::size_t grid = common_grid(all), tail = tail_grid(all);

  ReadCurve blended = low;
  blended.size = size;
  blended.points.clear();
  double shares = 0;
  for (const double n : concurrencies) {
    const CurvePoint a = point_at(low, n, grid, tail);
    const CurvePoint b = point_at(high, n, grid, tail);
    const double from = n / a.rate.value, to = n / b.rate.value;
    const double latency = std::lerp(from, to, weight);
    shares += std::clamp((to - from) / (high.size - low.size) * size / latency, 0.0, 1.0);
    CurvePoint point{n, {n / latency}, std::lerp(a.spread, b.spread, weight), {}, 0};
    point.common = std::lerp(a.common, b.common, weight);
    for (std::size_t i = 0; i < a.jitter.size(); ++i)
      point.jitter.push_back(std::lerp(a.jitter[i], b.jitter[i], weight));
    for (std::size_t i = 0; i < a.tail.size(); ++i)
      point.tail.push_back(std::lerp(a.tail[i], b.tail[i], weight));
    blended.points.push_back(std::move(point));
  }
  blended.size_share = shares / static_cast<double>(concurrencies.size());
  return blended;
}

// The curve for another size by the nearest curve's own share.
ReadCurve stretch(const ReadCurve& curve, double size) {
  ReadCurve stretched = curve;
  stretched.size = size;
  const double growing = curve.size_share * size / curve.size;
  const double factor = 1 - curve.size_share + growing;
  stretched.size_share = growing / factor;
  for (CurvePoint& point : stretched.points) point.rate = point.rate / factor;
  return stretched;
}

// What to take for a kind, best first.
std::vector<ReadKind> stand_ins(ReadKind kind) {
  switch (kind) {
    case ReadKind::kFile:
      return {ReadKind::kFile, ReadKind::kStream, ReadKind::kRange};
    case ReadKind::kRange:
      return {ReadKind::kRange, ReadKind::kStream};
    case ReadKind::kStream:
      break;
  }
  return {ReadKind::kStream, ReadKind::kRange};
}

// Integral of the product of two functions that are linear within each of `intervals` intervals of length 1.
double product_over(const double* a, const double* b, std::size_t intervals) {
  double sum = 0;
  for (std::size_t i = 0; i < intervals; ++i)
    sum += (2 * a[i] * b[i] + a[i] * b[i + 1] + a[i + 1] * b[i] + 2 * a[i + 1] * b[i + 1]) / 6;
  return sum;
}

}  // namespace

std::optional<OperationCurve> OperationCurve::find(std::span<const ReadCurve> curves, ReadKind kind,
                                                   ReadMode mode, bool cached, double size) {
  size = std::max(size, 1.0);
  for (const ReadKind taken : stand_ins(kind)) {
    const ReadCurve *low = nullptr, *high = nullptr;  // the nearest sizes at or below, and above
    for (const ReadCurve& curve : curves) {
      if (curve.kind != taken || curve.mode != mode || curve.cached != cached || curve.points.empty())
        continue;
      if (curve.size <= size) {
        if (low == nullptr || curve.size > low->size) low = &curve;
      } else if (high == nullptr || curve.size < high->size) {
        high = &curve;
      }
    }
    if (low == nullptr && high == nullptr) continue;
    const bool between = low != nullptr && high != nullptr && low->size < size;
    const ReadCurve& nearest = low != nullptr ? *low : *high;
    ReadCurve curve = between ? blend(*low, *high, size) : stretch(nearest, size);

    OperationCurve made;
    made.size_ = size;
    made.size_share_ = curve.size_share;
    made.borrowed_ = taken != kind;
    const auto ahead = static_cast<double>(nearest.ahead.value);
    if (kind == ReadKind::kStream && taken == kind && !cached && ahead > size) made.ahead_ = ahead;
    made.request_ = nearest.request;
    made.largest_measured_ = nearest.points.back().concurrency;
    if (between) made.largest_measured_ = std::min(made.largest_measured_, high->points.back().concurrency);
    made.points_ = std::move(curve.points);
    made.tabulate();
    return made;
  }
  return std::nullopt;
}

OperationCurve OperationCurve::of_writes(const WriteCurve& curve) {
  OperationCurve made;
  made.size_ = kWriteUnit;
  made.largest_measured_ = curve.points.back().writers;
  for (const WritePoint& point : curve.points)
    made.points_.push_back({point.writers, PerSecond{point.rate.value / kWriteUnit}, point.spread, {}, 0});
  made.tabulate();
  return made;
}

void OperationCurve::tabulate() {
  last_ = points_.back().concurrency;
  end_ = {points_.back().rate.value, 0, static_cast<std::uint32_t>(points_.size() - 1)};
  for (const CurvePoint& point : points_) best_ = std::max(best_, point.rate);
  for (double n = 0; n < std::min(last_, kLargestTable); ++n) table_.push_back(between(n));
  tabulate_jitter();
}

void OperationCurve::tabulate_jitter() {
  std::vector<const CurvePoint*> all;
  for (const CurvePoint& point : points_) all.push_back(&point);
  grid_ = common_grid(all), tail_ = tail_grid(all);
  if (grid_ == 0) return;
  const std::vector<double> ones(width(), 1.0), places = places_of(grid_, tail_);
  for (std::size_t row = 0; row <= points_.size(); ++row) {
    const CurvePoint& point = points_[std::min(row, points_.size() - 1)];
    std::vector<double> values;
    for (const double u : places) values.push_back(jitter_at(point, u));
    const double mean = mean_product(values.data(), ones.data());
    for (const double value : values) rows_.push_back(mean > 0 ? value / mean : 1);
  }
  for (std::size_t row = 0; row < points_.size(); ++row) {
    const double* here = rows_.data() + row * width();
    variance_.push_back(std::max(0.0, mean_product(here, here) - 1));
    covariance_.push_back(mean_product(here, here + width()) - 1);
  }
  variance_.push_back(variance_.back());
}

// Mean of the product of two rows' functions.
double OperationCurve::mean_product(const double* a, const double* b) const {
  double sum = product_over(a, b, tail_ > 0 ? grid_ - 1 : grid_);
  const std::size_t first = grid_ + 1;
  if (tail_ > 0) sum += product_over(a + first, b + first, tail_) / static_cast<double>(tail_);
  return sum / static_cast<double>(grid_);
}

OperationCurve::At OperationCurve::between(double in_flight) const {
  const double n = std::max(in_flight, 1.0);
  const Place place = place_of(points_, n);
  return {n / latency_at(points_, n), place.weight, static_cast<std::uint32_t>(place.segment)};
}

double OperationCurve::jitter_cv(double in_flight) const {
  if (rows_.empty()) return 0;
  const At here = at(in_flight);
  const double a = 1 - here.weight, b = here.weight;
  const double variance = a * a * variance_[here.segment] + 2 * a * b * covariance_[here.segment] +
                          b * b * variance_[here.segment + 1];
  return std::sqrt(std::max(0.0, variance));
}

double OperationCurve::common(double in_flight) const {
  const At here = at(in_flight);
  const double low = points_[here.segment].common;
  return here.weight > 0 ? std::lerp(low, points_[here.segment + 1].common, here.weight) : low;
}

std::string missing_curve(std::string_view storage, const TierSpec& tier, ReadKind kind, ReadMode mode) {
  const auto words = [](ReadKind k, ReadMode m) {
    return fmt::format("{} reads of {}", to_string(m),
                       k == ReadKind::kFile    ? "whole files"
                       : k == ReadKind::kRange ? "ranges of large files"
                                               : "shards from front to back");
  };
  std::vector<std::string> there;
  for (const ReadCurve& curve : tier.curves) {
    const std::string what = words(curve.kind, curve.mode);
    if (!curve.cached && std::find(there.begin(), there.end(), what) == there.end()) there.push_back(what);
  }
  return fmt::format(
      "storage '{}', tier '{}': expected a curve of {}, found {}; "
      "probe again with --workload and the job itself{}",
      storage, tier.name, words(kind, mode), there.empty() ? "none" : join(there, " and "),
      mode == ReadMode::kDirect ? ", or leave out --read direct" : "");
}

}  // namespace aforo
