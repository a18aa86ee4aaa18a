#include "world/home_loop.h"

#include <linux/futex.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "storage/engine.h"

namespace aforo {
namespace {

timespec to_timespec(Seconds t) {
  const double whole = std::floor(t.value);
  return {static_cast<time_t>(whole), static_cast<long>((t.value - whole) * 1e9)};
}

// Who asks for a shorter slice than the running thread has may interrupt it when it wakes; without, a busy loop keeps
// its core to the end of its own slice, some milliseconds. Refused or passed over, nothing is lost but that.
void ask_for_short_slices() {
  struct {  // sched_attr of sched_setattr(2), as Linux 3.14 has it; its header and glibc's exclude each other
    std::uint32_t size, policy;
    std::uint64_t flags;
    std::int32_t nice;
    std::uint32_t priority;
    std::uint64_t runtime, deadline, period;
  } attr{};
  if (::syscall(SYS_sched_getattr, 0, &attr, sizeof attr, 0) != 0 || attr.policy != SCHED_OTHER) return;
  attr.size = sizeof attr;
  attr.runtime = 100'000;  // ns; the kernel's own least
  ::syscall(SYS_sched_setattr, 0, &attr, 0);
}

void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

}  // namespace

void HomeLoop::post(Parcel& parcel) {
  if (!inbox_.push(parcel)) return;
  if (word_.exchange(0, std::memory_order_seq_cst) == 1)
    ::syscall(SYS_futex, &word_, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

void HomeLoop::interrupt() {
  interrupted_.store(true, std::memory_order_release);
  if (word_.exchange(0, std::memory_order_seq_cst) == 1)
    ::syscall(SYS_futex, &word_, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

void HomeLoop::at(Seconds deadline, std::coroutine_handle<> handle) {
  timers_.push({deadline, serial_++, handle});
}

void HomeLoop::run(const std::function<bool()>& finished) {
  ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
  ask_for_short_slices();
  while (!finished()) {
    if (interrupted_.exchange(false, std::memory_order_acq_rel) && on_interrupt_) on_interrupt_();
    const bool ran_timers = run_due_timers();
    Parcel* parcels = inbox_.take();
    if (parcels)
      resume_all(parcels);
    else if (!ran_timers && !finished())
      wait_for_work();
  }
}

bool HomeLoop::run_due_timers() {
  bool ran = false;
  while (!timers_.empty()) {
    if (!cancelled_ && timers_.top().deadline > monotonic_now()) break;
    const auto handle = timers_.top().handle;
    timers_.pop();
    handle.resume();
    ran = true;
  }
  return ran;
}

void HomeLoop::wait_for_work() {
  if (timers_.empty()) return sleep_for(std::nullopt);
  const Seconds deadline = timers_.top().deadline;
  const Seconds early = std::min(lateness_, kMaxSpin);
  const Seconds wake = deadline - early;
  const Seconds now = monotonic_now();  // asked once: the second time it might be past `wake`
  if (wake > now) {
    sleep_for(wake - now);
    const Seconds late = monotonic_now() - wake;
    if (inbox_.empty() && late.value >= 0) learn(late);
    return;
  }
  while (monotonic_now() < deadline && inbox_.empty() && !interrupted_.load(std::memory_order_relaxed))
    relax();
}

// Moves towards a high quantile of the lateness: up fast, down slowly. Waking a little early costs a short
// spin; waking late costs accuracy.
void HomeLoop::learn(Seconds late) {
  const double rate = late > lateness_ ? 0.25 : 0.02;
  lateness_ += (std::min(late, kMaxSpin) - lateness_) * rate;
}

void HomeLoop::sleep_for(std::optional<Seconds> duration) {
  if (duration && duration->value <= 0) return;
  word_.store(1, std::memory_order_seq_cst);
  if (!inbox_.empty() || interrupted_.load(std::memory_order_seq_cst)) {
    word_.store(0, std::memory_order_relaxed);
    return;
  }
  const timespec timeout = to_timespec(duration.value_or(Seconds{0}));
  ::syscall(SYS_futex, &word_, FUTEX_WAIT_PRIVATE, 1, duration ? &timeout : nullptr, nullptr, 0);
  word_.store(0, std::memory_order_relaxed);
}

}  // namespace aforo
