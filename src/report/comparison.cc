#include "report/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/units.h"
#include "report/figure_parts.h"
#include "report/record_facts.h"

namespace aforo {
namespace {

constexpr double kCached = 0.5;  // of the bytes: more than that, and it was memory that was measured
using Group = std::vector<const NamedRecord*>;

enum class Question { kNone, kUtilisation, kLargestNumber, kDesigns };

// Records of one class answer one question about one job.
struct Class {
  Question question = Question::kNone;
  std::string title;
  bool operator==(const Class&) const = default;
};

Class class_of(const Json& record) {
  const std::string command = word(record, {"command"}), job = workload_name(record);
  if (command == "size" && !entries(record, {"designs"}).empty())
    return {Question::kDesigns, "Sizings of " + job};
  if (command != "run" && command != "predict") return {};
  if (at(record, {"sweep"}) != nullptr || at(record, {"would_read"}) != nullptr) return {};
  const std::string memory =
      number(record, {"cache_share"}).value_or(0) > kCached ? ", from the page cache" : "";
  if (number(record, {"max_accelerators"}))
    return {Question::kLargestNumber, "How many accelerators of " + job + " are fed" + memory};
  if (number(record, {"au"})) return {Question::kUtilisation, "Runs of " + job + memory};
  return {};
}

std::vector<std::string> names_of(const Group& group) {
  std::vector<std::string> out;
  for (const NamedRecord* one : group) out.push_back(one->name);
  return out;
}

std::string files_of(const Group& group) { return fmt::format("{} Records", group.size()); }

// The 95 % interval of a prediction; of a measurement the least and the largest epoch.
std::pair<double, double> au_range(const Json& record) {
  if (const auto interval = numbers(record, {"au_interval"}); interval.size() == 2)
    return {interval[0], interval[1]};
  const auto epochs = numbers(record, {"au_per_epoch"});
  if (epochs.size() < 2) return {kNoPoint, kNoPoint};
  const auto [least, most] = std::minmax_element(epochs.begin(), epochs.end());
  return {*least, *most};
}

void add_runs(Document& doc, const Group& group) {
  Table table{{{"Record"},
               {"", false},
               {"accelerators", true},
               {"AU", true, Tone::kStrong},
               {"samples/s", true},
               {"throughput", true},
               {"read"},
               {"limited by"}},
              {},
              true};
  Chart chart;
  chart.title = "AU beside each other";
  chart.about =
      "AU of the whole job (wall); predictions with their 95 % interval, measurements with their least and "
      "largest epoch; fraction; " +
      files_of(group);
  chart.says = fmt::format("Utilisation of {}", files_of(group));
  chart.x = au_axis();
  chart.y.categories = names_of(group);
  for (const char* const source : {"measured", "predicted"}) {
    ChartSeries series{source, Mark::kInterval, {}, {}};
    for (std::size_t i = 0; i < group.size(); ++i) {
      const Json& record = group[i]->record;
      if (source_of(record) != source) continue;
      const auto [low, high] = au_range(record);
      series.x.push_back(number(record, {"au"}).value_or(kNoPoint));
      series.y.push_back(static_cast<double>(i));
      series.low.push_back(low);
      series.high.push_back(high);
    }
    if (!series.x.empty()) chart.series.push_back(std::move(series));
  }
  for (const NamedRecord* one : group) {
    const Json& r = one->record;
    std::string limit = word(r, {"verdict", "limit"});
    if (limit.empty()) limit = word(r, {"limit"});
    table.rows.push_back({one->name, source_of(r), count_at(r, {"accelerators"}), percent_at(r, {"au"}),
                          per_second_at(r, {"samples_per_second"}), rate_at(r, {"bytes_per_second"}),
                          word(r, {"config", "read"}), limit});
  }
  doc.append(std::move(table));
  doc.append(std::move(chart));
}

void add_searches(Document& doc, const Group& group) {
  Table table{{{"Record"},
               {"", false},
               {"accelerators", true, Tone::kStrong},
               {"interval", true},
               {"throughput", true},
               {"limited by"}},
              {},
              true};
  Chart chart;
  chart.title = "Accelerators that are fed";
  chart.about = "most that stay at the target AU, with the interval; count; " + files_of(group);
  chart.says = "The largest number of accelerators of each";
  chart.x = {"accelerators", "count", false, 0.0};
  chart.y.categories = names_of(group);
  ChartSeries series{"accelerators", Mark::kInterval, {}, places(group.size())};
  for (const NamedRecord* one : group) {
    const Json& r = one->record;
    const auto interval = numbers(r, {"max_accelerators_interval"});
    series.x.push_back(number(r, {"max_accelerators"}).value_or(kNoPoint));
    series.low.push_back(interval.size() == 2 ? interval[0] : kNoPoint);
    series.high.push_back(interval.size() == 2 ? interval[1] : kNoPoint);
    table.rows.push_back({one->name, source_of(r), count_at(r, {"max_accelerators"}),
                          interval_of(interval, Unit::kCount), rate_at(r, {"bytes_per_second"}),
                          word(r, {"verdict", "limit"})});
  }
  chart.series.push_back(std::move(series));
  doc.append(std::move(table));
  doc.append(std::move(chart));
}

void add_sizings(Document& doc, const Group& group) {
  Table table{{{"Record"},
               {"accelerators", true},
               {"total/month", true, Tone::kStrong},
               {"AU", true},
               {"best design"}},
              {},
              true};
  Chart chart;
  chart.title = "Best designs beside each other";
  chart.about = "total a month of each best design, with the range of its prices; US dollars a month; " +
                files_of(group);
  chart.says = "What each best design costs a month";
  chart.x = {"total a month", "USD/month", false, 0.0};
  chart.y.categories = names_of(group);
  std::vector<const Json*> best;
  for (const NamedRecord* one : group) {
    const Json& design = *entries(one->record, {"designs"}).front();
    best.push_back(&design);
    table.rows.push_back({one->name, count_at(one->record, {"accelerators"}),
                          money_at(design, {"total_usd_per_month"}), percent_at(design, {"au"}),
                          word(design, {"name"})});
  }
  chart.series.push_back({"total", Mark::kInterval, column(best, {"total_usd_per_month"}),
                          places(best.size()), lows(best, {"total_usd_per_month_range"}),
                          highs(best, {"total_usd_per_month_range"})});
  doc.append(std::move(table));
  doc.append(std::move(chart));
}

}  // namespace

Document comparison_of(std::span<const NamedRecord> records) {
  std::vector<std::pair<Class, Group>> classes;
  for (const NamedRecord& one : records) {
    const Class its = class_of(one.record);
    if (its.question == Question::kNone) continue;
    auto found = std::find_if(classes.begin(), classes.end(), [&](const auto& c) { return c.first == its; });
    if (found == classes.end()) found = classes.insert(classes.end(), {its, {}});
    found->second.push_back(&one);
  }
  Document doc;
  doc.title = {"Beside each other", fmt::format("{} Records", records.size())};
  for (const auto& [its, group] : classes) {
    if (group.size() < 2) continue;
    doc.section(its.title);
    if (its.question == Question::kUtilisation) add_runs(doc, group);
    if (its.question == Question::kLargestNumber) add_searches(doc, group);
    if (its.question == Question::kDesigns) add_sizings(doc, group);
  }
  return doc;
}

}  // namespace aforo
