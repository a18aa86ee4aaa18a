#include "catalogue/prices.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "base/error.h"
#include "base/text.h"
#include "base/units.h"
#include "catalogue/shipped.h"
#include "catalogue/table.h"

namespace aforo {
namespace {

constexpr std::array<std::pair<PriceUnit, std::string_view>, 13> kUnits{{
    {PriceUnit::kPerTb, "USD/TB"},
    {PriceUnit::kEach, "USD"},
    {PriceUnit::kPerGbMonth, "USD/GB-month"},
    {PriceUnit::kPerMbpsMonth, "USD/MBps-month"},
    {PriceUnit::kPerIopsMonth, "USD/IOPS-month"},
    {PriceUnit::kPer1kRequests, "USD/1k-requests"},
    {PriceUnit::kPerGb, "USD/GB"},
    {PriceUnit::kPerHour, "USD/hour"},
    {PriceUnit::kPerKwh, "USD/kWh"},
    {PriceUnit::kPerRuMonth, "USD/RU-month"},
    {PriceUnit::kFactor, "x"},
    {PriceUnit::kPerYear, "/year"},
    {PriceUnit::kYears, "years"},
}};

constexpr double kMost = 1e9;  // chosen: no single price is more; a total of many still has its cents

constexpr CsvColumn kShippedColumns[] = {words_in("item"),
                                         words_in("group"),
                                         number_in("value", 0, kMost, ""),
                                         words_in("unit"),
                                         number_in("low", 0, kMost, ""),
                                         number_in("high", 0, kMost, ""),
                                         words_in("text"),
                                         kKindColumn,
                                         kSourceColumn,
                                         kDateColumn,
                                         words_in("checked"),
                                         words_in("age", false)};
// A user may start from a copy of the shipped file: what it has besides is allowed, and not read.
constexpr CsvColumn kGivenColumns[] = {words_in("item"),
                                       number_in("value", 0, kMost, ""),
                                       words_in("unit"),
                                       number_in("low", 0, kMost, "", false),
                                       number_in("high", 0, kMost, "", false),
                                       words_in("source", false),
                                       words_in("date", false),
                                       words_in("group", false),
                                       words_in("text", false),
                                       words_in("kind", false),
                                       words_in("checked", false),
                                       words_in("age", false)};

PriceUnit unit_of(const TableRow& row) {
  std::vector<std::string> known;
  for (const auto& [unit, word] : kUnits) {
    if (row.text("unit") == word) return unit;
    known.emplace_back(word);
  }
  row.refuse("the unit to be one of " + join(known, ", "),
             "'" + row.text("unit") + "'" + did_you_mean(row.text("unit"), known));
}

void check_order(const TableRow& row, const Price& price) {
  if (price.low <= price.value && price.value <= price.high) return;
  row.refuse(fmt::format("low <= value <= high for {}", price.item),
             fmt::format("low {}, value {}, high {}", price.low, price.value, price.high));
}

Price shipped_price(const TableRow& row) {
  Price price;
  price.item = row.text("item");
  price.group = row.text("group");
  price.value = row.number("value");
  price.unit = unit_of(row);
  price.low = row.number("low");
  price.high = row.number("high");
  price.text = row.text("text");
  price.fact = row.fact();
  price.checked = row.text("checked");
  if (row.has("age")) price.old = row.choice<bool>("age", {{"old", true}});
  check_order(row, price);
  return price;
}

std::vector<std::string> items_of(std::span<const Price> prices) {
  std::vector<std::string> items;
  for (const Price& price : prices) items.push_back(price.item);
  return items;
}

// "; did you mean 'x'?"; of a word that is near none the one that begins most like it.
std::string meant(std::string_view word, const std::vector<std::string>& known) {
  if (std::string near = did_you_mean(word, known); !near.empty()) return near;
  const auto alike = [&](const std::string& one) {
    return std::mismatch(word.begin(), word.end(), one.begin(), one.end()).first - word.begin();
  };
  const auto most =
      std::max_element(known.begin(), known.end(),
                       [&](const std::string& a, const std::string& b) { return alike(a) < alike(b); });
  return fmt::format("; the nearest is '{}'", *most);
}

// Of an item that there is none of. A group is none.
std::string meant_item(std::string_view word, const PriceBook& book) {
  const auto groups = book.groups();
  if (std::find(groups.begin(), groups.end(), word) != groups.end())
    return fmt::format("; that is a group of them, which --price-change changes as in '{}=+50%'", word);
  return meant(word, items_of(book.all()));
}

// What a group's change does not touch: a ratio, a rate and a life are no amounts of money.
bool is_money(PriceUnit unit) { return to_string(unit).starts_with("USD"); }

void give(Price& price, double value, double low, double high, std::string source, std::string date) {
  price.value = value;
  price.low = low;
  price.high = high;
  price.fact = {FactKind::kGiven, std::move(source), std::move(date)};
  price.checked.clear();
  price.old = false;
}

// The two sides of "item=value"; throws with an example of what was expected.
std::pair<std::string_view, std::string_view> sides(std::string_view assignment, std::string_view example) {
  const std::size_t sign = assignment.find('=');
  const std::string_view left = trim(assignment.substr(0, sign));
  if (sign == std::string_view::npos || left.empty())
    throw UserError(fmt::format("expected a price such as '{}', found '{}'", example, assignment));
  return {left, trim(assignment.substr(sign + 1))};
}

constexpr std::string_view kChangeExamples = "ssd=+50%', 'hdd=-10%' or 'tlc=x2";

// "+50%" is 1.5, "-10%" 0.9, "x2" 2.
double factor_of(std::string_view text, std::string_view assignment) {
  double factor = -1;
  if (text.size() > 1 && (text[0] == 'x' || text[0] == 'X') && text[1] != '+' && text[1] != '-') {
    factor = parse_number(text.substr(1)).value_or(-1);
  } else if (text.size() > 2 && (text[0] == '+' || text[0] == '-') && text.back() == '%') {
    const std::string_view digits = text.substr(1, text.size() - 2);
    const bool signed_twice = digits[0] == '+' || digits[0] == '-';
    const auto percent = parse_number(digits);
    if (percent && !signed_twice) factor = 1 + (text[0] == '-' ? -1 : 1) * *percent / 100;
  }
  if (factor > 0 && factor <= 1000) return factor;
  throw UserError(fmt::format("expected a change such as '{}', above -100% and at most x1000, found '{}'",
                              kChangeExamples, assignment));
}

}  // namespace

std::string_view to_string(PriceUnit unit) {
  for (const auto& [known, word] : kUnits)
    if (known == unit) return word;
  return "";
}

const PriceBook& PriceBook::shipped() {
  static const PriceBook book = [] {
    PriceBook b;
    const CsvTable table(shipped_csv("prices.csv"), "prices.csv", kShippedColumns);
    for (const TableRow& row : table.rows()) {
      if (!b.index_.emplace(row.text("item"), b.prices_.size()).second)
        row.refuse("each item once", row.text("item") + " again");
      b.prices_.push_back(shipped_price(row));
    }
    return b;
  }();
  return book;
}

const Price* PriceBook::find(std::string_view item) const {
  const auto found = index_.find(item);
  return found == index_.end() ? nullptr : &prices_[found->second];
}

const Price& PriceBook::at(std::string_view item) const {
  if (const Price* price = find(item)) return *price;
  throw std::logic_error(fmt::format("the price list has no item '{}'", item));
}

std::span<const Price> PriceBook::all() const { return prices_; }

void PriceBook::apply_file(std::string_view csv, const std::string& file) {
  const CsvTable table(csv, file, kGivenColumns);
  PriceBook changed = *this;  // all or nothing
  std::map<std::string, std::size_t, std::less<>> lines;
  for (const TableRow& row : table.rows()) {
    const std::string& item = row.text("item");
    const auto known = index_.find(item);
    if (known == index_.end())
      row.refuse("an item of 'aforo catalogue prices'", "'" + item + "'" + meant_item(item, *this));
    if (const auto [first, fresh] = lines.emplace(item, row.line()); !fresh)
      row.refuse("each item once", fmt::format("'{}' again, first on line {}", item, first->second));
    Price& price = changed.prices_[known->second];
    if (const PriceUnit unit = unit_of(row); unit != price.unit)
      row.refuse(fmt::format("{} for {}", to_string(price.unit), item), to_string(unit));
    const double value = row.number("value");
    give(price, value, row.has("low") ? row.number("low") : value,
         row.has("high") ? row.number("high") : value, row.has("source") ? row.text("source") : file,
         row.text("date"));
    check_order(row, price);
  }
  *this = std::move(changed);
}

void PriceBook::set(std::string_view assignment) {
  constexpr std::string_view kExample = "tlc=120 USD/TB";
  const auto [item, right] = sides(assignment, kExample);
  const auto known = index_.find(item);
  if (known == index_.end())
    throw UserError(fmt::format("expected an item of 'aforo catalogue prices', found '{}'{}", item,
                                meant_item(item, *this)));
  Price& price = prices_[known->second];
  const std::size_t end = right.find_first_not_of("0123456789.+-_eE");
  const auto value = parse_number(right.substr(0, end));
  if (!value || *value < 0 || *value > kMost)
    throw UserError(fmt::format("expected a number from 0 to {} and {}, as in '{}', found '{}'", kMost,
                                to_string(price.unit), kExample, assignment));
  if (item == "pue" && *value < 1)
    throw UserError(
        fmt::format("expected 1 or more for pue (all power over that of the machines), found '{}'; "
                    "1.3 is usual",
                    assignment));
  if (price.unit == PriceUnit::kPerYear && *value > 1)
    throw UserError(fmt::format("expected a share from 0 to 1 a year for {}, found '{}'; 6 % is 0.06 /year",
                                item, assignment));
  const std::string_view unit = end == std::string_view::npos ? "" : trim(right.substr(end));
  if (unit != to_string(price.unit))
    throw UserError(fmt::format("expected {} for {}, found {} in '{}'", to_string(price.unit), item,
                                unit.empty() ? "no unit" : unit, assignment));
  give(price, *value, *value, *value, fmt::format("--price {}", assignment), "");
}

void PriceBook::change(std::string_view assignment) {
  const auto [name, right] = sides(assignment, kChangeExamples);
  const double factor = factor_of(right, assignment);
  const PriceBook before = *this;
  *this = scaled(name, factor);
  for (std::size_t i = 0; i < prices_.size(); ++i) {
    if (prices_[i].value == before.prices_[i].value) continue;
    Fact& fact = prices_[i].fact;
    fact.kind = FactKind::kGiven;
    fact.source += fmt::format("; --price-change {}", assignment);
  }
}

std::vector<std::string> PriceBook::groups() const {
  std::vector<std::string> groups;
  for (const Price& price : prices_)
    if (std::find(groups.begin(), groups.end(), price.group) == groups.end()) groups.push_back(price.group);
  return groups;
}

PriceBook PriceBook::scaled(std::string_view group_or_item, double factor) const {
  const auto names = groups();
  const bool group = std::find(names.begin(), names.end(), group_or_item) != names.end();
  if (!group && find(group_or_item) == nullptr) {
    std::vector<std::string> known = names;
    for (const Price& price : prices_) known.push_back(price.item);
    throw UserError(
        fmt::format("expected a group of prices ({}) or an item of 'aforo catalogue prices', found '{}'{}",
                    join(names, ", "), group_or_item, meant(group_or_item, known)));
  }
  PriceBook book = *this;
  for (Price& price : book.prices_) {
    if (group ? price.group != group_or_item || !is_money(price.unit) : price.item != group_or_item) continue;
    price.value *= factor;
    price.low *= factor;
    price.high *= factor;
  }
  return book;
}

std::string PriceBook::dates() const {
  std::string first, last;
  std::size_t given = 0;
  for (const Price& price : prices_) {
    if (price.fact.kind == FactKind::kGiven) ++given;
    const std::string& date = price.fact.date;
    if (date.empty()) continue;
    if (first.empty() || date < first) first = date;
    if (date > last) last = date;
  }
  std::string text =
      first == last ? fmt::format("prices of {}", first) : fmt::format("prices of {} to {}", first, last);
  if (given > 0) text += fmt::format(", {} of them given", given);
  return text;
}

}  // namespace aforo
