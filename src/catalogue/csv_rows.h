// A CSV file as rows of fields (RFC 4180, read by libcsv): quotes, doubled quotes,
// line breaks in quotes.
//
// Lines may end in LF, CRLF or CR; blank lines are skipped and a byte order mark is dropped. Spaces
// around a field without quotes do not count. Pure, thread-safe. Failure: UserError "FILE:LINE:
// expected ..., found ...".
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace aforo {

// One row. Rows of a file may differ in their number of fields: whoever has a header compares.
struct CsvRow {
  // The line of the file on which it begins; the first is 1. A quoted field may hold line breaks.
  std::size_t line = 0;
  std::vector<std::string> fields;
};

// All rows of `text`, none where it is empty; the header is one of them. Fields are copies. `file`
// is for messages only. Throws UserError for a quote inside a field without quotes, and for one
// that is never closed. O(bytes).
std::vector<CsvRow> csv_rows(std::string_view text, const std::string& file);

}  // namespace aforo
