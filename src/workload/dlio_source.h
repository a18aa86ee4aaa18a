// A DLIO tree that remembers what was read from it, so that nothing in it is passed over in silence.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "workload/law.h"
#include "workload/yaml_tree.h"

namespace aforo {

// The `line` of a node that was given there and not in the file.
inline constexpr int kCommandLine = -1;

// Reads typed values by dotted key. Every reader throws UserError (FILE:LINE: key: expected ...,
// found ...) on a value of the wrong kind and gives nothing for a key that is absent or null. Not
// thread-safe; one per file. Tree and file name are the caller's and outlive it.
class DlioSource {
 public:
  DlioSource(const YamlNode& root, std::string_view file) : root_(root), file_(file) {}

  // Whether the key says something; marks nothing.
  bool has(std::string_view key) const;
  // Whether both say the same list of words.
  bool same(std::string_view a, std::string_view b) const;
  // Whether the key says that word; marks nothing.
  bool value_is(std::string_view key, std::string_view word) const;

  // Marks the key as honoured. Null where it is absent or null.
  const YamlNode* take(std::string_view key);
  std::optional<std::string> word(std::string_view key);
  // Within [least, most].
  std::optional<double> number(std::string_view key, double least, double most);
  std::optional<std::uint64_t> count(std::string_view key, std::uint64_t least, std::uint64_t most);
  std::optional<bool> flag(std::string_view key);

  // A time in seconds, up to a day: a number, {mean, stdev}, or {type, ...} with numpy's
  // parameters; `stdev_key` is the older way.
  std::optional<Law> time(std::string_view key, std::string_view stdev_key);

  // Not honoured after all: its warning says `why`.
  void decline(std::string_view key, std::string why);

  // One sentence per key that was declined or never read, at most 100 and how many more there are.
  std::vector<std::string> warnings() const;

  // Ends the command, naming the key's place in the file or on the command line.
  [[noreturn]] void fail(std::string_view key, std::string_view message) const;
  std::string_view file() const { return file_; }

 private:
  const YamlNode* find(std::string_view key) const;
  double number_in(const YamlNode& map, std::string_view key, std::string_view name, double least) const;
  Law law_of(std::string_view key, const YamlNode& map);
  void collect(const YamlNode& node, const std::string& key, std::vector<std::string>& out) const;

  const YamlNode& root_;
  std::string_view file_;
  std::set<std::string, std::less<>> taken_;
  std::vector<std::string> declined_;
};

}  // namespace aforo
