#include "report/size_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/units.h"
#include "measure/series.h"
#include "report/figure_parts.h"
#include "report/record_facts.h"
#include "report/size_words.h"

namespace aforo {
namespace {

constexpr std::size_t kMostBars = 12;  // chosen: as many as are read at a glance

std::string short_family(const Json& design) {
  const std::string brief = word(design, {"family_short"});
  return brief.empty() ? word(design, {"family"}) : brief;
}

// What a design comes to a month, with what accelerators cost more where it stands: as designs are ranked.
double cost_of(const Json& design) {
  return number(design, {"total_usd_per_month"}).value_or(0) +
         number(design, {kAcceleratorsMore}).value_or(0);
}

// Of all designs by cost those that are busier than every cheaper one.
ChartSeries frontier_of(std::vector<const Json*> designs) {
  std::stable_sort(designs.begin(), designs.end(),
                   [](const Json* a, const Json* b) { return cost_of(*a) < cost_of(*b); });
  ChartSeries out{"frontier: nothing cheaper is busier", Mark::kStep, {}, {}};
  for (const Json* design : designs) {
    const double au = number(*design, {"au"}).value_or(0);
    if (!out.y.empty() && au <= out.y.back()) continue;
    out.x.push_back(cost_of(*design));
    out.y.push_back(au);
  }
  if (out.x.empty()) return out;
  out.x.push_back(cost_of(*designs.back()));  // the last step goes on to the edge
  out.y.push_back(out.y.back());
  out.tone = Tone::kFaint;
  return out;
}

// From what is least busy to what is busiest, with room around: designs that serve differ by little.
ChartAxis axis_around(const std::vector<const Json*>& designs) {
  double least = 1, most = 0;
  for (const Json* design : designs) {
    const double au = number(*design, {"au"}).value_or(1);
    least = std::min(least, au);
    most = std::max(most, au);
  }
  const double room = std::max((most - least) / 8, 0.002);  // chosen
  return {"AU", "fraction", false, std::max(0.0, least - room), std::min(1.0, most + room)};
}

void add_cost_against_au(Document& doc, const Json& record) {
  const auto designs = entries(record, {"designs"});
  if (designs.empty()) return;
  Chart chart;
  chart.title = "Designs: cost against AU";
  chart.about = about("predicted mean AU; storage and idle accelerators a month",
                      "US dollars a month, fraction", word(record, {"prices", "dates"}), record);
  chart.says = fmt::format("{} designs that serve, from {} a month", designs.size(),
                           sum_of_money(cost_of(*designs.front())).text);
  chart.x = {"total a month", "USD/month", true};
  chart.y = axis_around(designs);
  if (ChartSeries frontier = frontier_of(designs); frontier.x.size() > 2)
    chart.series.push_back(std::move(frontier));
  std::map<std::string, std::size_t> places;
  for (const Json* design : designs) {
    const auto au = number(*design, {"au"});
    if (!au) continue;
    const std::string family = short_family(*design);
    if (places.try_emplace(family, chart.series.size()).second)
      chart.series.push_back({family, Mark::kPoints, {}, {}});
    ChartSeries& points = chart.series[places[family]];
    points.x.push_back(cost_of(*design));
    points.y.push_back(*au);
    points.names.push_back(word(*design, {"name"}));
  }
  if (const auto target = au_target(record); target && *target >= *chart.y.from) add_target(chart, record);
  doc.append(std::move(chart));
}

// The first designs with the range of their prices.
void add_price_ranges(Document& doc, const Json& record) {
  std::vector<const Json*> designs = ranked_designs(record);
  designs.resize(std::min(designs.size(), kMostBars));
  if (designs.size() < 2) return;
  Chart chart;
  chart.title = "What designs cost a month";
  chart.about = about("total; the interval is by the low and the high of each price", "US dollars a month",
                      word(record, {"prices", "dates"}), record);
  chart.says = fmt::format("The {} best designs with the ranges of their prices", designs.size());
  chart.x = {"total a month", "USD/month", false, 0.0};
  for (const Json* design : designs) chart.y.categories.push_back(word(*design, {"name"}));
  chart.series.push_back({"total", Mark::kInterval, column(designs, {"total_usd_per_month"}),
                          places(designs.size()), lows(designs, {"total_usd_per_month_range"}),
                          highs(designs, {"total_usd_per_month_range"})});
  doc.append(std::move(chart));
}

constexpr std::string_view kByCapacity = "cost by capacity, ";

// The four that people choose among.
const char* group_of(std::string_view family) {
  const auto has = [&](std::string_view part) { return family.find(part) != std::string_view::npos; };
  if (has("cloud") || has("object")) return "cloud";
  if (family == "HDD") return "HDD";
  return has("HDD") ? "flash and HDD" : "all-flash";
}

// By size the cheapest of a group, with what accelerators cost more where it stands.
using CostBySize = std::map<double, double>;
void take_cheapest(CostBySize& costs, const Series& series) {
  for (std::size_t i = 0; i < series.x.values.size(); ++i) {
    double cost = 0;
    for (const Axis& axis : series.y) cost += axis.values[i];
    const auto [at, first] = costs.try_emplace(series.x.values[i], cost);
    if (!first) at->second = std::min(at->second, cost);
  }
}

void add_cost_by_capacity(Document& doc, const Json& record) {
  std::map<std::string, CostBySize> groups;
  for (const Series& series : series_of(record))
    if (series.name.starts_with(kByCapacity))
      take_cheapest(groups[group_of(series.name.substr(kByCapacity.size()))], series);
  Chart chart;
  chart.title = "Cost against data size";
  chart.about = about("the cheapest of each group, by closed forms, datasets growing with the data",
                      "US dollars a month, bytes", word(record, {"prices", "dates"}), record);
  chart.says = fmt::format("Monthly cost of {} groups of storage over the size of the data", groups.size());
  chart.x = {"data", "B", true};
  chart.y = {"total a month", "USD/month", true};
  for (const auto& [group, costs] : groups) {
    ChartSeries line{group, Mark::kLine, {}, {}};
    for (const auto& [bytes, cost] : costs) {
      line.x.push_back(bytes);
      line.y.push_back(cost);
    }
    chart.series.push_back(std::move(line));
  }
  for (const Json* crossing : entries(record, {"break_points", "by_capacity"}))
    if (const auto bytes = number(*crossing, {"bytes"});
        bytes &&
        group_of(word(*crossing, {"above"})) != std::string_view(group_of(word(*crossing, {"below"}))))
      chart.lines.push_back(
          {true, *bytes,
           fmt::format("{}: {}", terabytes_at(*crossing, {"bytes"}).text, word(*crossing, {"above"}))});
  if (const auto asked = number(record, {"requirement", "capacity_bytes"}))
    chart.lines.push_back({true, *asked, "asked: " + bytes_as_sold(*asked).text});
  doc.append(std::move(chart));
}

void add_own_or_rent(Document& doc, const Json& record) {
  Chart chart;
  chart.title = "Own or rent, over months";
  chart.about = about("cumulative cost at present value, accelerators included", "US dollars",
                      word(record, {"prices", "dates"}), record);
  chart.x = {"month", "months", false, 0.0};
  chart.y = {"spent until then", "USD", false, 0.0};
  for (const Json* account : entries(record, {"horizon", "accounts"})) {
    ChartSeries line{word(*account, {"name"}), Mark::kLine, {}, numbers(*account, {"cumulative_usd"})};
    line.x = places(line.y.size());
    for (double& month : line.x) month += 1;
    chart.series.push_back(std::move(line));
  }
  const auto month = number(record, {"horizon", "break_even_month"});
  if (month) chart.lines.push_back({true, *month, "break-even: month " + format_count(*month)});
  chart.says = month ? "Owning is cheaper from month " + format_count(*month) + " on"
                     : "Within these months owning and renting do not cross";
  doc.append(std::move(chart));
}

void add_sensitivity(Document& doc, const Json& record) {
  Chart chart;
  chart.title = "Prices that would turn the choice";
  chart.about =
      about("factor on today's prices at which another kind costs no more; what those prices may be today",
            "factor", word(record, {"prices", "dates"}), record);
  chart.x = {"times today's price", "factor", true};
  ChartSeries turns{"turns the choice", Mark::kPoints, {}, {}},
      today{"today's range", Mark::kInterval, {}, {}};
  for (const char* const list : {"second_best_wins", "others_win"})
    for (const Json* flip : entries(record, {"sensitivity", list})) {
      const auto factor = number(*flip, {"factor"});
      if (!factor || !(*factor > 0) || turns.x.size() >= kMostBars) continue;
      const auto place = static_cast<double>(chart.y.categories.size());
      if (chart.says.empty()) chart.says = word(*flip, {"text"});
      chart.y.categories.push_back(word(*flip, {"family"}) + ", by prices of " + word(*flip, {"prices_of"}));
      turns.x.push_back(*factor);
      turns.y.push_back(place);
      if (const auto range = numbers(*flip, {"factor_range"}); range.size() == 2) {
        today.x.push_back(1);
        today.y.push_back(place);
        today.low.push_back(range[0]);
        today.high.push_back(range[1]);
      }
    }
  if (turns.x.empty()) return;
  if (!today.x.empty()) chart.series.push_back(std::move(today));
  chart.series.push_back(std::move(turns));
  chart.lines.push_back({true, 1, "today"});
  doc.append(std::move(chart));
}

void add_sweep_figure(Document& doc, const Json& record) {
  SeriesValues total = series_values(record, "sweep", "total_usd_per_month");
  SeriesValues storage = series_values(record, "sweep", "storage_usd_per_month");
  if (!total.known()) return;
  const std::string key = word(record, {"sweep_key"});
  Chart chart;
  chart.title = "Cost over " + key;
  chart.about = about("the cheapest design of each value", "US dollars a month",
                      word(record, {"prices", "dates"}), record);
  chart.says = "What the cheapest design costs over " + key;
  const bool bytes = key.ends_with("size") || key.ends_with("capacity"),
             share = key == "target" || key == "duty";
  chart.x = {key, bytes ? "B" : share ? "fraction" : "count"};
  chart.y = {"a month", "USD/month", false, 0.0};
  chart.series.push_back({"total", Mark::kLine, std::move(total.x), std::move(total.y)});
  if (storage.known())
    chart.series.push_back({"storage", Mark::kLine, std::move(storage.x), std::move(storage.y)});
  doc.append(std::move(chart));
}

void add_bill_figure(Document& doc, const Json& record) {
  const auto designs = entries(record, {"designs"});
  if (designs.empty()) return;
  Chart chart;
  chart.title = "The bill of the first design";
  chart.about = about("a month", "US dollars a month", word(record, {"prices", "dates"}), record);
  chart.says = word(*designs.front(), {"name"});
  chart.x = {"a month", "USD/month", false, 0.0};
  ChartSeries bars{"a month", Mark::kBars, {}, {}};
  for (const Json* line : entries(*designs.front(), {"bill"}))
    if (const auto usd = number(*line, {"usd_per_month"}); usd && *usd > 0) {
      bars.y.push_back(static_cast<double>(chart.y.categories.size()));
      bars.x.push_back(*usd);
      chart.y.categories.push_back(word(*line, {"what"}));
    }
  if (bars.x.empty()) return;
  chart.series.push_back(std::move(bars));
  doc.append(std::move(chart));
}

void add_requirement_figure(Document& doc, const Json& record) {
  const auto rows = entries(record, {"requirement_curve"});
  if (rows.size() < 2) return;
  Chart chart;
  chart.title = "What must be read, over targets";
  chart.about = about("mean while training", "bytes per second", "closed form", record);
  chart.says = "Read bandwidth that each target of utilisation asks for";
  chart.x = {"target AU", "fraction"};
  chart.y = {"reads", "B/s", false, 0.0};
  chart.series.push_back(
      {"reads", Mark::kLine, column(rows, {"target"}), column(rows, {"read_bytes_per_second"})});
  doc.append(std::move(chart));
}

void add_regret(Document& doc, const Json& record) {
  std::vector<const Json*> designs = entries(record, {"portfolio", "designs"});
  designs.resize(std::min(designs.size(), kMostBars));
  if (designs.empty()) return;
  Chart chart;
  chart.title = "Regret of buying before it is known";
  chart.about = about("expected over the weights, and in the worst scenario, beyond each scenario's cheapest",
                      "US dollars a month", word(record, {"prices", "dates"}), record);
  chart.says = "The first is " + word(*designs.front(), {"name"});
  chart.x = {"regret a month", "USD/month", false, 0.0};
  for (const Json* design : designs) chart.y.categories.push_back(word(*design, {"name"}));
  chart.series.push_back(
      {"expected", Mark::kBars, column(designs, {"expected_regret_usd_per_month"}), places(designs.size())});
  chart.series.push_back(
      {"worst", Mark::kPoints, column(designs, {"worst_regret_usd_per_month"}), places(designs.size())});
  doc.append(std::move(chart));
}

}  // namespace

void add_size_figures(Document& doc, const Json& record) {
  doc.section("Designs");
  add_cost_against_au(doc, record);
  add_price_ranges(doc, record);
  add_bill_figure(doc, record);
  doc.section("What would turn it");
  add_cost_by_capacity(doc, record);
  add_sweep_figure(doc, record);
  add_own_or_rent(doc, record);
  add_sensitivity(doc, record);
  add_regret(doc, record);
  add_requirement_figure(doc, record);
}

}  // namespace aforo
