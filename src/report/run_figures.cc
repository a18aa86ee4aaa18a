#include "report/run_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/units.h"
#include "report/figure_parts.h"
#include "report/record_facts.h"

namespace aforo {
namespace {

constexpr std::string_view kSinceFirstStep = "since the first step";

void add_au_over_time(Document& doc, const Json& record) {
  SeriesValues au = series_values(record, "steps", "au");
  if (!au.known()) return;
  Chart chart;
  chart.title = "AU over time";
  chart.about =
      about("mean over the time of the steps that a point stands for", "fraction", source_of(record), record);
  const auto [least, most] = std::minmax_element(au.y.begin(), au.y.end());
  chart.says = fmt::format("Utilisation over {} points between {} and {}", au.y.size(),
                           format_percent(*least), format_percent(*most));
  chart.x = {std::string(kSinceFirstStep), "s"};
  chart.y = au_axis();
  if (const auto interval = numbers(record, {"prediction", "au_interval"}); interval.size() == 2)
    chart.series.push_back({"predicted, 95 %",
                            Mark::kBand,
                            {au.x.front(), au.x.back()},
                            {},
                            {interval[0], interval[0]},
                            {interval[1], interval[1]}});
  chart.series.push_back({"measured", Mark::kStep, std::move(au.x), std::move(au.y)});
  add_target(chart, record);
  doc.append(std::move(chart));
}

void add_steps_over_time(Document& doc, const Json& record) {
  SeriesValues mean = series_values(record, "steps", "step_seconds");
  SeriesValues longest = series_values(record, "steps", "step_seconds_max");
  if (!mean.known()) return;
  Chart chart;
  chart.title = "Step time over time";
  chart.about =
      about("mean and longest of the steps that a point stands for", "seconds", source_of(record), record);
  chart.says = "The mean and the longest step along the run";
  chart.x = {std::string(kSinceFirstStep), "s"};
  chart.y = {"step", "s", false, 0.0};
  if (longest.known())
    chart.series.push_back(
        {"longest", Mark::kStep, std::move(longest.x), std::move(longest.y), {}, {}, {}, {}, Tone::kWarn});
  chart.series.push_back({"mean", Mark::kStep, std::move(mean.x), std::move(mean.y)});
  if (const auto asked = number(record, {"step_timing", "asked_s"}))
    chart.lines.push_back({false, *asked, "compute alone " + format_seconds(Seconds{*asked})});
  doc.append(std::move(chart));
}

struct StateWords {
  std::string_view key, label;
  Tone tone;
};
constexpr StateWords kStates[] = {{"compute", "compute", Tone::kGood},
                                  {"load_wait", "waiting for data", Tone::kBad},
                                  {"barrier_wait", "waiting for other ranks", Tone::kWarn},
                                  {"other", "other", Tone::kFaint}};

TimelineChart::State state_of(const std::string& key) {
  for (const StateWords& one : kStates)
    if (one.key == key) return {std::string(one.label), one.tone};
  return {key, Tone::kFaint};
}

void add_timeline(Document& doc, const Json& record) {
  const auto begin = number(record, {"timeline", "begin_seconds"}),
             end = number(record, {"timeline", "end_seconds"});
  const auto bins = number(record, {"timeline", "bins"});
  if (!begin || !end || !bins || !(*bins > 0) || !(*end > *begin)) return;
  TimelineChart timeline;
  timeline.title = "What the accelerators did";
  timeline.label = kSinceFirstStep;
  timeline.begin = *begin;
  timeline.end = *end;
  timeline.bins = static_cast<std::uint64_t>(*bins);
  timeline.shares = word(record, {"timeline", "shares"});
  for (const std::string& key : words(record, {"timeline", "states"}))
    timeline.states.push_back(state_of(key));
  for (const Json* row : entries(record, {"timeline", "rows"})) {
    const double first = number(*row, {"first_rank"}).value_or(0),
                 ranks = number(*row, {"ranks"}).value_or(1);
    timeline.rows.push_back(ranks > 1 ? fmt::format("{:.0f} to {:.0f}", first, first + ranks - 1)
                                      : fmt::format("{:.0f}", first));
  }
  timeline.about =
      about("share of each bin's time, by rank or group of ranks", "fraction", source_of(record), record);
  timeline.says = fmt::format("Compute and waiting of {} rows of accelerators over {}", timeline.rows.size(),
                              format_seconds(Seconds{*end - *begin}));
  doc.append(std::move(timeline));
}

struct Distribution {
  const char* series;
  const char* title;
  const char* percentiles;
};
constexpr Distribution kDistributions[] = {
    {"load wait distribution", "How long a step waited for data", "load_wait_seconds"},
    {"step distribution", "How long steps took", "step_seconds"},
    {"read distribution", "How long reading a sample took", "read_seconds"},
    {"open distribution", "How long opening its file took", "open_seconds"}};

// On a logarithmic axis a first bucket that begins at 0 begins where it would were it as wide as the next.
void begin_above_zero(std::vector<double>& low, const std::vector<double>& high) {
  for (std::size_t i = 0; i < low.size(); ++i)
    if (!(low[i] > 0)) low[i] = high[i] / 2;
}

void add_distribution(Document& doc, const Json& record, const Distribution& one) {
  SeriesValues shares = series_values(record, one.series, "share");
  SeriesValues lower = series_values(record, one.series, "lower_seconds");
  if (!shares.known() || lower.y.size() != shares.y.size()) return;
  begin_above_zero(lower.y, shares.x);
  Chart chart;
  chart.title = one.title;
  const auto error = number(record, {one.percentiles, "relative_error"});
  chart.about = about(join_known({"share of all in each interval",
                                  error ? fmt::format("p50 and p99 within {:.1g} %", *error * 100) : ""},
                                 ", "),
                      "fraction", source_of(record), record);
  const Value median = seconds_at(record, {one.percentiles, "p50"}),
              p99 = seconds_at(record, {one.percentiles, "p99"});
  chart.says = join_known(
      {one.title, followed_by(median, " in the median").text, followed_by(p99, " at p99").text}, ", ");
  chart.x = {"time", "s", true};
  chart.y = {"share", "fraction", false, 0.0};
  ChartSeries bars{"share", Mark::kBars, lower.y, shares.y};
  for (std::size_t i = 0; i < lower.y.size(); ++i) bars.width.push_back(shares.x[i] - lower.y[i]);
  chart.series.push_back(std::move(bars));
  for (const char* const key : {"p50", "p99"})
    if (const auto at_key = number(record, {one.percentiles, key}); at_key && *at_key >= shares.x.front())
      chart.lines.push_back({true, *at_key, fmt::format("{} {}", key, format_seconds(Seconds{*at_key}))});
  doc.append(std::move(chart));
}

// Horizontal bars of known numbers.
struct Amounts {
  std::vector<std::string> names;
  std::vector<double> values;
  void add(std::string name, std::optional<double> value) {
    if (!value || !(*value >= 0)) return;
    names.push_back(std::move(name));
    values.push_back(*value);
  }
};

void add_amounts(Document& doc, Chart chart, Amounts amounts) {
  if (amounts.values.size() < 2) return;
  chart.series.push_back(
      {chart.x.label, Mark::kBars, std::move(amounts.values), places(amounts.names.size())});
  chart.y.categories = std::move(amounts.names);
  doc.append(std::move(chart));
}

// What this client could do is drawn where the rest can still be seen beside it.
void add_ceiling(Amounts& rates, Chart& chart, const Json& record) {
  constexpr double kMostTimes = 5;  // chosen
  const auto ceiling = number(record, {"null_ceiling_samples_per_second"});
  if (!ceiling || rates.values.empty()) return;
  if (*ceiling <= kMostTimes * *std::max_element(rates.values.begin(), rates.values.end()))
    rates.add("this client without storage", ceiling);
  else
    chart.about += fmt::format("; without storage this client gives {}",
                               per_second_at(record, {"null_ceiling_samples_per_second"}).text);
}

void add_asked_and_given(Document& doc, const Json& record) {
  Amounts rates;
  rates.add("the accelerators could use", number(record, {"demand_samples_per_second"}));
  rates.add("they were given", number(record, {"samples_per_second"}));
  rates.add("predicted", number(record, {"prediction", "samples_per_second"}));
  for (const Json* one : entries(record, {"counterfactuals"}))
    rates.add("re-run: " + word(*one, {"change"}), number(*one, {"samples_per_second"}));
  Chart chart;
  chart.title = "What was asked, and what storage gave";
  chart.about = about("mean over the run; re-runs are without compute", "samples per second",
                      source_of(record), record);
  chart.says =
      join_known({followed_by(per_second_at(record, {"samples_per_second"}), " samples/s were given").text,
                  followed_by(per_second_at(record, {"demand_samples_per_second"}), " could be used").text},
                 ", ");
  chart.x = {"samples per second", "1/s", false, 0.0};
  add_ceiling(rates, chart, record);
  add_amounts(doc, std::move(chart), std::move(rates));
}

void add_where_bytes_came_from(Document& doc, const Json& record) {
  const auto requested = number(record, {"bytes_requested"}),
             storage = number(record, {"bytes_from_storage"});
  if (!requested || !storage) return;
  Amounts bytes;
  bytes.add("requested", requested);
  bytes.add("from storage", storage);
  bytes.add("from the page cache", std::max(0.0, *requested - *storage));
  Chart chart;
  chart.title = "Where the bytes came from";
  const std::string counter = word(record, {"bytes_from_storage_source"});
  chart.about = about("total of the run" + (counter.empty() ? "" : ", counted by " + counter), "bytes",
                      source_of(record), record);
  chart.says = bytes_at(record, {"bytes_from_storage"}).text + " of " +
               bytes_at(record, {"bytes_requested"}).text + " came from storage";
  chart.x = {"bytes", "B", false, 0.0};
  add_amounts(doc, std::move(chart), std::move(bytes));
}

void add_predicted_beside_measured(Document& doc, const Json& record) {
  const auto measured = number(record, {"au"}), predicted = number(record, {"prediction", "au"});
  const auto interval = numbers(record, {"prediction", "au_interval"});
  if (!measured || !predicted || interval.size() != 2) return;
  Chart chart;
  chart.title = "Predicted beside measured";
  chart.about = about("AU of the whole run; the prediction with its 95 % interval, made before the run",
                      "fraction", "predicted and measured", record);
  chart.says =
      fmt::format("Predicted {}, measured {}", format_percent(*predicted), format_percent(*measured));
  chart.x = au_axis();
  chart.y.categories = {"predicted", "measured"};
  chart.series.push_back({"predicted", Mark::kInterval, {*predicted}, {0}, {interval[0]}, {interval[1]}});
  chart.series.push_back({"measured", Mark::kPoints, {*measured}, {1}});
  add_target(chart, record, true);
  doc.append(std::move(chart));
}

void add_epochs_figure(Document& doc, const Json& record) {
  std::vector<double> epochs = numbers(record, {"au_per_epoch"});
  if (epochs.size() < 2) return;
  Chart chart;
  chart.title = "AU of each epoch";
  chart.about = about("AU of an epoch, wall", "fraction", source_of(record), record);
  chart.says = fmt::format("{} epochs, the first {}, the last {}", epochs.size(),
                           format_percent(epochs.front()), format_percent(epochs.back()));
  chart.x = {"epoch", "count"};
  chart.y = au_axis();
  std::vector<double> numbers_of;
  for (std::size_t i = 1; i <= epochs.size(); ++i) numbers_of.push_back(static_cast<double>(i));
  chart.series.push_back({"AU", Mark::kPoints, std::move(numbers_of), std::move(epochs)});
  add_target(chart, record);
  doc.append(std::move(chart));
}

void add_hosts(Document& doc, const Json& record) {
  const auto hosts = entries(record, {"hosts"});
  if (hosts.size() < 2) return;
  Chart chart;
  chart.title = "AU by host";
  chart.about = about("AU of a host's ranks", "fraction", source_of(record), record);
  chart.says = fmt::format("Utilisation of {} hosts", hosts.size());
  chart.x = au_axis();
  for (const Json* host : hosts) chart.y.categories.push_back(word(*host, {"name"}));
  chart.series.push_back({"AU", Mark::kBars, column(hosts, {"au"}), places(hosts.size())});
  doc.append(std::move(chart));
}

void add_checkpoints(Document& doc, const Json& record) {
  const auto all = entries(record, {"checkpoints"});
  if (all.empty()) return;
  Chart chart;
  chart.title = "Checkpoints";
  chart.about = about("time of the slowest rank, in their order", "seconds", source_of(record), record);
  chart.says = fmt::format("{} checkpoints", all.size());
  chart.x = {"checkpoint", "count"};
  chart.y = {"time", "s", false, 0.0};
  std::vector<double> order = places(all.size());
  for (double& place : order) place += 1;
  chart.series.push_back({"time", Mark::kPoints, std::move(order), column(all, {"seconds"})});
  doc.append(std::move(chart));
}

}  // namespace

void add_run_figures(Document& doc, const Json& record) {
  doc.section("Over time");
  add_au_over_time(doc, record);
  add_timeline(doc, record);
  add_steps_over_time(doc, record);
  add_epochs_figure(doc, record);
  doc.section("Asked and given");
  add_asked_and_given(doc, record);
  add_where_bytes_came_from(doc, record);
  add_predicted_beside_measured(doc, record);
  add_hosts(doc, record);
  add_checkpoints(doc, record);
  doc.section("Distributions");
  for (const Distribution& one : kDistributions) add_distribution(doc, record, one);
}

void add_find_max_figures(Document& doc, const Json& record) {
  const auto ramp = sorted_by(entries(record, {"ramp"}), {"accelerators"});
  if (ramp.empty()) return;
  Chart chart;
  chart.title = "AU over accelerators";
  chart.about = about("AU of each window with its 95 % interval", "fraction", source_of(record), record);
  chart.says = join_known({fmt::format("{} windows", ramp.size()),
                           followed_by(count_at(record, {"max_accelerators"}), " accelerators are fed").text},
                          "; ");
  chart.x = {"accelerators", "count"};
  chart.y = au_axis();
  chart.series.push_back({source_of(record), Mark::kInterval, column(ramp, {"accelerators"}),
                          column(ramp, {"au"}), lows(ramp, {"au_interval"}), highs(ramp, {"au_interval"})});
  if (const auto most = number(record, {"max_accelerators"}))
    chart.lines.push_back({true, *most, fmt::format("largest number: {}", format_count(*most))});
  if (const auto most = number(record, {"prediction", "max_accelerators"}))
    chart.lines.push_back({true, *most, fmt::format("predicted: {}", format_count(*most))});
  add_target(chart, record);
  doc.section("The search");
  doc.append(std::move(chart));
}

}  // namespace aforo
