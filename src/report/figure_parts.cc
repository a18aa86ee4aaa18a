#include "report/figure_parts.h"

#include <algorithm>

#include "base/text.h"
#include "base/units.h"
#include "measure/series.h"
#include "report/record_facts.h"

namespace aforo {
namespace {

std::vector<double> ends(const std::vector<const Json*>& rows, Path key, std::size_t end) {
  std::vector<double> out;
  for (const Json* row : rows) {
    const std::vector<double> pair = numbers(*row, key);
    out.push_back(pair.size() == 2 ? pair[end] : kNoPoint);
  }
  return out;
}

}  // namespace

std::string source_of(const Json& record) { return flag(record, {"predicted"}) ? "predicted" : "measured"; }

std::string configuration_of(const Json& record) {
  const std::string directory = directory_of_run(record);
  const std::string place = directory.empty() ? word(record, {"config", "storage"}) : directory;
  return join_known(
      {workload_name(record), followed_by(count_at(record, {"accelerators"}), " accelerators").text,
       word(record, {"config", "read"}), place, started_text(record)},
      ", ");
}

std::string about(std::string_view statistic, std::string_view unit, std::string_view source,
                  const Json& record) {
  return join_known(
      {std::string(statistic), std::string(unit), std::string(source), configuration_of(record)}, "; ");
}

SeriesValues series_values(const Json& record, std::string_view name, std::string_view key) {
  for (Series& series : series_of(record)) {
    if (series.name != name) continue;
    for (Axis& axis : series.y)
      if (axis.key == key) return {std::move(series.x.values), std::move(axis.values)};
  }
  return {};
}

std::vector<double> column(const std::vector<const Json*>& rows, Path key) {
  std::vector<double> out;
  for (const Json* row : rows) out.push_back(number(*row, key).value_or(kNoPoint));
  return out;
}

std::vector<double> lows(const std::vector<const Json*>& rows, Path key) { return ends(rows, key, 0); }
std::vector<double> highs(const std::vector<const Json*>& rows, Path key) { return ends(rows, key, 1); }

std::vector<double> places(std::size_t n) {
  std::vector<double> out;
  for (std::size_t i = 0; i < n; ++i) out.push_back(static_cast<double>(i));
  return out;
}

void add_target(Chart& chart, const Json& record, bool vertical) {
  if (const auto target = au_target(record))
    chart.lines.push_back({vertical, *target, "target AU " + format_percent(*target)});
}

std::vector<const Json*> sorted_by(std::vector<const Json*> rows, Path key) {
  std::stable_sort(rows.begin(), rows.end(), [&](const Json* a, const Json* b) {
    return number(*a, key).value_or(0) < number(*b, key).value_or(0);
  });
  return rows;
}

ChartAxis au_axis() { return {"AU", "fraction", false, 0.0, 1.0, {}}; }

}  // namespace aforo
