// The kinds of field a workload is made of. Each maker turns one declaration into reading,
// checking and writing.
//
// Private to the room but for exact_* and unexpected(), which `model` uses too. Pure, thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "workload/exact_words.h"
#include "workload/field_doc.h"
#include "workload/law_yaml.h"
#include "workload/spec.h"
#include "workload/yaml_tree.h"

namespace aforo {

// One dotted key. Immutable after it is made; safe to share between threads.
struct Field {
  FieldDoc doc;
  bool required = false;

  // Reads a value into the workload. Returns "" or the half sentence "expected ..., found ...".
  // A field with fields below it (a law, `shuffle`) is given the mapping first and forgets what it held.
  std::function<std::string(Workload&, const YamlNode&)> set;

  // The value as YAML that `set` reads back exactly; "" where the field above says it.
  std::function<std::string(const Workload&)> get;
};

// What a person would ask about a field before they write it.
struct About {
  std::string key;
  std::string text;
  bool required = false;
};

// Where the value lies in a workload. Called for reading too: it never changes anything itself.
template <class T>
using Member = std::function<T&(Workload&)>;

// One maker per kind. Bounds are inclusive; what lies outside is refused with the range in words. A
// default is what a Workload{} holds, written by the field itself.
Field text_field(About about, Member<std::string> member);
// A whole number.
Field count_field(About about, Member<std::uint64_t> member, std::uint64_t least, std::uint64_t most);
Field count32_field(About about, Member<std::uint32_t> member, std::uint32_t least, std::uint32_t most);
Field number_field(About about, Member<double> member, double least, double most);
// Above 0 and up to 1; percent is allowed.
Field fraction_field(About about, Member<double> member);
Field flag_field(About about, Member<bool> member);
// 0, or from `least_if_any` on.
Field bytes_field(About about, Member<Bytes> member, Bytes least_if_any, Bytes most);
// From 0 on.
Field seconds_field(About about, Member<Seconds> member, Seconds most);

// One of `words`; `index` reads and `assign` writes the place in that list.
Field choice_field(About about, std::vector<std::string> words,
                   std::function<std::size_t(const Workload&)> index,
                   std::function<void(Workload&, std::size_t)> assign);

// A choice whose words are those of an enumeration, in its order.
template <class Enum>
Field enum_field(About about, std::span<const std::string_view> words, Enum& (*access)(Workload&)) {
  return choice_field(
      std::move(about), std::vector<std::string>(words.begin(), words.end()),
      [access](const Workload& workload) {
        return static_cast<std::size_t>(access(const_cast<Workload&>(workload)));
      },
      [access](Workload& workload, std::size_t index) { access(workload) = static_cast<Enum>(index); });
}

// The law itself ("114 kB" or a mapping) and the fields below it: mean, stddev, distribution,
// minimum, maximum, quantiles. Values lie in [least, most], in the unit.
std::vector<Field> law_fields(About about, Member<Law> member, LawUnit unit, double least, double most);

}  // namespace aforo
