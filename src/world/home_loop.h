// HomeLoop: the executor on which accelerators, barriers and queues live. One thread runs it; it does no I/O,
// so that the end of an emulated step is seen when it is due and not when some read has been copied.
//
// Timing: the kernel wakes a sleeping thread some tens of microseconds late. The loop learns how late, asks
// to be woken that much earlier and spins the rest (at most kMaxSpin), so that a step ends within 100 us of
// the asked time on an idle machine.
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

// One thread's loop of timers and of coroutines that others send. Which thread is home is
// decided by who calls run().
class HomeLoop {
 public:
  // The most that the loop spins before a timer is due, instead of sleeping: what one core is
  // taken for, once a step.
  static constexpr Seconds kMaxSpin{100e-6};

  // Runs what is due, sleeps, and so on, until `finished` is true (asked after every round).
  // Call on the home thread.
  void run(const std::function<bool()>& finished);

  // Resumes `handle` on this thread once monotonic_now() has reached `deadline`; timers of one
  // deadline in the order in which they were set.
  void at(Seconds deadline, std::coroutine_handle<> handle);
  // All timers, also future ones, are due at once.
  void cancel_timers() { cancelled_ = true; }

  // Resumes parcel.handle on the home thread, in the order of posting. The parcel lies in the
  // sender's frame until then.
  void post(Parcel& parcel);
  // Wakes the loop; `on_interrupt` will run once on the home thread, however often this is called.
  void interrupt();
  // Before run.
  void set_on_interrupt(std::function<void()> action) { on_interrupt_ = std::move(action); }

 private:
  struct Timer {
    Seconds deadline;
    std::uint64_t serial;
    std::coroutine_handle<> handle;
    bool operator>(const Timer& other) const {
      return deadline != other.deadline ? deadline > other.deadline : serial > other.serial;
    }
  };

  bool run_due_timers();
  void wait_for_work();
  // Absent: until woken; not at all where it is not positive
  void sleep_for(std::optional<Seconds> duration);
  void learn(Seconds late);

  Inbox inbox_;
  std::priority_queue<Timer, std::vector<Timer>, std::greater<>> timers_;
  std::uint64_t serial_ = 0;
  bool cancelled_ = false;
  Seconds lateness_{20e-6};  // learned: how late the kernel wakes us
  std::function<void()> on_interrupt_;
  std::atomic<bool> interrupted_{false};
  std::atomic<std::uint32_t> word_{0};  // futex: 1 = asleep
};

}  // namespace aforo
