#include "workload/provenance.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace aforo {
namespace {

// Chosen: some for every field and every value of one, and a source of several lines; an end to what is no
// provenance.
constexpr std::size_t kMostEntries = 200;
constexpr std::size_t kLongestSource = 1000;
const std::vector<std::string> kKinds = {"measured", "published", "estimated"};
const std::vector<std::string> kKeys = {"field", "kind", "source", "date"};

// "2026", "2026-06" or "2026-06-17".
bool is_date(std::string_view text) {
  constexpr std::string_view kForm = "dddd-dd-dd";
  if (text.size() != 4 && text.size() != 7 && text.size() != 10) return false;
  return std::equal(text.begin(), text.end(), kForm.begin(),
                    [](char c, char form) { return form == 'd' ? c >= '0' && c <= '9' : c == form; });
}

std::string check(const Provenance& entry, const UnknownField& unknown) {
  if (const auto suggestion = unknown(entry.field)) {
    return fmt::format("expected 'field' to name a workload field, found {}{}", quote(entry.field),
                       *suggestion);
  }
  if (std::find(kKinds.begin(), kKinds.end(), entry.kind) == kKinds.end()) {
    return fmt::format("expected 'kind' to be measured | published | estimated, found {}",
                       quote(entry.kind)) +
           did_you_mean(entry.kind, kKinds);
  }
  if (entry.source.empty() || entry.source.size() > kLongestSource) {
    return fmt::format("expected 'source' to be 1 to {} letters, found {}", kLongestSource,
                       entry.source.size());
  }
  if (!is_date(entry.date)) return fmt::format("expected 'date' like 2026-06, found {}", quote(entry.date));
  return {};
}

std::string read_entry(const YamlNode& node, Provenance& entry, const UnknownField& unknown) {
  if (!node.is_map()) return unexpected("a list of {field, kind, source, date}", node);
  for (const YamlNode& item : node.items) {
    std::string Provenance::*member = nullptr;
    if (item.key == "field") member = &Provenance::field;
    if (item.key == "kind") member = &Provenance::kind;
    if (item.key == "source") member = &Provenance::source;
    if (item.key == "date") member = &Provenance::date;
    if (member == nullptr) {
      return fmt::format("expected field, kind, source, date, found {}{}", quote(item.key),
                         did_you_mean(item.key, kKeys));
    }
    if (item.kind != YamlNode::Kind::kScalar) return unexpected("text as '" + item.key + "'", item);
    entry.*member = item.text;
  }
  return check(entry, unknown);
}

std::string set_provenance(Workload& workload, const YamlNode& node, const UnknownField& unknown) {
  if (node.kind != YamlNode::Kind::kSequence)
    return unexpected("a list of {field, kind, source, date}", node);
  if (node.items.size() > kMostEntries)
    return fmt::format("expected at most {} entries, found more", kMostEntries);
  std::vector<Provenance> entries;
  for (const YamlNode& item : node.items) {
    const std::string error = read_entry(item, entries.emplace_back(), unknown);
    if (!error.empty()) return fmt::format("{} (entry {})", error, entries.size());
  }
  workload.provenance = std::move(entries);
  return {};
}

std::string provenance_yaml(const Workload& workload) {
  if (workload.provenance.empty()) return "[]";
  std::string text;
  for (const Provenance& entry : workload.provenance) {
    text += fmt::format("\n  - {{field: {}, kind: {}, source: {}, date: {}}}", yaml_text(entry.field),
                        yaml_text(entry.kind), yaml_text(entry.source), yaml_text(entry.date));
  }
  return text;
}

}  // namespace

Field provenance_field(UnknownField unknown) {
  Field field;
  field.doc = {"provenance", "list of {field, kind, source, date}", "[]",
               "Where constants come from: measured, published or estimated, by whom, when."};
  field.set = [unknown = std::move(unknown)](Workload& workload, const YamlNode& node) {
    return set_provenance(workload, node, unknown);
  };
  field.get = provenance_yaml;
  return field;
}

}  // namespace aforo
