// The rules behind verdict_of(), in their order. Private to the measure room. Pure, thread-safe.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "measure/evidence.h"

namespace aforo {

// What one rule has to say where it applies.
struct Finding {
  Limit limit = Limit::kUnknown;
  // The decisive number in words, no full stop.
  std::string reason;
  // Most promising first; an empty one is none.
  std::vector<std::string> advice;
  // The first thing to try as an option, or empty.
  std::string flag;
};

// Nothing where the rule does not apply. A rule looks at the evidence alone: that no earlier one
// applied is all it may assume of them.
using Rule = std::optional<Finding>(const Evidence&);

// Asked one after the other; the last one always answers. Lives as long as the program.
std::span<Rule* const> verdict_rules();

}  // namespace aforo
