// Waiting for each other, on one executor.
//
// None of these is thread-safe: all waiters and signallers of one object live on the same executor (for the
// training job: the home executor, where all rank state lives), so they need neither locks nor atomics.
// Waiters are resumed directly, in order of arrival.
//
// How a condition is waited for, always in this form, as it may have changed between the signal and
// the waiter's turn:
//
//   while (!condition) co_await signal.wait();
//
// Nobody here knows a World: what waits is no event of a clock, so nothing is pending while all
// wait. A job in which everybody waits and nobody will signal is a defect; worlds for tests and the
// simulated one find it, as their clock then has nothing left to do.
#pragma once

#include <array>
#include <coroutine>
#include <cstddef>
#include <utility>
#include <vector>

#include "pipeline/frame_pool.h"

namespace aforo {

// Asks for the memory of a suspended coroutine's first variables: a hint, without effect on what happens.
inline void prefetch_frame(std::coroutine_handle<> handle) { prefetch_lines(handle.address(), 0, 6); }

// What a coroutine will touch when it goes on, known before: who lets many go asks for the memory of the next ones while
// others run, a pointer further each time. Hints alone, without effect on what happens.
class FetchedAhead {
 public:
  static constexpr int kStages = 4;
  // Stage 0 may look at nothing of the object, only at where it lies; each later one at what the one before asked for.
  void fetch(int stage) const {
    if (stage > 0) return fetch_behind(stage);
    prefetch_lines(this, 0, 4);
  }

 protected:
  ~FetchedAhead() = default;

 private:
  virtual void fetch_behind(int stage) const = 0;
};

// One coroutine waits until somebody signals. A signal without a waiter is forgotten: check your condition
// first.
// At most one waiter: a second one would take the first one's place, which would then sleep for
// ever. `notify` runs the waiter inside the call, up to where it suspends next: state must be in
// order before it is called, and may have changed after it. A waiter must look at its condition
// again, in a loop.
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
  // Asks for the waiter's memory, if there is one: a hint.
  void prefetch() const { prefetch_frame(waiter_); }
  void notify() {
    if (auto waiter = std::exchange(waiter_, {})) waiter.resume();
  }

 private:
  std::coroutine_handle<> waiter_;
};

// What one coroutine touches: an object, and two places of at most two lines each; any may be null.
struct Touches {
  const FetchedAhead* object = nullptr;
  std::array<const void*, 2> places{};
  void fetch() const {
    for (const void* place : places) prefetch_lines(place, 0, 2);
  }
};

// `parties` coroutines meet; the last to arrive releases all. Reusable. `open` releases those waiting and
// makes every later arrival pass at once (the job is stopping).
// The order of release is that of arrival; who is released may arrive for the next round before the
// others of this round have gone. The last to arrive goes on after all others. As many must arrive
// as were promised: one that stays away holds up all, so a rank that ends early needs `open`.
class Barrier {
 public:
  explicit Barrier(std::size_t parties) : parties_(parties) { waiters_.reserve(parties); }

  // `before_release` runs in the last to arrive, before anybody is released. `touches` is what the coroutine
  // will touch when it goes on.
  // On home, like everything here. Not run where the barrier is open: the job is ending, and what
  // `before_release` would do between steps has no meaning any more.
  template <class Action>
  auto arrive(Action before_release, const Touches& touches = {}) {
    struct Awaiter {
      Barrier& barrier;
      Action action;
      Touches touches;
      bool await_ready() {
        if (barrier.open_) return true;
        if (barrier.waiters_.size() + 1 < barrier.parties_) return false;
        action();
        barrier.release();
        return true;
      }
      void await_suspend(std::coroutine_handle<> handle) { barrier.waiters_.push_back({handle, touches}); }
      void await_resume() const noexcept {}
    };
    return Awaiter{*this, std::move(before_release), touches};
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
      void await_suspend(std::coroutine_handle<> handle) { barrier.waiters_.push_back({handle, {}}); }
      bool await_resume() const noexcept { return leads; }
    };
    return Awaiter{*this};
  }

  // Lets those go who wait now.
  // What they do until they suspend next is done within this call.
  void release() {
    std::vector<Waiter> going;
    going.swap(waiters_);
    waiters_.reserve(parties_);
    // Of 100,000 that meet, each one's frame has left the processor's cache since: it is fetched while others run.
    constexpr std::size_t kAhead = 2;  // of those whose turn comes, from stage to stage
    for (std::size_t i = 0; i < going.size(); ++i) {
      for (int stage = 0; stage < FetchedAhead::kStages; ++stage) {
        const std::size_t next = i + kAhead * static_cast<std::size_t>(FetchedAhead::kStages - stage);
        if (next >= going.size()) continue;
        const Waiter& waiter = going[next];
        if (stage == 0) prefetch_frame(waiter.handle);
        if (stage == 0) waiter.touches.fetch();
        if (waiter.touches.object != nullptr) waiter.touches.object->fetch(stage);
      }
      going[i].handle.resume();
    }
  }

  // For good: a barrier is not closed again.
  void open() {
    open_ = true;
    release();
  }
  bool is_open() const { return open_; }

 private:
  struct Waiter {
    std::coroutine_handle<> handle;
    Touches touches;
  };
  std::size_t parties_;
  bool open_ = false;
  std::vector<Waiter> waiters_;
};

// Wait until `count` things have ended.
// One waiter. `add` before the thing begins, not in it: else `wait` may see 0 too early. May be
// used again once it has come to 0.
class WaitGroup {
 public:
  void add(std::size_t n = 1) { pending_ += n; }
  // The waiter, if any, runs inside the last one's call.
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
