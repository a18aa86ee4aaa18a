#include "report/run_document.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/units.h"
#include "report/checkpoint_document.h"
#include "report/common_sections.h"
#include "report/host_section.h"
#include "report/record_facts.h"
#include "report/run_first.h"
#include "report/run_network.h"
#include "report/view.h"

namespace aforo {
namespace {

// Where the accelerators' time went, in seconds of all ranks together.
struct Times {
  double total = 0, load = 0, barrier = 0, stall = 0, checkpoint = 0;
  double other() const { return std::max(0.0, stall - load - barrier - checkpoint); }
};

std::optional<Times> times_of(const Json& record) {
  const auto total = number(record, {"stalls", "accelerator_seconds"});
  const auto load = number(record, {"stalls", "load_wait_seconds"});
  const auto barrier = number(record, {"stalls", "barrier_wait_seconds"});
  const auto stall = number(record, {"stall_seconds"});
  if (!total || !load || !barrier || !stall || !(*total > 0)) return std::nullopt;
  return Times{*total, *load, *barrier, *stall, number(record, {"stalls", "checkpoint_seconds"}).value_or(0)};
}

void add_shares(Document& doc, const Json& record) {
  const std::optional<Times> t = times_of(record);
  if (!t) return;
  Bars bars;
  const auto add = [&](const char* label, double seconds, Tone tone) {
    const double share = std::clamp(seconds / t->total, 0.0, 1.0);
    bars.bars.push_back(
        {label, toned(value_of(share, Unit::kFraction), tone), value_of(seconds, Unit::kSeconds)});
  };
  add("compute", t->total - t->stall, Tone::kGood);
  add("waiting for data", t->load, Tone::kBad);
  add("waiting for other ranks", t->barrier, Tone::kWarn);
  if (t->checkpoint > 0) add("checkpoints", t->checkpoint, Tone::kWarn);
  add("other", t->other(), Tone::kFaint);
  doc.section("Where their time goes");
  doc.append(std::move(bars));
}

void add_predicted(Document& doc, const Json& record) {
  Value note = interval_of(numbers(record, {"prediction", "au_interval"}), Unit::kFraction);
  const auto off = number(record, {"prediction_error"});
  note.text = join_known({note.text, off ? fmt::format("{:+.1f} points off", *off * 100) : ""}, ", ");
  doc.row("  predicted", percent_at(record, {"prediction", "au"}), note);
}

void add_steady(Document& doc, const Json& record) {
  const auto warm_up = number(record, {"steady", "warm_up_steps"});
  if (!warm_up || !flag(record, {"steady", "trustworthy"})) return;
  doc.row("steady", followed_by(seconds_at(record, {"steady", "step_seconds"}), " a step"),
          *warm_up == 0
              ? "from the first step on"
              : "after " + format_count(*warm_up) + (*warm_up == 1 ? " step" : " steps") + " of warm-up");
}

void add_accelerators(Document& doc, const Json& record) {
  doc.section("Accelerators");
  add_utilisation(doc, record);
  add_predicted(doc, record);
  add_epochs(doc, record, true);
  add_throughput(doc, "throughput", record);
  doc.row("elapsed", seconds_at(record, {"wall_seconds"}));
  doc.row("steps", count_at(record, {"steps"}),
          followed_by(seconds_at(record, {"first_step_seconds"}), " from start to the first"));
  add_steady(doc, record);
  doc.row("stalled", seconds_at(record, {"stall_seconds"}),
          followed_by(dollars_at(record, {"stall_cost_usd"}), " lost in this run"));
  if (const auto month = number(record, {"stall_cost_usd_per_month"}))
    doc.row("idle accelerators cost",
            followed_by(value_of(*month / kHoursPerMonth, Unit::kDollars), " per hour"),
            followed_by(value_of(*month, Unit::kDollarsPerMonth), " per month"));
}

void add_times(Document& doc, const Json& record) {
  struct Line {
    const char* label;
    const char* key;
  };
  static constexpr Line kLines[] = {{"step", "step_seconds"},
                                    {"load wait", "load_wait_seconds"},
                                    {"barrier wait", "barrier_wait_seconds"},
                                    {"read of a sample", "read_seconds"},
                                    {"of that, open", "open_seconds"}};
  Table table{{{""}, {"mean", true}, {"p50", true}, {"p95", true}, {"p99", true}, {"max", true}}, {}, true};
  for (const Line& line : kLines) {
    if (number(record, {line.key, "p50"}) == std::nullopt) continue;
    table.rows.push_back({line.label, seconds_at(record, {line.key, "mean"}),
                          seconds_at(record, {line.key, "p50"}), seconds_at(record, {line.key, "p95"}),
                          seconds_at(record, {line.key, "p99"}), seconds_at(record, {line.key, "max"})});
  }
  if (table.rows.empty()) return;
  doc.section("Times");
  doc.append(std::move(table));
}

void add_storage(Document& doc, const Json& record) {
  doc.section("Storage");
  doc.row("open", percent_at(record, {"open_share"}), "of a sample's read time");
  doc.row("requested", bytes_at(record, {"bytes_requested"}));
  doc.row("from storage", bytes_at(record, {"bytes_from_storage"}),
          followed_by(percent_at(record, {"cache_share"}), " came from the page cache"));
  doc.row("local cache", from_local_cache(record));
  doc.row(LabelledValue{"device",
                        word(record, {"device", "name"}),
                        followed_by(percent_at(record, {"device", "busy_share"}), " busy"),
                        {}});
  doc.row("requests in flight", count_at(record, {"requests_in_flight"}),
          followed_by(percent_at(record, {"worker_busy_share"}), " of the time workers are busy"));
  doc.row("samples verified", count_at(record, {"verified_samples"}));
  const std::string checks = word(record, {"checks"});
  if (!number(record, {"verified_samples"}) && (checks == "framing" || checks == "length"))
    doc.row("checked", checks + " only", "--verify checks contents too");
  if (!number(record, {"bytes_from_storage"}))
    doc.row("from the page cache", percent_at(record, {"cache_share"}));
}

void add_client(Document& doc, const Json& record) {
  doc.section("Client");
  doc.row("CPU", seconds_at(record, {"cpu_seconds"}),
          followed_by(seconds_at(record, {"cpu_seconds_per_gb"}), " per GB"));
  doc.row("memory", bytes_at(record, {"resident_bytes"}));
  doc.row("machine",
          join_known({followed_by(count_at(record, {"machine", "cores"}), " cores").text,
                      bytes_at(record, {"machine", "memory_bytes"}).text},
                     ", "),
          followed_by(word(record, {"machine", "filesystem"}), " filesystem"));
  const auto ceiling = number(record, {"null_ceiling_samples_per_second"});
  const auto reached = number(record, {"samples_per_second"});
  Value times;
  if (ceiling && reached && *reached > 0)
    times = {*ceiling / *reached, Unit::kCount, fmt::format("{:.1f} x this run", *ceiling / *reached)};
  doc.row("without storage",
          followed_by(per_second_at(record, {"null_ceiling_samples_per_second"}), " samples/s"), times);
  Value error = seconds_at(record, {"step_timing", "error_p99_s"});
  if (error.known()) error.text = "kept within " + error.text + " at p99";
  doc.row("emulated step", seconds_at(record, {"step_timing", "asked_s"}), error);
}

void add_statistics(Document& doc, const Json& record) {
  const Json* statistics = at(record, {"statistics"});
  if (statistics == nullptr || !statistics->is_object() || statistics->size() < 2) return;
  Table table{{{""}, {"AU", true}, {"samples/s", true}}, {}, true};
  for (const auto& [name, value] : statistics->items())
    table.rows.push_back({name, percent_at(value, {"au"}), per_second_at(value, {"samples_per_second"})});
  doc.section("Statistics, by name");
  doc.append(std::move(table));
}

}  // namespace

Document run_document(const Json& record, PageExtent extent) {
  const bool whole = extent == PageExtent::kAll, first = whole || !asks_for_all(record);
  Document doc;
  doc.title = title_of("run", record);
  if (first) add_run_first(doc, record, extent);
  if (first && !whole) return doc;
  doc.subtitle = subtitle_of(
      path_value(directory_of_run(record)),
      {target_text(record), engine_of(record), word(record, {"config", "read"}), started_text(record)});
  add_accelerators(doc, record);
  add_shares(doc, record);
  add_times(doc, record);
  add_hosts_section(doc, record);
  add_storage(doc, record);
  add_checkpoints_of_run(doc, record);
  add_client(doc, record);
  add_statistics(doc, record);
  add_errors(doc, record);
  add_warnings(doc, record);
  add_verdict(doc, record);
  return doc;
}

Document dry_run_document(const Json& record) {
  Document doc;
  doc.title = {"aforo " + word(record, {"command"}) + " --dry-run", workload_name(record)};
  doc.subtitle = {path_value(directory_of_run(record))};
  doc.section("The job, with every default");
  doc.append(Code{"yaml", word(record, {"config", "yaml"})});
  doc.section("What it would read");
  doc.row("epochs", count_at(record, {"would_read", "epochs"}),
          followed_by(count_at(record, {"would_read", "steps_per_epoch"}), " steps each"));
  doc.row("samples", count_at(record, {"would_read", "samples"}),
          followed_by(count_at(record, {"would_read", "dataset_passes"}), " x the dataset"));
  doc.row("bytes", bytes_at(record, {"would_read", "bytes"}));
  doc.row("compute", seconds_at(record, {"would_read", "compute_seconds"}), "the shortest this can take");
  doc.row("read buffers", bytes_at(record, {"would_read", "read_buffer_bytes"}));
  add_warnings(doc, record);
  doc.append(Gap{});
  doc.append(Text{"nothing was read or run (--dry-run)"});
  return doc;
}

}  // namespace aforo
