// HomeLoop: the executor on which accelerators, barriers and queues live. One thread runs
// it; it does no I/O, so that the end of an emulated step is seen when it is due and not
// when some read has been copied.
//
// Timing: the kernel wakes a sleeping thread some tens of microseconds late. The loop learns how
// late, asks to be woken that much earlier and spins the rest (at most kMaxSpin), so that a step
// ends within 100 us of the asked time on an idle machine.
//
// All that is resumed runs to its next suspension before anything else does: code on home
// needs no lock, and must not block.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <vector>

#include "base/units.h"
#include "world/inbox.h"

namespace aforo {

// One thread's loop of timers and of coroutines that others send. Which thread is home is decided
// by who calls run(); it must be the same one for all that is said to be home's. Not to be moved or
// copied. Outlives every coroutine that waits on it.
class HomeLoop {
 public:
  // The most that the loop spins before a timer is due, instead of sleeping: what one core is taken
  // for, once a step. Chosen: above the lateness of an idle machine; more would cost cores that
  // loaders could use, less would end steps late.
  static constexpr Seconds kMaxSpin{100e-6};

  // Runs what is due, sleeps, and so on, until `finished` is true (asked after every
  // round). Call on the home thread, once at a time. For good, sets that thread's timer slack to 1
  // ns and, where the kernel knows that of ordinary threads (Linux 6.12), its slice to the shortest: the
  // scheduler then lets it in before a loop that is busy. Blocks for the job.
  void run(const std::function<bool()>& finished);

  // Resumes `handle` on this thread once monotonic_now() has reached `deadline`; timers of one
  // deadline in the order in which they were set. A deadline that has passed is due at once, but
  // never inside this call. Home only. O(log timers).
  void at(Seconds deadline, std::coroutine_handle<> handle);
  // All timers, also future ones, are due at once, for good: how a job that ends
  // lets its sleepers go. Home only.
  void cancel_timers() { cancelled_ = true; }

  // Resumes parcel.handle on the home thread, in the order of posting. The parcel
  // lies in the sender's frame until then. Any thread; no allocation, at most one
  // system call, where home sleeps.
  void post(Parcel& parcel);
  // Wakes the loop; `on_interrupt` will run once on the home thread, however often this is called
  // before. Any thread, also a stop_callback's.
  void interrupt();
  // Before run. Empty = an interrupt only wakes the loop.
  void set_on_interrupt(std::function<void()> action) { on_interrupt_ = std::move(action); }

 private:
  // `serial` makes timers of one deadline come in the order in which they were set.
  struct Timer {
    Seconds deadline;
    std::uint64_t serial;
    std::coroutine_handle<> handle;
    bool operator>(const Timer& other) const {
      return deadline != other.deadline ? deadline > other.deadline : serial > other.serial;
    }
  };

  // Whether any was due.
  bool run_due_timers();
  // Until the next timer is due, something is posted, or an interrupt.
  void wait_for_work();
  // Absent: until woken. Not at all where it is not positive.
  void sleep_for(std::optional<Seconds> duration);
  // Moves lateness_ towards a high quantile of what was seen: up fast, down slowly.
  void learn(Seconds late);

  Inbox inbox_;
  std::priority_queue<Timer, std::vector<Timer>, std::greater<>> timers_;
  std::uint64_t serial_ = 0;
  bool cancelled_ = false;
  // Learned: how late the kernel wakes us. 20 us is a first guess, forgotten after some timers.
  Seconds lateness_{20e-6};
  std::function<void()> on_interrupt_;
  std::atomic<bool> interrupted_{false};
  // Futex: 1 = asleep. Whoever posts or interrupts sets it to 0, and wakes the
  // thread where it was 1.
  std::atomic<std::uint32_t> word_{0};
};

}  // namespace aforo
