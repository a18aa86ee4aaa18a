#include "measure/record.h"

#include <array>
#include <cmath>
#include <stdexcept>

namespace aforo {
namespace {

// nlohmann writes NaN as null: a number that is unknown would look like a key that is known.
void reject_non_finite(const Json& value, const std::string& path) {
  if (value.is_number_float() && !std::isfinite(value.get<double>())) {
    throw std::logic_error("record key " + path + " is not a finite number");
  }
  if (value.is_object()) {
    for (const auto& [key, child] : value.items()) reject_non_finite(child, path + "/" + key);
  } else if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i)
      reject_non_finite(value[i], path + "/" + std::to_string(i));
  }
}

}  // namespace

std::string_view aforo_version() { return AFORO_VERSION; }

Json new_record(std::string_view command, std::string_view started, const Json& machine) {
  Json record;
  record["schema"] = kRecordSchema;
  record["command"] = command;
  record["aforo_version"] = aforo_version();
  record["started"] = started;
  record["machine"] = machine;
  record["partial"] = false;
  record["warnings"] = Json::array();
  return record;
}

void set_number(Json& record, std::string_view key, double value) {
  if (std::isfinite(value)) record[std::string(key)] = value;
}

Json percentiles(const Histogram& histogram) {
  Json result = Json::object();
  if (histogram.count() == 0) return result;
  struct Name {
    const char* key;
    double q;
  };
  static constexpr std::array kQuantiles = {Name{"p1", 0.01},  Name{"p5", 0.05},  Name{"p25", 0.25},
                                            Name{"p50", 0.5},  Name{"p75", 0.75}, Name{"p90", 0.9},
                                            Name{"p95", 0.95}, Name{"p99", 0.99}, Name{"p999", 0.999}};
  result["count"] = histogram.count();
  result["mean"] = histogram.mean().value;
  result["min"] = histogram.minimum().value;
  for (const auto& [key, q] : kQuantiles) result[key] = histogram.quantile(q).value;
  result["max"] = histogram.maximum().value;
  result["relative_error"] = Histogram::kRelativeError;
  return result;
}

std::string to_text(const Json& record) {
  reject_non_finite(record, "");
  // Paths from the file system may be no UTF-8; such bytes become U+FFFD instead of ending the command.
  return record.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace aforo
