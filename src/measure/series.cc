#include "measure/series.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace aforo {
namespace {

bool all_finite(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

Json axis_json(const Axis& axis, std::size_t every) {
  Json values = Json::array();
  for (std::size_t i = 0; i < axis.values.size(); i += every) values.push_back(axis.values[i]);
  return {{"key", axis.key}, {"unit", axis.unit}, {"values", std::move(values)}};
}

std::string text_in(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// Empty values where it is no axis.
Axis axis_in(const Json& object) {
  if (!object.is_object()) return {};
  const auto values = object.find("values");
  if (values == object.end() || !values->is_array()) return {};
  Axis axis{text_in(object, "key"), text_in(object, "unit"), {}};
  for (const Json& value : *values) {
    if (!value.is_number()) return {};
    axis.values.push_back(value.get<double>());
  }
  return axis;
}

Series series_in(const Json& object) {
  Series out;
  if (!object.is_object()) return out;
  const auto x = object.find("x"), y = object.find("y"), points = object.find("points");
  if (x == object.end() || y == object.end() || !y->is_array()) return out;
  out.name = text_in(object, "name");
  out.x = axis_in(*x);
  for (const Json& one : *y)
    if (Axis axis = axis_in(one); axis.values.size() == out.x.values.size()) out.y.push_back(std::move(axis));
  out.points = points != object.end() && points->is_number_unsigned() ? points->get<std::uint64_t>()
                                                                      : out.x.values.size();
  return out;
}

}  // namespace

void add_series(Json& record, const Series& series) {
  const std::size_t length = series.x.values.size();
  const std::size_t every = (length + Series::kMostPoints - 1) / Series::kMostPoints;
  if (length == 0 || !all_finite(series.x.values)) return;
  Json y = Json::array();
  for (const Axis& axis : series.y) {
    if (axis.values.size() != length)
      throw std::logic_error("series '" + series.name + "': '" + axis.key + "' is not as long as its x");
    if (all_finite(axis.values)) y.push_back(axis_json(axis, every));
  }
  if (y.empty()) return;
  record["series"].push_back({{"name", series.name},
                              {"points", series.points != 0 ? series.points : length},
                              {"x", axis_json(series.x, every)},
                              {"y", std::move(y)}});
}

std::vector<Series> series_of(const Json& record) {
  std::vector<Series> out;
  if (!record.is_object()) return out;
  const auto list = record.find("series");
  if (list == record.end() || !list->is_array()) return out;
  for (const Json& one : *list)
    if (Series series = series_in(one); !series.x.values.empty() && !series.y.empty())
      out.push_back(std::move(series));
  return out;
}

Series distribution(std::string name, const Histogram& values) {
  Series out{std::move(name),
             {"upper_seconds", "s", {}},
             {{"share", "fraction", {}}, {"lower_seconds", "s", {}}},
             values.count()};
  const double enough = 2 * std::cbrt(static_cast<double>(values.count()));  // Rice's rule
  const std::vector<Histogram::Bucket> buckets =
      values.buckets(std::clamp(static_cast<std::size_t>(enough), kFewestBuckets, kMostBuckets));
  double counted = 0;  // less than count() where a bucket was full
  for (const Histogram::Bucket& bucket : buckets) counted += static_cast<double>(bucket.count);
  for (const Histogram::Bucket& bucket : buckets) {
    out.x.values.push_back(bucket.upper.value);
    out.y[0].values.push_back(static_cast<double>(bucket.count) / counted);
    out.y[1].values.push_back(bucket.lower.value);
  }
  return out;
}

StepCurve::Point StepCurve::joined(const Point& one, const Point& next) {
  return {one.begin, one.seconds + next.seconds, std::max(one.longest, next.longest),
          one.computed + next.computed, one.steps + next.steps};
}

void StepCurve::add(Seconds begin, Seconds duration, double au) {
  const Point step{begin.value, duration.value, duration.value, au * duration.value, 1};
  ++steps_;
  if (!points_.empty() && points_.back().steps < stride_) {
    points_.back() = joined(points_.back(), step);
    return;
  }
  if (points_.size() == Series::kMostPoints) halve();
  points_.push_back(step);
}

void StepCurve::halve() {
  const std::size_t pairs = points_.size() / 2;
  for (std::size_t i = 0; i < pairs; ++i) points_[i] = joined(points_[2 * i], points_[2 * i + 1]);
  if (points_.size() % 2 != 0) points_[pairs] = points_.back();
  points_.resize(pairs + points_.size() % 2);
  stride_ *= 2;
}

void StepCurve::merge(const StepCurve& other, double ranks, double others) {
  StepCurve theirs = other;
  while (theirs.stride_ < stride_) theirs.halve();
  while (stride_ < theirs.stride_) halve();
  points_.resize(std::min(points_.size(), theirs.points_.size()));
  steps_ = 0;
  for (std::size_t i = 0; i < points_.size(); ++i) {
    Point& a = points_[i];
    const Point& b = theirs.points_[i];
    a = {std::min(a.begin, b.begin), std::max(a.seconds, b.seconds), std::max(a.longest, b.longest),
         (ranks * a.computed + others * b.computed) / std::max(1.0, ranks + others),
         std::min(a.steps, b.steps)};
    steps_ += a.steps;
  }
}

Series StepCurve::series() const {
  Series out;
  out.name = "steps";
  out.points = steps_;
  out.x = {"begin_seconds", "s", {}};
  out.y = {{"step_seconds", "s", {}}, {"step_seconds_max", "s", {}}, {"au", "fraction", {}}};
  for (const Point& point : points_) {
    out.x.values.push_back(point.begin - points_.front().begin);
    out.y[0].values.push_back(point.seconds / static_cast<double>(point.steps));
    out.y[1].values.push_back(point.longest);
    out.y[2].values.push_back(point.seconds > 0 ? point.computed / point.seconds : 0);
  }
  return out;
}

}  // namespace aforo
