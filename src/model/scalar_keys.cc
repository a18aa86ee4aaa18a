#include "model/scalar_keys.h"

#include <cmath>

namespace aforo {
namespace {

constexpr std::size_t kLongestText = 4000;  // bytes; chosen: pages of notes, but no file within a file

bool is_scalar(const YamlNode& node) { return node.kind == YamlNode::Kind::kScalar; }

// A number in [least, most], by its parser; `print` writes it, and the bounds.
template <class V, class Parse, class Print>
TextForm<V> bounded(std::string form, V least, V most, Parse parse, Print print) {
  TextForm<V> words;
  const std::string range = fmt::format("{} to {}", print(least), print(most));
  words.form = std::move(form);
  words.write = print;
  words.read = [=](V& value, const YamlNode& node) -> std::string {
    if (!is_scalar(node)) return unexpected(range, node);
    const auto parsed = parse(node.text);
    if (!parsed) return parsed.error();
    if (!(*parsed >= least && *parsed <= most)) return unexpected(range, node);
    value = static_cast<V>(*parsed);
    return {};
  };
  return words;
}

Parsed<double> parse_share(std::string_view text) {
  const std::string_view word = trim(text);
  const bool percent = word.ends_with('%');
  Parsed<double> value = parse_number(trim(percent ? word.substr(0, word.size() - 1) : word));
  if (!value)
    return tl::unexpected(fmt::format("expected a share such as 0.1 or 10%, found {}", quote(word)));
  return percent ? *value / 100 : *value;
}

std::string print_number(double value) { return fmt::format("{}", value); }

std::string print_share(double value) {
  const std::string percent = fmt::format("{:.6g}%", value * 100);
  const Parsed<double> back = parse_share(percent);
  return back && *back == value ? percent : print_number(value);
}

Parsed<Dollars> parse_dollars(std::string_view text) {
  std::string_view amount = trim(text);
  if (amount.starts_with('$')) amount.remove_prefix(1);
  const Parsed<double> value = parse_number(amount);
  if (!value) return tl::unexpected(fmt::format("expected US dollars such as 1200, found {}", quote(text)));
  return Dollars{*value};
}

}  // namespace

TextForm<std::string> text_words() {
  const auto read = [](std::string& value, const YamlNode& node) -> std::string {
    if (!is_scalar(node)) return unexpected("text", node);
    if (node.text.size() > kLongestText)
      return fmt::format("expected at most {} letters, found more", kLongestText);
    value = node.text;
    return {};
  };
  return {"text", read, [](const std::string& value) { return yaml_text(value); }};
}

TextForm<std::string> name_words(std::size_t longest) {
  TextForm<std::string> words = text_words();
  words.form = "name";
  words.read = [read = words.read, longest](std::string& value, const YamlNode& node) -> std::string {
    const std::string error = read(value, node);
    if (!error.empty()) return error;
    return trim(value).empty() || value.size() > longest
               ? unexpected(fmt::format("a name of 1 to {} letters", longest), node)
               : std::string();
  };
  return words;
}

TextForm<std::uint32_t> count_words(std::uint32_t least, std::uint32_t most) {
  return bounded<std::uint32_t>(
      "count", least, most, [](std::string_view text) { return parse_count(text); },
      [](std::uint32_t value) { return fmt::format("{}", value); });
}

TextForm<double> number_words(double least, double most) {
  return bounded<double>(
      "number", least, most, [](std::string_view text) { return parse_number(text); }, print_number);
}

TextForm<double> share_words(double least, double most) {
  return bounded<double>("share", least, most, parse_share, print_share);
}

TextForm<double> mean_bytes_words(double least, double most) {
  return bounded<double>(
      "bytes with unit", least, most, [](std::string_view text) { return parse_mean_bytes(text); },
      exact_bytes);
}

TextForm<Bytes> bytes_words(Bytes least_if_any, Bytes most) {
  const auto print = [](const Bytes& value) { return exact_bytes(static_cast<double>(value.value)); };
  TextForm<Bytes> words = bounded<Bytes>(
      "bytes with unit", Bytes{0}, most, [](std::string_view text) { return parse_bytes(text); }, print);
  words.read = [read = words.read, least_if_any, print](Bytes& value, const YamlNode& node) {
    const std::string error = read(value, node);
    if (!error.empty() || value.value == 0 || value >= least_if_any) return error;
    return unexpected(fmt::format("0 or at least {}", print(least_if_any)), node);
  };
  return words;
}

TextForm<Seconds> seconds_words(Seconds most) {
  return bounded<Seconds>(
      "time with unit", Seconds{0}, most, [](std::string_view text) { return parse_seconds(text); },
      [](const Seconds& value) { return exact_seconds(value.value); });
}

TextForm<PerSecond> rate_words(PerSecond most) {
  return bounded<PerSecond>(
      "rate with unit /s", PerSecond{1e-6}, most,
      [](std::string_view text) { return parse_per_second(text); },
      [](const PerSecond& value) { return fmt::format("{} /s", value.value); });
}

TextForm<BytesPerSecond> bandwidth_words(BytesPerSecond least, BytesPerSecond most) {
  return bounded<BytesPerSecond>(
      "bandwidth with unit", least, most, [](std::string_view text) { return parse_bytes_per_second(text); },
      [](const BytesPerSecond& value) { return exact_bytes_per_second(value.value); });
}

TextForm<Dollars> dollars_words(Dollars most) {
  return bounded<Dollars>("US dollars", Dollars{0}, most, parse_dollars,
                          [](const Dollars& value) { return print_number(value.value); });
}

TextForm<std::vector<double>> numbers_words(std::size_t most) {
  const auto read = [most](std::vector<double>& values, const YamlNode& node) -> std::string {
    const std::string expected = fmt::format("a list of 2 to {} numbers", most);
    if (node.kind != YamlNode::Kind::kSequence || node.items.size() < 2 || node.items.size() > most)
      return unexpected(expected, node);
    values.clear();
    for (const YamlNode& item : node.items) {
      const Parsed<double> value = parse_number(item.text);
      if (!is_scalar(item) || !value) return unexpected(expected, item) + " among them";
      values.push_back(*value);
    }
    return {};
  };
  const auto write = [](const std::vector<double>& values) {
    std::vector<std::string> words;
    for (const double value : values) words.push_back(print_number(value));
    return values.empty() ? std::string() : "[" + join(words, ", ") + "]";
  };
  return {"list of numbers", read, write};
}

TextForm<std::size_t> choice_words(std::vector<std::string> words) {
  const std::string form = join(words, " | ");
  const auto read = [words, form](std::size_t& index, const YamlNode& node) -> std::string {
    const auto at = std::find(words.begin(), words.end(), node.text);
    if (!is_scalar(node) || at == words.end())
      return unexpected(form, node) + (is_scalar(node) ? did_you_mean(node.text, words) : "");
    index = static_cast<std::size_t>(at - words.begin());
    return {};
  };
  return {form, read, [words](const std::size_t& index) { return words.at(index); }};
}

}  // namespace aforo
