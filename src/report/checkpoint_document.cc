#include "report/checkpoint_document.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "report/common_sections.h"
#include "report/host_section.h"
#include "report/record_facts.h"
#include "report/view.h"

namespace aforo {
namespace {

void add_what_is_written(Document& doc, const Json& record) {
  doc.section("Checkpoint");
  const std::string model = word(record, {"checkpoint", "model"});
  doc.row("model", model == "none" ? "" : model);
  doc.row("layout", word(record, {"checkpoint", "layout"}),
          followed_by(count_at(record, {"checkpoint", "files"}), " files"));
  doc.row("ranks", count_at(record, {"checkpoint", "ranks"}));
  doc.row("size", bytes_at(record, {"checkpoint", "bytes"}),
          followed_by(bytes_at(record, {"checkpoint", "weight_bytes"}), " of them weights"));
  doc.row("of a rank", bytes_at(record, {"checkpoint", "rank_bytes_most"}),
          followed_by(bytes_at(record, {"checkpoint", "rank_bytes_least"}), " the least"));
}

void add_outcomes(Document& doc, const Json& record) {
  Table table;
  table.columns = {{"", false},
                   {"number", true},
                   {"bytes", true},
                   {"slowest rank", true},
                   {"rank 0", true},
                   {"bandwidth", true},
                   {"fsync", true},
                   {"commit", true, Tone::kPlain, -1},
                   {"CPU per GB", true, Tone::kPlain, -2}};
  for (const Json* one : entries(record, {"checkpoints"}))
    table.rows.push_back({toned(word(*one, {"kind"}) + (flag(*one, {"whole"}) ? "" : ", not whole"),
                                flag(*one, {"whole"}) ? Tone::kPlain : Tone::kBad),
                          count_at(*one, {"number"}), bytes_at(*one, {"bytes"}),
                          seconds_at(*one, {"seconds"}), seconds_at(*one, {"rank0_seconds"}),
                          rate_at(*one, {"bytes_per_second"}), seconds_at(*one, {"fsync_seconds"}),
                          seconds_at(*one, {"commit_seconds"}), seconds_at(*one, {"cpu_seconds_per_gb"})});
  if (table.rows.empty()) return;
  doc.section("One by one");
  doc.append(std::move(table));
  doc.append(Text{
      "fsync: of all ranks together. A checkpoint is done when its slowest rank is, and it is committed.",
      Tone::kFaint, 0});
}

void add_mean(Document& doc, const Json& record) {
  if (at(record, {"statistics", "slowest-rank"}) == nullptr) return;
  doc.section("Mean");
  for (const char* kind : {"write", "read"}) {
    const std::string rate = fmt::format("{}_bytes_per_second", kind), time = fmt::format("{}_seconds", kind);
    doc.row(kind, rate_at(record, {"statistics", "slowest-rank", rate}),
            followed_by(seconds_at(record, {"statistics", "slowest-rank", time}),
                        " until the slowest rank was done"));
    doc.row(std::string(kind) + ", by rank 0", rate_at(record, {"statistics", "mlps-v3.0-checkpoint", rate}),
            "mlps-v3.0-checkpoint: what is published elsewhere");
  }
}

void add_interval(Document& doc, const Json& record) {
  if (at(record, {"interval"}) == nullptr) return;
  doc.section("Pause");
  doc.row("of one checkpoint", seconds_at(record, {"interval", "pause_seconds"}));
  doc.row("at the interval of", seconds_at(record, {"interval", "every_seconds"}),
          followed_by(percent_at(record, {"interval", "au_share"}), " of the time is left for training"));
  doc.row("Young's interval", seconds_at(record, {"interval", "young_seconds"}),
          followed_by(percent_at(record, {"interval", "young_au_share"}), " left"));
  doc.row("Daly's interval", seconds_at(record, {"interval", "daly_seconds"}),
          followed_by(percent_at(record, {"interval", "daly_au_share"}), " left"));
  if (word(record, {"command"}) == "run") return;  // whose stalls are more than these
  doc.row("stall", seconds_at(record, {"stall_seconds"}), "accelerators standing still, all together");
  doc.row("cost of it", money_at(record, {"stall_cost_usd"}),
          followed_by(money_at(record, {"stall_cost_usd_per_month"}), " a month at that interval"));
}

}  // namespace

Document checkpoint_document(const Json& record) {
  Document doc;
  const bool dry = flag(record, {"dry_run"});
  doc.title = {std::string("aforo checkpoint") + (dry ? " --dry-run" : ""), workload_name(record)};
  doc.subtitle = subtitle_of(path_value(directory_of_run(record)), {engine_of(record), started_text(record)});
  add_what_is_written(doc, record);
  if (dry) {
    doc.section("Space");
    doc.row("free", bytes_at(record, {"free_bytes_before"}));
    doc.row("fits", flag(record, {"fits"}) ? "yes" : "no");
    doc.row("whole ones there", count_at(record, {"whole_checkpoints"}));
  }
  add_mean(doc, record);
  add_outcomes(doc, record);
  add_host_shares(doc, record);
  add_interval(doc, record);
  const std::string error = word(record, {"error"});
  if (!error.empty()) {
    doc.section("Failed");
    doc.append(Text{error, Tone::kBad, 0});
  }
  add_errors(doc, record);
  add_warnings(doc, record);
  return doc;
}

void add_checkpoints_of_run(Document& doc, const Json& record) {
  if (entries(record, {"checkpoints"}).empty()) return;
  add_what_is_written(doc, record);
  add_outcomes(doc, record);
  add_interval(doc, record);
}

std::string checkpoints_in_words(const Json& record) {
  const bool predicted = number(record, {"checkpoints", "seconds"}).has_value();
  const auto written = predicted ? std::vector<const Json*>() : entries(record, {"checkpoints"});
  const std::string_view of = predicted ? "checkpoints" : "checkpoint";
  std::string out, took;
  if (predicted) {
    const Value range = interval_of(numbers(record, {"checkpoints", "seconds_interval"}), Unit::kSeconds);
    took =
        seconds_at(record, {"checkpoints", "seconds"}).text + (range.known() ? " (" + range.text + ")" : "");
  } else {
    std::vector<double> times;
    for (const Json* one : written)
      if (const auto seconds = number(*one, {"done_seconds"})) times.push_back(*seconds);
    if (written.empty()) return "";
    out = fmt::format("{} of {} written, ", times.size(), written.size());
    const auto said = [](double seconds) { return value_of(seconds, Unit::kSeconds).text; };
    if (times.empty()) return out + "none whole";
    const auto [least, most] = std::minmax_element(times.begin(), times.end());
    took = said(std::accumulate(times.begin(), times.end(), 0.0) / static_cast<double>(times.size()));
    if (times.size() > 1) took += " (" + said(*least) + " to " + said(*most) + ")";
  }
  out += fmt::format("{} every {} steps, in {} each", bytes_at(record, {of, "bytes"}).text,
                     count_at(record, {of, "every_steps"}).text, took);
  return word(record, {of, "mode"}) == "async" ? out + ", beside training" : out;
}

}  // namespace aforo
