#include "measure/bracket.h"

#include <algorithm>

namespace aforo {

Bracket ramp(const Question& ask, std::uint32_t limit) {
  Bracket bracket;
  for (std::uint32_t n = 1;; n = n > limit / 2 ? limit : n * 2) {
    const TargetAnswer answer = ask(n);
    bracket.ended = answer == TargetAnswer::kNone;
    if (answer == TargetAnswer::kMisses) bracket.high = n;
    if (answer == TargetAnswer::kHolds) bracket.low = n;
    if (answer != TargetAnswer::kHolds || n >= limit) return bracket;
  }
}

void bisect(const Question& ask, Bracket& bracket) {
  while (!bracket.ended && bracket.high - bracket.low > 1) {
    const std::uint32_t middle = bracket.low + (bracket.high - bracket.low) / 2;
    const TargetAnswer answer = ask(middle);
    bracket.ended = answer == TargetAnswer::kNone;
    if (answer == TargetAnswer::kHolds) bracket.low = middle;
    if (answer == TargetAnswer::kMisses) bracket.high = middle;
  }
}

}  // namespace aforo
