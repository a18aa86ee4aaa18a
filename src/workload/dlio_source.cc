#include "workload/dlio_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/text.h"
#include "base/units.h"
#include "workload/dlio_keys.h"

namespace aforo {
namespace {

// Chosen: more than anybody reads.
constexpr std::size_t kMostWarnings = 100;
// Seconds, a day. Chosen: a longer step or wait is a slip of a unit, as in fields.cc.
constexpr double kLongestTime = 86400;

bool is_null(const YamlNode& node) {
  if (node.kind == YamlNode::Kind::kNull) return true;
  return node.kind == YamlNode::Kind::kScalar && (node.text == "None" || node.text.empty());
}

// "'checkpoint.model_size: 499153191'": the key with its value where that is one word.
std::string shown(std::string_view key, const YamlNode& node) {
  if (node.kind != YamlNode::Kind::kScalar) return quote(key);
  const std::string value = quote(node.text);
  const std::string name = quote(key);
  return fmt::format("{}: {}", name.substr(0, name.size() - 1), value.substr(1));
}

}  // namespace

const YamlNode* DlioSource::find(std::string_view key) const {
  const YamlNode* node = &root_;
  for (const std::string& name : split(key, '.')) {
    node = node->find(name);
    if (node == nullptr) return nullptr;
  }
  return node;
}

void DlioSource::fail(std::string_view key, std::string_view message) const {
  const YamlNode* node = find(key);
  if (node != nullptr && node->line == kCommandLine)
    throw UserError(fmt::format("the command line: {}: {}", key, message));
  const std::string line = node != nullptr && node->line > 0 ? fmt::format(":{}", node->line) : "";
  throw UserError(fmt::format("{}{}: {}: {}", file_, line, key, message));
}

bool DlioSource::has(std::string_view key) const {
  const YamlNode* node = find(key);
  return node != nullptr && !is_null(*node);
}

bool DlioSource::same(std::string_view a, std::string_view b) const {
  const YamlNode *one = find(a), *other = find(b);
  if (one == nullptr || other == nullptr || one->items.size() != other->items.size()) return false;
  for (std::size_t i = 0; i < one->items.size(); ++i)
    if (one->items[i].text != other->items[i].text) return false;
  return true;
}

bool DlioSource::value_is(std::string_view key, std::string_view word) const {
  const YamlNode* node = find(key);
  return node != nullptr && node->kind == YamlNode::Kind::kScalar && to_lower(node->text) == word;
}

const YamlNode* DlioSource::take(std::string_view key) {
  const YamlNode* node = find(key);
  if (node == nullptr) return nullptr;
  taken_.emplace(key);
  return is_null(*node) ? nullptr : node;
}

std::optional<std::string> DlioSource::word(std::string_view key) {
  const YamlNode* node = take(key);
  if (node == nullptr) return std::nullopt;
  if (node->kind != YamlNode::Kind::kScalar)
    fail(key, fmt::format("expected a word, found {}", describe(*node)));
  return node->text;
}

std::optional<double> DlioSource::number(std::string_view key, double least, double most) {
  const YamlNode* node = take(key);
  if (node == nullptr) return std::nullopt;
  const Parsed<double> value = parse_number(node->text);
  if (node->kind != YamlNode::Kind::kScalar || !value || *value < least || *value > most) {
    fail(key, fmt::format("expected a number from {} to {}, found {}", least, most, describe(*node)));
  }
  return *value;
}

std::optional<std::uint64_t> DlioSource::count(std::string_view key, std::uint64_t least,
                                               std::uint64_t most) {
  const YamlNode* node = take(key);
  if (node == nullptr) return std::nullopt;
  const Parsed<std::uint64_t> value = parse_count(node->text);
  if (node->kind != YamlNode::Kind::kScalar || !value || *value < least || *value > most) {
    fail(key, fmt::format("expected a whole number from {} to {}, found {}", least, most, describe(*node)));
  }
  return *value;
}

std::optional<bool> DlioSource::flag(std::string_view key) {
  const YamlNode* node = take(key);
  if (node == nullptr) return std::nullopt;
  const std::string text = to_lower(node->text);
  if (text == "true" || text == "yes" || text == "on") return true;
  if (text == "false" || text == "no" || text == "off") return false;
  fail(key, fmt::format("expected True or False, found {}", describe(*node)));
}

double DlioSource::number_in(const YamlNode& map, std::string_view key, std::string_view name,
                             double least) const {
  const YamlNode* node = map.find(name);
  if (node == nullptr) fail(key, fmt::format("expected '{}' in it, found none", name));
  const Parsed<double> value = parse_number(node->text);
  if (node->kind != YamlNode::Kind::kScalar || !value || *value < least || *value > kLongestTime) {
    fail(key, fmt::format("expected '{}' to be seconds from {} to {}, found {}", name, least, kLongestTime,
                          describe(*node)));
  }
  return *value;
}

// numpy's parameters as mean and standard deviation: gamma(k, s) has mean k s and deviation sqrt(k) s;
// uniform(a, b) has (a + b) / 2 and (b - a) / sqrt(12).
Law DlioSource::law_of(std::string_view key, const YamlNode& map) {
  const YamlNode* type = map.find("type");
  std::set<std::string_view> used = {"type"};
  const auto value = [&](std::string_view name) {
    used.insert(name);
    return number_in(map, key, name, 0);
  };
  Law law;
  if (type == nullptr || type->text == "normal") {
    law.mean = value("mean");
    if (map.find("stdev") != nullptr) law.stddev = value("stdev");
    law.kind = law.stddev > 0 ? LawKind::kNormal : LawKind::kConstant;
  } else if (type->text == "uniform") {
    const double low = value("min"), high = value("max");
    if (high < low) fail(key, "expected min <= max, found min larger");
    law = {.kind = LawKind::kUniform, .mean = (low + high) / 2, .stddev = (high - low) / std::sqrt(12.0)};
    if (law.stddev <= 0) law.kind = LawKind::kConstant;
  } else if (type->text == "gamma") {
    const double shape = value("shape"), scale = value("scale");
    law = {.kind = LawKind::kGamma, .mean = shape * scale, .stddev = std::sqrt(shape) * scale};
  } else if (type->text == "exponential") {
    law = {.kind = LawKind::kExponential, .mean = value("scale")};
  } else if (type->text == "poisson") {
    law = {.kind = LawKind::kPoisson, .mean = value("lam")};
  } else {
    fail(key, fmt::format("expected type normal | uniform | gamma | exponential | poisson, found {}",
                          describe(*type)));
  }
  for (const YamlNode& item : map.items) {
    if (used.contains(item.key)) continue;
    declined_.push_back(fmt::format("'{}.{}' is not honoured: the law does not have it", key, item.key));
  }
  return law;
}

std::optional<Law> DlioSource::time(std::string_view key, std::string_view stdev_key) {
  const YamlNode* node = take(key);
  std::optional<Law> law;
  if (node != nullptr && node->is_map()) law = law_of(key, *node);
  if (node != nullptr && !node->is_map()) law = Law{.mean = *number(key, 0, kLongestTime)};
  const std::optional<double> stdev = number(stdev_key, 0, kLongestTime);
  const bool spreads = stdev && *stdev > 0;
  if (law && spreads && (law->kind == LawKind::kConstant || law->kind == LawKind::kNormal)) {
    law->kind = LawKind::kNormal;
    law->stddev = *stdev;
  } else if (spreads) {
    decline(stdev_key, "there is no mean that it could spread");
  }
  return law;
}

void DlioSource::decline(std::string_view key, std::string why) {
  const YamlNode* node = find(key);
  if (node == nullptr) return;
  taken_.emplace(key);
  declined_.push_back(fmt::format("{} is not honoured: {}", shown(key, *node), why));
}

void DlioSource::collect(const YamlNode& node, const std::string& key, std::vector<std::string>& out) const {
  if (taken_.contains(key)) return;
  const DlioKey* known = key.empty() ? nullptr : find_dlio_key(key);
  if (node.is_map() && (known == nullptr || known->reason.empty()) && !node.items.empty()) {
    for (const YamlNode& item : node.items) collect(item, key.empty() ? item.key : key + "." + item.key, out);
    return;
  }
  if (key.empty()) return;
  if (known != nullptr) {
    const std::string_view reason = known->reason.empty() ? "it says nothing here" : known->reason;
    out.push_back(fmt::format("{} is not honoured: {}", shown(key, node), reason));
  } else {
    const std::string near = did_you_mean(key, dlio_key_words());
    out.push_back(fmt::format("{} is not honoured: aforo knows no such key of the benchmark{}",
                              shown(key, node), near));
  }
}

std::vector<std::string> DlioSource::warnings() const {
  std::vector<std::string> out = declined_;
  collect(root_, "", out);
  if (out.size() > kMostWarnings) {
    const std::size_t more = out.size() - kMostWarnings;
    out.resize(kMostWarnings);
    out.push_back(fmt::format("{} more keys are not honoured", more));
  }
  return out;
}

}  // namespace aforo
