// The parts that several pages share. Private to the report room.
#pragma once

#include <string>
#include <vector>

#include "report/page.h"
#include "report/view.h"

namespace aforo {

// One part of a bar; the mark is used where there is neither colour nor Unicode.
struct BarPart {
  double share = 0;   // of the bar, [0, 1]
  std::string block;  // Unicode
  char mark = '#';    // ASCII
  Tone tone = Tone::kPlain;
};
// `columns` wide. Every part that is more than nothing gets at least one column, as long as there are
// columns.
std::string bar(const std::vector<BarPart>& parts, std::size_t columns, const Look& look);

std::string workload_name(
    const Json& record);  // config.name, or the name in config.workload; "" when unknown
std::string directory_of_run(const Json& record);
std::string engine_of(const Json& record);
std::optional<double> au_target(const Json& record);
std::string started_text(const Json& record);  // "2026-06-01 12:00 UTC"
std::string dot(const Look& look);             // separator of short facts: " · " or " - "
std::string dash(const Look& look);            // between the ends of an interval

// "aforo run · resnet50_h100 · 8 accelerators" and the line below it.
void write_title(Page& page, const std::string& what, const Json& record, const std::string& subtitle);
void write_au(Page& page, const Json& record);  // utilisation, and whether it meets the target
void write_errors(Page& page, const Json& record);
void write_warnings(Page& page, const Json& record);  // and that the Record is partial
void write_verdict(Page& page, const Json& record);

}  // namespace aforo
