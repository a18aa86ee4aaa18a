// Points of curves put together: at concurrencies between them, for sizes between curves, for hosts. Private to model.
//
// Pure. Points are those of curves as load_storage left them: rising concurrency, at least one.
#pragma once

#include <cstddef>
#include <vector>

#include "model/storage_spec.h"

namespace aforo::curve_points {

// Of a rate: what lies nearer to another is not told from it. Chosen: windows of a probe lie some per cent apart.
inline constexpr double kToldApart = 0.9;

// The place of `n` among points of rising concurrency: the point at or below it and the part of the way to
// the next; the first or the last outside of them.
struct Place {
  std::size_t segment = 0;
  double weight = 0;
};
Place place_of(const std::vector<CurvePoint>& points, double n);

// Mean time of an operation with `n` in flight.
double latency_at(const std::vector<CurvePoint>& points, double n);
// Of a point's quantiles and tail, at u in [0, 1].
double jitter_at(const CurvePoint& point, double u);

// As many intervals as the points have, so that nothing is resampled; a common grid where they differ.
std::size_t common_grid(const std::vector<const CurvePoint*>& points);
// Of a tail's interval on the common grid.
std::size_t tail_grid(const std::vector<const CurvePoint*>& points);
// Where quantiles of `grid` intervals, the last of them in `tail`, lie.
std::vector<double> places_of(std::size_t grid, std::size_t tail);
// The point of a curve at `n`, with its jitter on `grid` intervals, the last of them in `tail`.
CurvePoint point_at(const ReadCurve& curve, double n, std::size_t grid, std::size_t tail);

// A curve of `size` bytes; concurrency by concurrency, R goes from `low`'s to `high`'s in proportion to the
// size. The share of an operation's time that grows with its size is its slope there, size * R' / R.
ReadCurve blend(const ReadCurve& low, const ReadCurve& high, double size);
// The curve for another size by the nearest curve's own share.
ReadCurve stretch(const ReadCurve& curve, double size);

// Operations per second, at most.
double best_of(const ReadCurve& curve);
// ... of which its windows leave no doubt: half the spread of a point is taken off.
double surely_of(const ReadCurve& curve);
// One host's curve as that of so many, each with an even part of what is in flight.
void spread_over(ReadCurve& curve, double hosts);
// Makes of `all` the lower of both. Of each of its points whether it is, as far as `told`, and is until the next, the
// hosts'.
std::vector<bool> take_lower(ReadCurve& all, const ReadCurve& own, bool told);

}  // namespace aforo::curve_points
