// Comma-separated values (RFC 4180): a Record as one row, or its designs as one row each. (The steps of a run
// are written while it runs, by `run`.)
//
// Lines end with CRLF as the RFC asks; every common reader takes them. Unknown is an empty field, never 0.
// Numbers are SI and unrounded, with a point, in any locale. Pure, thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "measure/record.h"

namespace aforo {

// The field, in quotes where it holds a comma, a quote or a line break.
std::string csv_field(std::string_view text);

inline constexpr std::string_view kCsvEnd = "\r\n";
std::string csv_value(const Json* value);  // a plain value as a field; anything else is unknown

std::string summary_header();  // the same columns for every command
std::string summary_row(const Json& record);
std::string summary_csv(const Json& record);  // header and row

// What --csv writes: the designs of a sizing, or of a portfolio, under their own header; else the summary.
std::string record_csv(const Json& record);

}  // namespace aforo
