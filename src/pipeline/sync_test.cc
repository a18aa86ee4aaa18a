#include "pipeline/sync.h"

#include <gtest/gtest.h>

#include <string>

#include "pipeline/task.h"

namespace aforo {
namespace {

TEST(Barrier, ReleasesAllWhenTheLastArrivesAndActsBefore) {
  Barrier barrier(3);
  std::string log;
  auto party = [&](char name) -> Task<> {
    co_await barrier.arrive([&log] { log += '!'; });
    log += name;
  };
  spawn(party('a'));
  spawn(party('b'));
  EXPECT_EQ(log, "");
  spawn(party('c'));
  EXPECT_EQ(log, "!abc");
  spawn(party('d'));  // the next meeting waits again
  EXPECT_EQ(log, "!abc");
  barrier.open();
  EXPECT_EQ(log, "!abcd");
  spawn(party('e'));  // open: passes at once
  EXPECT_EQ(log, "!abcde");
}

TEST(Signal, WakesOneWaiterAndForgetsEarlySignals) {
  Signal signal;
  int woken = 0;
  signal.notify();
  spawn([](Signal& s, int& n) -> Task<> {
    co_await s.wait();
    ++n;
  }(signal, woken));
  EXPECT_EQ(woken, 0);
  signal.notify();
  EXPECT_EQ(woken, 1);
}

TEST(WaitGroup, WaitsForAllAndNotAtAllWhenEmpty) {
  WaitGroup group;
  bool passed = false;
  auto waiter = [&]() -> Task<> {
    co_await group.wait();
    passed = true;
  };
  spawn(waiter());
  EXPECT_TRUE(passed);
  passed = false;
  group.add(2);
  spawn(waiter());
  group.done();
  EXPECT_FALSE(passed);
  group.done();
  EXPECT_TRUE(passed);
}

}  // namespace
}  // namespace aforo
