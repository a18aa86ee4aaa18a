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

}  // namespace

Field text_field(About about, Member<std::string> member) {
  const auto set = [member](Workload& workload, const YamlNode& node) -> std::string {
    // Chosen: a page of text. Names and notes are shorter.
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
