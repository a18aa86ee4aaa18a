// What the makers of pictures share. Private to them. Pure; never throws for a Record of another shape.
#pragma once

#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "measure/record.h"
#include "report/document.h"
#include "report/view.h"

namespace aforo {

// No point there.
inline constexpr double kNoPoint = std::numeric_limits<double>::quiet_NaN();

// "resnet50_h100, 8 accelerators, buffered, /mnt/data, 2026-06-01 12:00 UTC": what was run or asked.
std::string configuration_of(const Json& record);

// "mean of each point's steps; fraction; measured; resnet50_h100, 8 accelerators": what a caption says.
std::string about(std::string_view statistic, std::string_view unit, std::string_view source,
                  const Json& record);

// "measured", or "predicted".
std::string source_of(const Json& record);

// Of `series`: the values of an axis by its key, of the series of that name; empty where there is none.
struct SeriesValues {
  std::vector<double> x;
  std::vector<double> y;
  bool known() const { return !x.empty() && x.size() == y.size(); }
};
SeriesValues series_values(const Json& record, std::string_view name, std::string_view key);

// The values of a key in a list of objects, and NaN where it is absent.
std::vector<double> column(const std::vector<const Json*>& rows, Path key);
std::vector<double> lows(const std::vector<const Json*>& rows, Path key);  // of a pair [low, high]
std::vector<double> highs(const std::vector<const Json*>& rows, Path key);

// 0, 1, ... n - 1: the places of categories.
std::vector<double> places(std::size_t n);

// A line across the picture at the utilisation that is wanted; `vertical` where the x axis has it.
void add_target(Chart& chart, const Json& record, bool vertical = false);

// In the order of a number that each has; one without it counts as 0.
std::vector<const Json*> sorted_by(std::vector<const Json*> rows, Path key);

// An axis of utilisation from 0 to 1.
ChartAxis au_axis();

}  // namespace aforo
