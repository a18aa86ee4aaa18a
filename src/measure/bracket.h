// The largest whole number for which something holds that ceases to hold somewhere:
// ramp, then bisection.
//
// Whoever asks decides what holds and remembers what it was told; a number may be asked again.
// Nothing here knows how dear an answer is: a search over [1, limit] asks at most 2 log2(limit) + 2
// times. It is right only where what holds for n holds for all below; else it finds one of the
// places where it ceases to. Exceptions of `ask` pass through. Pure.
#pragma once

#include <cstdint>
#include <functional>

namespace aforo {

// What was found out about one number.
enum class TargetAnswer {
  kHolds,
  kMisses,
  kNone,  // there is no answer: the search ends
};
using Question = std::function<TargetAnswer(std::uint32_t)>;

// A number that holds (or 0) below one that does not (or 0 = none was found: `low` is then the
// limit, or the search ended).
struct Bracket {
  std::uint32_t low = 0, high = 0;
  bool ended = false;  // by an answer of none
};

// Asks 1, 2, 4, ... and `limit` (>= 1) until one does not hold.
Bracket ramp(const Question& ask, std::uint32_t limit);

// Halves the bracket (which has a high end) until its ends are neighbours, or until there is no answer.
void bisect(const Question& ask, Bracket& bracket);

}  // namespace aforo
