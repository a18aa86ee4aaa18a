#include "report/probe_document.h"

#include <fmt/format.h>

#include "report/common_sections.h"
#include "report/record_facts.h"
#include "report/view.h"

namespace aforo {
namespace {

// Of a curve that several hosts measured.
std::string hosts_words(const Json& curve) {
  if (word(curve, {"scope"}) == "host") return ", one host alone";
  return number(curve, {"hosts"}) ? fmt::format(", {} hosts", count_at(curve, {"hosts"}).text)
                                  : std::string();
}

std::string heading_of(const Json& curve) {
  const std::string kind = word(curve, {"kind"});
  const std::string what = kind == "file"     ? "Whole files of "
                           : kind == "stream" ? "Streams in requests of "
                                              : "Ranges of ";
  const bool cached = flag(curve, {"cached"});
  return what + bytes_at(curve, {"operation_bytes"}).text + ", " + word(curve, {"read"}) +
         (cached ? ", from the page cache" : "") + hosts_words(curve);
}

void add_curve(Document& doc, const Json& curve) {
  const auto points = entries(curve, {"points"});
  if (points.empty()) return;
  const auto knee = number(curve, {"knee"});
  Table table{{{"in flight", true, Tone::kStrong},
               {"ops/s", true, Tone::kStrong},
               {"rate", true},
               {"mean latency", true},
               {"p99", true},
               {"spread", true},
               {""}}};
  for (const Json* point : points) {
    const auto concurrency = number(*point, {"concurrency"});
    table.rows.push_back({count_at(*point, {"concurrency"}), per_second_at(*point, {"operations_per_second"}),
                          rate_at(*point, {"bytes_per_second"}), seconds_at(*point, {"latency_seconds"}),
                          seconds_at(*point, {"p99_seconds"}), percent_at(*point, {"spread"}),
                          knee && concurrency && *knee == *concurrency ? "knee" : ""});
  }
  doc.section(heading_of(curve));
  doc.append(std::move(table));
}

void add_writes(Document& doc, const Json& writes) {
  const auto points = entries(writes, {"points"});
  if (points.empty()) return;
  Table table{{{"writers", true, Tone::kStrong}, {"rate", true, Tone::kStrong}, {"spread", true}}};
  for (const Json* point : points)
    table.rows.push_back({count_at(*point, {"writers"}), rate_at(*point, {"bytes_per_second"}),
                          percent_at(*point, {"spread"})});
  doc.section("Files written, " + word(writes, {"write"}) + ", synced" + hosts_words(writes));
  doc.append(std::move(table));
  doc.row("a file besides", seconds_at(writes, {"seconds_per_file"}),
          "whatever its size: creating, syncing, closing");
  if (number(writes, {"beside", "readers"})) {
    doc.row("readers keep", percent_at(writes, {"beside", "reads_left"}),
            fmt::format("of their rate, {} of them beside {} writers",
                        count_at(writes, {"beside", "readers"}).text,
                        count_at(writes, {"beside", "writers"}).text));
    doc.row("writers keep", percent_at(writes, {"beside", "writes_left"}), "of theirs");
  }
}

void add_probe_client(Document& doc, const Json& record) {
  doc.section("Client");
  const auto per_operation = number(record, {"client", "cpu_seconds_per_operation"});
  const auto per_byte = number(record, {"client", "cpu_seconds_per_byte"});
  if (per_operation && *per_operation > 0)
    doc.row("CPU per operation", value_of(*per_operation, Unit::kSeconds));
  if (per_byte && *per_byte > 0) doc.row("CPU per GB", value_of(*per_byte * 1e9, Unit::kSeconds));
  doc.row("CPU per sample", seconds_at(record, {"loader", "cpu_seconds_per_sample"}),
          "of the workload's whole loader, reading included");
  doc.row("page cache", bytes_at(record, {"page_cache", "bytes"}),
          rate_at(record, {"page_cache", "bytes_per_second"}));
  doc.section("Probe");
  doc.row("capacity", bytes_at(record, {"capacity_bytes"}), word(record, {"machine", "filesystem"}));
  doc.row("took", seconds_at(record, {"seconds"}));
  doc.row("laid data in", seconds_at(record, {"laying_seconds"}));
  doc.row("read", bytes_at(record, {"bytes_read"}));
  doc.row("from the page cache", percent_at(record, {"cache_share"}),
          "of the bytes that were to come from storage");
}

void add_sentences(Document& doc, const char* heading, const std::vector<std::string>& sentences) {
  if (sentences.empty()) return;
  List list{ListStyle::kBullets, {}, Tone::kPlain, 1};
  for (const std::string& text : sentences) list.items.push_back({{}, text, {}});
  doc.section(heading);
  doc.append(std::move(list));
}

}  // namespace

Document probe_document(const Json& record) {
  Document doc;
  doc.title = {"aforo probe", workload_name(record)};
  doc.subtitle = subtitle_of(path_value(directory_of_run(record)), {engine_of(record), started_text(record)});
  for (const Json* curve : entries(record, {"curves"})) add_curve(doc, *curve);
  for (const Json* writes : entries(record, {"writes"})) add_writes(doc, *writes);
  add_probe_client(doc, record);
  add_sentences(doc, "How sure", words(record, {"notes"}));
  add_sentences(doc, "What is not known", words(record, {"unknown"}));
  add_warnings(doc, record);
  return doc;
}

}  // namespace aforo
