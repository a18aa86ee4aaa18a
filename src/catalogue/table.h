// A CSV file with typed columns: the one reader of shipped data and of users' price files.
//
// A column says its name, its unit and what is plausible; a file that leaves a required column
// out, has one that nobody declared, or holds a cell out of range is refused with file and
// line (UserError). Columns may stand in any order. Const functions are thread-safe. Private
// to the catalogue room.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catalogue/csv_rows.h"
#include "catalogue/fact.h"

namespace aforo {

// What one column holds. All views live as long as the program: columns are constants.
struct CsvColumn {
  // As the header spells it; unique in its table.
  std::string_view name;
  // In the header, and never empty.
  bool required = true;
  // A plain number from `least` to `most`, both included; what is plausible, so
  // that a slip of a unit is found.
  bool number = false;
  double least = 0, most = 0;
  // For messages: cells hold bare numbers.
  std::string_view unit;
};
// A column of text, of numbers within bounds (inclusive).
constexpr CsvColumn words_in(std::string_view name, bool required = true) {
  return {name, required, false, 0, 0, ""};
}
constexpr CsvColumn number_in(std::string_view name, double least, double most, std::string_view unit,
                              bool required = true) {
  return {name, required, true, least, most, unit};
}
// The columns that every file of facts ends with, as `fact()` reads them. A date is
// checked wherever it stands.
inline constexpr CsvColumn kKindColumn = words_in("kind");
inline constexpr CsvColumn kSourceColumn = words_in("source");
inline constexpr CsvColumn kDateColumn = words_in("date");

class CsvTable;

// One row; lives as long as its table. A name that is no column of the table is a bug
// (std::logic_error). Cells are found by name, O(columns): tables are read once.
class TableRow {
 public:
  TableRow(const CsvTable& table, std::size_t line, std::vector<std::string> cells)
      : table_(&table), line_(line), cells_(std::move(cells)) {}

  bool has(std::string_view column) const { return !text(column).empty(); }
  // "" where empty.
  const std::string& text(std::string_view column) const;
  // As written, in the column's unit; 0 where empty.
  double number(std::string_view column) const;
  // Of the columns kind, source and date, which the table must have.
  Fact fact() const;
  std::size_t line() const { return line_; }

  // The value that stands beside the cell's word. Throws UserError with the known words for any other.
  template <class T>
  T choice(std::string_view column, std::initializer_list<std::pair<std::string_view, T>> choices) const {
    std::vector<std::string> known;
    for (const auto& [word, value] : choices) {
      if (text(column) == word) return value;
      known.emplace_back(word);
    }
    refuse_word(column, known);
  }

  // Ends the command: "FILE:LINE: expected EXPECTED, found FOUND". For what only the
  // reader of a row can judge.
  [[noreturn]] void refuse(std::string_view expected, std::string_view found) const;

 private:
  [[noreturn]] void refuse_word(std::string_view column, std::span<const std::string> known) const;

  const CsvTable* table_;
  std::size_t line_;
  // One for each column of the table, in the columns' order; "" where the file has no such column.
  std::vector<std::string> cells_;
};

// A checked file. Not to be moved: its rows point to it. Read it into typed rows and let it go.
class CsvTable {
 public:
  // Every cell has been checked when this returns; else UserError. `columns` must outlive the
  // table; `csv` is copied. `file` is for messages.
  CsvTable(std::string_view csv, std::string file, std::span<const CsvColumn> columns);
  CsvTable(const CsvTable&) = delete;
  CsvTable& operator=(const CsvTable&) = delete;

  // At least one.
  const std::vector<TableRow>& rows() const { return rows_; }
  const std::string& file() const { return file_; }
  std::span<const CsvColumn> columns() const { return columns_; }

 private:
  std::vector<std::size_t> places(const CsvRow& header) const;
  void check(const TableRow& row) const;

  std::string file_;
  std::span<const CsvColumn> columns_;
  std::vector<TableRow> rows_;
};

// "2026" or "2026-09", from 1990 to 2100.
bool is_date(std::string_view text);

}  // namespace aforo
