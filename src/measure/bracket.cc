#include "measure/bracket.h"

#include <algorithm>

namespace aforo {

Bracket ramp(const Question& ask, std::uint32_t limit) {
  Bracket bracket;
  for (std::uint32_t n = 1;; n = n > limit / 2 ? limit : n * 2) {
    const Answer answer = ask(n);
    bracket.ended = answer == Answer::kNone;
    if (answer == Answer::kMisses) bracket.high = n;
    if (answer == Answer::kHolds) bracket.low = n;
    if (answer != Answer::kHolds || n >= limit) return bracket;
  }
}

void bisect(const Question& ask, Bracket& bracket) {
  while (!bracket.ended && bracket.high - bracket.low > 1) {
    const std::uint32_t middle = bracket.low + (bracket.high - bracket.low) / 2;
    const Answer answer = ask(middle);
    bracket.ended = answer == Answer::kNone;
    if (answer == Answer::kHolds) bracket.low = middle;
    if (answer == Answer::kMisses) bracket.high = middle;
  }
}

}  // namespace aforo
