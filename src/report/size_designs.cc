#include "report/size_designs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/units.h"
#include "report/size_words.h"
#include "report/view.h"

namespace aforo {
namespace {

// All chosen; the Record has everything.
constexpr std::size_t kMostRows = 40, kSpelledOut = 4, kMostRejected = 10;  // some screens, a screen
constexpr std::size_t kMostTurns = 3;  // of the second best, and of the others

// The station alone where the Record names it; a Record from before `limit_station` has the sentence only.
std::string short_limit(const Json& design) {
  if (all_busy(design)) return "-";
  if (std::string station = word(design, {"limit_station"}); !station.empty()) return station;
  const std::string limit = word(design, {"limit"});
  return limit == "not limited" ? "-" : limit_words(limit);
}

// In the table, where room is dear. A Record from before `family_short` has the whole word only.
std::string short_family(const Json& design) {
  std::string brief = word(design, {"family_short"});
  return brief.empty() ? word(design, {"family"}) : brief;
}

// Under "kW".
Value kilowatts(const Json& design) {
  const auto watts = number(design, {"watts"});
  if (!watts) return {};
  std::string text = kilowatts_text(*watts);
  return {*watts, Unit::kWatts, text.substr(0, text.find(' '))};
}

// "; 287 TB usable, 2.6 kW, 10 RU, rebuild 40 min"
std::string particulars(const Json& design) {
  const auto units = number(design, {"rack_units"});
  const Value watts = kilowatts(design), rebuild = seconds_at(design, {"rebuild_seconds"});
  std::string out = "; " + terabytes_at(design, {"usable_bytes"}).text + " usable";
  if (watts.known()) out += ", " + watts.text + " kW";
  if (units) out += fmt::format(", {} RU", format_count(*units));
  if (rebuild.known()) out += ", rebuild " + rebuild.text;
  return out;
}

// As --storage-rank counts: the Record's own, or the place in a Record from before it had ranks.
Value rank_of(const Json& design, std::size_t place) {
  const double rank = number(design, {"rank"}).value_or(static_cast<double>(place + 1));
  return {rank, Unit::kCount, fmt::format("{:.0f}", rank)};
}

// Whether some stand where accelerators cost more than where they are cheapest.
bool any_dearer(const std::vector<const Json*>& designs) {
  return std::any_of(designs.begin(), designs.end(),
                     [](const Json* d) { return number(*d, {kAcceleratorsMore}).has_value(); });
}

Table table_of_designs(const std::vector<const Json*>& designs) {
  const bool more = any_dearer(designs);
  Table table{{{"", true, Tone::kFaint},
               {"family", false, Tone::kStrong, 5},
               {"total", true, Tone::kStrong, 5},
               {"AU", true, Tone::kPlain, 5},
               {"storage", true, Tone::kPlain, 2},
               {"idle", true, Tone::kPlain, 2},
               {"usable", true, Tone::kPlain, 1},
               {"kW", true},
               {"how sure", false, Tone::kPlain, 3},
               {"limited by", false, Tone::kPlain, 4, CellStyle::kName}}};
  if (more) table.columns.insert(table.columns.begin() + 3, {"accelerators", true, Tone::kPlain, 5});
  for (std::size_t i = 0; i < std::min(designs.size(), kMostRows); ++i) {
    const Json& d = *designs[i];
    table.rows.push_back({rank_of(d, i), short_family(d), money_at(d, {"total_usd_per_month"}),
                          busy_at(d, "au"), money_at(d, {"storage_usd_per_month"}), idle_of(d),
                          terabytes_at(d, {"usable_bytes"}), kilowatts(d), method_words(d), short_limit(d)});
    if (!more) continue;
    Value dearer = money_at(d, {kAcceleratorsMore});
    dearer.text = dearer.known() ? "+" + dearer.text : "";
    table.rows.back().insert(table.rows.back().begin() + 3, std::move(dearer));
  }
  return table;
}

std::vector<const Json*> turning_prices(const Json& record) {
  std::vector<const Json*> out = entries(record, {"sensitivity", "second_best_wins"});
  const std::size_t second = std::min(out.size(), kMostTurns);
  out.resize(second);
  for (const Json* flip : entries(record, {"sensitivity", "others_win"}))
    if (out.size() < second + kMostTurns) out.push_back(flip);
  return out;
}

void add_break_points(Document& doc, const Json& record) {
  const auto say = [&](std::string text) { doc.append(Text{std::move(text), Tone::kPlain, 1}); };
  const auto now = number(record, {"break_points", "ssd_over_hdd_now"});
  const auto by_price = entries(record, {"break_points", "by_ssd_over_hdd"});
  const auto by_capacity = entries(record, {"break_points", "by_capacity"});
  for (const Json* t : by_price)
    say(fmt::format(
        "SSD : HDD price per TB of {:.2g} : 1 (now {:.3g} : 1): below it {}, above it {} on premises",
        number(*t, {"ratio"}).value_or(0), now.value_or(0), word(*t, {"below"}), word(*t, {"above"})));
  for (const Json* t : by_capacity)
    say(fmt::format("{} of data: below it {}, above it {} on premises", terabytes_at(*t, {"bytes"}).text,
                    word(*t, {"below"}), word(*t, {"above"})));
  const auto sizes = numbers(record, {"break_points", "capacities_looked_at"});
  if (now && by_price.empty())
    say(fmt::format("no SSD : HDD price ratio from 1.5 to 60 (now {:.3g}) changes the kind on premises",
                    *now));
  if (sizes.size() == 2 && by_capacity.empty())
    say(fmt::format("no data size from {} to {} changes the kind on premises", bytes_text(sizes[0]),
                    bytes_text(sizes[1])));
}

// The months at which accounts are compared: each half or whole year of the first, and the last asked for.
std::vector<std::size_t> months_shown(std::size_t months) {
  std::vector<std::size_t> out;
  for (const std::size_t m : {6, 12, 24, 36, 48, 60})
    if (m < months) out.push_back(m);
  out.push_back(months);
  return out;
}

Value millions(double dollars) {
  return {dollars, Unit::kDollars, fmt::format("${} M", format_count(dollars / 1e6))};
}

Table table_of_accounts(const std::vector<const Json*>& accounts, std::size_t months) {
  Table table{
      {{"", false, Tone::kStrong}, {"upfront", true, Tone::kPlain, 1}, {"a month", true, Tone::kPlain, 1}}};
  const auto marks = months_shown(months);
  for (const std::size_t m : marks)  // the last month asked for stays, whatever has to go
    table.columns.push_back({fmt::format("after {} mo", m), true, Tone::kPlain, m == months ? 1 : 0});
  for (const Json* a : accounts) {
    std::vector<Value> row = {word(*a, {"name"}), money_at(*a, {"upfront_usd"}),
                              money_at(*a, {"usd_per_month"})};
    const auto all = numbers(*a, {"cumulative_usd"});
    for (const std::size_t m : marks)
      row.push_back(m <= all.size() && m > 0 ? millions(all[m - 1]) : Value());
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace

// A table, and what the first of them are in full.
void add_designs_of_place(Document& doc, const std::vector<const Json*>& designs, bool cloud) {
  doc.section(fmt::format("Designs {} that serve, by {} a month", cloud ? "in the cloud" : "on premises",
                          any_dearer(designs) ? "total and what accelerators cost more" : "total cost"));
  doc.append(table_of_designs(designs));
  doc.append(Gap{});
  if (designs.size() > kMostRows)
    doc.append(Text{fmt::format("And {} dearer ones.", designs.size() - kMostRows), Tone::kFaint, 1});
  List names{ListStyle::kRanks, {}, Tone::kFaint};
  for (std::size_t i = 0; i < std::min(designs.size(), kSpelledOut); ++i)
    names.items.push_back(
        {rank_of(*designs[i], i), word(*designs[i], {"name"}) + particulars(*designs[i]), {}});
  doc.append(std::move(names));
}

// What an idle hour of the accelerators costs, and what those of the best design of each place come to.
void add_idle_terms(Document& doc, const Json& record) {
  Table table{{{"accelerators", false, Tone::kStrong}}};
  // Not all of them are possible everywhere.
  std::vector<std::string> columns;
  for (const char* const place : {"best_on_premises", "best_in_cloud"})
    for (const Json* one : entries(record, {place, "idle_at"}))
      if (const std::string name = word(*one, {"terms"});
          std::find(columns.begin(), columns.end(), name) == columns.end()) {
        columns.push_back(name);
        table.columns.push_back({name, true});
      }
  for (const char* const place : {"best_on_premises", "best_in_cloud"}) {
    const auto terms = entries(record, {place, "idle_at"});
    if (terms.empty()) continue;
    const std::string taken = word(record, {place, "terms"});
    std::vector<Value> row = {place == std::string("best_in_cloud") ? "in the cloud" : "on premises"};
    row.resize(table.columns.size());
    for (const Json* one : terms) {
      const std::string name = word(*one, {"terms"});
      Value& sum = row[1 + (std::find(columns.begin(), columns.end(), name) - columns.begin())];
      sum = money_at(*one, {"idle_usd_per_month"});
      if (name == taken) sum.tone = Tone::kStrong;
    }
    table.rows.push_back(std::move(row));
  }
  if (table.rows.empty()) return;
  doc.section("Idle accelerators of the best design, a month, by how they are paid for");
  doc.append(std::move(table));
  if (const Value out = money_at(record, {"moving", "out_of_cloud_usd"}); out.known()) {
    doc.append(Gap{});
    doc.append(
        Text{fmt::format("Apart from the accelerators: taking the data out of the cloud costs {} once, "
                         "reading there from on premises {} a month.",
                         out.text, money_at(record, {"moving", "across_usd_per_month"}).text),
             Tone::kFaint, 1});
  }
}

void add_designs(Document& doc, const Json& record) {
  const std::size_t beyond = far_beyond_asked(record);
  const auto designs = ranked_designs(record);
  if (designs.empty()) return;
  const auto rented = [](const Json* d) { return at(*d, {"service"}) != nullptr; };
  std::vector<const Json*> here, there;
  for (const Json* d : designs) (rented(d) == rented(designs.front()) ? here : there).push_back(d);
  for (const auto& part : {here, there})
    if (!part.empty()) add_designs_of_place(doc, part, rented(part.front()));
  const auto say = [&](std::string text) { doc.append(Text{std::move(text), Tone::kFaint, 1}); };
  doc.append(Gap{});
  say("AU: share of the time that accelerators compute; formulas: closed forms, not simulated.");
  const auto estimated =
      std::count_if(designs.begin(), designs.end(), [](const Json* d) { return flag(*d, {"estimated"}); });
  if (const std::string cheapest = word(record, {"accelerators_cheapest"}); !cheapest.empty())
    say(fmt::format("accelerators: what they cost a month more there than {}; ranked with it.", cheapest));
  if (estimated > 0)
    say(fmt::format(
        "Some figures of the parts of {} are estimates ('aforo catalogue').",
        static_cast<std::size_t>(estimated) == designs.size() ? "all" : fmt::format("{}", estimated)));
  if (beyond > 0)
    say(fmt::format(
        "Left out: {} that serve, but are far beyond what was asked: they hold over four times that.",
        beyond));
  add_idle_terms(doc, record);
}

void add_bill(Document& doc, const Json& record) {
  const auto designs = entries(record, {"designs"});
  if (designs.empty() || at(*designs.front(), {"bill"}) == nullptr) return;
  doc.section("The first one's bill, a month");
  for (const Json* line : entries(*designs.front(), {"bill"})) {
    doc.row(word(*line, {"what"}), money_at(*line, {"usd_per_month"}),
            followed_by(money_at(*line, {"purchase_usd"}), " once"));
    if (const std::string item = word(*line, {"price_item"}); !item.empty())
      doc.append(
          Text{fmt::format("{:.6g} x {:.6g} {} ({}, {}, {}): {}", number(*line, {"quantity"}).value_or(0),
                           number(*line, {"price"}).value_or(0), word(*line, {"price_unit"}), item,
                           word(*line, {"price_kind"}), word(*line, {"price_date"}),
                           word(*line, {"price_source"})),
               Tone::kFaint, 3});
  }
}

void add_rejected(Document& doc, const Json& record) {
  if (at(record, {"designs"}) == nullptr) return;
  std::set<std::string> serving, seen;
  std::size_t oversized = 0;
  for (const Json* d : entries(record, {"designs"})) serving.insert(word(*d, {"family"}));
  List misses{ListStyle::kTerms, {}};
  const auto rejected = entries(record, {"rejected"});
  // Where little is asked for, all are far larger.
  const bool all_oversized =
      std::all_of(rejected.begin(), rejected.end(), [](const Json* r) { return flag(*r, {"oversized"}); });
  for (const Json* r : rejected) {
    const std::string family = word(*r, {"family"});
    if (flag(*r, {"oversized"}) && !all_oversized && at(*r, {"cure"}) == nullptr) {
      ++oversized;
      continue;
    }
    if (serving.contains(family) || !seen.insert(family).second || misses.items.size() >= kMostRejected)
      continue;
    misses.items.push_back({family, limit_words(word(*r, {"reason"})), word(*r, {"name"})});
  }
  doc.section(serving.empty() ? "The nearest misses" : "Kinds that do not serve, by their nearest miss");
  doc.append(std::move(misses));
  if (oversized > 0)
    doc.append(Text{
        fmt::format("Left out: {} misses that are far beyond what was asked: they hold over four times that.",
                    oversized),
        Tone::kFaint, 1});
}

void add_turns(Document& doc, const Json& record) {
  if (at(record, {"sensitivity"}) == nullptr) return;
  doc.section("What would turn it");
  const auto flips = turning_prices(record);
  for (const Json* flip : flips) doc.append(Text{word(*flip, {"text"}), Tone::kPlain, 1});
  if (flips.empty() && !word(record, {"sensitivity", "second_best"}).empty())
    doc.append(Text{"no single price within a factor of 3", Tone::kPlain, 1});
  add_break_points(doc, record);
  doc.row("a point of AU is", followed_by(money_at(record, {"idle_point_usd_per_month"}), " a month"));
}

// "on-demand in month 11, committed-1y in month 17, committed-3y not within the horizon".
std::string even_by_terms(const Json& record) {
  std::string out;
  for (const Json* at : entries(record, {"horizon", "break_even_by_terms"})) {
    const auto month = number(*at, {"break_even_month"});
    out += (out.empty() ? "" : ", ") + word(*at, {"terms"}) +
           (month ? fmt::format(" in month {:.0f}", std::ceil(*month)) : " not within the horizon");
  }
  return out;
}

void add_horizon(Document& doc, const Json& record) {
  const auto accounts = entries(record, {"horizon", "accounts"});
  doc.section("Own or rent, accelerators included");
  if (const std::string why = word(record, {"horizon_absent"}); !why.empty())
    doc.append(Text{"not compared: " + why, Tone::kFaint, 1});
  if (accounts.empty()) return;
  const auto months = numbers(*accounts.front(), {"cumulative_usd"}).size();
  doc.append(table_of_accounts(accounts, months));
  const std::size_t named = std::min<std::size_t>(2, accounts.size());  // the third is one, then the other
  for (std::size_t i = 0; i < named; ++i)
    if (const std::string design = word(*accounts[i], {"design"}); !design.empty())
      doc.append(Text{word(*accounts[i], {"name"}) + ": " + design, Tone::kFaint, 1});
  const auto even = number(record, {"horizon", "break_even_month"});
  doc.row("owning breaks even",
          even ? Value(*even, Unit::kCount, fmt::format("in month {:.0f}", std::ceil(*even)))
               : Value("not within the horizon"));
  if (const std::string terms = even_by_terms(record); !terms.empty())
    doc.row("by terms of rent", Value(terms));
  if (const Json* found = at(record, {"horizon"}); found != nullptr)
    doc.row("or renting pays below", busy_at(*found, "break_even_duty"), "of the hours used");
  for (const std::string& line : words(record, {"horizon", "assumptions"}))
    doc.append(Text{line, Tone::kFaint, 1});
}

}  // namespace aforo
