#include "catalogue/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "base/error.h"
#include "base/text.h"
#include "base/units.h"

namespace aforo {
namespace {

constexpr std::size_t kAbsent = static_cast<std::size_t>(-1);

std::vector<std::string> names_of(std::span<const CsvColumn> columns) {
  std::vector<std::string> names;
  for (const CsvColumn& column : columns) names.emplace_back(column.name);
  return names;
}

std::size_t place_of(std::span<const CsvColumn> columns, std::string_view name) {
  const auto found =
      std::find_if(columns.begin(), columns.end(), [&](const CsvColumn& c) { return c.name == name; });
  return found == columns.end() ? kAbsent : static_cast<std::size_t>(found - columns.begin());
}

std::string in_quotes(std::string_view text) { return text.empty() ? "nothing" : quote(text); }

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

bool is_date(std::string_view text) {
  if (text.size() != 4 && text.size() != 7) return false;
  const std::string_view year = text.substr(0, 4);
  if (!all_digits(year) || year < "1990" || year > "2100") return false;
  if (text.size() == 4) return true;
  const std::string_view month = text.substr(5);
  return text[4] == '-' && all_digits(month) && month >= "01" && month <= "12";
}

const std::string& TableRow::text(std::string_view column) const {
  const std::size_t place = place_of(table_->columns(), column);
  if (place == kAbsent) throw std::logic_error(fmt::format("{} has no column '{}'", table_->file(), column));
  return cells_[place];
}

double TableRow::number(std::string_view column) const {
  const std::string& cell = text(column);
  return cell.empty() ? 0 : parse_number(cell).value();
}

Fact TableRow::fact() const {
  Fact fact;
  fact.kind = choice<FactKind>("kind", {{"measured", FactKind::kMeasured},
                                        {"published", FactKind::kPublished},
                                        {"estimated", FactKind::kEstimated}});
  fact.source = text("source");
  fact.date = text("date");
  return fact;
}

void TableRow::refuse(std::string_view expected, std::string_view found) const {
  throw UserError(fmt::format("{}:{}: expected {}, found {}", table_->file(), line_, expected, found));
}

void TableRow::refuse_word(std::string_view column, std::span<const std::string> known) const {
  refuse(fmt::format("{} to be one of {}", column, join(known, ", ")),
         in_quotes(text(column)) + did_you_mean(text(column), known));
}

CsvTable::CsvTable(std::string_view csv, std::string file, std::span<const CsvColumn> columns)
    : file_(std::move(file)), columns_(columns) {
  std::vector<CsvRow> lines = csv_rows(csv, file_);
  if (lines.empty())
    throw UserError(fmt::format("{}: expected a header such as {}, found an empty file", file_,
                                join(names_of(columns_), ",")));
  const std::vector<std::size_t> place = places(lines.front());
  if (lines.size() == 1)
    throw UserError(fmt::format("{}: expected rows below the header, found none", file_));
  rows_.reserve(lines.size() - 1);
  for (std::size_t i = 1; i < lines.size(); ++i) {
    std::vector<std::string>& fields = lines[i].fields;
    if (fields.size() != lines[0].fields.size())
      throw UserError(fmt::format("{}:{}: expected {} fields, as the header has, found {}", file_,
                                  lines[i].line, lines[0].fields.size(), fields.size()));
    std::vector<std::string> cells;
    for (const std::size_t from : place)
      cells.push_back(from == kAbsent ? std::string() : std::string(trim(fields[from])));
    rows_.emplace_back(*this, lines[i].line, std::move(cells));
    check(rows_.back());
  }
}

// For each column its place in the file.
std::vector<std::size_t> CsvTable::places(const CsvRow& header) const {
  std::vector<std::size_t> place(columns_.size(), kAbsent);
  for (std::size_t i = 0; i < header.fields.size(); ++i) {
    const std::string name(trim(header.fields[i]));
    const std::size_t column = place_of(columns_, name);
    if (column == kAbsent)
      throw UserError(fmt::format("{}:{}: expected only the columns {}, found {}{}", file_, header.line,
                                  join(names_of(columns_), ", "), in_quotes(name),
                                  did_you_mean(name, names_of(columns_))));
    if (place[column] != kAbsent)
      throw UserError(
          fmt::format("{}:{}: expected each column once, found {} twice", file_, header.line, quote(name)));
    place[column] = i;
  }
  for (std::size_t i = 0; i < columns_.size(); ++i)
    if (columns_[i].required && place[i] == kAbsent)
      throw UserError(fmt::format("{}:{}: expected the column '{}', found only {}", file_, header.line,
                                  columns_[i].name, join(header.fields, ", ")));
  return place;
}

void CsvTable::check(const TableRow& row) const {
  for (const CsvColumn& column : columns_) {
    const std::string& cell = row.text(column.name);
    if (cell.empty()) {
      if (column.required) row.refuse(fmt::format("a value in the column '{}'", column.name), "nothing");
      continue;
    }
    if (column.name == kDateColumn.name && !is_date(cell))
      row.refuse("a date such as 2026 or 2026-09", in_quotes(cell));
    if (!column.number) continue;
    const Parsed<double> number = parse_number(cell);
    if (!number) row.refuse(fmt::format("a number in the column '{}'", column.name), in_quotes(cell));
    if (*number < column.least || *number > column.most)
      row.refuse(fmt::format("{} from {} to {}{}{}", column.name, column.least, column.most,
                             column.unit.empty() ? "" : " ", column.unit),
                 cell);
  }
}

}  // namespace aforo
