// Laws as words, wherever they stand: "114 kB", or {mean, stddev, distribution,
// minimum, maximum, quantiles}.
//
// Pure, thread-safe. What does not fit is told as the half sentence "expected ..., found ...", ""
// where all is well. A mapping is read in three moves: set_law resets, set_law_key takes each key
// in any order, complete_law and law_error follow.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "workload/law.h"
#include "workload/yaml_tree.h"

namespace aforo {

// What the numbers are, and so with which units they are written.
enum class LawUnit { kBytes, kSeconds };

// What a law is about: values in [least, most], in the unit.
struct LawShape {
  LawUnit unit = LawUnit::kSeconds;
  double least = 0;
  double most = 0;
};

// One key of the mapping, for reading and for documentation.
struct LawKey {
  std::string name, form, fallback, text;
};
// All keys, in the order in which they are documented.
std::vector<LawKey> law_keys(LawUnit unit);

// The law itself: one value, or a mapping, for which it is only reset.
std::string set_law(const LawShape& shape, const YamlNode& node, Law& law);

// The value of one of law_keys(). Quantiles make the law empirical.
std::string set_law_key(const LawShape& shape, std::string_view name, const YamlNode& node, Law& law);

// Mean and spread of an empirical law, from its quantiles; others are left as they are.
void complete_law(Law& law);

// What no single key can know; of a complete law. `may_be_zero`: a mean of 0 says "none".
std::string law_error(const Law& law, bool may_be_zero);

// On one line; set_law and set_law_key read it back as exactly this law.
std::string law_yaml(LawUnit unit, const Law& law);

}  // namespace aforo
