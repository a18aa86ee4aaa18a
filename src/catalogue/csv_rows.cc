#include "catalogue/csv_rows.h"

#include <csv.h>
#include <fmt/format.h>

#include <new>

#include "base/error.h"
#include "base/text.h"

namespace aforo {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// libcsv's parser, released with its scope.
class Parser {
 public:
  Parser() {
    if (csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL) != 0) throw std::bad_alloc();
  }
  ~Parser() { csv_free(&parser_); }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  csv_parser* get() { return &parser_; }

 private:
  csv_parser parser_{};
};

struct Reading {
  std::vector<CsvRow> rows;
  CsvRow row;          // under way
  std::size_t line{};  // being fed
  bool begun = false;  // something of `row` was seen
};

void end_field(void* bytes, std::size_t size, void* reading) noexcept {
  static_cast<Reading*>(reading)->row.fields.emplace_back(static_cast<const char*>(bytes), size);
}

void end_row(int /*terminator*/, void* reading) noexcept {
  auto& r = *static_cast<Reading*>(reading);
  r.rows.push_back(std::move(r.row));
  r.row = {r.line, {}};
  r.begun = false;
}

[[noreturn]] void refuse(csv_parser* parser, const std::string& file, std::size_t line) {
  if (csv_error(parser) == CSV_ENOMEM) throw std::bad_alloc();
  throw UserError(fmt::format(
      "{}:{}: expected quotes only around a whole field (and doubled inside it), found a quote elsewhere or "
      "one that is not closed",
      file, line));
}

}  // namespace

std::vector<CsvRow> csv_rows(std::string_view text, const std::string& file) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  Parser parser;
  Reading reading;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end == std::string_view::npos ? end : end + 1);
    text.remove_prefix(line.size());
    ++reading.line;
    const std::size_t before = reading.rows.size();
    if (!reading.begun) reading.row.line = reading.line;
    if (csv_parse(parser.get(), line.data(), line.size(), end_field, end_row, &reading) != line.size())
      refuse(parser.get(), file, reading.line);
    if (reading.rows.size() == before && !trim(line).empty()) reading.begun = true;
  }
  if (csv_fini(parser.get(), end_field, end_row, &reading) != 0) refuse(parser.get(), file, reading.row.line);
  return std::move(reading.rows);
}

}  // namespace aforo
