#include "workload/law_yaml.h"

#include <fmt/format.h>

#include "base/text.h"
#include "base/units.h"
#include "workload/exact_words.h"

namespace aforo {
namespace {

// Chosen: a quantile for every thousandth.
constexpr std::size_t kMostQuantiles = 1001;

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

std::string set_quantiles(const LawShape& shape, const YamlNode& node, Law& law) {
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
  law.quantiles = std::move(quantiles);
  law.kind = LawKind::kEmpirical;
  return {};
}

// A fraction in [0, 1] for each quantile; that there are as many is seen when all keys are read (law_error).
std::string set_shares(const YamlNode& node, Law& law) {
  const std::string expected = fmt::format("a list of 2 to {} rising fractions from 0 to 1", kMostQuantiles);
  const bool fits = node.kind == YamlNode::Kind::kSequence && node.items.size() >= 2;
  if (!fits || node.items.size() > kMostQuantiles) return unexpected(expected, node);
  std::vector<double> shares;
  for (const YamlNode& item : node.items) {
    const Parsed<double> value = parse_number(item.text);
    const bool good = item.kind == YamlNode::Kind::kScalar && value && *value >= 0 && *value <= 1;
    if (!good || (!shares.empty() && *value < shares.back())) return unexpected(expected, item);
    shares.push_back(*value);
  }
  if (shares.front() != 0 || shares.back() != 1) return unexpected(expected, node);
  law.shares = std::move(shares);
  return {};
}

std::string set_distribution(const YamlNode& node, Law& law) {
  const std::vector<std::string> words = law_words();
  const std::string expected = join(words, " | ");
  if (node.kind != YamlNode::Kind::kScalar) return unexpected(expected, node);
  const std::optional<LawKind> kind = law_kind(node.text);
  if (!kind) return unexpected(expected, node) + did_you_mean(node.text, words);
  law.kind = *kind;
  return {};
}

}  // namespace

std::vector<LawKey> law_keys(LawUnit unit) {
  const std::string value = unit == LawUnit::kBytes ? "bytes with unit" : "time with unit";
  return {{"mean", value, "none", "Mean of the law."},
          {"stddev", value, "0", "Standard deviation of the values; needs a distribution."},
          {"distribution", join(law_words(), " | "), "constant", "Kind of the law."},
          {"minimum", value, "0", "Smaller values are raised to it."},
          {"maximum", value, "none", "Larger values are lowered to it; 0 for none."},
          {"quantiles", "list of values", "none",
           "Quantiles from smallest to largest, linear in between; equally spaced without shares."},
          {"shares", "list of fractions", "equally spaced",
           "Where the quantiles stand, from 0 to 1; two at one share are a jump."}};
}

std::string set_law(const LawShape& shape, const YamlNode& node, Law& law) {
  Law read;
  if (!node.is_map()) {
    const std::string error = set_value(shape, node, shape.least, read.mean);
    if (!error.empty()) return error;
  }
  law = read;
  return {};
}

std::string set_law_key(const LawShape& shape, std::string_view name, const YamlNode& node, Law& law) {
  if (name == "quantiles") return set_quantiles(shape, node, law);
  if (name == "shares") return set_shares(node, law);
  if (name == "distribution") return set_distribution(node, law);
  if (name == "mean") return set_value(shape, node, shape.least, law.mean);
  if (name == "stddev") return set_value(shape, node, 0, law.stddev);
  if (name == "minimum") return set_value(shape, node, 0, law.minimum);
  return set_value(shape, node, 0, law.maximum);
}

void complete_law(Law& law) {
  if (law.kind != LawKind::kEmpirical || law.quantiles.size() < 2) return;
  if (!law.shares.empty() && law.shares.size() != law.quantiles.size()) return;  // law_error says so
  law.mean = law_mean(law);
  law.stddev = law_cv(law) * law.mean;
}

std::string law_error(const Law& law, bool may_be_zero) {
  if (law.kind == LawKind::kEmpirical) {
    if (law.quantiles.empty()) return "expected quantiles beside distribution empirical, found none";
    if (!law.shares.empty() && law.shares.size() != law.quantiles.size()) {
      return fmt::format("expected a share for each of {} quantiles, found {}", law.quantiles.size(),
                         law.shares.size());
    }
  } else if (!law.quantiles.empty() || !law.shares.empty()) {
    return fmt::format("expected distribution empirical beside quantiles, found {}", to_string(law.kind));
  }
  if (law.mean <= 0 && !may_be_zero) return "expected a mean above 0, found none";
  if (law.kind != LawKind::kEmpirical && !has_stddev(law.kind) && law.stddev > 0) {
    return fmt::format(
        "expected a distribution beside stddev (normal, lognormal, uniform, gamma or "
        "product-of-normals), found {}",
        law.kind == LawKind::kConstant ? "none" : to_string(law.kind));
  }
  if (has_stddev(law.kind) && law.stddev <= 0) {
    return fmt::format("expected a stddev above 0 beside distribution {}, found none", to_string(law.kind));
  }
  // Of a law that was fitted to what lies there nothing can be a slip of a unit.
  if (law.kind != LawKind::kEmpirical && law.stddev > 20 * law.mean)
    return "expected a stddev of at most 20 times the mean, found more";
  if (law.maximum > 0 && law.maximum < law.minimum) return "expected minimum <= maximum, found it larger";
  if (law.maximum > 0 && law.maximum < law_mean(law)) return "expected maximum >= mean, found it smaller";
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
    std::vector<std::string> shares;
    for (const double share : law.shares) shares.push_back(fmt::format("{}", share));
    if (!shares.empty()) text += fmt::format(", shares: [{}]", join(shares, ", "));
  } else {
    text += "mean: " + value(law.mean);
    if (has_stddev(law.kind)) text += ", stddev: " + value(law.stddev);
  }
  text += fmt::format(", distribution: {}", to_string(law.kind));
  if (law.minimum > 0) text += ", minimum: " + value(law.minimum);
  if (law.maximum > 0) text += ", maximum: " + value(law.maximum);
  return text + "}";
}

}  // namespace aforo
