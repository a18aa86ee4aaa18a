// From trees and "key=value" words into fields.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "workload/dlio_keys.h"
#include "workload/fields.h"
#include "workload/parse.h"

namespace aforo {
namespace {

// A key of the benchmark's in a job that is not of its kind.
void refuse_dlio_key(std::string_view place, std::string_view key) {
  constexpr std::string_view kWrapper = "workload.";
  const std::string_view plain = key.starts_with(kWrapper) ? key.substr(kWrapper.size()) : key;
  const DlioKey* known = find_dlio_key(plain);
  if (known == nullptr) return;
  throw UserError(fmt::format(
      "{}: expected a key of aforo, found {}, which is the benchmark's; {}", place, quote(key),
      known->own.empty()
          ? fmt::format("aforo has none for it: {}", known->reason.empty() ? "leave it out" : known->reason)
          : fmt::format("did you mean '{}'? Files of the benchmark are given with --dlio", known->own)));
}

[[noreturn]] void unknown_key(std::string_view place, std::string_view key) {
  refuse_dlio_key(place, key);
  const std::size_t dot = key.rfind('.');
  const std::string section(dot == std::string_view::npos ? "" : key.substr(0, dot));
  const std::string name(dot == std::string_view::npos ? key : key.substr(dot + 1));
  const std::vector<std::string> known = names_below(section);
  if (known.empty())
    throw UserError(fmt::format("{}: expected a key below {}, found {}{}", place, join(names_below(""), ", "),
                                quote(key), suggest_key(key)));
  const std::string where = section.empty() ? "" : fmt::format(" of '{}'", section);
  throw UserError(fmt::format("{}: expected a key{} ({}), found {}{}", place, where, join(known, ", "),
                              quote(name), suggest_key(key)));
}

void apply_value(Workload& workload, const YamlNode& node, const std::string& key, std::string_view file,
                 std::string_view place, Places& places) {
  const Field* field = find_field(key);
  const bool section = is_section(key);
  if (field == nullptr && !section) unknown_key(place, key);
  if (field != nullptr && (!node.is_map() || section)) {
    const std::string error = field->set(workload, node);
    if (!error.empty()) throw UserError(fmt::format("{}: {}: {}", place, key, error));
  } else if (field != nullptr) {
    throw UserError(fmt::format("{}: {}: expected {}, found a mapping", place, key, field->doc.form));
  } else if (!node.is_map()) {
    throw UserError(fmt::format("{}: {}: expected a mapping of {}, found {}", place, key,
                                join(names_below(key), ", "), describe(node)));
  }
  places.insert_or_assign(key, std::string(place));
  if (node.is_map()) apply_fields(workload, node, key, file, places);
}

// The lines of a word on the command line say nothing.
void forget_lines(YamlNode& node) {
  node.line = 0;
  for (YamlNode& item : node.items) forget_lines(item);
}

}  // namespace

void apply_fields(Workload& workload, const YamlNode& map, std::string_view prefix, std::string_view file,
                  Places& places) {
  for (const YamlNode& item : map.items) {
    const std::string key = prefix.empty() ? item.key : fmt::format("{}.{}", prefix, item.key);
    const std::string place = item.line > 0 ? fmt::format("{}:{}", file, item.line) : std::string(file);
    // A dot inside a key would reach a field by a second way, past the check for keys given twice.
    if (item.key.find('.') != std::string::npos) unknown_key(place, prefix.empty() ? item.key : key);
    apply_value(workload, item, key, file, place, places);
  }
}

void apply_override(Workload& workload, std::string_view assignment, Places& places) {
  const std::size_t equals = assignment.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    throw UserError(
        fmt::format("--set: expected key=value such as loader.workers=8, found {}", quote(assignment)));
  }
  const std::string key(trim(assignment.substr(0, equals)));
  const std::string place = fmt::format("--set {}", quote(assignment));
  const std::string_view value = trim(assignment.substr(equals + 1));
  YamlNode node;
  if (!value.empty()) node = read_yaml(value, place);
  forget_lines(node);
  apply_value(workload, node, key, place, place, places);
}

std::string field_problem(std::string_view key, std::string_view value) {
  const Field* field = find_field(key);
  if (field == nullptr) return fmt::format("expected the key of a field, found {}", quote(key));
  Workload scratch;
  YamlNode node = read_yaml(value, key);
  forget_lines(node);
  return field->set(scratch, node);
}

void check_bounds(const Workload& workload, std::string_view file, Use use) {
  Workload scratch;
  Places places;
  for (const Field& field : fields()) {
    if (use == Use::kDataset && !field.doc.key.starts_with("dataset.")) continue;
    if (use == Use::kCheckpoint && !field.doc.key.starts_with("checkpoint.")) continue;
    const std::string value = field.get(workload);
    if (value.empty()) continue;
    YamlNode node = read_yaml(value, file);
    forget_lines(node);
    apply_value(scratch, node, field.doc.key, file, file, places);
  }
}

std::string suggest_key(std::string_view key) {
  const std::size_t dot = key.rfind('.');
  const std::string section(dot == std::string_view::npos ? "" : key.substr(0, dot));
  const std::string name(dot == std::string_view::npos ? key : key.substr(dot + 1));
  const std::string sibling = nearest(name, names_below(section));
  if (!sibling.empty())
    return fmt::format("; did you mean '{}'?", section.empty() ? sibling : section + "." + sibling);
  if (names_below(section).empty()) {
    std::vector<std::string> whole_keys;
    for (const Field& field : fields()) whole_keys.push_back(field.doc.key);
    const std::string whole = nearest(key, whole_keys);
    if (!whole.empty()) return fmt::format("; did you mean '{}'?", whole);
  }
  std::vector<std::string> last_names;
  for (const Field& field : fields())
    last_names.push_back(field.doc.key.substr(field.doc.key.rfind('.') + 1));
  const std::string other = nearest(name, last_names);
  if (other.empty()) return {};
  const auto at = std::find(last_names.begin(), last_names.end(), other) - last_names.begin();
  return fmt::format("; did you mean '{}'?", fields()[static_cast<std::size_t>(at)].doc.key);
}

}  // namespace aforo
