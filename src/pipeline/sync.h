// Waiting for each other, on one executor.
//
// None of these is thread-safe: all waiters and signallers of one object live on the same executor (for the
// training job: the home executor, where all rank state lives), so they need neither locks nor atomics.
// Waiters are resumed directly, in order of arrival.
#pragma once

#include <coroutine>
#include <cstddef>
#include <utility>
#include <vector>

namespace aforo {

// One coroutine waits until somebody signals. A signal without a waiter is forgotten: check your condition
// first.
class Signal {
 public:
  auto wait() {
    struct Awaiter {
      Signal& signal;
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<> handle) noexcept { signal.waiter_ = handle; }
      void await_resume() const noexcept {}
    };
    return Awaiter{*this};
  }
  bool waiting() const { return static_cast<bool>(waiter_); }
  void notify() {
    if (auto waiter = std::exchange(waiter_, {})) waiter.resume();
  }

 private:
  std::coroutine_handle<> waiter_;
};

// `parties` coroutines meet; the last to arrive releases all. Reusable. `open` releases those waiting and
// makes every later arrival pass at once (the job is stopping).
class Barrier {
 public:
  explicit Barrier(std::size_t parties) : parties_(parties) { waiters_.reserve(parties); }

  // `before_release` runs in the last to arrive, before anybody is released.
  template <class Action>
  auto arrive(Action before_release) {
    struct Awaiter {
      Barrier& barrier;
      Action action;
      bool await_ready() {
        if (barrier.open_) return true;
        if (barrier.waiters_.size() + 1 < barrier.parties_) return false;
        action();
        barrier.release();
        return true;
      }
      void await_suspend(std::coroutine_handle<> handle) { barrier.waiters_.push_back(handle); }
      void await_resume() const noexcept {}
    };
    return Awaiter{*this, std::move(before_release)};
  }
  auto arrive() {
    return arrive([] {});
  }

  // As `arrive`, but the last to arrive releases nobody: it alone hears true, does what must come first (such
  // as meeting other hosts) and then calls `release`. Nobody hears true once the barrier is open.
  auto arrive_to_lead() {
    struct Awaiter {
      Barrier& barrier;
      bool leads = false;
      bool await_ready() {
        if (barrier.open_) return true;
        leads = barrier.waiters_.size() + 1 >= barrier.parties_;
        return leads;
      }
      void await_suspend(std::coroutine_handle<> handle) { barrier.waiters_.push_back(handle); }
      bool await_resume() const noexcept { return leads; }
    };
    return Awaiter{*this};
  }

  // Lets those go who wait now.
  void release() {
    std::vector<std::coroutine_handle<>> going;
    going.swap(waiters_);
    waiters_.reserve(parties_);
    for (auto handle : going) handle.resume();
  }

  void open() {
    open_ = true;
    release();
  }
  bool is_open() const { return open_; }

 private:
  std::size_t parties_;
  bool open_ = false;
  std::vector<std::coroutine_handle<>> waiters_;
};

// Wait until `count` things have ended.
class WaitGroup {
 public:
  void add(std::size_t n = 1) { pending_ += n; }
  void done() {
    if (--pending_ == 0) signal_.notify();
  }
  std::size_t pending() const { return pending_; }
  auto wait() {
    struct Awaiter {
      WaitGroup& group;
      decltype(std::declval<Signal&>().wait()) inner;
      bool await_ready() const noexcept { return group.pending_ == 0; }
      void await_suspend(std::coroutine_handle<> handle) noexcept { inner.await_suspend(handle); }
      void await_resume() const noexcept {}
    };
    return Awaiter{*this, signal_.wait()};
  }

 private:
  std::size_t pending_ = 0;
  Signal signal_;
};

}  // namespace aforo
