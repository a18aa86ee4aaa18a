// Portfolios, formats, sweeps and curves as parts of a Record.
#include <fmt/format.h>

#include "measure/series.h"
#include "sizing/money_words.h"
#include "sizing/size_record.h"

namespace aforo {
namespace {

Json variant_json(const Variant& v, std::string_view key) {
  Json out = {{std::string(key), v.name}, {"accelerators", v.accelerators}};
  set_number(out, "read_bytes_per_second", v.read.value);
  set_number(out, "opens_per_second", v.opens.value);
  set_number(out, "iops", v.requests.value);
  if (!v.serves()) {
    out["reason"] = v.reason;
    return out;
  }
  out["family"] = v.family;
  out["name"] = v.design;
  set_number(out, "au", v.au);
  set_number(out, "storage_usd_per_month", v.storage);
  set_number(out, "idle_usd_per_month", v.idle);
  set_number(out, "total_usd_per_month", v.total());
  if (v.accelerators_more > 0) set_number(out, "accelerators_more_usd_per_month", v.accelerators_more);
  return out;
}

Json hedged_json(const HedgedDesign& d) {
  Json out = {{"name", d.name}, {"family", std::string(to_string(d.family))}};
  set_number(out, "satisfied_share", d.satisfied);
  out["not_served"] = d.not_served;
  set_number(out, "expected_usd_per_month", d.expected);
  out["expected_usd_per_month_range"] = {d.expected_low, d.expected_high};
  set_number(out, "expected_regret_usd_per_month", d.expected_regret);
  set_number(out, "worst_regret_usd_per_month", d.worst_regret);
  out["worst_scenario"] = d.worst_scenario;
  out["totals_usd_per_month"] = d.totals;
  out["regrets_usd_per_month"] = d.regrets;
  return out;
}

std::string said(const HedgedDesign& d) {
  const std::string family(to_string(d.family));
  return family == d.name ? family : family + " (" + d.name + ")";
}

std::string but_not(const HedgedDesign& d) {
  if (d.not_served.empty()) return "";
  std::string out = " (not";
  for (std::size_t i = 0; i < d.not_served.size(); ++i)
    out += fmt::format("{} '{}'", i == 0 ? "" : i + 1 < d.not_served.size() ? "," : " and", d.not_served[i]);
  return out + ")";
}

std::vector<std::string> portfolio_words(const Portfolio& portfolio, const PortfolioResult& r,
                                         const PriceBook& prices) {
  if (r.designs.empty()) return {"Nothing in the catalogue is offered for these scenarios."};
  const HedgedDesign &best = r.designs.front(), &safest = r.designs[r.safest];
  std::vector<std::string> out = {fmt::format(
      "While it is not known which of {} scenarios comes, {} is regretted least: it satisfies {} of them by weight{} "
      "and costs {} a month on average, "
      "{} more than knowing in advance would.",
      portfolio.scenarios.size(), said(best), format_percent(best.satisfied), but_not(best),
      with_range(money_text(best.expected), money_text(best.expected_low), money_text(best.expected_high),
                 " over the ranges of its prices"),
      money_text(best.expected_regret))};
  const HedgedDesign& complete = r.designs[r.complete];
  if (complete.satisfied > best.satisfied)
    out.push_back(fmt::format(
        "The cheapest that satisfies {}{} is {}, for {} a month on average, {} of it regret.",
        complete.not_served.empty() ? "all of them" : format_percent(complete.satisfied), but_not(complete),
        said(complete), money_text(complete.expected), money_text(complete.expected_regret)));
  if (r.safest == 0)
    out.push_back(fmt::format("It is also the safest: at worst, in '{}', it costs {} a month too much.",
                              best.worst_scenario, money_text(best.worst_regret)));
  else
    out.push_back(fmt::format(
        "The safest is {}{}: at worst, in '{}', it costs {} a month too much, where the first costs {} "
        "too much in '{}'.",
        said(safest), but_not(safest), safest.worst_scenario, money_text(safest.worst_regret),
        money_text(best.worst_regret), best.worst_scenario));
  if (r.all_flash) {
    const HedgedDesign& flash = r.designs[*r.all_flash];
    out.push_back(
        *r.all_flash == 0
            ? fmt::format("\"Just buy all-flash\" is that answer here ({}).", prices.dates())
            : fmt::format(
                  "\"Just buy all-flash\" ({}) satisfies {}{} and costs {} a month on average, {} of it "
                  "regret ({}).",
                  flash.name, format_percent(flash.satisfied), but_not(flash), money_text(flash.expected),
                  money_text(flash.expected_regret), prices.dates()));
  }
  return out;
}

}  // namespace

void add_portfolio(Json& record, const Portfolio& portfolio, const PortfolioResult& found,
                   const PriceBook& prices, std::set<std::string>& used) {
  record["recommendation"] = portfolio_words(portfolio, found, prices);
  Json scenarios = Json::array(), designs = Json::array();
  for (const ScenarioBest& s : found.scenarios) {
    Json one = {{"name", s.name}, {"weight", s.weight}, {"capacity_bytes", s.capacity.value}};
    set_number(one, "read_bytes_per_second", s.read.value);
    if (s.total > 0) set_number(one, "best_usd_per_month", s.total);
    if (!s.family.empty()) one["best_family"] = s.family;
    if (!s.design.empty()) one["best_design"] = s.design;
    scenarios.push_back(std::move(one));
  }
  for (const HedgedDesign& d : found.designs) designs.push_back(hedged_json(d));
  record["portfolio"] = {
      {"name", portfolio.name}, {"scenarios", scenarios}, {"designs", designs}, {"judged", found.judged}};
  if (!found.designs.empty()) {
    record["portfolio"]["safest"] = found.designs[found.safest].name;
    record["portfolio"]["satisfies_most"] = found.designs[found.complete].name;
  }
  if (found.all_flash) record["portfolio"]["all_flash"] = found.designs[*found.all_flash].name;
  for (const HedgedDesign& d : found.designs) used.insert(d.items.begin(), d.items.end());
}

void add_advice(Json& record, const std::vector<SizeAdvice>& advice, std::set<std::string>& used) {
  record["advice"] = Json::array();
  for (const SizeAdvice& a : advice) {
    Json one = variant_json(a.with, "change");
    if (a.saved > 0) set_number(one, "saved_usd_per_month", a.saved);
    if (a.hosts > 0) set_number(one, "hosts_usd_per_month", a.hosts);
    one["text"] = a.text;
    record["advice"].push_back(std::move(one));
    used.insert(a.with.items.begin(), a.with.items.end());
  }
}

void add_formats(Json& record, const std::vector<Variant>& formats, std::set<std::string>& used) {
  record["formats"] = Json::array();
  for (const Variant& f : formats) record["formats"].push_back(variant_json(f, "format"));
  record["format_advice"] = format_advice(formats);
  for (const Variant& f : formats) used.insert(f.items.begin(), f.items.end());
}

void add_growth_steps(Json& record, const GrowthSteps& found, std::set<std::string>& used) {
  Json& out = record["growth_steps"] = {{"steps", Json::array()}};
  for (const GrowthStep& step : found.steps) {
    Json one = variant_json(step.with, "until_year");
    one["until_year"] = step.until;
    one["capacity_bytes"] = step.capacity.value;
    out["steps"].push_back(std::move(one));
    used.insert(step.with.items.begin(), step.with.items.end());
  }
  if (!found.in_steps) return;
  used.insert("interest");
  set_number(out, "in_steps_usd", *found.in_steps);
  set_number(out, "at_once_usd", *found.at_once);
}

void add_costs_by_capacity(Json& record, const std::vector<CostsAt>& costs) {
  for (const Family family : kFamilies) {
    Series one{
        fmt::format("cost by capacity, {}", to_string(family)),
        {"capacity_bytes", "B", {}},
        {{"total_usd_per_month", "USD/month", {}}, {"accelerators_more_usd_per_month", "USD/month", {}}}};
    for (const CostsAt& at : costs)
      for (const KindCost& kind : at.kinds) {
        if (kind.family != family) continue;
        one.x.values.push_back(static_cast<double>(at.capacity.value));
        one.y[0].values.push_back(kind.total);
        one.y[1].values.push_back(kind.accelerators_more);
      }
    add_series(record, one);
  }
}

void add_size_sweep(Json& record, const SizeSweep& sweep, const std::vector<Variant>& points,
                    std::set<std::string>& used) {
  record["sweep_key"] = sweep.key;
  record["sweep"] = Json::array();
  Series curve{"sweep",
               {sweep.key, sweep.unit, {}},
               {{"total_usd_per_month", "USD/month", {}},
                {"storage_usd_per_month", "USD/month", {}},
                {"idle_usd_per_month", "USD/month", {}},
                {"au", "fraction", {}}}};
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Variant& p = points[i];
    record["sweep"].push_back(variant_json(p, "value"));
    if (i < sweep.numbers.size()) record["sweep"].back()["number"] = sweep.numbers[i];
    if (i < sweep.numbers.size() && p.serves()) {
      curve.x.values.push_back(sweep.numbers[i]);
      const double values[] = {p.total(), p.storage, p.idle, p.au};
      for (std::size_t k = 0; k < curve.y.size(); ++k) curve.y[k].values.push_back(values[k]);
    }
    used.insert(p.items.begin(), p.items.end());
    for (const std::string& note : p.notes) record["warnings"].push_back(note);
  }
  add_series(record, curve);
}

}  // namespace aforo
