#include "report/terminal.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "report/parts.h"

namespace aforo {
namespace {

std::string with(const std::string& text, const std::string& suffix) {
  return text.empty() ? "" : text + suffix;
}

std::string interval_text(const std::vector<double>& ends, std::string (*format)(double), const Look& look) {
  return ends.size() == 2 ? format(ends[0]) + dash(look) + format(ends[1]) : "";
}

void write_ramp(Page& page, const Json& record) {
  const Json* ramp = at(record, {"ramp"});
  if (ramp == nullptr || !ramp->is_array()) return;
  const Look& look = page.look();
  const double threshold = au_target(record).value_or(0);
  std::vector<const Json*> points;
  for (const Json& point : *ramp) points.push_back(&point);
  std::stable_sort(points.begin(), points.end(), [](const Json* a, const Json* b) {
    return number(*a, {"accelerators"}).value_or(0) < number(*b, {"accelerators"}).value_or(0);
  });
  std::vector<std::vector<std::string>> rows;
  for (const Json* each : points) {
    const Json& point = *each;
    const double au = number(point, {"au"}).value_or(0);
    const std::string drawn = bar({{au, "█", '#', Tone::kPlain}}, 16, Look{look.width, false, look.unicode});
    rows.push_back({count_at(point, {"accelerators"}), percent_at(point, {"au"}),
                    interval_text(numbers(point, {"au_interval"}), format_percent, look),
                    seconds_at(point, {"seconds"}), au >= threshold ? "holds" : "below", drawn});
  }
  if (rows.empty()) return;
  page.section("Ramp");
  page.table({{"accelerators", true},
              {"AU", true, Tone::kBold},
              {"95 % interval", true},
              {"measured for", true},
              {""},
              {"", false, Tone::kDim}},
             rows);
}

void write_quantiles(Page& page, const Json& record) {
  const Json* sizes = at(record, {"sizes"});
  if (sizes == nullptr || !sizes->is_object()) return;
  std::vector<Column> columns;
  std::vector<std::string> cells;
  for (const auto& [name, value] : sizes->items()) {
    if (!value.is_number() || name == "count") continue;
    columns.push_back({name, true});
    cells.push_back(bytes_text(value.get<double>()));
  }
  if (cells.empty()) return;
  page.section("Sample sizes");
  page.table(columns, {cells});
}

}  // namespace

std::string render_find_max(const Json& record, const Look& look) {
  Page page(look);
  const auto target = au_target(record);
  page.title(join_known({"aforo run --find-max", workload_name(record)}, dot(look)),
             join_known({shorten(printable(directory_of_run(record)), 48, look.unicode), engine_of(record),
                         word(record, {"config", "read"}), started_text(record)},
                        dot(look)));
  page.section("Result");
  const std::string interval =
      interval_text(numbers(record, {"max_accelerators_interval"}), format_count, look);
  page.row("this storage feeds", with(count_at(record, {"max_accelerators"}), " accelerators"),
           with(interval, " at 95 % confidence"), Tone::kBold);
  if (target) page.row("at utilisation (AU)", format_percent(*target), "or more");
  page.row("throughput there", with(count_at(record, {"samples_per_second"}), " samples/s"),
           rate_at(record, {"bytes_per_second"}));
  page.row("from the page cache", percent_at(record, {"cache_share"}), "of the bytes");
  const auto off = number(record, {"prediction_error"});
  page.row("predicted", with(count_at(record, {"prediction", "max_accelerators"}), " accelerators"),
           off ? fmt::format("{:+.1f} % off", *off * 100) : "");
  write_ramp(page, record);
  write_errors(page, record);
  write_warnings(page, record);
  write_verdict(page, record);
  return page.text();
}

std::string render_generate(const Json& record, const Look& look) {
  Page page(look);
  const bool removing = flag(record, {"delete"}), dry = flag(record, {"dry_run"});
  page.title(
      join_known({std::string("aforo generate") + (removing ? " --delete" : "") + (dry ? " --dry-run" : ""),
                  workload_name(record)},
                 dot(look)),
      join_known({shorten(printable(directory_of_run(record)), 48, look.unicode), started_text(record)},
                 dot(look)));
  page.section(removing ? (dry ? "Would remove" : "Removed") : "Dataset");
  const std::string state = word(record, {"state"});
  page.row("state", state, state == "partial" ? "the same command again goes on from here" : "",
           state == "complete" ? Tone::kGood : Tone::kWarn);
  page.row("layout", join_known({word(record, {"layout"}), word(record, {"content"})}, ", "));
  page.row("samples", count_at(record, {"samples"}));
  page.row("files", count_at(record, {"files"}),
           with(count_at(record, {"skipped_files"}), " were there already"));
  page.row("size", bytes_at(record, {"bytes"}));
  page.row("foreign files left", count_at(record, {"foreign_files"}));
  if (removing) page.row("took", seconds_at(record, {"seconds"}));
  if (dry) {
    page.section("Space");
    page.row("needed", bytes_at(record, {"bytes_needed"}));
    page.row("free", bytes_at(record, {"free_bytes_before"}), word(record, {"filesystem"}));
    const Json* fits = at(record, {"fits"});
    if (fits != nullptr && fits->is_boolean()) page.row("fits", flag(record, {"fits"}) ? "yes" : "no");
  } else if (!removing) {
    page.section("Written now");
    page.row("files", count_at(record, {"files_written"}),
             with(count_at(record, {"files_per_second"}), " files/s"));
    page.row("bytes", bytes_at(record, {"bytes_written"}), rate_at(record, {"bytes_per_second"}));
    page.row("took", seconds_at(record, {"seconds"}));
    page.row("CPU", seconds_at(record, {"cpu_seconds"}));
  }
  write_errors(page, record);
  write_warnings(page, record);
  return page.text();
}

std::string render_inspect(const Json& record, const Look& look) {
  Page page(look);
  page.title("aforo inspect",
             join_known({printable(directory_of_run(record)), started_text(record)}, dot(look)));
  page.section("Dataset");
  page.row("samples", count_at(record, {"samples"}));
  page.row("files", count_at(record, {"files"}), bytes_at(record, {"bytes"}));
  page.row("layout", join_known({word(record, {"layout"}), word(record, {"content"})}, ", "));
  page.row("directories", count_at(record, {"directories"}));
  page.row("files per directory", with(count_at(record, {"files_per_directory", "mean"}), " mean"),
           join_known({with(count_at(record, {"files_per_directory", "min"}), " fewest"),
                       with(count_at(record, {"files_per_directory", "max"}), " most")},
                      ", "));
  page.row("size law", word(record, {"law"}));
  page.row("scanned in", seconds_at(record, {"scan_seconds"}));
  write_quantiles(page, record);
  write_errors(page, record);
  const std::string yaml = word(record, {"dataset_yaml"});
  if (!yaml.empty()) page.section("For a workload file");
  page.verbatim(yaml);
  write_warnings(page, record);
  return page.text();
}

std::string render_plan(const Json& record, const Look& look) {
  Page page(look);
  page.title(
      join_known({"aforo " + word(record, {"command"}) + " --dry-run", workload_name(record)}, dot(look)),
      shorten(printable(directory_of_run(record)), look.width, look.unicode));
  page.section("Would read");
  page.row("samples", count_at(record, {"would_read", "samples"}),
           with(count_at(record, {"would_read", "dataset_passes"}), " x the dataset"));
  page.row("bytes", bytes_at(record, {"would_read", "bytes"}));
  page.row("epochs", count_at(record, {"would_read", "epochs"}),
           with(count_at(record, {"would_read", "steps_per_epoch"}), " steps each"));
  page.row("compute", seconds_at(record, {"would_read", "compute_seconds"}), "the shortest this can take");
  page.row("read buffers", bytes_at(record, {"would_read", "read_buffer_bytes"}));
  write_warnings(page, record);
  return page.text();
}

std::string render(const Json& record, const Look& look) {
  const std::string command = word(record, {"command"});
  if (command == "run" && at(record, {"would_read"}) != nullptr) return render_plan(record, look);
  if (command == "run" && (at(record, {"max_accelerators"}) != nullptr || at(record, {"ramp"}) != nullptr)) {
    return render_find_max(record, look);
  }
  if (command == "predict") return render_predict(record, look);
  if (command == "generate") return render_generate(record, look);
  if (command == "inspect") return render_inspect(record, look);
  if (command == "probe") return render_probe(record, look);
  if (command == "size") return render_size(record, look);
  if (command == "catalogue") return render_catalogue(record, look);
  return render_run(record, look);
}

}  // namespace aforo
