// For tests of jobs over several hosts: one virtual clock for all their worlds, and the meetings between
// them.
#pragma once

#include <algorithm>
#include <coroutine>
#include <functional>
#include <optional>
#include <queue>
#include <utility>
#include <vector>

#include "base/units.h"
#include "pipeline/vote.h"

namespace aforo {

// What is due when. Deterministic: events of one instant happen in the order in which they were asked for.
class TestClock {
 public:
  Seconds now() const { return now_; }
  // `handle` is resumed at `t`, or now if that has passed. `owner`: whose sleep it is; null = nobody's.
  void at(Seconds t, std::coroutine_handle<> handle, const void* owner = nullptr) {
    events_.push({std::max(t, now_), serial_++, handle, owner});
  }
  // All sleeps of `owner` are due now.
  void hasten(const void* owner) {
    std::vector<Event> all;
    for (; !events_.empty(); events_.pop()) all.push_back(events_.top());
    for (Event& event : all) {
      if (event.owner == owner) event.at = now_;
      events_.push(event);
    }
  }
  // The next event happens; false if there is none.
  bool step() {
    if (events_.empty()) return false;
    const Event event = events_.top();
    events_.pop();
    now_ = event.at;
    event.handle.resume();
    return true;
  }

 private:
  struct Event {
    Seconds at;
    std::uint64_t serial;
    std::coroutine_handle<> handle;
    const void* owner;
    bool operator>(const Event& o) const { return at != o.at ? at > o.at : serial > o.serial; }
  };
  Seconds now_{0};
  std::uint64_t serial_ = 0;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
};

// The votes of one meeting after another, counted in one place.
class VoteCount {
 public:
  explicit VoteCount(std::uint32_t hosts) : seats_(hosts) {}

  void vote(std::uint32_t host, Vote vote) { seats_[host].vote = vote, seats_[host].given = true; }
  // `host` comes to no further meeting: `vote` is its vote at all of them, this one included. The first holds.
  void leave(std::uint32_t host, Vote vote) {
    if (!seats_[host].left) seats_[host] = {vote, true, true};
  }

  // Once, when every host has voted or left: what they agreed on. The next meeting begins.
  std::optional<Vote> outcome() {
    if (!std::all_of(seats_.begin(), seats_.end(), [](const Seat& seat) { return seat.given; }))
      return std::nullopt;
    Vote all = seats_[0].vote;
    for (Seat& seat : seats_) {
      all = joined(all, seat.vote);
      seat.given = seat.left;
    }
    return all;
  }

 private:
  struct Seat {
    Vote vote;
    bool given = false, left = false;
  };
  std::vector<Seat> seats_;
};

// Hosts that meet on the virtual clock. An outcome takes `delay` to reach them.
class TestHosts {
 public:
  TestHosts(TestClock& clock, std::uint32_t hosts, Seconds delay = Seconds{0})
      : clock_(clock), delay_(delay), count_(hosts), waiting_(hosts) {}

  void meet(std::uint32_t host, Vote& vote, std::coroutine_handle<> handle) {
    waiting_[host] = {&vote, handle};
    count_.vote(host, vote);
    settle();
  }
  void leave(std::uint32_t host, Vote vote) {
    answer(host, vote);
    count_.leave(host, vote);
    settle();
  }
  std::uint64_t meetings = 0;  // that came to an outcome

 private:
  struct Waiting {
    Vote* vote = nullptr;
    std::coroutine_handle<> handle;
  };
  void answer(std::uint32_t host, Vote vote) {
    const Waiting waiting = std::exchange(waiting_[host], {});
    if (!waiting.handle) return;
    *waiting.vote = vote;
    clock_.at(clock_.now() + delay_, waiting.handle);
  }
  void settle() {
    const std::optional<Vote> outcome = count_.outcome();
    if (!outcome) return;
    ++meetings;
    for (std::uint32_t host = 0; host < waiting_.size(); ++host) answer(host, *outcome);
  }

  TestClock& clock_;
  const Seconds delay_;
  VoteCount count_;
  std::vector<Waiting> waiting_;
};

}  // namespace aforo
