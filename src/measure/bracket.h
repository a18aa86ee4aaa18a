// The largest whole number for which something holds that ceases to hold somewhere: ramp, then bisection.
//
// Whoever asks decides what holds and remembers what it was told; a number may be asked again. Pure.
#pragma once

#include <cstdint>
#include <functional>

namespace aforo {

enum class Answer {
  kHolds,
  kMisses,
  kNone,  // there is no answer: the search ends
};
using Question = std::function<Answer(std::uint32_t)>;

// A number that holds (or 0) below one that does not (or 0 = none was found).
struct Bracket {
  std::uint32_t low = 0, high = 0;
  bool ended = false;  // by an answer of none
};

// Asks 1, 2, 4, ... and `limit` (>= 1) until one does not hold.
Bracket ramp(const Question& ask, std::uint32_t limit);

// Halves the bracket (which has a high end) until its ends are neighbours.
void bisect(const Question& ask, Bracket& bracket);

}  // namespace aforo
