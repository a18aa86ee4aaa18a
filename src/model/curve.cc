#include "model/curve.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/text.h"
#include "model/curve_points.h"

namespace aforo {
namespace {

// Entries of a curve's table. Chosen: 96 KiB a curve; a binary search over the points beyond it.
constexpr double kLargestTable = 4096;

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

// A class of operations.
struct CurveClass {
  ReadKind kind = ReadKind::kFile;
  ReadMode mode = ReadMode::kBuffered;
  bool cached = false;
  StationScope scope = StationScope::kShared;
};

// The curve of a class at a size, and what of the curves that it was made from goes with it.
struct Taken {
  ReadCurve curve;
  bool borrowed = false;
  Bytes ahead{0};
  double largest = 1;  // concurrency that was measured
};

std::optional<Taken> taken_of(std::span<const ReadCurve> curves, const CurveClass& of, double size) {
  for (const ReadKind kind : stand_ins(of.kind)) {
    const ReadCurve *low = nullptr, *high = nullptr;  // the nearest sizes at or below, and above
    for (const ReadCurve& curve : curves) {
      const bool same = curve.kind == kind && curve.mode == of.mode && curve.cached == of.cached &&
                        (of.cached || curve.scope == of.scope);
      if (!same || curve.points.empty()) continue;
      if (curve.size <= size) {
        if (low == nullptr || curve.size > low->size) low = &curve;
      } else if (high == nullptr || curve.size < high->size) {
        high = &curve;
      }
    }
    if (low == nullptr && high == nullptr) continue;
    const bool between = low != nullptr && high != nullptr && low->size < size;
    const ReadCurve& nearest = low != nullptr ? *low : *high;
    Taken taken{between ? curve_points::blend(*low, *high, size) : curve_points::stretch(nearest, size),
                kind != of.kind, nearest.ahead, nearest.points.back().concurrency};
    taken.curve.request = nearest.request;
    if (between) taken.largest = std::min(taken.largest, high->points.back().concurrency);
    return taken;
  }
  return std::nullopt;
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
                                                   ReadMode mode, bool cached, double size, double hosts) {
  size = std::max(size, 1.0);
  std::optional<Taken> all = taken_of(curves, {kind, mode, cached, StationScope::kShared}, size);
  std::optional<Taken> own;
  if (!cached) own = taken_of(curves, {kind, mode, cached, StationScope::kHost}, size);
  if (!all && !own) return std::nullopt;

  OperationCurve made;
  if (own) {
    const double alone = curve_points::best_of(own->curve),
                 together = all ? curve_points::best_of(all->curve) : 0;
    const double of_all = all ? all->curve.hosts : 0;
    if (of_all > 1 && together >= curve_points::kToldApart * of_all * alone) made.hosts_all_bound_ = of_all;
    const bool told = !all || alone < curve_points::kToldApart * curve_points::surely_of(all->curve);
    curve_points::spread_over(own->curve, hosts);
    own->largest *= hosts;
    if (all) {
      made.by_host_ = curve_points::take_lower(all->curve, own->curve, told);
      all->largest = std::min(all->largest, own->largest);
    } else {
      made.by_host_.assign(own->curve.points.size(), true);
    }
  }
  Taken& taken = all ? *all : *own;
  made.size_ = size;
  made.size_share_ = taken.curve.size_share;
  made.borrowed_ = taken.borrowed;
  const auto ahead = static_cast<double>(taken.ahead.value);
  if (kind == ReadKind::kStream && !taken.borrowed && !cached && ahead > size) made.ahead_ = ahead;
  made.request_ = taken.curve.request;
  made.largest_measured_ = taken.largest;
  made.points_ = std::move(taken.curve.points);
  made.tabulate();
  return made;
}

OperationCurve OperationCurve::of_writes(const WriteCurve* all, const WriteCurve* own, double hosts) {
  const auto points_of = [](const WriteCurve& curve) {
    ReadCurve out;
    for (const WritePoint& point : curve.points)
      out.points.push_back({point.writers, PerSecond{point.rate.value / kWriteUnit}, point.spread, {}, 0});
    return out;
  };
  OperationCurve made;
  made.size_ = kWriteUnit;
  ReadCurve curve = points_of(all != nullptr ? *all : *own);
  if (all == nullptr) curve_points::spread_over(curve, hosts);
  made.largest_measured_ = curve.points.back().concurrency;
  if (all != nullptr && own != nullptr) {
    ReadCurve way = points_of(*own);
    const bool told = curve_points::best_of(way) < curve_points::kToldApart * curve_points::surely_of(curve);
    curve_points::spread_over(way, hosts);
    made.largest_measured_ = std::min(made.largest_measured_, way.points.back().concurrency);
    made.by_host_ = curve_points::take_lower(curve, way, told);
  }
  made.points_ = std::move(curve.points);
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
  grid_ = curve_points::common_grid(all), tail_ = curve_points::tail_grid(all);
  if (grid_ == 0) return;
  const std::vector<double> ones(width(), 1.0), places = curve_points::places_of(grid_, tail_);
  for (std::size_t row = 0; row <= points_.size(); ++row) {
    const CurvePoint& point = points_[std::min(row, points_.size() - 1)];
    std::vector<double> values;
    for (const double u : places) values.push_back(curve_points::jitter_at(point, u));
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
  const curve_points::Place place = curve_points::place_of(points_, n);
  return {n / curve_points::latency_at(points_, n), place.weight, static_cast<std::uint32_t>(place.segment)};
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
