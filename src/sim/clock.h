// The virtual clock: what is due when, and the time that jumps from one event to the next.
//
// Deterministic: events of the same instant happen in the order in which they were asked for. An event is a
// coroutine to resume or a SimEvent to fire; neither is owned, nothing is allocated per event. One thread.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <coroutine>
#include <cstdint>

#include "base/units.h"
#include "pipeline/sync.h"
#include "sim/dary_heap.h"

namespace aforo {

// Something that happens: a station's next departure, the end of a delay.
// It stays alive and where it is until it has fired. It may be set again from within fire(), and
// may be set only once at a time, unless it can tell an outdated call (SharedServer does).
class SimEvent : public FetchedAhead {
 public:
  // Called by step() with now() at the time it was set for. May set further events and resume
  // coroutines.
  virtual void fire() = 0;

 protected:
  ~SimEvent() = default;

 private:
  void fetch_behind(int) const override {}
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
  std::size_t pending() const { return near_count_ + heap_.size() + sleepers_.size() - woken_; }

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
    while (near_count_ > 0) heap_.push(near_[--near_count_]);
    for (; woken_ < sleepers_.size(); ++woken_) heap_.push(sleepers_[woken_]);
    heap_.rebuild([&](Entry& entry) {
      if ((entry.order & kOwnerMask) == owner) entry.at = std::bit_cast<std::uint64_t>(now_);
    });
  }

  // The next event happens; false if there is none.
  // Time jumps; nothing happens in between. What the event does is done within this call.
  bool step() {
    if (near_count_ == 0) {
      if (pending() == 0) return false;
      fill_near();
    }
    const Entry next = near_[0];
    --near_count_;
    std::copy_n(near_.begin() + 1, near_count_, near_.begin());
    fill_near();
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

  // Large jobs' frames have left the processor's cache: those that are due next are known before, and their memory is
  // asked for while others run, a pointer further with each place that they move up.
  static void fetch(const Entry& entry, int stage) {
    if (entry.what & kIsEvent)
      reinterpret_cast<const SimEvent*>(entry.what & ~kIsEvent)->fetch(stage);
    else if (stage == 0)
      prefetch_frame(std::coroutine_handle<>::from_address(reinterpret_cast<void*>(entry.what)));
  }
  void fill_near() {
    for (; near_count_ < kNear; ++near_count_) {
      const bool sleeps = woken_ < sleepers_.size();
      if (sleeps && (heap_.empty() || Entry::before(sleepers_[woken_], heap_.top()))) {
        near_[near_count_] = sleepers_[woken_++];
      } else if (!heap_.empty()) {
        near_[near_count_] = heap_.top();
        heap_.pop();
      } else {
        break;
      }
    }
    for (std::size_t place = 0; place < near_count_; ++place)
      fetch(near_[place], static_cast<int>(kNear - 1 - place));
  }

  void push(double t, std::uintptr_t what, Owner owner) {
    Entry entry{std::bit_cast<std::uint64_t>(std::max(t, now_)), serial_++ << 16 | owner, what};
    if (near_count_ == 0 || !Entry::before(entry, near_[near_count_ - 1])) return put_behind(entry);
    if (near_count_ == kNear)
      put_behind(near_[kNear - 1]);
    else
      ++near_count_;
    std::size_t place = near_count_ - 1;
    for (; place > 0 && Entry::before(entry, near_[place - 1]); --place) near_[place] = near_[place - 1];
    near_[place] = entry;
    fetch(entry, 0);
  }

  // Whom a barrier lets go together, who then compute for equally long, come in the order in which they wake: they need
  // no heap, which stays as small as what else is pending.
  void put_behind(const Entry& entry) {
    if (woken_ == sleepers_.size()) sleepers_.clear(), woken_ = 0;
    if (entry.what & kIsEvent || (!sleepers_.empty() && Entry::before(entry, sleepers_.back())))
      return heap_.push(entry);
    if (woken_ > kFewWoken && woken_ > sleepers_.size() / 2) {
      sleepers_.erase(sleepers_.begin(), sleepers_.begin() + static_cast<std::ptrdiff_t>(woken_));
      woken_ = 0;
    }
    sleepers_.push_back(entry);
  }

  double now_ = 0;
  std::uint64_t serial_ = 0;
  std::uint64_t events_ = 0;
  // The next ones in order, taken out of the heap, which holds none that is earlier.
  static constexpr std::size_t kNear = FetchedAhead::kStages;
  std::array<Entry, kNear> near_{};
  std::size_t near_count_ = 0;
  DaryHeap<Entry> heap_;
  // Coroutines in order; those before woken_ have gone.
  static constexpr std::size_t kFewWoken = 1024;  // chosen: fewer are not worth moving the others
  FrameVector<Entry> sleepers_;
  std::size_t woken_ = 0;
};

}  // namespace aforo
