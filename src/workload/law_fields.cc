// Laws as fields: "114 kB", or {mean, stddev, distribution, minimum, maximum, quantiles}.
#include <fmt/format.h>

#include "base/text.h"
#include "workload/field_kinds.h"

namespace aforo {
namespace {

constexpr std::size_t kMostQuantiles = 1001;

struct LawShape {
  Access<Law> access;
  LawUnit unit;
  double least;
  double most;
};

std::string exact_value(LawUnit unit, double value) {
  return unit == LawUnit::kBytes ? exact_bytes(value) : exact_seconds(value);
}

Parsed<double> parse_value(LawUnit unit, std::string_view text) {
  if (unit == LawUnit::kBytes) return parse_mean_bytes(text);
  const Parsed<Seconds> value = parse_seconds(text);
  if (!value) return tl::unexpected(value.error());
  return value->value;
}

// Reads one value of the law's unit within [least, most] into `target`; "" or the half sentence.
std::string set_value(const LawShape& shape, const YamlNode& node, double least, double& target) {
  const std::string range =
      fmt::format("{} to {}", exact_value(shape.unit, least), exact_value(shape.unit, shape.most));
  if (node.kind != YamlNode::Kind::kScalar) return unexpected(range, node);
  const Parsed<double> value = parse_value(shape.unit, node.text);
  if (!value) return value.error();
  if (*value < least || *value > shape.most) return unexpected(range, node);
  target = *value;
  return {};
}

std::string set_law(const LawShape& shape, Workload& workload, const YamlNode& node) {
  Law law;
  if (!node.is_map()) {
    const std::string error = set_value(shape, node, shape.least, law.mean);
    if (!error.empty()) return error;
  }
  shape.access(workload) = law;
  return {};
}

std::string set_quantiles(const LawShape& shape, Workload& workload, const YamlNode& node) {
  const std::string expected = fmt::format("a list of 2 to {} rising values", kMostQuantiles);
  const bool fits = node.kind == YamlNode::Kind::kSequence && node.items.size() >= 2;
  if (!fits || node.items.size() > kMostQuantiles) return unexpected(expected, node);
  std::vector<double> quantiles;
  for (const YamlNode& item : node.items) {
    double value = 0;
    const std::string error = set_value(shape, item, 0, value);
    if (!error.empty()) return error;
    if (!quantiles.empty() && value < quantiles.back())
      return unexpected(expected, item) + " after a larger one";
    quantiles.push_back(value);
  }
  Law& law = shape.access(workload);
  law.quantiles = std::move(quantiles);
  law.kind = LawKind::kEmpirical;
  return {};
}

std::string set_distribution(const LawShape& shape, Workload& workload, const YamlNode& node) {
  const std::vector<std::string> words = law_words();
  const std::string expected = join(words, " | ");
  if (node.kind != YamlNode::Kind::kScalar) return unexpected(expected, node);
  const std::optional<LawKind> kind = law_kind(node.text);
  if (!kind) return unexpected(expected, node) + did_you_mean(node.text, words);
  shape.access(workload).kind = *kind;
  return {};
}

std::string law_yaml(LawUnit unit, const Law& law) {
  const auto value = [unit](double number) { return exact_value(unit, number); };
  const bool plain = law.kind == LawKind::kConstant && law.minimum == 0 && law.maximum == 0;
  if (plain) return value(law.mean);
  std::string text = "{";
  if (law.kind == LawKind::kEmpirical) {
    std::vector<std::string> quantiles;
    for (const double quantile : law.quantiles) quantiles.push_back(value(quantile));
    text += fmt::format("quantiles: [{}]", join(quantiles, ", "));
  } else {
    text += "mean: " + value(law.mean);
    if (has_stddev(law.kind)) text += ", stddev: " + value(law.stddev);
  }
  text += fmt::format(", distribution: {}", to_string(law.kind));
  if (law.minimum > 0) text += ", minimum: " + value(law.minimum);
  if (law.maximum > 0) text += ", maximum: " + value(law.maximum);
  return text + "}";
}

Field below(const About& about, std::string_view name, std::string form, std::string fallback,
            std::string text, std::function<std::string(Workload&, const YamlNode&)> set) {
  Field field;
  field.doc = {about.key + "." + std::string(name), std::move(form), std::move(fallback), std::move(text)};
  field.set = std::move(set);
  field.get = [](const Workload&) { return std::string(); };
  return field;
}

}  // namespace

std::vector<Field> law_fields(About about, Access<Law> access, LawUnit unit, double least, double most) {
  const LawShape shape{std::move(access), unit, least, most};
  const std::string value_form = unit == LawUnit::kBytes ? "bytes with unit" : "time with unit";
  const auto number = [&](std::string_view name, std::string fallback, std::string text, double low,
                          double Law::*member) {
    return below(about, name, value_form, std::move(fallback), std::move(text),
                 [shape, low, member](Workload& workload, const YamlNode& node) {
                   return set_value(shape, node, low, shape.access(workload).*member);
                 });
  };
  Field whole;
  whole.required = about.required;
  whole.doc = {about.key, unit == LawUnit::kBytes ? "law of bytes" : "law of time",
               about.required ? "required" : "0", about.text};
  whole.set = [shape](Workload& workload, const YamlNode& node) { return set_law(shape, workload, node); };
  whole.get = [shape](const Workload& workload) {
    return law_yaml(shape.unit, shape.access(const_cast<Workload&>(workload)));
  };
  std::vector<Field> fields{std::move(whole)};
  fields.push_back(number("mean", "none", "Mean of the law.", least, &Law::mean));
  fields.push_back(
      number("stddev", "0", "Standard deviation of the values; needs a distribution.", 0, &Law::stddev));
  fields.push_back(below(
      about, "distribution", join(law_words(), " | "), "constant", "Kind of the law.",
      [shape](Workload& workload, const YamlNode& node) { return set_distribution(shape, workload, node); }));
  fields.push_back(number("minimum", "0", "Smaller values are raised to it.", 0, &Law::minimum));
  fields.push_back(
      number("maximum", "none", "Larger values are lowered to it; 0 for none.", 0, &Law::maximum));
  fields.push_back(below(
      about, "quantiles", "list of values", "none",
      "Equally spaced quantiles from smallest to largest, linear in between.",
      [shape](Workload& workload, const YamlNode& node) { return set_quantiles(shape, workload, node); }));
  return fields;
}

}  // namespace aforo
