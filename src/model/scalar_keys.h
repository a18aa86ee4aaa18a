// The kinds of plain value in storage.yaml, each with its unit and its bounds.
// Internal to the room.
//
// A kind reads words into a value and writes them back so that reading gives the same value bit by
// bit. Bounds are inclusive; a value outside is refused with the range in words. Pure, thread-safe.
#pragma once

#include "base/units.h"
#include "model/yaml_schema.h"

namespace aforo {

// Words to a value and back. `read` gives "" and sets the value, or gives the half
// sentence and leaves it alone.
template <class V>
struct TextForm {
  std::string form;
  std::function<std::string(V&, const YamlNode&)> read;
  std::function<std::string(const V&)> write;
};

TextForm<std::string> text_words();
// Text that is not empty, of at most `longest` bytes.
TextForm<std::string> name_words(std::size_t longest);
// A whole number.
TextForm<std::uint32_t> count_words(std::uint32_t least, std::uint32_t most);
// A finite number without a unit.
TextForm<double> number_words(double least, double most);
// A fraction, or percent: "10%", "0.1".
TextForm<double> share_words(double least, double most);
// Bytes that need not be whole: "114660.07 B".
TextForm<double> mean_bytes_words(double least, double most);
// 0, or from `least_if_any` on: where 0 says "none" or "any".
TextForm<Bytes> bytes_words(Bytes least_if_any, Bytes most);
// From 0 s on.
TextForm<Seconds> seconds_words(Seconds most);
// Above 0: from 1e-6 /s on.
TextForm<PerSecond> rate_words(PerSecond most);
TextForm<BytesPerSecond> bandwidth_words(BytesPerSecond least, BytesPerSecond most);
// From 0 on; "$1200" too.
TextForm<Dollars> dollars_words(Dollars most);
// A list of 2 to `most` numbers, or no key at all (empty).
TextForm<std::vector<double>> numbers_words(std::size_t most);

// One of `words`, the names of an enumeration's (or a flag's) values 0, 1, ... The
// value is the word's place.
TextForm<std::size_t> choice_words(std::vector<std::string> words);

// What a key is called and means: `text` is one sentence for docs/storage-file.md.
struct KeyAbout {
  std::string name, text;
  bool required = false;
};

// A key that holds a plain value of T's member. It is written where it differs from the
// defaults, or is required.
template <class T, class V>
Key<T> value_key(KeyAbout about, V T::*member, TextForm<V> words) {
  Key<T> key;
  key.name = std::move(about.name);
  key.text = std::move(about.text);
  key.required = about.required;
  key.form = words.form;
  key.read = [member, read = words.read](T& value, const YamlNode& node, const Where&) {
    return read(value.*member, node);
  };
  key.write = [member, write = words.write, required = about.required](const T& value, const T& defaults) {
    return !required && value.*member == defaults.*member ? std::string() : write(value.*member);
  };
  return key;
}

// A key that holds one of an enumeration's names, which are in the order of its values from 0 on.
template <class T, class Enum>
Key<T> choice_key(KeyAbout about, Enum T::*member, std::vector<std::string> names) {
  TextForm<std::size_t> words = choice_words(std::move(names));
  TextForm<Enum> mapped;
  mapped.form = words.form;
  mapped.read = [read = words.read](Enum& value, const YamlNode& node) {
    std::size_t index = 0;
    const std::string error = read(index, node);
    if (error.empty()) value = static_cast<Enum>(index);
    return error;
  };
  mapped.write = [write = words.write](const Enum& value) { return write(static_cast<std::size_t>(value)); };
  return value_key<T, Enum>(std::move(about), member, std::move(mapped));
}

// The names of an enumeration's values 0 to `count` - 1, by its to_string().
template <class Enum>
std::vector<std::string> names_of(int count) {
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) names.emplace_back(to_string(static_cast<Enum>(i)));
  return names;
}

}  // namespace aforo
