#include "pipeline/task.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>

#include <stdexcept>
#include <string>

namespace aforo {
namespace {

Task<int> answer() { co_return 42; }
Task<int> deep(int n) {
  if (n == 0) co_return 0;
  co_return 1 + co_await deep(n - 1);
}
Task<std::string> failing() {
  throw std::runtime_error("inside");
  co_return "";
}

TEST(Task, RunsOnlyWhenAwaitedAndGivesItsValue) {
  int got = 0;
  Task<int> task = answer();
  EXPECT_EQ(got, 0);
  spawn([](Task<int> t, int& out) -> Task<> { out = co_await std::move(t); }(std::move(task), got));
  EXPECT_EQ(got, 42);
}

TEST(Task, NestsDeeply) {
  int got = 0;
  spawn([](int& out) -> Task<> { out = co_await deep(1000); }(got));
  EXPECT_EQ(got, 1000);
}

TEST(Task, RethrowsInTheAwaiter) {
  std::string message;
  spawn([](std::string& out) -> Task<> {
    try {
      co_await failing();
    } catch (const std::runtime_error& error) {
      out = error.what();
    }
  }(message));
  EXPECT_EQ(message, "inside");
}

TEST(Task, CallsDoneWhereItEnds) {
  bool done = false;
  std::coroutine_handle<> parked;
  struct Park {
    std::coroutine_handle<>& where;
    bool await_ready() { return false; }
    void await_suspend(std::coroutine_handle<> h) { where = h; }
    void await_resume() {}
  };
  spawn([](std::coroutine_handle<>& where) -> Task<> { co_await Park{where}; }(parked), [&] { done = true; });
  EXPECT_FALSE(done);
  parked.resume();
  EXPECT_TRUE(done);
}

// Who is done in one word is called from the task's own frame, which goes after it; a larger one from a second.
// Either way parameters live until then, and nothing is kept.
TEST(Task, SpawnedTasksFreeWhatTheyHold) {
  struct Park {
    std::coroutine_handle<>& where;
    bool await_ready() { return false; }
    void await_suspend(std::coroutine_handle<> h) { where = h; }
    void await_resume() {}
  };
  const auto body = [](std::coroutine_handle<>& where, std::shared_ptr<int>) -> Task<> {
    co_await Park{where};
  };
  const auto held = std::make_shared<int>(0);
  long at_end = 0;
  const auto small = [&] { at_end = held.use_count(); };
  const auto large = [&at_end, &held, pad = std::array<int, 8>{}] { at_end = held.use_count() + pad[0]; };
  const auto run = [&](auto done) {
    std::coroutine_handle<> parked;
    spawn(body(parked, held), done);
    EXPECT_EQ(held.use_count(), 2);
    parked.resume();
    EXPECT_EQ(at_end, 2);
    EXPECT_EQ(held.use_count(), 1);
  };
  struct Both {
    const decltype(small)* of;
    void operator()() const { (*of)(); }
  };
  static_assert(sizeof(Both) <= sizeof(void*) && sizeof(large) > sizeof(void*));
  run(Both{&small});
  run(large);
}

// Frames of every size class come back usable after they were released.
TEST(FramePool, ReusesWhatWasReleased) {
  void* first = allocate_frame(200);
  release_frame(first, 200);
  EXPECT_EQ(allocate_frame(250), first);  // same class: 193..256 bytes
  release_frame(first, 250);
  void* big = allocate_frame(100'000);
  release_frame(big, 100'000);
}

}  // namespace
}  // namespace aforo
