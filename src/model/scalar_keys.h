// The kinds of plain value in storage.yaml, each with its unit and its bounds.
#pragma once

#include "model/storage_keys.h"

namespace aforo {

// Words to a value and back. `read` gives "" or the half sentence.
template <class V>
struct Words {
  std::string form;
  std::function<std::string(V&, const YamlNode&)> read;
  std::function<std::string(const V&)> write;
};

Words<std::string> text_words();
Words<std::string> name_words(std::size_t longest);  // text that is not empty
Words<std::uint32_t> count_words(std::uint32_t least, std::uint32_t most);
Words<double> number_words(double least, double most);
Words<double> share_words(double least, double most);       // "10%", "0.1"
Words<double> mean_bytes_words(double least, double most);  // "114660.07 B"
Words<Bytes> bytes_words(Bytes least_if_any, Bytes most);   // 0, or from `least_if_any` on
Words<Seconds> seconds_words(Seconds most);
Words<PerSecond> rate_words(PerSecond most);  // above 0
Words<BytesPerSecond> bandwidth_words(BytesPerSecond least, BytesPerSecond most);
Words<Dollars> dollars_words(Dollars most);
Words<std::vector<double>> numbers_words(std::size_t most);

// One of `words`, the names of an enumeration's (or a flag's) values 0, 1, ...
Words<std::size_t> choice_words(std::vector<std::string> words);

struct KeyAbout {
  std::string name, text;
  bool required = false;
};

template <class T, class V>
Key<T> value_key(KeyAbout about, V T::*member, Words<V> words) {
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

template <class T, class Enum>
Key<T> choice_key(KeyAbout about, Enum T::*member, std::vector<std::string> names) {
  Words<std::size_t> words = choice_words(std::move(names));
  Words<Enum> mapped;
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

// The names of an enumeration's `count` values.
template <class Enum>
std::vector<std::string> names_of(int count) {
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) names.emplace_back(to_string(static_cast<Enum>(i)));
  return names;
}

}  // namespace aforo
