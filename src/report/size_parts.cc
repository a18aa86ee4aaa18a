#include "report/size_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace aforo {
namespace {

constexpr std::size_t kMostHedged = 10;

// Why a row is empty, below its table.
void write_reasons(Page& page, const Json& record, std::string_view list, std::string_view key) {
  for (const Json* one : entries(record, {list}))
    if (const std::string reason = word(*one, {"reason"}); !reason.empty())
      page.paragraph("  " + printable(word(*one, {key})) + ": ", printable(reason), Tone::kWarn);
}

}  // namespace

std::vector<const Json*> entries(const Json& record, Path path) {
  std::vector<const Json*> out;
  const Json* list = at(record, path);
  if (list != nullptr && list->is_array())
    for (const Json& one : *list) out.push_back(&one);
  return out;
}

// Three significant digits: a price list knows no more.
std::string money(const Json& record, Path path) {
  const auto value = number(record, path);
  if (!value) return "";
  if (std::abs(*value) < 1000) return fmt::format("${:.0f}", *value);
  const double unit = std::pow(10.0, std::floor(std::log10(std::abs(*value))) - 2);
  return format_dollars({std::round(*value / unit) * unit});
}

std::string terabytes(const Json& record, Path path) {
  const auto value = number(record, path);
  if (!value) return "";
  return *value >= 1e15 ? fmt::format("{:.3g} PB", *value / 1e15) : fmt::format("{:.3g} TB", *value / 1e12);
}

void write_formats(Page& page, const Json& record) {
  std::vector<std::vector<std::string>> rows;
  for (const Json* f : entries(record, {"formats"}))
    rows.push_back({word(*f, {"format"}), count_at(*f, {"opens_per_second"}), count_at(*f, {"iops"}),
                    rate_at(*f, {"read_bytes_per_second"}), percent_at(*f, {"au"}),
                    money(*f, {"total_usd_per_month"}), word(*f, {"family"})});
  if (rows.empty()) return;
  page.section("The same data in other formats, each on its cheapest design");
  page.table({{"format", false, Tone::kBold},
              {"opens/s", true},
              {"IOPS", true},
              {"reads", true},
              {"AU", true},
              {"total/month", true},
              {"cheapest kind"}},
             rows);
  write_reasons(page, record, "formats", "format");
  const auto advice = words(record, {"format_advice"});
  for (const std::string& line : advice) page.paragraph("  ", printable(line));
  if (advice.empty()) page.paragraph("  ", "no format saves 2 %");
}

void write_size_advice(Page& page, const Json& record) {
  if (at(record, {"advice"}) == nullptr) return;
  page.section("What would make it cheaper");
  const auto advice = entries(record, {"advice"});
  for (const Json* a : advice) page.paragraph("  ", printable(word(*a, {"text"})));
  if (advice.empty())
    page.paragraph("  ",
                   "neither twice the workers, nor twice the prefetch, nor packing small files saves 2 %");
}

void write_requirement_curve(Page& page, const Json& record) {
  std::vector<std::vector<std::string>> rows;
  for (const Json* p : entries(record, {"requirement_curve"})) {
    const auto latency = number(*p, {"sample_latency_seconds"});
    rows.push_back({percent_at(*p, {"target"}), rate_at(*p, {"read_bytes_per_second"}),
                    count_at(*p, {"iops"}), count_at(*p, {"opens_per_second"}),
                    latency ? format_seconds({*latency}) : ""});
  }
  if (rows.empty()) return;
  page.section("Requirement over targets");
  page.table({{"AU", true, Tone::kBold},
              {"reads", true},
              {"requests/s", true},
              {"opens/s", true},
              {"time per sample", true}},
             rows);
}

void write_size_sweep(Page& page, const Json& record) {
  std::vector<std::vector<std::string>> rows;
  for (const Json* s : entries(record, {"sweep"}))
    rows.push_back({word(*s, {"value"}), rate_at(*s, {"read_bytes_per_second"}),
                    money(*s, {"total_usd_per_month"}), money(*s, {"storage_usd_per_month"}),
                    percent_at(*s, {"au"}), word(*s, {"family"}), printable(word(*s, {"name"}))});
  if (rows.empty()) return;
  const std::string key = printable(word(record, {"sweep_key"}));
  page.section("Sized over " + key);
  page.table({{key, true, Tone::kBold},
              {"reads", true},
              {"total/month", true},
              {"storage", true},
              {"AU", true},
              {"cheapest kind"},
              {"design"}},
             rows);
  write_reasons(page, record, "sweep", "value");
}

void write_portfolio(Page& page, const Json& record) {
  std::vector<std::vector<std::string>> rows;
  for (const Json* s : entries(record, {"portfolio", "scenarios"}))
    rows.push_back({printable(word(*s, {"name"})), percent_at(*s, {"weight"}),
                    rate_at(*s, {"read_bytes_per_second"}), terabytes(*s, {"capacity_bytes"}),
                    money(*s, {"best_usd_per_month"}), word(*s, {"best_family"})});
  if (rows.empty()) return;
  page.section("Scenarios, each with its own best design");
  page.table({{"scenario", false, Tone::kBold},
              {"weight", true},
              {"reads", true},
              {"capacity", true},
              {"cheapest", true},
              {"kind"}},
             rows);
  // The best of each kind, and of each kind that satisfies another share.
  rows.clear();
  std::vector<std::string> names;
  std::set<std::string> seen;
  for (const Json* d : entries(record, {"portfolio", "designs"})) {
    const std::string family = word(*d, {"family"}), share = percent_at(*d, {"satisfied_share"});
    if (rows.size() >= kMostHedged || !seen.insert(family + share).second) continue;
    names.push_back(printable(word(*d, {"name"})));
    rows.push_back({fmt::format("{}", names.size()), family, share, money(*d, {"expected_usd_per_month"}),
                    money(*d, {"expected_regret_usd_per_month"}), money(*d, {"worst_regret_usd_per_month"}),
                    printable(word(*d, {"worst_scenario"}))});
  }
  page.section("Bought before it is known which, by expected regret");
  page.table({{"", true, Tone::kDim},
              {"kind", false, Tone::kBold},
              {"satisfies", true},
              {"expected", true},
              {"regret", true},
              {"worst", true},
              {"in"}},
             rows);
  page.blank();
  for (std::size_t i = 0; i < names.size(); ++i)
    page.paragraph(fmt::format("  {:>2}  ", i + 1), names[i], Tone::kDim);
}

}  // namespace aforo
