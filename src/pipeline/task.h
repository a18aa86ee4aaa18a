// Task<T>: a lazy coroutine. It starts when awaited, resumes its awaiter when it ends (symmetric transfer, so
// chains of any length use constant stack), and owns its frame.
//
// Threads: a task may move between executors at its suspension points; exactly one thread runs it at any
// time. The awaiter is resumed on whichever executor the task ended on. Errors: the pipeline reports errors
// as data. An exception that escapes a task is rethrown in its awaiter; out of a spawned task it ends the
// program by std::terminate (it is a bug, or there is no memory left).
//
// Lazy, so that a task can be made in one place and started in another (spawn), and so that nothing
// runs before who awaits it is known. Compared with a callback, a worker's loop stays a loop;
// compared with a thread, it costs a frame from the pool.
//
//   Task<bool> worker(W& world) { co_await world.go_home(); co_return true; }
//   const bool done = co_await worker(world);
//
// A result is moved out, once. g++ 12 loses values where co_await stands behind &&: give it a
// statement of its own.
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstring>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "pipeline/frame_pool.h"

namespace aforo {

template <class T>
class Task;

namespace task_detail {

// Frames come from the pool of the thread that calls the coroutine (frame_pool.h), and go back to
// the pool of the thread that destroys them.
struct PromiseBase {
  // Who awaits the task; of a spawned one the word that `done` is called with.
  std::coroutine_handle<> continuation = std::noop_coroutine();
  // Of a spawned task: called at its end, before its frame goes.
  void (*done)(void* word) = nullptr;
  std::exception_ptr exception;

  static void* operator new(std::size_t bytes) { return allocate_frame(bytes); }
  static void operator delete(void* frame, std::size_t bytes) { release_frame(frame, bytes); }

  std::suspend_always initial_suspend() noexcept { return {}; }
  struct Final {
    bool await_ready() noexcept { return false; }
    template <class P>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<P> self) noexcept {
      P& promise = self.promise();
      if (!promise.done) return promise.continuation;
      if (promise.exception)
        std::rethrow_exception(promise.exception);  // to std::terminate, which may ask what it was
      promise.done(promise.continuation.address());
      self.destroy();
      return std::noop_coroutine();
    }
    void await_resume() noexcept {}
  };
  Final final_suspend() noexcept { return {}; }
  void unhandled_exception() { exception = std::current_exception(); }
};

template <class T>
struct Promise : PromiseBase {
  std::optional<T> value;
  Task<T> get_return_object();
  template <class U>
  void return_value(U&& u) {
    value.emplace(std::forward<U>(u));
  }
  T take() {
    if (exception) std::rethrow_exception(exception);
    return std::move(*value);
  }
};

template <>
struct Promise<void> : PromiseBase {
  Task<void> get_return_object();
  void return_void() {}
  void take() {
    if (exception) std::rethrow_exception(exception);
  }
};

}  // namespace task_detail

// Awaited once, as a temporary or by std::move: `co_await task()`. One that is never awaited never
// begins; one that is destroyed while suspended takes its frame and all frames it awaits along, and
// nobody is resumed: this is right only where no World or Signal still holds its handle. Arguments
// by reference must outlive it: a coroutine keeps the reference, not the object. The same holds for
// the captures of a lambda that is a coroutine: they die with the lambda, so what is spawned takes
// what it needs as parameters.
template <class T = void>
class [[nodiscard]] Task {
 public:
  using promise_type = task_detail::Promise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  explicit Task(Handle handle) : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  auto operator co_await() && noexcept {
    struct Awaiter {
      Handle handle;
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) noexcept {
        handle.promise().continuation = awaiting;
        return handle;
      }
      T await_resume() { return handle.promise().take(); }
    };
    return Awaiter{handle_};
  }

  // Starts it, unawaited: `done(word)` is called at its end, then its frame goes. For spawn.
  void detach(void* word, void (*done)(void* word)) && {
    const Handle handle = std::exchange(handle_, {});
    handle.promise().continuation = std::coroutine_handle<>::from_address(word);
    handle.promise().done = done;
    handle.resume();
  }

 private:
  Handle handle_;
};

namespace task_detail {
template <class T>
Task<T> Promise<T>::get_return_object() {
  return Task<T>(std::coroutine_handle<Promise<T>>::from_promise(*this));
}
inline Task<void> Promise<void>::get_return_object() {
  return Task<void>(std::coroutine_handle<Promise<void>>::from_promise(*this));
}

// A coroutine nobody awaits: runs at once, frees itself.
// An exception that comes up to here has nobody to go to: std::terminate.
struct Detached {
  struct promise_type {
    static void* operator new(std::size_t bytes) { return allocate_frame(bytes); }
    static void operator delete(void* frame, std::size_t bytes) { release_frame(frame, bytes); }
    Detached get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};
}  // namespace task_detail

// Starts `task` now, on this thread, and lets it run on by itself. `done` is called where it ends.
// It is called on the executor on which the task ended, with the task's parameters still alive;
// they and the frame go after `done` has returned. Nobody can cancel a spawned task: count it in a
// WaitGroup, and wait for that before what it refers to goes.
//
// A `done` of one word, such as a lambda that captures `this`, is kept in the task's own frame: who spawns a
// million readers pays for no second one.
template <class Done>
void spawn(Task<void> task, Done done) {
  if constexpr (sizeof(Done) <= sizeof(void*) && std::is_trivially_copyable_v<Done>) {
    void* word = nullptr;
    std::memcpy(&word, &done, sizeof(done));
    std::move(task).detach(word, [](void* kept) {
      alignas(Done) std::byte copy[sizeof(Done)];
      std::memcpy(copy, &kept, sizeof(Done));
      (*reinterpret_cast<Done*>(copy))();
    });
    return;
  }
  [](Task<void> t, Done d) -> task_detail::Detached {
    co_await std::move(t);
    d();
  }(std::move(task), std::move(done));
}
inline void spawn(Task<void> task) {
  spawn(std::move(task), [] {});
}

}  // namespace aforo
