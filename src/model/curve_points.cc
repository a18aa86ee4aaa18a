#include "model/curve_points.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace aforo::curve_points {
namespace {

// Intervals of the quantiles' common grid where points have different ones. Chosen: finer than what a
// probe writes (32 intervals), so that little is lost.
constexpr std::size_t kGrid = 256;

// Equally spaced quantiles, linear in between.
double quantile_at(const std::vector<double>& quantiles, double u) {
  if (quantiles.empty()) return 1;
  const double place = u * static_cast<double>(quantiles.size() - 1);
  const std::size_t index = static_cast<std::size_t>(place);
  if (index + 1 >= quantiles.size()) return quantiles.back();
  return std::lerp(quantiles[index], quantiles[index + 1], place - static_cast<double>(index));
}

}  // namespace

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

namespace {

// Linear in n between the points' values of `get`.
template <class Get>
double value_at(const std::vector<CurvePoint>& points, double n, Get get) {
  const Place place = place_of(points, n);
  const double low = get(points[place.segment]);
  return place.weight > 0 ? std::lerp(low, get(points[place.segment + 1]), place.weight) : low;
}

// Concurrencies at which either has a point, or at which the two cross: between them both times are linear in the number in
// flight.
std::vector<double> where_lower_bends(const ReadCurve& a, const ReadCurve& b) {
  std::vector<double> at;
  for (const ReadCurve* curve : {&a, &b})
    for (const CurvePoint& point : curve->points) at.push_back(point.concurrency);
  std::sort(at.begin(), at.end());
  at.erase(std::unique(at.begin(), at.end()), at.end());
  const auto apart = [&](double n) { return latency_at(a.points, n) - latency_at(b.points, n); };
  const std::size_t points = at.size();
  for (std::size_t i = 0; i + 1 < points; ++i) {
    const double before = apart(at[i]), after = apart(at[i + 1]);
    if (before * after < 0) at.push_back(std::lerp(at[i], at[i + 1], before / (before - after)));
  }
  std::sort(at.begin(), at.end());
  return at;
}

}  // namespace

double jitter_at(const CurvePoint& point, double u) {
  if (point.tail.empty()) return quantile_at(point.jitter, u);
  const double beyond =
      u * static_cast<double>(point.jitter.size() - 1) - static_cast<double>(point.jitter.size() - 2);
  return beyond < 0 ? quantile_at(point.jitter, u) : quantile_at(point.tail, std::min(beyond, 1.0));
}

std::size_t tail_grid(const std::vector<const CurvePoint*>& points) {
  std::size_t most = 0;
  for (const CurvePoint* point : points)
    if (!point->tail.empty()) most = std::max(most, point->tail.size() - 1);
  return most;
}

std::vector<double> places_of(std::size_t grid, std::size_t tail) {
  std::vector<double> out;
  const auto intervals = static_cast<double>(grid);
  for (std::size_t i = 0; i <= grid; ++i) out.push_back(static_cast<double>(i) / intervals);
  for (std::size_t i = 0; tail > 0 && i <= tail; ++i)
    out.push_back((intervals - 1 + static_cast<double>(i) / static_cast<double>(tail)) / intervals);
  return out;
}

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

ReadCurve stretch(const ReadCurve& curve, double size) {
  ReadCurve stretched = curve;
  stretched.size = size;
  const double growing = curve.size_share * size / curve.size;
  const double factor = 1 - curve.size_share + growing;
  stretched.size_share = growing / factor;
  for (CurvePoint& point : stretched.points) point.rate = point.rate / factor;
  return stretched;
}

double best_of(const ReadCurve& curve) {
  double best = 0;
  for (const CurvePoint& point : curve.points) best = std::max(best, point.rate.value);
  return best;
}

double surely_of(const ReadCurve& curve) {
  double best = 0;
  for (const CurvePoint& point : curve.points)
    best = std::max(best, point.rate.value * (1 - std::min(point.spread, 1.0) / 2));
  return best;
}

void spread_over(ReadCurve& curve, double hosts) {
  for (CurvePoint& point : curve.points) point.concurrency *= hosts, point.rate = point.rate * hosts;
}

std::vector<bool> take_lower(ReadCurve& all, const ReadCurve& own, bool told) {
  std::vector<const CurvePoint*> points;
  for (const ReadCurve* curve : {&std::as_const(all), &own})
    for (const CurvePoint& point : curve->points) points.push_back(&point);
  const std::size_t grid = common_grid(points), tail = tail_grid(points);
  const std::vector<double> at = where_lower_bends(all, own);
  std::vector<CurvePoint> lower;
  std::vector<bool> of_hosts;
  for (std::size_t i = 0; i < at.size(); ++i) {
    const bool is_own = latency_at(own.points, at[i]) > latency_at(all.points, at[i]);
    lower.push_back(point_at(is_own ? own : all, at[i], grid, tail));
    const double middle = i + 1 < at.size() ? (at[i] + at[i + 1]) / 2 : at[i];
    of_hosts.push_back(told && kToldApart * latency_at(all.points, middle) <= latency_at(own.points, middle));
  }
  all.points = std::move(lower);
  return of_hosts;
}

}  // namespace aforo::curve_points
