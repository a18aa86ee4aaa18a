// Group: the hosts that one job is spread over, as this one sees them.
//
// The door for what joins processes (MPI, TCP): one thread of its own that takes votes and sends outcomes
// home. A RealWorld without a Group is the only host of its job, and meets nobody.
#pragma once

#include <cstdint>

#include "pipeline/vote.h"
#include "world/home_loop.h"

namespace aforo {

// This host's place at one meeting. Lies in the frame of the coroutine that waits, which stays suspended
// until `parcel` is resumed on `home`.
struct Meeting {
  Vote vote;  // in: this host's; out, before `parcel` is posted: the outcome
  HomeLoop* home = nullptr;
  Parcel parcel;
};

// Threads: `meet` and `leave` are called on home and return at once; answers come by HomeLoop::post, from any
// thread, never inside the call. Errors: a host that can no longer be heard is one that left with
// Ending::kFailed, so no meeting waits for ever.
class Group {
 public:
  virtual ~Group() = default;

  virtual std::uint32_t host() const = 0;   // this one, [0, hosts()); the same all the time
  virtual std::uint32_t hosts() const = 0;  // >= 1

  // Gives this host's vote at the next meeting. When every host has voted or left, each of them is answered
  // with the same outcome: all votes, joined. `meeting` is the Group's until then. One at a time.
  virtual void meet(Meeting& meeting) = 0;

  // This host comes to no further meeting; `vote` is its vote at all of them. A meeting that it waits at is
  // answered with `vote`, unless its outcome is on the way. Idempotent: the first vote holds.
  virtual void leave(Vote vote) = 0;
};

}  // namespace aforo
