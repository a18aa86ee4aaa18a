// Vote: what a host says, and what all hosts hear, when they meet.
//
// A job that is spread over hosts ends by agreement: every host gives its vote at a meeting (World::meet),
// and all of them hear the same outcome. A host that ends at once comes to no further meeting, and its vote
// stands for it there (World::leave). `joined` is commutative, associative and idempotent: the outcome depends
// neither on the order in which votes come nor on how they are gathered (one by one, or along a tree), which is
// what an all-reduce needs. Plain data, sent as it is. No failure.
#pragma once

#include <algorithm>
#include <cstdint>

namespace aforo {

// Why a job ends early, the graver the greater.
enum class Ending : std::uint8_t {
  kNone,         // it does not
  kAsked,        // the observer asked: a time limit, evidence enough. After the step that all finish together
  kInterrupted,  // a person, or whoever started the process. At once: the step in progress does not count
  kFailed,       // an error that the job may not skip, or a host that is gone. At once, too
};

// What was said stays said: a host that once voted to end says so at every later meeting too
// (training_job.h), so an outcome cannot be taken back.
//
//   ending        the step in progress     who waits at a barrier or for a batch
//   kAsked        is finished and counts   goes on to the step's end
//   kInterrupted  does not count           is released now
//   kFailed       does not count           is released now
struct Vote {
  Ending ending = Ending::kNone;
  std::uint32_t host = 0;  // who says so: [0, hosts); of an outcome the first of those who say the gravest

  // Of an outcome: the job ends, at the latest after the step that was just finished.
  bool stop() const { return ending != Ending::kNone; }
  // The step in progress does not count, and nobody waits for anybody any more.
  bool at_once() const { return ending >= Ending::kInterrupted; }
  bool failed() const { return ending == Ending::kFailed; }
  bool operator==(const Vote&) const = default;
};

// The outcome of two votes: the graver one; of equals the lower host's.
inline Vote joined(Vote a, Vote b) {
  if (a.ending != b.ending) return a.ending > b.ending ? a : b;
  return {a.ending, std::min(a.host, b.host)};
}

}  // namespace aforo
