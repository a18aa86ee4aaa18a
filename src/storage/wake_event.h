// WakeEvent: ends the sleep of a thread that waits on its ring. Many wakes cost one system call,
// and none when the thread is awake: a flag is set first, and the event is written only if the
// sleeper said that it sleeps.
//
// `wake` may be called from any thread; the rest belongs to the ring's. Sleeping and waking each
// set their own flag and then look at the other's (sequentially consistent), so that at least one
// of them sees the other.
#pragma once

#include <atomic>
#include <cstdint>

#include "storage/ring.h"

namespace aforo {

class WakeEvent {
 public:
  WakeEvent() = default;
  WakeEvent(const WakeEvent&) = delete;
  WakeEvent& operator=(const WakeEvent&) = delete;
  ~WakeEvent();

  // 0 or an errno (EMFILE); once, before all else.
  int open();

  // Ends the sleep that is or the next one. Never blocks, allocates
  // nothing; safe until the destructor.
  void wake();

  // Lets the ring wait for the event, its completion marked `user_data`; does nothing while it
  // already does. The ring writes into this object: it outlives the ring.
  void arm(Ring& ring, std::uint64_t user_data);
  // That completion was seen; `arm` it again before the next sleep.
  void fired() { armed_ = false; }

  // For who waits with epoll instead, edge by edge; each wake of a sleeper is one, and none needs to be read.
  int descriptor() const { return event_; }

  // Whether somebody woke since the last `take`. A hint: take() is what makes their writes visible.
  bool woken() const { return woken_.load(std::memory_order_relaxed); }

  // False: somebody woke already, do not sleep.
  bool begin_sleep() {
    sleeping_.store(true, std::memory_order_seq_cst);
    return !woken_.load(std::memory_order_seq_cst);
  }
  void end_sleep() { sleeping_.store(false, std::memory_order_seq_cst); }

  // Takes the wakes so far; what was written before them is visible after this.
  void take() { woken_.exchange(false, std::memory_order_acquire); }

 private:
  int event_ = -1;
  bool armed_ = false;
  // Where the kernel puts what it read from the event.
  std::uint64_t value_ = 0;
  std::atomic<bool> woken_{false};
  std::atomic<bool> sleeping_{false};
};

}  // namespace aforo
