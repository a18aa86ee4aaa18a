#include "pipeline/task.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

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

// A simulation's frames: given back and taken again by class, in numbers that the lists of a thread would not keep.
TEST(FrameArena, HoldsAllThatIsMadeWhileItLives) {
  void* const outside = allocate_frame(200);
  {
    const FrameArena arena;
    EXPECT_THROW(FrameArena(), std::logic_error);
    std::vector<std::byte*> frames;
    for (std::size_t i = 0; i < 20'000; ++i) {
      const std::size_t bytes = 1 + i % 4096;
      frames.push_back(static_cast<std::byte*>(allocate_frame(bytes)));
      std::memset(frames.back(), static_cast<int>(i % 251), bytes);
    }
    for (std::size_t i = 0; i < frames.size(); ++i) {
      ASSERT_EQ(frames[i][0], static_cast<std::byte>(i % 251));
      ASSERT_EQ(frames[i][i % 4096], static_cast<std::byte>(i % 251));
    }
    const std::set<void*> distinct(frames.begin(), frames.end());
    EXPECT_EQ(distinct.size(), frames.size());
    for (std::size_t i = 0; i < frames.size(); ++i) release_frame(frames[i], 1 + i % 4096);
    for (std::size_t i = 0; i < frames.size(); ++i)
      ASSERT_EQ(distinct.count(allocate_frame(1 + i % 4096)), 1u);
    FrameVector<std::uint64_t> large;
    for (std::uint64_t i = 0; i < 400'000; ++i)
      large.push_back(i);  // past a large page, and freed on the way
    EXPECT_EQ(large[399'999], 399'999u);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(large.data()) % (std::uintptr_t{2} << 20), 0u);
  }
  release_frame(outside, 200);
  EXPECT_EQ(allocate_frame(200), outside);
  release_frame(outside, 200);
}

}  // namespace
}  // namespace aforo
