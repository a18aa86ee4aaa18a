#include "workload/field_kinds.h"

#include <fmt/format.h>

#include "base/text.h"

namespace aforo {
namespace {

const Workload& defaults() {
  static const Workload workload;
  return workload;
}

// Reads need no second, const accessor: nothing below writes through the reference.
template <class T>
const T& read(const Member<T>& member, const Workload& workload) {
  return member(const_cast<Workload&>(workload));
}

std::string one_of(const std::vector<std::string>& words) { return join(words, " | "); }

Field make(About about, std::string form, std::function<std::string(Workload&, const YamlNode&)> set,
           std::function<std::string(const Workload&)> get) {
  Field field;
  field.required = about.required;
  field.doc = {std::move(about.key), std::move(form), about.required ? "required" : get(defaults()),
               std::move(about.text)};
  field.set = std::move(set);
  field.get = std::move(get);
  return field;
}

bool is_scalar(const YamlNode& node) { return node.kind == YamlNode::Kind::kScalar; }

template <class T>
std::string set_count(T& target, const YamlNode& node, std::uint64_t least, std::uint64_t most) {
  const std::string range = most == ~std::uint64_t{0}
                                ? std::string("a whole number")
                                : fmt::format("a whole number from {} to {}", least, most);
  if (!is_scalar(node)) return unexpected(range, node);
  const Parsed<std::uint64_t> value = parse_count(node.text);
  if (!value) return value.error();
  if (*value < least || *value > most) return unexpected(range, node);
  target = static_cast<T>(*value);
  return {};
}

struct Written {
  std::string_view unit;
  double size;
};

template <class Parse>
std::string exact(double value, std::span<const Written> units, Parse parse) {
  if (value == 0) return "0";
  std::string best = fmt::format("{} {}", value, units.front().unit);
  for (const Written& unit : units.subspan(1)) {
    // The quotient may be a neighbour of what was written (20 us / 1e-6): 15 digits hide
    // that, `parse` decides.
    std::string text = fmt::format("{:.15g} {}", value / unit.size, unit.unit);
    const auto back = parse(text);
    // "0.000001 TB" is as exact as "1 MB", but nobody writes it.
    if (back && *back == value && value >= unit.size && text.size() <= best.size()) best = std::move(text);
  }
  return best;
}

}  // namespace

std::string unexpected(std::string_view expected, const YamlNode& node) {
  return fmt::format("expected {}, found {}", expected, describe(node));
}

std::string exact_bytes(double bytes) {
  static constexpr Written kUnits[] = {{"B", 1},        {"kB", 1e3},     {"MB", 1e6},
                                       {"GB", 1e9},     {"TB", 1e12},    {"KiB", 0x1p10},
                                       {"MiB", 0x1p20}, {"GiB", 0x1p30}, {"TiB", 0x1p40}};
  return exact(bytes, kUnits, [](std::string_view text) { return parse_mean_bytes(text); });
}

std::string exact_seconds(double seconds) {
  const auto parse = [](std::string_view text) -> Parsed<double> {
    const Parsed<Seconds> value = parse_seconds(text);
    if (!value) return tl::unexpected(value.error());
    return value->value;
  };
  static constexpr Written kLong[] = {{"s", 1}, {"min", 60}, {"h", 3600}};
  static constexpr Written kShort[] = {{"s", 1}, {"us", 1e-6}, {"ms", 1e-3}};
  if (seconds >= 1) return exact(seconds, kLong, parse);
  if (seconds > 0 && seconds < 1e-6) {  // "0.1 ns" rather than "1e-10 s": people count per byte so
    const std::string text = fmt::format("{:.15g} ns", seconds / 1e-9);
    const Parsed<double> back = parse(text);
    if (back && *back == seconds) return text;
  }
  return exact(seconds, kShort, parse);
}

std::string exact_bytes_per_second(double rate) {
  static constexpr Written kUnits[] = {{"B/s", 1},        {"kB/s", 1e3},     {"MB/s", 1e6},
                                       {"GB/s", 1e9},     {"TB/s", 1e12},    {"MiB/s", 0x1p20},
                                       {"GiB/s", 0x1p30}, {"Gbit/s", 1.25e8}};
  return exact(rate, kUnits, [](std::string_view text) -> Parsed<double> {
    const Parsed<BytesPerSecond> value = parse_bytes_per_second(text);
    if (!value) return tl::unexpected(value.error());
    return value->value;
  });
}

Field text_field(About about, Member<std::string> member) {
  const auto set = [member](Workload& workload, const YamlNode& node) -> std::string {
    constexpr std::size_t kLongest = 4000;
    if (!is_scalar(node)) return unexpected("text", node);
    if (node.text.size() > kLongest) return fmt::format("expected at most {} letters, found more", kLongest);
    member(workload) = node.text;
    return {};
  };
  return make(std::move(about), "text", set,
              [member](const Workload& workload) { return yaml_text(read(member, workload)); });
}

Field count_field(About about, Member<std::uint64_t> member, std::uint64_t least, std::uint64_t most) {
  const auto set = [=](Workload& workload, const YamlNode& node) {
    return set_count(member(workload), node, least, most);
  };
  return make(std::move(about), "count", set,
              [member](const Workload& workload) { return fmt::format("{}", read(member, workload)); });
}

Field count32_field(About about, Member<std::uint32_t> member, std::uint32_t least, std::uint32_t most) {
  const auto set = [=](Workload& workload, const YamlNode& node) {
    return set_count(member(workload), node, least, most);
  };
  return make(std::move(about), "count", set,
              [member](const Workload& workload) { return fmt::format("{}", read(member, workload)); });
}

Field number_field(About about, Member<double> member, double least, double most) {
  const auto set = [=](Workload& workload, const YamlNode& node) -> std::string {
    const std::string range = fmt::format("a number from {} to {}", least, most);
    if (!is_scalar(node)) return unexpected(range, node);
    const Parsed<double> value = parse_number(node.text);
    if (!value) return value.error();
    if (*value < least || *value > most) return unexpected(range, node);
    member(workload) = *value;
    return {};
  };
  return make(std::move(about), "number", set,
              [member](const Workload& workload) { return fmt::format("{}", read(member, workload)); });
}

Field fraction_field(About about, Member<double> member) {
  const auto set = [member](Workload& workload, const YamlNode& node) -> std::string {
    constexpr std::string_view kExpected = "a fraction above 0 and up to 1 such as 0.9 or 90%";
    if (!is_scalar(node)) return unexpected(kExpected, node);
    const Parsed<double> value = parse_fraction(node.text);
    if (!value || *value <= 0) return unexpected(kExpected, node);
    member(workload) = *value;
    return {};
  };
  return make(std::move(about), "fraction", set,
              [member](const Workload& workload) { return fmt::format("{}", read(member, workload)); });
}

Field flag_field(About about, Member<bool> member) {
  const auto set = [member](Workload& workload, const YamlNode& node) -> std::string {
    const std::string word = to_lower(node.text);
    if (!is_scalar(node) || (word != "true" && word != "false")) return unexpected("true or false", node);
    member(workload) = word == "true";
    return {};
  };
  return make(std::move(about), "true | false", set, [member](const Workload& workload) {
    return std::string(read(member, workload) ? "true" : "false");
  });
}

Field bytes_field(About about, Member<Bytes> member, Bytes least_if_any, Bytes most) {
  const auto set = [=](Workload& workload, const YamlNode& node) -> std::string {
    const std::string range =
        fmt::format("0 or {} to {}", exact_bytes(static_cast<double>(least_if_any.value)),
                    exact_bytes(static_cast<double>(most.value)));
    if (!is_scalar(node)) return unexpected(range, node);
    const Parsed<Bytes> value = parse_bytes(node.text);
    if (!value) return value.error();
    if ((value->value > 0 && *value < least_if_any) || *value > most) return unexpected(range, node);
    member(workload) = *value;
    return {};
  };
  return make(std::move(about), "bytes with unit", set, [member](const Workload& workload) {
    return exact_bytes(static_cast<double>(read(member, workload).value));
  });
}

Field seconds_field(About about, Member<Seconds> member, Seconds most) {
  const auto set = [=](Workload& workload, const YamlNode& node) -> std::string {
    const std::string range = fmt::format("a time with a unit up to {}", format_seconds(most));
    if (!is_scalar(node)) return unexpected(range, node);
    const Parsed<Seconds> value = parse_seconds(node.text);
    if (!value) return value.error();
    if (*value > most) return unexpected(range, node);
    member(workload) = *value;
    return {};
  };
  return make(std::move(about), "time with unit", set,
              [member](const Workload& workload) { return exact_seconds(read(member, workload).value); });
}

Field choice_field(About about, std::vector<std::string> words,
                   std::function<std::size_t(const Workload&)> index,
                   std::function<void(Workload&, std::size_t)> assign) {
  const std::string form = one_of(words);
  const auto set = [words, form, assign](Workload& workload, const YamlNode& node) -> std::string {
    for (std::size_t i = 0; is_scalar(node) && i < words.size(); ++i) {
      if (words[i] != node.text) continue;
      assign(workload, i);
      return {};
    }
    return unexpected(form, node) + (is_scalar(node) ? did_you_mean(node.text, words) : "");
  };
  return make(std::move(about), form, set,
              [words, index](const Workload& workload) { return words.at(index(workload)); });
}

}  // namespace aforo
