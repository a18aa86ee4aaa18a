#include "world/home_loop.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stop_token>
#include <string>
#include <thread>

#include "pipeline/task.h"
#include "storage/engine.h"

namespace aforo {
namespace {

struct At {
  HomeLoop& loop;
  Seconds when;
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<> h) { loop.at(when, h); }
  void await_resume() {}
};

struct Foreign {  // posted by another thread
  HomeLoop& loop;
  std::thread& sender;
  Parcel parcel;
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<> h) {
    parcel.handle = h;
    sender = std::thread([this] { loop.post(parcel); });
  }
  void await_resume() {}
};

TEST(HomeLoop, RunsTimersInOrderOfTimeAndNeverEarly) {
  HomeLoop loop;
  std::string order;
  int left = 3;
  const Seconds start = monotonic_now();
  auto sleeper = [&](char name, Seconds after) -> Task<> {
    co_await At{loop, start + after};
    EXPECT_GE(monotonic_now(), start + after);
    order += name;
    --left;
  };
  spawn(sleeper('c', 3_ms));
  spawn(sleeper('a', 1_ms));
  spawn(sleeper('b', 2_ms));
  loop.run([&] { return left == 0; });
  EXPECT_EQ(order, "abc");
}

TEST(HomeLoop, IsWokenByAnotherThread) {
  HomeLoop loop;
  std::thread sender;
  bool done = false;
  spawn(
      [](HomeLoop& l, std::thread& s) -> Task<> {
        co_await Foreign{l, s, {}};
      }(loop, sender),
      [&] { done = true; });
  loop.run([&] { return done; });
  sender.join();
  EXPECT_TRUE(done);
}

TEST(HomeLoop, InterruptRunsItsActionAndCancelsSleeps) {
  HomeLoop loop;
  bool done = false;
  loop.set_on_interrupt([&] { loop.cancel_timers(); });
  spawn(
      [](HomeLoop& l) -> Task<> {
        co_await At{l, monotonic_now() + Seconds{3600}};
      }(loop),
      [&] { done = true; });
  std::thread other([&] { loop.interrupt(); });
  loop.run([&] { return done; });
  other.join();
  EXPECT_TRUE(done);
}

// Sleeps whose end is due while the loop is still about to begin them: none may become one without
// an end. Nobody posts anything here that would wake the loop, but for a guard that ends a sleep
// without an end, after far more time than all of them take together, and tells.
TEST(HomeLoop, NeverSleepsForEverBesideATimer) {
  HomeLoop loop;
  bool done = false, rescued = false;
  loop.set_on_interrupt([&] { rescued = true; });
  std::jthread guard([&loop](const std::stop_token& stop) {
    for (int tenths = 0; tenths < 1200; ++tenths) {
      if (stop.stop_requested()) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    loop.interrupt();
  });
  spawn(
      [](HomeLoop& l) -> Task<> {
        for (int i = 0; i < 20'000; ++i)
          co_await At{l, monotonic_now() + Seconds{15e-6 + 20e-9 * (i % 1000)}};
      }(loop),
      [&] { done = true; });
  loop.run([&] { return done; });
  EXPECT_TRUE(done);
  EXPECT_FALSE(rescued);
}

TEST(Inbox, KeepsTheOrderOfSending) {
  Inbox inbox;
  Parcel a, b, c;
  EXPECT_TRUE(inbox.push(a));
  EXPECT_FALSE(inbox.push(b));
  EXPECT_FALSE(inbox.push(c));
  Parcel* first = inbox.take();
  EXPECT_EQ(first, &a);
  EXPECT_EQ(first->next, &b);
  EXPECT_EQ(first->next->next, &c);
  EXPECT_EQ(c.next, nullptr);
  EXPECT_TRUE(inbox.empty());
}

}  // namespace
}  // namespace aforo
