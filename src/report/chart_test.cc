#include "report/chart.h"

#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>

namespace aforo {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(Chart, SaysItsAxesSeriesAndLinesAsThePageReadsThem) {
  Chart chart;
  chart.title = "AU over time";
  chart.x = {"time", "s", true};
  chart.y = {"AU", "fraction", false, 0.0, 1.0};
  chart.series.push_back({"AU", Mark::kLine, {1, 2}, {0.5, kNan}, {}, {}, {}, {}, Tone::kGood});
  chart.series.push_back({"interval", Mark::kBand, {1, 2}, {}, {0.4, 0.4}, {0.6, 0.6}});
  chart.lines.push_back({false, 0.9, "target"});
  EXPECT_EQ(chart_json(chart), Json::parse(R"({
    "kind": "chart", "title": "AU over time",
    "x": {"label": "time", "unit": "s", "log": true},
    "y": {"label": "AU", "unit": "fraction", "log": false, "from": 0.0, "to": 1.0},
    "series": [{"label": "AU", "mark": "line", "tone": "good", "x": [1.0, 2.0], "y": [0.5, null]},
               {"label": "interval", "mark": "band", "x": [1.0, 2.0], "low": [0.4, 0.4], "high": [0.6, 0.6]}],
    "lines": [{"axis": "y", "at": 0.9, "label": "target"}]})"))
      << "what is no number is null: JSON has no NaN";
}

TEST(Chart, CategoriesStandInPlaceOfNumbers) {
  Chart chart;
  chart.y.categories = {"a", "b"};
  EXPECT_EQ(chart_json(chart)["y"], Json::parse(R"({"label": "", "categories": ["a", "b"]})"));
}

TEST(Chart, SeriesOfUnequalLengthAreADefect) {
  Chart chart;
  chart.series.push_back({"AU", Mark::kLine, {1, 2}, {1}});
  EXPECT_THROW(chart_json(chart), std::logic_error);
}

TEST(Chart, HasPointsOnlyWhereOneIsANumber) {
  Chart chart;
  EXPECT_FALSE(has_points(chart));
  chart.series.push_back({"AU", Mark::kLine, {1, 2}, {kNan, kNan}});
  EXPECT_FALSE(has_points(chart));
  chart.series.push_back({"AU", Mark::kBand, {1}, {}, {0.1}, {0.2}});
  EXPECT_TRUE(has_points(chart));
}

}  // namespace
}  // namespace aforo
