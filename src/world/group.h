// Group: the hosts that one job is spread over, as this one sees them.
//
// The door for what joins processes (MPI, TCP): one thread of its own that takes votes and sends
// outcomes home. A RealWorld without a Group is the only host of its job, and meets nobody.
//
// Every host runs the same job on its share of the ranks, and all of them come to the same meetings
// in the same order. A Group carries Votes and nothing else: no data, no samples, no clock.
#pragma once

#include <cstdint>

#include "pipeline/vote.h"
#include "world/home_loop.h"

namespace aforo {

// This host's place at one meeting. Lies in the frame of the coroutine that waits, which stays
// suspended until `parcel` is resumed on `home`. No allocation, no copy.
struct Meeting {
  // In: this host's; out, before `parcel` is posted: the outcome.
  Vote vote;
  // Where the waiting coroutine belongs; outlives the meeting.
  HomeLoop* home = nullptr;
  // Filled in by who waits; posted once by the Group, which does not touch the meeting afterwards.
  Parcel parcel;
};

// Threads: `meet` and `leave` are called on home and return at once; answers come by
// HomeLoop::post, from any thread, never inside the call. Errors: a host that can no longer be
// heard is one that left with Ending::kFailed, so no meeting waits for ever. Nothing throws.
class Group {
 public:
  virtual ~Group() = default;

  // This one, [0, hosts()); the same all the time.
  virtual std::uint32_t host() const = 0;
  // >= 1; the same all the time, also when some have left.
  virtual std::uint32_t hosts() const = 0;

  // Gives this host's vote at the next meeting. When every host has voted or left, each of them is answered
  // with the same outcome: all votes, joined. `meeting` is the Group's until then. One at a time.
  virtual void meet(Meeting& meeting) = 0;

  // This host comes to no further meeting; `vote` is its vote at all of them. A meeting that it waits at is
  // answered with `vote`, unless its outcome is on the way. Idempotent: the first vote holds.
  virtual void leave(Vote vote) = 0;
};

}  // namespace aforo
