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
class SimEvent {
 public:
  virtual void fire() = 0;

 protected:
  ~SimEvent() = default;
};

class VirtualClock {
 public:
  using Owner = std::uint16_t;  // whose sleeps: `hasten` wakes them all; 0 = nobody's

  Seconds now() const { return Seconds{now_}; }
  std::uint64_t events() const { return events_; }  // that have happened
  std::size_t pending() const { return heap_.size(); }

  // At `t`, or now if that has passed. `event` stays where it is until it fires.
  void at(Seconds t, SimEvent& event) {
    push(t.value, reinterpret_cast<std::uintptr_t>(&event) | kIsEvent, 0);
  }
  void at(Seconds t, std::coroutine_handle<> handle, Owner owner) {
    push(t.value, reinterpret_cast<std::uintptr_t>(handle.address()), owner);
  }

  // All pending coroutines of `owner` are due now.
  void hasten(Owner owner) {
    heap_.rebuild([&](Entry& entry) {
      if ((entry.order & kOwnerMask) == owner) entry.at = std::bit_cast<std::uint64_t>(now_);
    });
  }

  // The next event happens; false if there is none.
  bool step() {
    if (heap_.empty()) return false;
    const Entry next = heap_.top();
    heap_.pop();
    now_ = std::bit_cast<double>(next.at);
    ++events_;
    if (next.what & kIsEvent)
      reinterpret_cast<SimEvent*>(next.what & ~kIsEvent)->fire();
    else
      std::coroutine_handle<>::from_address(reinterpret_cast<void*>(next.what)).resume();
    return true;
  }

 private:
  static constexpr std::uintptr_t kIsEvent = 1;  // coroutine frames and events are aligned: the bit is free
  static constexpr std::uint64_t kOwnerMask = 0xffff;
  __extension__ using Wide = unsigned __int128;

  struct Entry {
    std::uint64_t at;     // the bits of a double that is not negative: they order as the number does
    std::uint64_t order;  // serial number, then owner
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
