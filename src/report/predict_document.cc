#include "report/predict_document.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/units.h"
#include "report/common_sections.h"
#include "report/record_facts.h"
#include "report/run_first.h"
#include "report/view.h"

namespace aforo {
namespace {

constexpr double kLeastShown = 0.0005;   // of the time: less reads as 0.0 %
constexpr std::size_t kLongestKey = 40;  // in a heading

std::vector<Value> subtitle(const Json& record) {
  return subtitle_of(path_value(word(record, {"config", "storage"})),
                     {target_text(record), word(record, {"config", "read"}), started_text(record)});
}

Value au_interval(const Json& record) {
  return interval_of(numbers(record, {"au_interval"}), Unit::kFraction);
}

void add_predicted_accelerators(Document& doc, const Json& record) {
  doc.section("Accelerators, predicted");
  add_utilisation(doc, record);
  doc.row("  interval", au_interval(record), "95 %, chance and spread");
  doc.row("  half lie in", interval_of(numbers(record, {"au_interval_50"}), Unit::kFraction), "50 %");
  add_epochs(doc, record, false);
  add_throughput(doc, "throughput", record);
  doc.row("limited by", word(record, {"limit"}));
  doc.row("from a cache", percent_at(record, {"cache_hit_share"}), "of the samples");
  doc.row("requests in flight", count_at(record, {"requests_in_flight"}));
}

void add_predicted_shares(Document& doc, const Json& record) {
  const auto total = number(record, {"stalls", "accelerator_seconds"});
  const auto stall = number(record, {"stall_seconds"});
  if (!total || !stall || !(*total > 0)) return;
  const auto part = [&](std::string_view key) { return number(record, {"stalls", key}).value_or(0); };
  const double load = part("load_wait_seconds"), first = part("epoch_start_seconds");
  const double barrier = part("barrier_wait_seconds"), checkpoint = part("checkpoint_seconds");
  Bars bars;
  const auto add = [&](const char* label, double seconds, Tone tone) {
    const double share = std::clamp(seconds / *total, 0.0, 1.0);
    if (share >= kLeastShown || tone == Tone::kGood)
      bars.bars.push_back({label, toned(value_of(share, Unit::kFraction), tone), {}});
  };
  add("compute", *total - *stall, Tone::kGood);
  add("first batch of an epoch", first, Tone::kBad);
  add("waiting for data", load - first, Tone::kBad);
  add("waiting for other ranks", barrier, Tone::kWarn);
  add("checkpoints", checkpoint, Tone::kWarn);
  add("other", *stall - load - barrier - checkpoint, Tone::kFaint);
  doc.section("Where their time goes");
  doc.append(std::move(bars));
}

void add_predicted_times(Document& doc, const Json& record) {
  if (!number(record, {"step_seconds", "p50"})) return;
  Table table{{{""}, {"mean", true}, {"p50", true}, {"p95", true}, {"p99", true}, {"max", true}}, {}, true};
  table.rows.push_back(
      {"step", seconds_at(record, {"step_seconds", "mean"}), seconds_at(record, {"step_seconds", "p50"}),
       seconds_at(record, {"step_seconds", "p95"}), seconds_at(record, {"step_seconds", "p99"}),
       seconds_at(record, {"step_seconds", "max"})});
  doc.section("Times");
  doc.append(std::move(table));
}

void add_stations(Document& doc, const Json& record) {
  Table table{
      {{""}, {"busy", true}, {"in flight", true}, {"operations", true}, {"time there", true}}, {}, true};
  for (const Json* s : entries(record, {"stations"}))
    table.rows.push_back({word(*s, {"name"}), percent_at(*s, {"busy_share"}), count_at(*s, {"in_flight"}),
                          followed_by(per_second_at(*s, {"operations_per_second"}), "/s"),
                          seconds_at(*s, {"residence_seconds"})});
  if (table.rows.empty()) return;
  doc.section("Stations");
  doc.append(std::move(table));
}

void add_checkpoints(Document& doc, const Json& record) {
  if (!number(record, {"checkpoints", "seconds"})) return;
  const bool beside = word(record, {"checkpoints", "mode"}) == "async";
  doc.section("Checkpoints");
  doc.row("each", bytes_at(record, {"checkpoints", "bytes"}),
          fmt::format("by {} ranks, every {} steps", count_at(record, {"checkpoints", "writers"}).text,
                      count_at(record, {"checkpoints", "every_steps"}).text));
  doc.row("written in", seconds_at(record, {"checkpoints", "seconds"}),
          beside ? "alone, until it is committed" : "until it is committed; training stands still");
  doc.row("  interval", interval_of(numbers(record, {"checkpoints", "seconds_interval"}), Unit::kSeconds),
          "as far as the storage file says");
  if (beside) {
    doc.row("copied in", seconds_at(record, {"checkpoints", "copy_seconds"}), "training stands still");
    doc.row("training's pace", percent_at(record, {"checkpoints", "pace_beside"}), "while it is written");
  }
  doc.row("AU without them", percent_at(record, {"checkpoints", "au_without"}));
}

void add_beside(Document& doc, const Json& record) {
  Table table{{{""}, {"accelerators", true}, {"AU", true}, {"samples/s", true}}, {}, true};
  for (const Json* job : entries(record, {"beside"}))
    table.rows.push_back({word(*job, {"workload"}), count_at(*job, {"accelerators"}),
                          percent_at(*job, {"au"}), per_second_at(*job, {"samples_per_second"})});
  if (table.rows.empty()) return;
  doc.section("Beside it");
  doc.append(std::move(table));
}

void add_advice(Document& doc, const Json& record) {
  List list{ListStyle::kGains, {}};
  for (const Json* a : entries(record, {"advice"})) {
    const auto gain = number(*a, {"gain"});
    if (!gain) continue;
    const Value au = percent_at(*a, {"au"});
    list.items.push_back(
        {{*gain, Unit::kFraction, fmt::format("+{:.1f} points", *gain * 100)},
         join_known({word(*a, {"change"}), au.known() ? "AU " + au.text : "", word(*a, {"how"})},
                    kBetweenFacts),
         {}});
  }
  doc.section("What would move it, each alone");
  doc.append(std::move(list));
}

void add_method(Document& doc, const Json& record) {
  doc.section("How");
  const std::string method = word(record, {"method"});
  doc.row("method",
          method == "closed"     ? "closed form"
          : method == "simulate" ? "simulation"
                                 : method,
          word(record, {"method_reason"}));
  Value steps = followed_by(count_at(record, {"simulation", "steps_per_epoch"}), " steps");
  steps.text = followed_by(count_at(record, {"simulation", "epochs"}), " x ").text + steps.text;
  Value times = followed_by(count_at(record, {"simulation", "replications"}), " times");
  if (times.text == "1 times") times.text = "once";
  doc.row("simulated", times, steps);
  if (const Value part = count_at(record, {"simulation", "part", "accelerators"}); part.known())
    doc.row("a part of it", followed_by(count_at(record, {"simulation", "part", "replications"}), " times"),
            followed_by(part, " accelerators"));
  const auto spread = number(record, {"simulation", "storage_spread"});
  if (spread && *spread > 0)
    doc.row("storage's own spread", value_of(*spread, Unit::kFraction), "in the interval");
  const auto model = number(record, {"simulation", "model_error"});
  if (model && *model > 0)
    doc.row("model's own error", value_of(*model, Unit::kFraction), "of AU, in the interval");
}

// A row per accelerators tried or value of a sweep, what was varied first. Columns of which no row knows
// anything are left out with those behind them.
Table points_of(const Json& record, std::string_view list, const std::string& heading,
                Value (*varied)(const Json&)) {
  const double target = au_target(record).value_or(0);
  Table table{{{heading, true},
               {"AU", true, Tone::kStrong},
               {"95 % interval", true},
               {""},
               {"", false, Tone::kFaint, 0, CellStyle::kBar},
               {"samples/s", true},
               {"throughput", true},
               {"limited by"}}};
  for (const Json* point : entries(record, {list})) {
    const double au = number(*point, {"au"}).value_or(0);
    table.rows.push_back({varied(*point), percent_at(*point, {"au"}), au_interval(*point),
                          au >= target ? "holds" : "below", value_of(au, Unit::kFraction),
                          per_second_at(*point, {"samples_per_second"}),
                          rate_at(*point, {"bytes_per_second"}), word(*point, {"limit"})});
  }
  constexpr std::size_t kBrief = 5;  // up to the bar
  if (std::none_of(table.rows.begin(), table.rows.end(),
                   [](const auto& row) { return row[kBrief].known(); })) {
    table.columns.resize(kBrief);
    for (auto& row : table.rows) row.resize(kBrief);
  }
  return table;
}

Value plain_value(const Json& point) { return count_at(point, {"value"}); }
Value bytes_value(const Json& point) { return bytes_at(point, {"value"}); }
Value accelerators_value(const Json& point) { return count_at(point, {"accelerators"}); }

// A screen holds so many rows of a sweep, spread over it from its first to its last.
constexpr std::size_t kFewPoints = 12;

void thin_out(Table& table) {
  const std::size_t all = table.rows.size();
  if (all <= kFewPoints) return;
  std::vector<std::vector<Value>> few;
  for (std::size_t i = 0; i < kFewPoints; ++i) few.push_back(table.rows[i * (all - 1) / (kFewPoints - 1)]);
  table.rows = std::move(few);
}

Document sweep_document(const Json& record, bool few) {
  Document doc;
  const std::string key = word(record, {"sweep_key"});
  doc.title = {"aforo predict --sweep", workload_name(record)};
  if (!few) doc.subtitle = subtitle(record);
  doc.section("Predicted utilisation over " +
              (key.empty() ? std::string("the setting") : cut_to(key, kLongestKey)));
  const bool bytes = key.ends_with("_size") && key != "batch_size";
  Table table = points_of(record, "sweep", key, bytes ? bytes_value : plain_value);
  if (few) {
    const std::size_t all = table.rows.size();
    thin_out(table);
    doc.append(std::move(table));
    add_sweep_first(doc, record,
                    all > kFewPoints ? fmt::format("{} of {} points are shown", kFewPoints, all) : "");
    return doc;
  }
  doc.append(std::move(table));
  add_warnings(doc, record);
  return doc;
}

Document predicted_max_document(const Json& record, PageExtent extent) {
  const bool whole = extent == PageExtent::kAll, first = whole || !asks_for_all(record);
  Document doc;
  doc.title = {"aforo predict --find-max", workload_name(record)};
  if (first) add_search_first(doc, record, extent);
  if (first && !whole) return doc;
  doc.subtitle = subtitle(record);
  doc.section("Result, predicted");
  doc.row("this storage feeds",
          toned(followed_by(count_at(record, {"max_accelerators"}), " accelerators"), Tone::kStrong),
          followed_by(interval_of(numbers(record, {"max_accelerators_interval"}), Unit::kCount),
                      " by AU's 95 % interval"));
  if (const auto target = au_target(record))
    doc.row("at utilisation (AU)", value_of(*target, Unit::kFraction), "or more");
  add_throughput(doc, "throughput there", record);
  doc.row("limited by", word(record, {"limit"}));
  doc.section("Ramp");
  doc.append(points_of(record, "ramp", "accelerators", accelerators_value));
  add_method(doc, record);
  add_warnings(doc, record);
  add_verdict(doc, record);
  return doc;
}

}  // namespace

Document predict_document(const Json& record, PageExtent extent) {
  const bool whole = extent == PageExtent::kAll, first = whole || !asks_for_all(record);
  if (at(record, {"sweep"}) != nullptr) return sweep_document(record, first && !whole);
  if (at(record, {"max_accelerators"}) != nullptr) return predicted_max_document(record, extent);
  Document doc;
  doc.title = title_of("predict", record);
  if (first) add_run_first(doc, record, extent);
  if (first && !whole) return doc;
  doc.subtitle = subtitle(record);
  add_predicted_accelerators(doc, record);
  add_predicted_shares(doc, record);
  add_predicted_times(doc, record);
  add_checkpoints(doc, record);
  add_stations(doc, record);
  add_beside(doc, record);
  add_method(doc, record);
  add_warnings(doc, record);
  add_verdict(doc, record);
  add_advice(doc, record);
  return doc;
}

}  // namespace aforo
