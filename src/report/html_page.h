// Whole pages: a Record, or several, as one HTML file that needs nothing else.
//
// A page holds its style and script (web/dist, built into the program) and allows no others, nor any request: its
// Content-Security-Policy names both by their hashes. The answer stands first, then pictures, then the evidence,
// folded up where it is long. Pure, thread-safe; never throws for a Record of another shape.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "report/comparison.h"

namespace aforo {

// The Record's page with its pictures. What `others` measured of the same job is drawn on a prediction.
// `id` begins the ids of its figures.
Document report_document(const Json& record, std::span<const NamedRecord> others = {});
std::string record_html(const Json& record, std::string_view id, std::span<const NamedRecord> others = {});

// The file that `aforo report` writes. With several Records those of one class stand beside each other first.
std::string html_report(std::span<const NamedRecord> records);

}  // namespace aforo
