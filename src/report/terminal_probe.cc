// The page of `aforo probe`: a table per curve, then what the client needs and how sure all this is.
#include <fmt/format.h>

#include "report/parts.h"
#include "report/terminal.h"

namespace aforo {
namespace {

std::string heading_of(const Json& curve) {
  const std::string kind = word(curve, {"kind"});
  const std::string what = kind == "file"     ? "Whole files of "
                           : kind == "stream" ? "Streams in requests of "
                                              : "Ranges of ";
  const bool cached = flag(curve, {"cached"});
  return what + bytes_at(curve, {"operation_bytes"}) + ", " + word(curve, {"read"}) +
         (cached ? ", from the page cache" : "");
}

void write_curve(Page& page, const Json& curve) {
  const Json* points = at(curve, {"points"});
  if (points == nullptr || !points->is_array() || points->empty()) return;
  page.section(heading_of(curve));
  const auto knee = number(curve, {"knee"});
  std::vector<std::vector<std::string>> rows;
  for (const Json& point : *points) {
    const auto concurrency = number(point, {"concurrency"});
    rows.push_back({count_at(point, {"concurrency"}), count_at(point, {"operations_per_second"}),
                    rate_at(point, {"bytes_per_second"}), seconds_at(point, {"latency_seconds"}),
                    seconds_at(point, {"p99_seconds"}), percent_at(point, {"spread"}),
                    knee && concurrency && *knee == *concurrency ? "knee" : ""});
  }
  page.table({{"in flight", true, Tone::kBold},
              {"ops/s", true, Tone::kBold},
              {"rate", true},
              {"mean latency", true},
              {"p99", true},
              {"spread", true},
              {""}},
             rows);
}

void write_client(Page& page, const Json& record) {
  page.section("Client");
  const auto per_operation = number(record, {"client", "cpu_seconds_per_operation"});
  const auto per_byte = number(record, {"client", "cpu_seconds_per_byte"});
  if (per_operation && *per_operation > 0) page.row("CPU per operation", format_seconds({*per_operation}));
  if (per_byte && *per_byte > 0) page.row("CPU per GB", format_seconds({*per_byte * 1e9}));
  if (const auto loader = number(record, {"loader", "cpu_seconds_per_sample"}))
    page.row("CPU per sample", format_seconds({*loader}), "of the workload's whole loader, reading included");
  page.row("page cache", bytes_at(record, {"page_cache", "bytes"}),
           rate_at(record, {"page_cache", "bytes_per_second"}));
  page.section("Probe");
  page.row("capacity", bytes_at(record, {"capacity_bytes"}), word(record, {"machine", "filesystem"}));
  page.row("took", seconds_at(record, {"seconds"}));
  page.row("laid data in", seconds_at(record, {"laying_seconds"}));
  page.row("read", bytes_at(record, {"bytes_read"}));
  page.row("from the page cache", percent_at(record, {"cache_share"}),
           "of the bytes that were to come from storage");
}

}  // namespace

std::string render_probe(const Json& record, const Look& look) {
  Page page(look);
  page.title(join_known({"aforo probe", workload_name(record)}, dot(look)),
             join_known({shorten(printable(directory_of_run(record)), 48, look.unicode), engine_of(record),
                         started_text(record)},
                        dot(look)));
  if (const Json* curves = at(record, {"curves"}); curves != nullptr && curves->is_array())
    for (const Json& curve : *curves) write_curve(page, curve);
  write_client(page, record);
  if (const auto notes = words(record, {"notes"}); !notes.empty()) {
    page.section("How sure");
    for (const std::string& text : notes) page.paragraph("  - ", text);
  }
  write_warnings(page, record);
  return page.text();
}

}  // namespace aforo
