#include "report/view.h"

namespace aforo {

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

std::vector<const Json*> entries(const Json& record, Path path) {
  std::vector<const Json*> out;
  const Json* list = at(record, path);
  if (list == nullptr || !list->is_array()) return out;
  for (const Json& one : *list) out.push_back(&one);
  return out;
}

Value value_at(const Json& record, Path path, Unit unit) {
  const std::optional<double> found = number(record, path);
  return found ? value_of(*found, unit) : Value();
}

Value bytes_at(const Json& record, Path path) { return value_at(record, path, Unit::kBytes); }
Value seconds_at(const Json& record, Path path) { return value_at(record, path, Unit::kSeconds); }
Value rate_at(const Json& record, Path path) { return value_at(record, path, Unit::kBytesPerSecond); }
Value count_at(const Json& record, Path path) { return value_at(record, path, Unit::kCount); }
Value per_second_at(const Json& record, Path path) { return value_at(record, path, Unit::kPerSecond); }
Value percent_at(const Json& record, Path path) { return value_at(record, path, Unit::kFraction); }
Value dollars_at(const Json& record, Path path) { return value_at(record, path, Unit::kDollars); }

Value money_at(const Json& record, Path path) {
  const std::optional<double> found = number(record, path);
  if (!found) return {};
  const std::string_view key = path.size() == 0 ? std::string_view() : *(path.end() - 1);
  return sum_of_money(*found, key.ends_with("_per_month") ? Unit::kDollarsPerMonth : Unit::kDollars);
}

Value terabytes_at(const Json& record, Path path) {
  const std::optional<double> found = number(record, path);
  return found ? bytes_as_sold(*found) : Value();
}

}  // namespace aforo
