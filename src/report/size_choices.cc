#include "report/size_choices.h"

#include <fmt/format.h>

#include <set>

#include "report/size_words.h"
#include "report/view.h"

namespace aforo {
namespace {

constexpr std::size_t kMostHedged = 10;  // designs of a portfolio; chosen: a screen, with its scenarios

// Why a row is empty, below its table.
List reasons(const Json& record, std::string_view list, std::string_view key) {
  List out{ListStyle::kReasons, {}, Tone::kWarn};
  for (const Json* one : entries(record, {list}))
    if (const std::string reason = word(*one, {"reason"}); !reason.empty())
      out.items.push_back({word(*one, {key}), limit_words(reason), {}});
  return out;
}

}  // namespace

void add_formats(Document& doc, const Json& record) {
  Table table{{{"format", false, Tone::kStrong},
               {"opens/s", true},
               {"IOPS", true},
               {"reads", true},
               {"AU", true},
               {"total/month", true},
               {"cheapest kind"}}};
  for (const Json* f : entries(record, {"formats"}))
    table.rows.push_back({word(*f, {"format"}), per_second_at(*f, {"opens_per_second"}),
                          per_second_at(*f, {"iops"}), rate_at(*f, {"read_bytes_per_second"}),
                          percent_at(*f, {"au"}), money_at(*f, {"total_usd_per_month"}),
                          word(*f, {"family"})});
  if (table.rows.empty()) return;
  doc.section("The same data in other formats, each on its cheapest design");
  doc.append(std::move(table));
  doc.append(reasons(record, "formats", "format"));
  const auto advice = words(record, {"format_advice"});
  for (const std::string& line : advice) doc.append(Text{line, Tone::kPlain, 1});
  if (advice.empty()) doc.append(Text{"no format saves 2 %", Tone::kPlain, 1});
}

void add_size_advice(Document& doc, const Json& record) {
  if (at(record, {"advice"}) == nullptr) return;
  doc.section("What would make it cheaper");
  const auto advice = entries(record, {"advice"});
  for (const Json* a : advice) doc.append(Text{word(*a, {"text"}), Tone::kPlain, 1});
  if (advice.empty())
    doc.append(Text{"neither twice the workers, nor twice the prefetch, nor packing small files saves 2 %",
                    Tone::kPlain, 1});
}

void add_requirement_curve(Document& doc, const Json& record) {
  Table table{{{"AU", true, Tone::kStrong},
               {"reads", true},
               {"requests/s", true},
               {"opens/s", true},
               {"time per sample", true}}};
  for (const Json* p : entries(record, {"requirement_curve"}))
    table.rows.push_back({percent_at(*p, {"target"}), rate_at(*p, {"read_bytes_per_second"}),
                          per_second_at(*p, {"iops"}), per_second_at(*p, {"opens_per_second"}),
                          seconds_at(*p, {"sample_latency_seconds"})});
  if (table.rows.empty()) return;
  doc.section("Requirement over targets");
  doc.append(std::move(table));
}

void add_size_sweep(Document& doc, const Json& record) {
  const std::string key = word(record, {"sweep_key"});
  Table table{{{key, true, Tone::kStrong},
               {"reads", true},
               {"total/month", true},
               {"storage", true},
               {"AU", true},
               {"cheapest kind"},
               {"design"}}};
  for (const Json* s : entries(record, {"sweep"}))
    table.rows.push_back({word(*s, {"value"}), rate_at(*s, {"read_bytes_per_second"}),
                          money_at(*s, {"total_usd_per_month"}), money_at(*s, {"storage_usd_per_month"}),
                          percent_at(*s, {"au"}), word(*s, {"family"}), word(*s, {"name"})});
  if (table.rows.empty()) return;
  doc.section("Sized over " + key);
  doc.append(std::move(table));
  doc.append(reasons(record, "sweep", "value"));
}

void add_growth_steps(Document& doc, const Json& record) {
  Table table{{{"until year", true, Tone::kStrong},
               {"holds", true},
               {"total/month", true},
               {"storage", true},
               {"AU", true},
               {"design"}}};
  for (const Json* s : entries(record, {"growth_steps", "steps"}))
    table.rows.push_back({value_at(*s, {"until_year"}, Unit::kCount), terabytes_at(*s, {"capacity_bytes"}),
                          money_at(*s, {"total_usd_per_month"}), money_at(*s, {"storage_usd_per_month"}),
                          busy_at(*s, "au"), word(*s, {"name"})});
  if (table.rows.empty()) return;
  doc.section("Grown in yearly steps");
  doc.append(std::move(table));
  if (const Value steps = money_at(record, {"growth_steps", "in_steps_usd"}); steps.known()) {
    doc.append(Gap{});
    doc.append(Text{fmt::format("in steps {}, all at once {}, at present value", steps.text,
                                money_at(record, {"growth_steps", "at_once_usd"}).text),
                    Tone::kPlain, 1});
  }
}

namespace {

void add_scenarios(Document& doc, const Json& record) {
  Table table{{{"scenario", false, Tone::kStrong},
               {"weight", true},
               {"reads", true},
               {"capacity", true},
               {"cheapest", true},
               {"kind"}}};
  for (const Json* s : entries(record, {"portfolio", "scenarios"}))
    table.rows.push_back({word(*s, {"name"}), percent_at(*s, {"weight"}),
                          rate_at(*s, {"read_bytes_per_second"}), terabytes_at(*s, {"capacity_bytes"}),
                          money_at(*s, {"best_usd_per_month"}), word(*s, {"best_family"})});
  doc.section("Scenarios, each with its own best design");
  doc.append(std::move(table));
}

// The best of each kind, and of each kind that satisfies another share.
void add_hedged(Document& doc, const Json& record) {
  Table table{{{"", true, Tone::kFaint},
               {"kind", false, Tone::kStrong},
               {"satisfies", true},
               {"expected", true},
               {"regret", true},
               {"worst", true},
               {"in"}}};
  List names{ListStyle::kRanks, {}, Tone::kFaint};
  std::set<std::string> seen;
  for (const Json* d : entries(record, {"portfolio", "designs"})) {
    const std::string family = word(*d, {"family"});
    const Value share = percent_at(*d, {"satisfied_share"});
    if (table.rows.size() >= kMostHedged || !seen.insert(family + share.text).second) continue;
    const auto rank = static_cast<double>(table.rows.size() + 1);
    names.items.push_back({value_of(rank, Unit::kCount), word(*d, {"name"}), {}});
    table.rows.push_back({value_of(rank, Unit::kCount), family, share,
                          money_at(*d, {"expected_usd_per_month"}),
                          money_at(*d, {"expected_regret_usd_per_month"}),
                          money_at(*d, {"worst_regret_usd_per_month"}), word(*d, {"worst_scenario"})});
  }
  doc.section("Bought before it is known which, by expected regret");
  doc.append(std::move(table));
  doc.append(Gap{});
  doc.append(std::move(names));
}

}  // namespace

void add_portfolio(Document& doc, const Json& record) {
  if (entries(record, {"portfolio", "scenarios"}).empty()) return;
  add_scenarios(doc, record);
  add_hedged(doc, record);
}

}  // namespace aforo
