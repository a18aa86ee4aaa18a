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

// Thresholds that several rules share, chosen. A smaller wait alone does not miss a 90 % target; and what
// takes half or more of the time is the largest part of it.
inline constexpr double kNoticeable = 0.05;
inline constexpr double kHalf = 0.5;

// "AU 60.0 % of the 90.0 % wanted": how every reason for a missed target ends.
std::string au_clause(const Evidence& e);

// Rules of a file of their own, verdict_epoch_rules.cc.
Rule checkpoints, cold_cache, start_up;
// And verdict_remote_rules.cc.
Rule connection_limit, throttled, flat_requests;
// Samples/s with more concurrency over those without, both without compute where that was tried; 0 = it was not.
double gain(const Evidence& e);
// More than the noise of a re-run of a few seconds; a smaller gain would be advice that does not pay.
inline constexpr double kWorthwhile = 1.15;

// Asked one after the other; the last one always answers. Lives as long as the program.
std::span<Rule* const> verdict_rules();

}  // namespace aforo
