// A CSV file as rows of fields (RFC 4180, read by libcsv): quotes, doubled quotes, line breaks in quotes.
//
// Lines may end in LF, CRLF or CR; blank lines are skipped and a byte order mark is dropped. Spaces around a
// field without quotes do not count. Pure, thread-safe. Failure: UserError "FILE:LINE: expected ..., found
// ...".
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace aforo {

struct CsvRow {
  std::size_t line = 0;  // on which it begins; the first is 1
  std::vector<std::string> fields;
};

// `file` is for messages only.
std::vector<CsvRow> csv_rows(std::string_view text, const std::string& file);

}  // namespace aforo
