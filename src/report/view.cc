#include "report/view.h"

#include <algorithm>
#include <cmath>

namespace aforo {
namespace {

template <class Format>
std::string formatted(const Json& record, Path path, Format format) {
  const std::optional<double> value = number(record, path);
  return value ? format(*value) : std::string();
}

}  // namespace

const Json* at(const Json& record, Path path) {
  const Json* here = &record;
  for (std::string_view key : path) {
    if (!here->is_object()) return nullptr;
    const auto found = here->find(std::string(key));
    if (found == here->end() || found->is_null()) return nullptr;
    here = &*found;
  }
  return here;
}

std::optional<double> number(const Json& record, Path path) {
  const Json* value = at(record, path);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->get<double>();
}

std::string word(const Json& record, Path path) {
  const Json* value = at(record, path);
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

std::vector<std::string> words(const Json& record, Path path) {
  std::vector<std::string> result;
  const Json* value = at(record, path);
  if (value == nullptr || !value->is_array()) return result;
  for (const Json& item : *value) {
    if (item.is_string()) result.push_back(item.get<std::string>());
  }
  return result;
}

std::vector<double> numbers(const Json& record, Path path) {
  std::vector<double> result;
  const Json* value = at(record, path);
  if (value == nullptr || !value->is_array()) return result;
  for (const Json& item : *value) {
    if (item.is_number()) result.push_back(item.get<double>());
  }
  return result;
}

bool flag(const Json& record, Path path) {
  const Json* value = at(record, path);
  return value != nullptr && value->is_boolean() && value->get<bool>();
}

std::string bytes_text(double bytes) {
  return format_bytes(Bytes{static_cast<std::uint64_t>(std::llround(std::clamp(bytes, 0.0, 1e18)))});
}

std::string bytes_at(const Json& record, Path path) { return formatted(record, path, bytes_text); }
std::string seconds_at(const Json& record, Path path) {
  return formatted(record, path, [](double v) { return format_seconds(Seconds{v}); });
}
std::string rate_at(const Json& record, Path path) {
  return formatted(record, path, [](double v) { return format_rate(BytesPerSecond{v}); });
}
std::string count_at(const Json& record, Path path) { return formatted(record, path, format_count); }
std::string percent_at(const Json& record, Path path) { return formatted(record, path, format_percent); }
std::string dollars_at(const Json& record, Path path) {
  return formatted(record, path, [](double v) { return format_dollars(Dollars{v}); });
}

std::string join_known(std::initializer_list<std::string> parts, std::string_view separator) {
  std::string result;
  for (const std::string& part : parts) {
    if (part.empty()) continue;
    if (!result.empty()) result += separator;
    result += part;
  }
  return result;
}

}  // namespace aforo
