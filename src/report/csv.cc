#include "report/csv.h"

#include "report/record_facts.h"
#include "report/view.h"

namespace aforo {
namespace {

struct Field {
  std::string_view name;
  std::string_view key, inner;  // record[key][inner], or record[key]
};

// The order of the columns is part of the format: add at the end.
constexpr Field kFields[] = {{"command", "command", ""},
                             {"aforo_version", "aforo_version", ""},
                             {"started", "started", ""},
                             {"partial", "partial", ""},
                             {"workload", "", ""},
                             {"directory", "", ""},
                             {"accelerators", "accelerators", ""},
                             {"au", "au", ""},
                             {"au_target", "", ""},
                             {"samples_per_second", "samples_per_second", ""},
                             {"bytes_per_second", "bytes_per_second", ""},
                             {"bytes_requested", "bytes_requested", ""},
                             {"bytes_from_storage", "bytes_from_storage", ""},
                             {"cache_share", "cache_share", ""},
                             {"steps", "steps", ""},
                             {"step_p50_seconds", "step_seconds", "p50"},
                             {"step_p99_seconds", "step_seconds", "p99"},
                             {"read_p50_seconds", "read_seconds", "p50"},
                             {"read_p99_seconds", "read_seconds", "p99"},
                             {"stall_seconds", "stall_seconds", ""},
                             {"stall_cost_usd", "stall_cost_usd", ""},
                             {"cpu_seconds", "cpu_seconds", ""},
                             {"cpu_seconds_per_gb", "cpu_seconds_per_gb", ""},
                             {"resident_bytes", "resident_bytes", ""},
                             {"null_ceiling_samples_per_second", "null_ceiling_samples_per_second", ""},
                             {"first_step_seconds", "first_step_seconds", ""},
                             {"max_accelerators", "max_accelerators", ""},
                             {"files", "files", ""},
                             {"bytes", "bytes", ""},
                             {"errors", "errors", "count"},
                             {"limit", "verdict", "limit"},
                             {"verdict", "verdict", "text"}};

std::string value_of(const Json& record, const Field& field) {
  if (field.name == "workload") return csv_field(workload_name(record));
  if (field.name == "directory") return csv_field(directory_of_run(record));
  if (field.name == "au_target") {
    const auto target = au_target(record);
    return target ? Json(*target).dump() : "";
  }
  if (field.inner.empty()) return csv_value(at(record, {field.key}));
  return csv_value(at(record, {field.key, field.inner}));
}

}  // namespace

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string csv_value(const Json* value) {
  if (value == nullptr || value->is_null() || value->is_structured()) return "";
  return value->is_string() ? csv_field(value->get<std::string>()) : value->dump();
}

std::string summary_header() {
  std::string line;
  for (const Field& field : kFields) line.append(line.empty() ? "" : ",").append(field.name);
  return line.append(kCsvEnd);
}

std::string summary_row(const Json& record) {
  std::string line;
  bool first = true;
  for (const Field& field : kFields) {
    line.append(first ? "" : ",").append(value_of(record, field));
    first = false;
  }
  return line.append(kCsvEnd);
}

std::string summary_csv(const Json& record) { return summary_header() + summary_row(record); }

}  // namespace aforo
