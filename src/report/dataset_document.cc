#include "report/dataset_document.h"

#include "report/common_sections.h"
#include "report/host_section.h"
#include "report/record_facts.h"
#include "report/view.h"

namespace aforo {
namespace {

std::string layout_text(const Json& record) {
  return join_known({word(record, {"layout"}), word(record, {"content"})}, ", ");
}

void add_quantiles(Document& doc, const Json& record) {
  const Json* sizes = at(record, {"sizes"});
  if (sizes == nullptr || !sizes->is_object()) return;
  Table table;
  std::vector<Value> cells;
  for (const auto& [name, value] : sizes->items()) {
    if (!value.is_number() || name == "count") continue;
    table.columns.push_back({name, true});
    cells.push_back(value_of(value.get<double>(), Unit::kBytes));
  }
  if (cells.empty()) return;
  table.rows.push_back(std::move(cells));
  doc.section("Sample sizes");
  doc.append(std::move(table));
}

void add_space(Document& doc, const Json& record) {
  doc.section("Space");
  doc.row("needed", bytes_at(record, {"bytes_needed"}));
  doc.row("free", bytes_at(record, {"free_bytes_before"}), word(record, {"filesystem"}));
  const Json* fits = at(record, {"fits"});
  if (fits != nullptr && fits->is_boolean()) doc.row("fits", fits->get<bool>() ? "yes" : "no");
}

void add_written(Document& doc, const Json& record) {
  doc.section("Written now");
  doc.row("files", count_at(record, {"files_written"}),
          followed_by(per_second_at(record, {"files_per_second"}), " files/s"));
  doc.row("bytes", bytes_at(record, {"bytes_written"}), rate_at(record, {"bytes_per_second"}));
  doc.row("took", seconds_at(record, {"seconds"}));
  doc.row("CPU", seconds_at(record, {"cpu_seconds"}));
}

}  // namespace

Document generate_document(const Json& record) {
  Document doc;
  const bool removing = flag(record, {"delete"}), dry = flag(record, {"dry_run"});
  doc.title = {std::string("aforo generate") + (removing ? " --delete" : "") + (dry ? " --dry-run" : ""),
               workload_name(record)};
  doc.subtitle = subtitle_of(path_value(directory_of_run(record)), {started_text(record)});
  doc.section(!removing ? "Dataset" : dry ? "Would remove" : "Removed");
  const std::string state = word(record, {"state"});
  doc.row("state", toned(state, state == "complete" ? Tone::kGood : Tone::kWarn),
          state == "partial" ? "the same command again goes on from here" : "");
  doc.row("layout", layout_text(record));
  doc.row("samples", count_at(record, {"samples"}));
  doc.row("files", count_at(record, {"files"}),
          followed_by(count_at(record, {"skipped_files"}), " were there already"));
  doc.row("size", bytes_at(record, {"bytes"}));
  doc.row("foreign files left", count_at(record, {"foreign_files"}));
  if (removing) doc.row("took", seconds_at(record, {"seconds"}));
  if (dry) {
    add_space(doc, record);
  } else if (!removing) {
    add_written(doc, record);
    add_host_shares(doc, record);
  }
  add_errors(doc, record);
  add_warnings(doc, record);
  return doc;
}

Document inspect_document(const Json& record) {
  Document doc;
  doc.title = {"aforo inspect"};
  // The place is what was asked about: it is not cut.
  doc.subtitle = subtitle_of(directory_of_run(record), {started_text(record)});
  doc.section("Dataset");
  doc.row("samples", count_at(record, {"samples"}));
  doc.row("files", count_at(record, {"files"}), bytes_at(record, {"bytes"}));
  doc.row("layout", layout_text(record));
  doc.row("directories", count_at(record, {"directories"}));
  doc.row("files per directory", followed_by(count_at(record, {"files_per_directory", "mean"}), " mean"),
          join_known({followed_by(count_at(record, {"files_per_directory", "min"}), " fewest").text,
                      followed_by(count_at(record, {"files_per_directory", "max"}), " most").text},
                     ", "));
  doc.row("size law", word(record, {"law"}));
  doc.row("scanned in", seconds_at(record, {"scan_seconds"}));
  add_quantiles(doc, record);
  add_host_shares(doc, record);
  add_errors(doc, record);
  doc.section("For a workload file");
  doc.append(Code{"yaml", word(record, {"dataset_yaml"})});
  add_warnings(doc, record);
  return doc;
}

}  // namespace aforo
