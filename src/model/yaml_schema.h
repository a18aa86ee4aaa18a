// How a mapping of storage.yaml becomes a value and back: keys, schemas, and what reads and writes by them.
//
// Internal to the room. Thread-safe: schemas are built once, at first use, and never changed; they live as
// long as the program. Failure everywhere: UserError "FILE:LINE: path.to.key: expected ..., found ...".
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "workload/exact_words.h"
#include "workload/yaml_tree.h"

namespace aforo {

// Where a value stands, for messages, and what was seen so far in its file. A view: file and
// stations are the caller's and outlive it.
struct Where {
  std::string_view file;
  std::string path;  // "stations"; "" at the top
  // The line of every station's name, so that none is used twice in a file; filled by read_stations.
  std::map<std::string, int>* stations = nullptr;

  // The place of that key, one level down.
  Where below(std::string_view name) const {
    return {file, path.empty() ? std::string(name) : path + "." + std::string(name), stations};
  }
  // Ends the command: "FILE:LINE: path: message".
  [[noreturn]] void fail(int line, std::string_view message) const {
    throw UserError(path.empty() ? fmt::format("{}:{}: {}", file, line, message)
                                 : fmt::format("{}:{}: {}: {}", file, line, path, message));
  }
};

// One key of a mapping that is a T: how it is read, written, and explained.
template <class T>
struct Key {
  std::string name, form, text;
  bool required = false;

  // Reads the value; "" or the half sentence "expected ..., found ...". What holds mappings throws
  // UserError for what is wrong inside them.
  std::function<std::string(T&, const YamlNode&, const Where&)> read;

  // The value as YAML that `read` takes back exactly; "" where it says no more than `defaults`. A
  // text that begins with a line feed is a block.
  std::function<std::string(const T&, const T& defaults)> write;

  // Does a value of this sort have the key (a disk has a seek)? Empty = always.
  std::function<bool(const T&)> meant;

  std::string comment;  // above the section, in a written file
};

// All keys of a T, in the order in which they are read, written and documented.
template <class T>
struct Schema {
  std::vector<Key<T>> keys;
  // Of a whole value: "" or the half sentence.
  std::function<std::string(const T&)> check;
  // What it is called in messages: "bandwidth station".
  std::function<std::string(const T&)> sort;
};

// The keys that a value of this sort has.
template <class T>
std::vector<std::string> key_names(const Schema<T>& schema, const T& value) {
  std::vector<std::string> names;
  for (const Key<T>& key : schema.keys)
    if (!key.meant || key.meant(value)) names.push_back(key.name);
  return names;
}

// Throws UserError for the first key that `value` does not have; the nearest is offered, unless
// another sort of T has just that key.
template <class T>
void refuse_unknown_keys(const Schema<T>& schema, const T& value, const YamlNode& node, const Where& where) {
  const std::vector<std::string> names = key_names(schema, value);
  for (const YamlNode& item : node.items) {
    if (std::find(names.begin(), names.end(), item.key) != names.end()) continue;
    const bool elsewhere = std::any_of(schema.keys.begin(), schema.keys.end(),
                                       [&](const Key<T>& key) { return key.name == item.key; });
    where.fail(item.line,
               fmt::format("expected a key of a {} ({}), found {}{}", schema.sort(value), join(names, ", "),
                           quote(item.key), elsewhere ? "" : did_you_mean(item.key, names)));
  }
}

// Reads the mapping `node` over what `value` holds. Keys are read in the order of their
// declaration, whatever theirs in the file, so that a later one may look at an earlier. Unknown and
// missing keys are refused, then the whole is checked. Throws UserError; `value` is then half read.
template <class T>
void read_map(const Schema<T>& schema, T& value, const YamlNode& node, const Where& where) {
  if (!node.is_map())
    where.fail(node.line, unexpected("a mapping of " + join(key_names(schema, value), ", "), node));
  const bool has_sorts = std::any_of(schema.keys.begin(), schema.keys.end(),
                                     [](const Key<T>& key) { return static_cast<bool>(key.meant); });
  bool first = true;
  for (const Key<T>& key : schema.keys) {
    if (key.meant && !key.meant(value)) continue;
    const YamlNode* item = node.find(key.name);
    if (item != nullptr) {
      const Where here = where.below(key.name);
      const std::string error = key.read(value, *item, here);
      if (!error.empty()) here.fail(item->line, error);
    }
    // What the first key says decides which others there are.
    if (std::exchange(first, false) && (item != nullptr || !has_sorts))
      refuse_unknown_keys(schema, value, node, where);
    if (item == nullptr && key.required)
      where.fail(node.line, fmt::format("expected '{}' ({}), found no such key", key.name, key.form));
  }
  const std::string error = schema.check ? schema.check(value) : "";
  if (!error.empty()) where.fail(node.line, error);
}

// The keys that say more than `defaults`, each with its YAML.
template <class T>
std::vector<std::pair<const Key<T>*, std::string>> written(const Schema<T>& schema, const T& value,
                                                           const T& defaults) {
  std::vector<std::pair<const Key<T>*, std::string>> all;
  for (const Key<T>& key : schema.keys) {
    if (key.meant && !key.meant(value)) continue;
    std::string text = key.write(value, defaults);
    if (!text.empty()) all.emplace_back(&key, std::move(text));
  }
  return all;
}

// On one line: "{station: cpu, servers: 16}".
template <class T>
std::string write_flow(const Schema<T>& schema, const T& value, const T& defaults) {
  std::vector<std::string> parts;
  for (const auto& [key, text] : written(schema, value, defaults)) parts.push_back(key->name + ": " + text);
  return "{" + join(parts, ", ") + "}";
}

// Every line but the first, and none that is empty, moved `by` blanks to the right.
std::string indented(std::string_view block, int by);

// One key a line, with the sections' comments: "name: flash\nshare: 10%\nstations:\n  - ...". No
// line feed at the end.
template <class T>
std::string write_block(const Schema<T>& schema, const T& value, const T& defaults) {
  std::string out;
  for (const auto& [key, text] : written(schema, value, defaults)) {
    if (!key->comment.empty()) out += fmt::format("\n# {}\n", key->comment);
    out += key->name + ":" + (text.starts_with('\n') ? indented(text, 2) : " " + text) + "\n";
  }
  if (!out.empty()) out.pop_back();
  return out;
}

// A list of at least one mapping, each read over `defaults`. Throws UserError.
template <class T>
std::vector<T> read_list(const Schema<T>& schema, const T& defaults, const YamlNode& node,
                         const Where& where) {
  if (node.kind != YamlNode::Kind::kSequence || node.items.empty())
    where.fail(node.line, unexpected("a list of at least one " + schema.sort(defaults), node));
  std::vector<T> values;
  for (const YamlNode& item : node.items) {
    T value = defaults;
    read_map(schema, value, item, where);
    values.push_back(std::move(value));
  }
  return values;
}

}  // namespace aforo
