// What `aforo size` answers, as a table: one row per design.
#include "report/csv.h"
#include "report/view.h"

namespace aforo {
namespace {

struct CsvColumn {
  std::string_view name;
  std::string_view key, inner;  // design[key][inner], or design[key]
  std::size_t place = 0;        // design[key][place - 1] where above 0
};

// The order of the columns is part of the format: add at the end.
constexpr CsvColumn kDesignColumns[] = {{"name", "name", ""},
                                  {"family", "family", ""},
                                  {"au", "au", ""},
                                  {"au_low", "au_interval", "", 1},
                                  {"au_high", "au_interval", "", 2},
                                  {"method", "method", ""},
                                  {"usable_bytes", "usable_bytes", ""},
                                  {"storage_usd_per_month", "storage_usd_per_month", ""},
                                  {"idle_usd_per_month", "idle_usd_per_month", ""},
                                  {"total_usd_per_month", "total_usd_per_month", ""},
                                  {"total_usd_per_month_low", "total_usd_per_month_range", "", 1},
                                  {"total_usd_per_month_high", "total_usd_per_month_range", "", 2},
                                  {"accelerators_more_usd_per_month", "accelerators_more_usd_per_month", ""},
                                  {"purchase_usd", "purchase_usd", ""},
                                  {"drive", "storage", "drive"},
                                  {"drives", "storage", "drives"},
                                  {"servers", "storage", "servers"},
                                  {"protection", "storage", "protection"},
                                  {"service", "service", ""},
                                  {"read_bytes_per_second", "read_bytes_per_second", ""},
                                  {"write_bytes_per_second", "write_bytes_per_second", ""},
                                  {"opens_per_second", "opens_per_second", ""},
                                  {"requests_per_second", "requests_per_second", ""},
                                  {"latency_seconds", "latency_seconds", ""},
                                  {"rebuild_seconds", "rebuild_seconds", ""},
                                  {"watts", "watts", ""},
                                  {"rack_units", "rack_units", ""},
                                  {"limit", "limit", ""},
                                  {"estimated", "estimated", ""}};

constexpr CsvColumn kHedged[] = {{"name", "name", ""},
                                 {"family", "family", ""},
                                 {"satisfied_share", "satisfied_share", ""},
                                 {"expected_usd_per_month", "expected_usd_per_month", ""},
                                 {"expected_regret_usd_per_month", "expected_regret_usd_per_month", ""},
                                 {"worst_regret_usd_per_month", "worst_regret_usd_per_month", ""},
                                 {"worst_scenario", "worst_scenario", ""}};

std::string text_of(const Json& design, const CsvColumn& column) {
  const Json* value =
      column.inner.empty() ? at(design, {column.key}) : at(design, {column.key, column.inner});
  if (value != nullptr && column.place > 0)
    value = value->is_array() && value->size() >= column.place ? &(*value)[column.place - 1] : nullptr;
  return csv_value(value);
}

template <class Columns>
std::string table(const Json& rows, const Columns& columns) {
  std::string out;
  for (const CsvColumn& column : columns) out.append(out.empty() ? "" : ",").append(column.name);
  out.append(kCsvEnd);
  for (const Json& row : rows) {
    bool first = true;
    for (const CsvColumn& column : columns) {
      out.append(first ? "" : ",").append(text_of(row, column));
      first = false;
    }
    out.append(kCsvEnd);
  }
  return out;
}

}  // namespace

std::string record_csv(const Json& record) {
  const Json* hedged = at(record, {"portfolio", "designs"});
  if (hedged != nullptr && hedged->is_array()) return table(*hedged, kHedged);
  const Json* designs = at(record, {"designs"});
  if (designs != nullptr && designs->is_array()) return table(*designs, kDesignColumns);
  return summary_csv(record);
}

}  // namespace aforo
