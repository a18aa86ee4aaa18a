#include "report/find_max_document.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/units.h"
#include "report/common_sections.h"
#include "report/record_facts.h"
#include "report/run_first.h"
#include "report/view.h"

namespace aforo {
namespace {

std::vector<const Json*> by_accelerators(std::vector<const Json*> points) {
  std::stable_sort(points.begin(), points.end(), [](const Json* a, const Json* b) {
    return number(*a, {"accelerators"}).value_or(0) < number(*b, {"accelerators"}).value_or(0);
  });
  return points;
}

void add_ramp(Document& doc, const Json& record) {
  const double threshold = au_target(record).value_or(0);
  Table table{{{"accelerators", true},
               {"AU", true, Tone::kStrong},
               {"95 % interval", true},
               {"measured for", true},
               {""},
               {"", false, Tone::kFaint, 0, CellStyle::kBar}}};
  for (const Json* point : by_accelerators(entries(record, {"ramp"}))) {
    const double au = number(*point, {"au"}).value_or(0);
    table.rows.push_back({count_at(*point, {"accelerators"}), percent_at(*point, {"au"}),
                          interval_of(numbers(*point, {"au_interval"}), Unit::kFraction),
                          seconds_at(*point, {"seconds"}), au >= threshold ? "holds" : "below",
                          value_of(au, Unit::kFraction)});
  }
  if (table.rows.empty()) return;
  doc.section("Ramp");
  doc.append(std::move(table));
}

}  // namespace

Document find_max_document(const Json& record, PageExtent extent) {
  const bool whole = extent == PageExtent::kAll, first = whole || !asks_for_all(record);
  Document doc;
  doc.title = {"aforo run --find-max", workload_name(record)};
  if (first) add_search_first(doc, record, extent);
  if (first && !whole) return doc;
  doc.subtitle = subtitle_of(path_value(directory_of_run(record)),
                             {engine_of(record), word(record, {"config", "read"}), started_text(record)});
  doc.section("Result");
  // On the null engine nothing was read.
  doc.row(word(record, {"engine"}) == "null" ? "this client could feed" : "this storage feeds",
          toned(followed_by(count_at(record, {"max_accelerators"}), " accelerators"), Tone::kStrong),
          followed_by(interval_of(numbers(record, {"max_accelerators_interval"}), Unit::kCount),
                      " at 95 % confidence"));
  if (const auto target = au_target(record))
    doc.row("at utilisation (AU)", value_of(*target, Unit::kFraction), "or more");
  add_throughput(doc, "throughput there", record);
  doc.row("from the page cache", percent_at(record, {"cache_share"}), "of the bytes");
  const auto off = number(record, {"prediction_error"});
  doc.row("predicted", followed_by(count_at(record, {"prediction", "max_accelerators"}), " accelerators"),
          off ? Value(*off, Unit::kFraction, fmt::format("{:+.1f} % off", *off * 100)) : Value());
  add_ramp(doc, record);
  add_errors(doc, record);
  add_warnings(doc, record);
  add_verdict(doc, record);
  return doc;
}

}  // namespace aforo
