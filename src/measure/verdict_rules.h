// The rules behind judge(), in their order. Private to the measure room.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "measure/verdict.h"

namespace aforo {

struct Finding {
  Limit limit = Limit::kUnknown;
  std::string reason;               // the decisive number in words, no full stop
  std::vector<std::string> advice;  // most promising first
  std::string flag;                 // the first thing to try as an option, or empty
};

using Rule = std::optional<Finding>(const Evidence&);

// Asked one after the other; the last one always answers.
std::span<Rule* const> verdict_rules();

}  // namespace aforo
