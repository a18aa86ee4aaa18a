// The virtual clock: what is due when, and the time that jumps from one event to the next.
//
// Deterministic: events of the same instant happen in the order in which they were asked for. An event is a
// coroutine to resume or a SimEvent to fire; neither is owned, nothing is allocated per event. One thread.
#pragma once

#include <algorithm>
#include <bit>
#include <coroutine>
#include <cstdint>

#include "base/units.h"
#include "sim/dary_heap.h"

namespace aforo {

// Something that happens: a station's next departure, the end of a delay.
// It stays alive and where it is until it has fired. It may be set again from within fire(), and
// may be set only once at a time, unless it can tell an outdated call (SharedServer does).
class SimEvent {
 public:
  // Called by step() with now() at the time it was set for. May set further events and resume
  // coroutines.
  virtual void fire() = 0;

 protected:
  ~SimEvent() = default;
};

// Virtual time is a double of seconds from 0 on: to a nanosecond over a hundred days. An event
// cannot be taken back: what has become needless must know it when it fires.
class VirtualClock {
 public:
  // Whose sleeps: `hasten` wakes them all; 0 = nobody's.
  using Owner = std::uint16_t;

  Seconds now() const { return Seconds{now_}; }
  // That have happened: what a simulation costs is proportional to it.
  std::uint64_t events() const { return events_; }
  std::size_t pending() const { return heap_.size(); }

  // At `t`, or now if that has passed. `event` stays where it is until it fires.
  // O(log n) with n pending; O(1) where it is the latest of all.
  void at(Seconds t, SimEvent& event) {
    push(t.value, reinterpret_cast<std::uintptr_t>(&event) | kIsEvent, 0);
  }
  void at(Seconds t, std::coroutine_handle<> handle, Owner owner) {
    push(t.value, reinterpret_cast<std::uintptr_t>(handle.address()), owner);
  }

  // All pending coroutines of `owner` are due now.
  // O(n), once per job, at its end. They keep their order among themselves: that in which they were
  // asked for.
  void hasten(Owner owner) {
    heap_.rebuild([&](Entry& entry) {
      if ((entry.order & kOwnerMask) == owner) entry.at = std::bit_cast<std::uint64_t>(now_);
    });
  }

  // The next event happens; false if there is none.
  // Time jumps; nothing happens in between. What the event does is done within this call.
  bool step() {
    if (heap_.empty()) return false;
    const Entry next = heap_.top();
    heap_.pop();
    now_ = std::bit_cast<double>(next.at);
    ++events_;
    // Large jobs' frames have left the processor's cache: the next one's is fetched while this one runs.
    if (!heap_.empty()) __builtin_prefetch(reinterpret_cast<void*>(heap_.top().what & ~kIsEvent), 1);
    if (next.what & kIsEvent)
      reinterpret_cast<SimEvent*>(next.what & ~kIsEvent)->fire();
    else
      std::coroutine_handle<>::from_address(reinterpret_cast<void*>(next.what)).resume();
    return true;
  }

 private:
  static constexpr std::uintptr_t kIsEvent = 1;  // coroutine frames and events are aligned: the bit is free
  // The low 16 bits of `order`; 48 bits of serial number last for 10^14 events.
  static constexpr std::uint64_t kOwnerMask = 0xffff;
  __extension__ using Wide = unsigned __int128;

  // 24 bytes: what the heap moves about, so it is kept small.
  struct Entry {
    // The bits of a double that is not negative: they order as the number does.
    std::uint64_t at;
    // Serial number, then owner: the serial alone decides, as it is never the same.
    std::uint64_t order;
    // The address of a coroutine's frame, or of a SimEvent with its lowest bit set.
    std::uintptr_t what;
    static bool before(const Entry& a, const Entry& b) {
      return (static_cast<Wide>(a.at) << 64 | a.order) < (static_cast<Wide>(b.at) << 64 | b.order);
    }
  };

  void push(double t, std::uintptr_t what, Owner owner) {
    heap_.push({std::bit_cast<std::uint64_t>(std::max(t, now_)), serial_++ << 16 | owner, what});
  }

  double now_ = 0;
  std::uint64_t serial_ = 0;
  std::uint64_t events_ = 0;
  DaryHeap<Entry> heap_;
};

}  // namespace aforo
