#include "report/chart.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string_view>

namespace aforo {
namespace {

std::string_view word_of(Mark mark) {
  switch (mark) {
    case Mark::kLine:
      return "line";
    case Mark::kStep:
      return "step";
    case Mark::kBand:
      return "band";
    case Mark::kPoints:
      return "points";
    case Mark::kInterval:
      return "interval";
    case Mark::kBars:
      return "bars";
  }
  return "line";
}

// What is no number is no point: JSON has no NaN.
Json numbers_json(const std::vector<double>& values) {
  Json out = Json::array();
  for (const double value : values) out.push_back(std::isfinite(value) ? Json(value) : Json(nullptr));
  return out;
}

Json axis_json(const ChartAxis& axis) {
  Json out = {{"label", axis.label}};
  if (!axis.categories.empty()) {
    out["categories"] = axis.categories;
    return out;
  }
  out["unit"] = axis.unit;
  out["log"] = axis.log;
  if (axis.from) out["from"] = *axis.from;
  if (axis.to) out["to"] = *axis.to;
  return out;
}

void check_length(const ChartSeries& series, std::size_t length) {
  if (length != 0 && length != series.x.size())
    throw std::logic_error("chart: the lengths of series '" + series.label + "' differ");
}

Json series_json(const ChartSeries& series) {
  for (const std::size_t length :
       {series.y.size(), series.low.size(), series.high.size(), series.width.size(), series.names.size()})
    check_length(series, length);
  Json out = {{"label", series.label}, {"mark", word_of(series.mark)}};
  if (series.tone != Tone::kPlain) out["tone"] = tone_word(series.tone);
  out["x"] = numbers_json(series.x);
  const auto add = [&](const char* key, const std::vector<double>& values) {
    if (!values.empty()) out[key] = numbers_json(values);
  };
  add("y", series.y);
  add("low", series.low);
  add("high", series.high);
  add("width", series.width);
  if (!series.names.empty()) out["names"] = series.names;
  return out;
}

}  // namespace

std::string_view tone_word(Tone tone) {
  switch (tone) {
    case Tone::kPlain:
      return "plain";
    case Tone::kStrong:
      return "strong";
    case Tone::kFaint:
      return "faint";
    case Tone::kGood:
      return "good";
    case Tone::kBad:
      return "bad";
    case Tone::kWarn:
      return "warn";
  }
  return "plain";
}

Json chart_json(const Chart& chart) {
  Json out = {
      {"kind", "chart"}, {"title", chart.title}, {"x", axis_json(chart.x)}, {"y", axis_json(chart.y)}};
  Json& series = out["series"] = Json::array();
  for (const ChartSeries& one : chart.series) series.push_back(series_json(one));
  Json& lines = out["lines"] = Json::array();
  for (const ChartLine& line : chart.lines)
    if (std::isfinite(line.at))
      lines.push_back({{"axis", line.vertical ? "x" : "y"}, {"at", line.at}, {"label", line.label}});
  return out;
}

Json timeline_json(const TimelineChart& timeline) {
  Json states = Json::array();
  for (const TimelineChart::State& state : timeline.states)
    states.push_back({{"label", state.label}, {"tone", tone_word(state.tone)}});
  return {{"kind", "timeline"},
          {"title", timeline.title},
          {"x", {{"label", timeline.label}, {"unit", "s"}}},
          {"begin", timeline.begin},
          {"end", timeline.end},
          {"rows", timeline.rows},
          {"states", std::move(states)},
          {"bins", timeline.bins},
          {"shares", timeline.shares}};
}

bool has_points(const Chart& chart) {
  const auto finite = [](double value) { return std::isfinite(value); };
  return std::any_of(chart.series.begin(), chart.series.end(), [&](const ChartSeries& one) {
    return std::any_of(one.x.begin(), one.x.end(), finite) &&
           (std::any_of(one.y.begin(), one.y.end(), finite) ||
            std::any_of(one.low.begin(), one.low.end(), finite));
  });
}

}  // namespace aforo
