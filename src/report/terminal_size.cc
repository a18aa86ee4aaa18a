// The page of `aforo size`: what to buy and why, what was rejected, what would turn it, what the jobs need.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "report/figure_text.h"
#include "report/size_parts.h"
#include "report/terminal.h"

namespace aforo {
namespace {

constexpr std::size_t kMostRows = 12, kSpelledOut = 4, kMostRejected = 10;

std::string with(const std::string& text, const std::string& suffix) {
  return text.empty() ? "" : text + suffix;
}

// The cheapest few, and the best of every family that is not among them.
std::vector<std::size_t> shown_designs(const std::vector<const Json*>& designs) {
  std::vector<std::size_t> out;
  std::set<std::string> families;
  std::map<std::string, int> times;
  for (std::size_t i = 0; i < designs.size() && out.size() < kMostRows; ++i)
    if (times[word(*designs[i], {"family"})]++ < 2) out.push_back(i);
  return out;
}

std::string confidence(const Json& design) {
  const std::string method = word(design, {"method"}) == "simulate" ? "simulated" : "closed";
  return flag(design, {"estimated"}) ? method + "*" : method;
}

// The station's name where one is named.
std::string short_limit(const std::string& limit) {
  const auto begin = limit.find('\''), end = limit.find('\'', begin + 1);
  if (begin != std::string::npos && end != std::string::npos) return limit.substr(begin + 1, end - begin - 1);
  return limit == "not limited" ? "-" : limit;
}

// In the table, where room is dear.
std::string short_family(const std::string& family) {
  return family == "cloud object store + local NVMe" ? "cloud object + NVMe" : family;
}

// "; 287 TB usable, 2.6 kW, 10 RU, rebuild 40 min"
std::string particulars(const Json& design) {
  const auto units = number(design, {"rack_units"}), rebuild = number(design, {"rebuild_seconds"});
  const auto watts = number(design, {"watts"});
  std::string out = "; " + terabytes(design, {"usable_bytes"}) + " usable";
  if (watts) out += fmt::format(", {:.1f} kW", *watts / 1000);
  if (units) out += fmt::format(", {:g} RU", *units);
  if (rebuild) out += ", rebuild " + format_seconds({*rebuild});
  return out;
}

void write_designs(Page& page, const Json& record) {
  const auto designs = entries(record, {"designs"});
  if (designs.empty()) return;
  page.section("Designs that serve, by total cost a month");
  std::vector<std::vector<std::string>> rows;
  const auto shown = shown_designs(designs);
  for (const std::size_t i : shown) {
    const Json& d = *designs[i];
    const auto watts = number(d, {"watts"});
    rows.push_back(
        {fmt::format("{}", i + 1), short_family(word(d, {"family"})), money(d, {"total_usd_per_month"}),
         percent_at(d, {"au"}), money(d, {"storage_usd_per_month"}), money(d, {"idle_usd_per_month"}),
         terabytes(d, {"usable_bytes"}), watts ? fmt::format("{:.1f}", *watts / 1000) : "", confidence(d),
         shorten(printable(short_limit(word(d, {"limit"}))), 18, page.look().unicode)});
  }
  page.table({{"", true, Tone::kDim},
              {"family", false, Tone::kBold, 5},
              {"total", true, Tone::kBold, 5},
              {"AU", true, Tone::kPlain, 5},
              {"storage", true, Tone::kPlain, 2},
              {"idle", true, Tone::kPlain, 2},
              {"usable", true, Tone::kPlain, 1},
              {"kW", true},
              {"how sure", false, Tone::kPlain, 3},
              {"limited by", false, Tone::kPlain, 4}},
             rows);
  page.blank();
  const auto estimated = [&](std::size_t i) { return flag(*designs[i], {"estimated"}); };
  if (std::any_of(shown.begin(), shown.end(), estimated))
    page.paragraph("  ", "* some figures of its parts are estimates ('aforo catalogue')", Tone::kDim);
  for (std::size_t i = 0; i < std::min(shown.size(), kSpelledOut); ++i) {
    const Json& d = *designs[shown[i]];
    page.paragraph(fmt::format("  {:>2}  ", shown[i] + 1), printable(word(d, {"name"})) + particulars(d),
                   Tone::kDim);
  }
}

void write_bill(Page& page, const Json& record) {
  const auto designs = entries(record, {"designs"});
  if (designs.empty() || at(*designs.front(), {"bill"}) == nullptr) return;
  page.section("The first one's bill, a month");
  for (const Json* line : entries(*designs.front(), {"bill"})) {
    page.row(printable(word(*line, {"what"})), money(*line, {"usd_per_month"}),
             with(money(*line, {"purchase_usd"}), " once"));
    if (const std::string item = word(*line, {"price_item"}); !item.empty())
      page.paragraph(
          "      ",
          fmt::format("{:.6g} x {:.6g} {} ({}, {}, {}): {}", number(*line, {"quantity"}).value_or(0),
                      number(*line, {"price"}).value_or(0), word(*line, {"price_unit"}), item,
                      word(*line, {"price_kind"}), word(*line, {"price_date"}),
                      printable(word(*line, {"price_source"}))),
          Tone::kDim);
  }
}

// Of each family the nearest miss.
void write_rejected(Page& page, const Json& record) {
  std::set<std::string> serving, seen;
  for (const Json* d : entries(record, {"designs"})) serving.insert(word(*d, {"family"}));
  page.section(serving.empty() ? "The nearest misses" : "Kinds that do not serve, by their nearest miss");
  std::size_t rows = 0;
  for (const Json* r : entries(record, {"rejected"})) {
    const std::string family = word(*r, {"family"});
    if (serving.contains(family) || !seen.insert(family).second || rows++ >= kMostRejected) continue;
    page.paragraph("  " + pad_right(family, 31) + "  ", printable(word(*r, {"reason"})));
    page.paragraph(std::string(35, ' '), printable(word(*r, {"name"})), Tone::kDim);
  }
}

void write_turns(Page& page, const Json& record) {
  page.section("What would turn it");
  std::vector<const Json*> flips = entries(record, {"sensitivity", "second_best_wins"});
  const std::size_t second = std::min<std::size_t>(flips.size(), 3);
  flips.resize(second);
  for (const Json* flip : entries(record, {"sensitivity", "others_win"}))
    if (flips.size() < second + 3) flips.push_back(flip);
  for (const Json* flip : flips) page.paragraph("  ", printable(word(*flip, {"text"})));
  if (flips.empty() && !word(record, {"sensitivity", "second_best"}).empty())
    page.paragraph("  ", "no single price within a factor of 20");
  const auto now = number(record, {"break_points", "ssd_over_hdd_now"});
  for (const Json* t : entries(record, {"break_points", "by_ssd_over_hdd"}))
    page.paragraph(
        "  ",
        fmt::format(
            "SSD : HDD price per TB of {:.2g} : 1 (now {:.3g} : 1): below it {}, above it {} on premises",
            number(*t, {"ratio"}).value_or(0), now.value_or(0), word(*t, {"below"}), word(*t, {"above"})));
  for (const Json* t : entries(record, {"break_points", "by_capacity"}))
    page.paragraph("  ", fmt::format("{} of data: below it {}, above it {} on premises",
                                     terabytes(*t, {"bytes"}), word(*t, {"below"}), word(*t, {"above"})));
  const auto sizes = numbers(record, {"break_points", "capacities_looked_at"});
  if (now && entries(record, {"break_points", "by_ssd_over_hdd"}).empty())
    page.paragraph(
        "  ", fmt::format("no SSD : HDD price ratio from 1.5 to 60 (now {:.3g}) changes the kind on premises",
                          *now));
  if (sizes.size() == 2 && entries(record, {"break_points", "by_capacity"}).empty())
    page.paragraph("  ", fmt::format("no data size from {} to {} changes the kind on premises",
                                     bytes_text(sizes[0]), bytes_text(sizes[1])));
  page.row("a point of AU is", with(money(record, {"idle_point_usd_per_month"}), " a month"));
}

void write_horizon(Page& page, const Json& record) {
  const auto accounts = entries(record, {"horizon", "accounts"});
  page.section("Own or rent, accelerators included");
  if (const std::string why = word(record, {"horizon_absent"}); !why.empty())
    page.paragraph("  ", "not compared: " + printable(why), Tone::kDim);
  if (accounts.empty()) return;
  const auto months = numbers(*accounts.front(), {"cumulative_usd"}).size();
  std::vector<std::size_t> marks;
  for (const std::size_t m : {6, 12, 24, 36, 48, 60})
    if (m < months) marks.push_back(m);
  marks.push_back(months);
  std::vector<Column> columns = {
      {"", false, Tone::kBold}, {"upfront", true, Tone::kPlain, 1}, {"a month", true, Tone::kPlain, 1}};
  for (const std::size_t m : marks)  // the last month asked for stays, whatever has to go
    columns.push_back({fmt::format("after {} mo", m), true, Tone::kPlain, m == months ? 1 : 0});
  std::vector<std::vector<std::string>> rows;
  for (const Json* a : accounts) {
    std::vector<std::string> row = {word(*a, {"name"}), money(*a, {"upfront_usd"}),
                                    money(*a, {"usd_per_month"})};
    const auto all = numbers(*a, {"cumulative_usd"});
    for (const std::size_t m : marks)
      row.push_back(m <= all.size() && m > 0 ? fmt::format("${:.3g} M", all[m - 1] / 1e6) : "");
    rows.push_back(std::move(row));
  }
  page.table(columns, rows);
  const auto even = number(record, {"horizon", "break_even_month"}),
             duty = number(record, {"horizon", "break_even_duty"});
  page.row("owning breaks even",
           even ? fmt::format("in month {:.0f}", std::ceil(*even)) : "not within the horizon");
  if (duty) page.row("or renting pays below", format_percent(*duty), "of the hours used");
  for (const std::string& line : words(record, {"horizon", "assumptions"}))
    page.paragraph("  ", printable(line), Tone::kDim);
}

const Json* explanation_of(const Json& record, const std::string& key) {
  for (const Json* one : entries(record, {"explain"}))
    if (word(*one, {"key"}) == key) return one;
  return nullptr;
}

struct FigureRow {
  const Json* why;  // null where the Record does not say
  std::string label, text;
};

void write_figures(Page& page, std::string_view heading, const std::vector<FigureRow>& rows,
                   std::size_t width) {
  page.section(heading);
  for (const FigureRow& row : rows) {
    page.paragraph(pad_right(row.label, width) + "  ", pad_left(row.text, 14), Tone::kBold);
    if (row.why == nullptr) continue;
    for (const auto& [lead, part] : {std::pair{"  = ", "formula"}, {"  = ", "inputs"}, {"  from ", "source"}})
      if (const std::string said = word(*row.why, {part}); !said.empty())
        page.paragraph(lead, said, Tone::kDim);
  }
}

void write_requirement(Page& page, const Json& record) {
  const Json* requirement = at(record, {"requirement"});
  if (requirement == nullptr || !requirement->is_object()) return;
  std::vector<FigureRow> rows;
  std::size_t width = 0;
  for (const auto& [key, value] : requirement->items()) {
    if (!value.is_number()) continue;
    const Json* why = explanation_of(record, key);
    const std::string label = why == nullptr ? "" : word(*why, {"label"});
    const std::string text = why == nullptr ? "" : word(*why, {"text"});
    rows.push_back({why, label.empty() ? figure_label(key) : printable(label),
                    text.empty() ? figure_text(key, value.get<double>()) : printable(text)});
    width = std::max(width, display_width(rows.back().label));
  }
  write_figures(page, "Requirement", rows, width);
}

// The first design's figures, as those of the requirement.
void write_design_explained(Page& page, const Json& record) {
  std::vector<FigureRow> rows;
  std::size_t width = 0;
  for (const Json* one : entries(record, {"design_explain"})) {
    rows.push_back({one, printable(word(*one, {"label"})), printable(word(*one, {"text"}))});
    width = std::max(width, display_width(rows.back().label));
  }
  write_figures(page, "The first one's figures", rows, width);
}

void write_jobs(Page& page, const Json& record) {
  std::vector<std::vector<std::string>> rows;
  for (const Json* job : entries(record, {"jobs"}))
    rows.push_back({printable(word(*job, {"workload"})), count_at(*job, {"accelerators"}),
                    word(*job, {"accelerator_type"}), percent_at(*job, {"duty"}),
                    rate_at(*job, {"requirement", "read_bytes_per_second"}),
                    count_at(*job, {"requirement", "opens_per_second"}),
                    bytes_at(*job, {"requirement", "dataset_bytes"})});
  if (rows.empty()) return;
  page.section("Jobs");
  page.table({{"job", false, Tone::kBold},
              {"accelerators", true},
              {"type"},
              {"duty", true},
              {"reads", true},
              {"opens/s", true},
              {"dataset", true}},
             rows);
}

void write_prices(Page& page, const Json& record) {
  const std::string dates = word(record, {"prices", "dates"});
  if (dates.empty()) return;
  const auto estimated = words(record, {"prices", "estimated"});
  page.section("Prices");
  page.paragraph(
      "  ", dates + (estimated.empty() ? std::string() : "; estimates: ") + [&] {
        std::string out;
        for (const std::string& item : estimated) out += (out.empty() ? "" : ", ") + item;
        return out;
      }());
  page.paragraph(
      "  ",
      "'aforo catalogue prices' has all with source and date; --prices, --price and --price-change set them.",
      Tone::kDim);
}

}  // namespace

std::string render_size(const Json& record, const Look& look) {
  Page page(look);
  const auto target = au_target(record);
  write_title(
      page, "size", record,
      target ? "what storage must give to keep them busy " + format_percent(*target) + " of the time" : "");
  const auto answer = words(record, {"recommendation"});
  if (!answer.empty()) page.section("Recommendation");
  for (const std::string& sentence : answer) page.paragraph("  ", printable(sentence), Tone::kBold);
  write_portfolio(page, record);
  write_designs(page, record);
  write_design_explained(page, record);
  write_bill(page, record);
  if (at(record, {"designs"}) != nullptr) write_rejected(page, record);
  if (at(record, {"sensitivity"}) != nullptr) write_turns(page, record);
  write_size_advice(page, record);
  write_horizon(page, record);
  write_formats(page, record);
  write_size_sweep(page, record);
  write_jobs(page, record);
  write_requirement(page, record);
  write_requirement_curve(page, record);
  write_prices(page, record);
  write_warnings(page, record);
  return page.text();
}

}  // namespace aforo
