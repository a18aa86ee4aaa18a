#include "report/predict_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/units.h"
#include "report/figure_parts.h"
#include "report/record_facts.h"

namespace aforo {
namespace {

// Whether one was served by caches as much as the other is said to be: what memory gave says nothing of storage.
bool alike_in_caches(const Json& measured, const Json& predicted) {
  constexpr double kAlike = 0.1;  // chosen
  const auto cached = number(measured, {"cache_share"});
  return !cached || std::abs(*cached - number(predicted, {"cache_hit_share"}).value_or(0)) <= kAlike;
}

// Whether both read alike, as far as their Records say how.
bool read_alike(const Json& one, const Json& other) {
  const std::string here = word(one, {"config", "read"}), there = word(other, {"config", "read"});
  return here.empty() || there.empty() || here == there;
}

// Whether it is a whole run of a job of the predicted one's name, read as it is. Its place stands in the point's name:
// whether that is the predicted storage, no Record says.
bool measures(const Json& other, const Json& record) {
  return &other != &record && word(other, {"command"}) == "run" && !flag(other, {"partial"}) &&
         workload_name(other) == workload_name(record) && read_alike(other, record) &&
         alike_in_caches(other, record);
}

// What others measured of this job, by the number of accelerators.
ChartSeries measured_points(const Json& record, std::span<const NamedRecord> others) {
  ChartSeries out{"measured", Mark::kPoints, {}, {}};
  const auto add = [&](const Json& one, std::optional<double> au, const std::string& name) {
    const auto count = number(one, {"accelerators"});
    if (!count || !au) return;
    out.x.push_back(*count);
    out.y.push_back(*au);
    out.names.push_back(name);
  };
  for (const NamedRecord& named : others) {
    const Json& other = named.record;
    if (!measures(other, record)) continue;
    const std::string where = join_known({named.name, directory_of_run(other)}, ": ");
    const auto ramp = entries(other, {"ramp"});
    for (const Json* window : ramp) add(*window, number(*window, {"au"}), where);
    if (ramp.empty()) add(other, number(other, {"au"}), where);
  }
  return out;
}

// The first value whose prediction misses the target, and the one before.
void add_knee(Chart& chart, const Json& record, const std::vector<double>& x, const std::vector<double>& au) {
  const auto target = au_target(record);
  if (!target) return;
  for (std::size_t i = 1; i < x.size() && i < au.size(); ++i)
    if (au[i - 1] >= *target && au[i] < *target) {
      chart.lines.push_back({true, x[i - 1], "the last that holds: " + format_count(x[i - 1])});
      return;
    }
}

// Of what is varied; logarithmic where its values are spread as powers of two are.
ChartAxis setting_axis(const std::string& label, const std::vector<double>& x) {
  const bool bytes = label.ends_with("_size") && label != "batch_size";
  const bool spread = x.size() > 3 && x.front() > 0 && x.back() / x.front() >= 16;  // chosen
  return {label, bytes ? "B" : "count", spread};
}

void add_au_over(Document& doc, const Json& record, const std::vector<const Json*>& points, Path varied,
                 const std::string& label, std::span<const NamedRecord> others) {
  std::vector<double> x = column(points, varied), au = column(points, {"au"});
  Chart chart;
  chart.title = "AU over " + label;
  chart.about = about("AU, its 95 % interval as a band", "fraction", source_of(record), record);
  chart.says = fmt::format("Predicted utilisation at {} values of {}", x.size(), label);
  chart.x = setting_axis(label, x);
  chart.y = au_axis();
  ChartSeries band{
      "95 % interval", Mark::kBand, x, {}, lows(points, {"au_interval"}), highs(points, {"au_interval"})};
  if (std::any_of(band.low.begin(), band.low.end(), [](double low) { return std::isfinite(low); }))
    chart.series.push_back(std::move(band));
  if (const auto most = number(record, {"max_accelerators"}))
    chart.lines.push_back({true, *most, "largest number: " + format_count(*most)});
  else
    add_knee(chart, record, x, au);
  chart.series.push_back({"predicted", Mark::kLine, std::move(x), std::move(au)});
  if (label == "accelerators")
    if (ChartSeries measured = measured_points(record, others); !measured.x.empty())
      chart.series.push_back(std::move(measured));
  add_target(chart, record);
  doc.append(std::move(chart));
}

void add_rate_over(Document& doc, const Json& record, const std::vector<const Json*>& points, Path varied,
                   const std::string& label) {
  Chart chart;
  chart.title = "Throughput over " + label;
  chart.about = about("mean over the job", "bytes per second", source_of(record), record);
  chart.says = "Bytes per second over " + label;
  std::vector<double> x = column(points, varied);
  chart.x = setting_axis(label, x);
  chart.y = {"throughput", "B/s", false, 0.0};
  chart.series.push_back({"predicted", Mark::kLine, std::move(x), column(points, {"bytes_per_second"})});
  doc.append(std::move(chart));
}

void add_interval(Document& doc, const Json& record, std::span<const NamedRecord> others) {
  const auto au = number(record, {"au"});
  const auto wide = numbers(record, {"au_interval"}), half = numbers(record, {"au_interval_50"});
  if (!au || wide.size() != 2) return;
  Chart chart;
  chart.title = "Predicted utilisation";
  chart.about = about("AU of the whole job with the interval for 95 % and for half of all measurements",
                      "fraction", "predicted", record);
  chart.says = fmt::format("{}, between {} and {} in 95 of 100", format_percent(*au), format_percent(wide[0]),
                           format_percent(wide[1]));
  chart.x = au_axis();
  chart.y.categories = {"95 %"};
  chart.series.push_back({"95 %", Mark::kInterval, {*au}, {0}, {wide[0]}, {wide[1]}});
  if (half.size() == 2) {
    chart.y.categories.emplace_back("50 %");
    chart.series.push_back({"50 %", Mark::kInterval, {*au}, {1}, {half[0]}, {half[1]}});
  }
  ChartSeries measured{"measured", Mark::kPoints, {}, {}};
  for (const NamedRecord& named : others) {
    const Json& other = named.record;
    const auto got = number(other, {"au"});
    if (!got || !measures(other, record) ||
        number(other, {"accelerators"}) != number(record, {"accelerators"}))
      continue;
    measured.x.push_back(*got);
    measured.y.push_back(static_cast<double>(chart.y.categories.size()));
  }
  if (!measured.x.empty()) {
    chart.y.categories.emplace_back("measured");
    chart.series.push_back(std::move(measured));
  }
  add_target(chart, record, true);
  doc.append(std::move(chart));
}

// Shares of a whole or gains in points, by name.
void add_named(Document& doc, const Json& record, std::string_view list, const char* name_key,
               const char* key, Chart chart) {
  const auto rows = entries(record, {list});
  ChartSeries bars{chart.x.label, Mark::kBars, {}, {}};
  for (const Json* row : rows)
    if (const auto value = number(*row, {key})) {
      bars.y.push_back(static_cast<double>(chart.y.categories.size()));
      bars.x.push_back(*value);
      chart.y.categories.push_back(word(*row, {name_key}));
    }
  if (bars.x.empty()) return;
  chart.series.push_back(std::move(bars));
  doc.append(std::move(chart));
}

void add_job_figures(Document& doc, const Json& record, std::span<const NamedRecord> others) {
  add_interval(doc, record, others);
  Chart stations;
  stations.title = "How busy each station is";
  stations.about = about("share of the time that a station serves", "fraction", "predicted", record);
  stations.says = word(record, {"limit"});
  stations.x = {"busy", "fraction", false, 0.0, 1.0};
  add_named(doc, record, "stations", "name", "busy_share", std::move(stations));
  Chart advice;
  advice.title = "What would move it, each alone";
  advice.about = about("AU gained by one change", "fraction", "predicted", record);
  advice.says = "Changes by what they gain";
  advice.x = {"AU gained", "fraction", false, 0.0};
  add_named(doc, record, "advice", "change", "gain", std::move(advice));
}

std::string curve_name(const Json& curve) {
  const std::string kind = word(curve, {"kind"});
  return join_known({kind == "file"     ? "whole files"
                     : kind == "stream" ? "streams"
                                        : "ranges",
                     "of " + bytes_at(curve, {"operation_bytes"}).text,
                     flag(curve, {"cached"}) ? "from the page cache" : word(curve, {"read"})},
                    " ");
}

void add_probe_curve(Document& doc, const Json& record, const Json& curve) {
  const auto points = entries(curve, {"points"});
  if (points.empty()) return;
  const std::vector<double> x = column(points, {"concurrency"});
  const std::string name = curve_name(curve);
  const auto knee = number(curve, {"knee"});
  Chart rate;
  rate.title = "Rate over concurrency: " + name;
  rate.about =
      about("median of the windows, interval by their spread", "operations per second", "measured", record);
  rate.says = join_known({"Operations per second by reads in flight",
                          followed_by(count_at(curve, {"knee"}), " reach 95 % of the best").text},
                         "; ");
  rate.x = {"reads in flight", "count", true};
  rate.y = {"operations", "1/s", false, 0.0};
  ChartSeries rates{"operations per second", Mark::kInterval, x, column(points, {"operations_per_second"})};
  const std::vector<double> spread = column(points, {"spread"});
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double half = std::isfinite(spread[i]) ? rates.y[i] * spread[i] / 2 : 0;
    rates.low.push_back(rates.y[i] - half);
    rates.high.push_back(rates.y[i] + half);
  }
  rate.series.push_back({"median", Mark::kLine, rates.x, rates.y});
  rate.series.push_back(std::move(rates));
  if (knee) rate.lines.push_back({true, *knee, "knee"});
  doc.append(std::move(rate));
  Chart latency;
  latency.title = "Latency over concurrency: " + name;
  latency.about = about("mean by Little's law; p99 of the slowest window", "seconds", "measured", record);
  latency.says = "Mean and 99th percentile by reads in flight";
  latency.x = {"reads in flight", "count", true};
  latency.y = {"latency", "s", true};
  latency.series.push_back(
      {"p99", Mark::kLine, x, column(points, {"p99_seconds"}), {}, {}, {}, {}, Tone::kWarn});
  latency.series.push_back({"mean", Mark::kLine, x, column(points, {"latency_seconds"})});
  doc.append(std::move(latency));
}

}  // namespace

void add_predict_figures(Document& doc, const Json& record, std::span<const NamedRecord> others) {
  doc.section("Predicted");
  if (const auto sweep = entries(record, {"sweep"}); !sweep.empty()) {
    const std::string key = word(record, {"sweep_key"});
    const std::string label = key.empty() ? "the setting" : key;
    const auto points = sorted_by(sweep, {"value"});
    add_au_over(doc, record, points, {"value"}, label, others);
    add_rate_over(doc, record, points, {"value"}, label);
  } else if (const auto ramp = entries(record, {"ramp"}); !ramp.empty()) {
    const auto points = sorted_by(ramp, {"accelerators"});
    add_au_over(doc, record, points, {"accelerators"}, "accelerators", others);
    if (std::any_of(points.begin(), points.end(),
                    [](const Json* p) { return number(*p, {"bytes_per_second"}).has_value(); }))
      add_rate_over(doc, record, points, {"accelerators"}, "accelerators");
  } else {
    add_job_figures(doc, record, others);
  }
}

void add_probe_figures(Document& doc, const Json& record) {
  doc.section("Curves");
  for (const Json* curve : entries(record, {"curves"})) add_probe_curve(doc, record, *curve);
}

}  // namespace aforo
