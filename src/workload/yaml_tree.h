// YAML text as a plain tree with line numbers: what both dialects, storage files and
// jobs files are read from.
//
// Pure, thread-safe. Bounded whatever the input: see read_yaml.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace aforo {

// One value. In a map every item carries the key it stands under; keys are unique, and stand in
// the order of the text.
struct YamlNode {
  enum class Kind { kNull, kScalar, kSequence, kMap };
  Kind kind = Kind::kNull;
  std::string text;  // kScalar only
  std::string key;   // items of a map only
  // 1-based; of the key where there is one.
  int line = 0;
  std::vector<YamlNode> items;  // kSequence, kMap

  bool is_map() const { return kind == Kind::kMap; }
  // The item of a map under that key; null if absent.
  const YamlNode* find(std::string_view name) const;
};

// Reads one YAML document. Throws UserError ("FILE:LINE: expected ..., found ...") on anything that is not
// one: empty or binary text, syntax errors, several documents, a key twice, a key that is no word, and trees
// larger than any workload (1 MiB, 20,000 values with aliases counted as often as they are used, 20 levels).
YamlNode read_yaml(std::string_view text, std::string_view file);

// "'ten'", "a list", "a mapping", "nothing": the end of "expected ..., found". Short and printable.
std::string describe(const YamlNode& node);

// A word as YAML: plain where that is safe, else in double quotes. read_yaml gives it back as it was.
std::string yaml_text(std::string_view word);

}  // namespace aforo
