#include "pipeline/sync.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

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

// Who waits is fetched stage by stage before it goes on, and all of it changes no order.
TEST(Barrier, FetchesAheadInStages) {
  struct Noted final : FetchedAhead {
    mutable std::vector<int> stages;
    void fetch_behind(int stage) const override { stages.push_back(stage); }
  };
  constexpr std::size_t kParties = 40;
  Barrier barrier(kParties);
  std::vector<Noted> noted(kParties);
  std::vector<std::size_t> order, seen;
  auto party = [&](std::size_t i) -> Task<> {
    co_await barrier.arrive([] {}, {&noted[i], {&noted[i], nullptr}});
    order.push_back(i);
    seen.push_back(noted[i].stages.size());
  };
  for (std::size_t i = 0; i < kParties; ++i) spawn(party(i));
  for (std::size_t i = 0; i < kParties; ++i) EXPECT_EQ(order[i], i);
  // The first few go at once, the last to arrive never waits; all others had every stage behind the first.
  for (std::size_t i = 10; i + 1 < kParties; ++i) {
    EXPECT_EQ(seen[i], 3u) << i;
    EXPECT_EQ(noted[i].stages, (std::vector<int>{1, 2, 3})) << i;
  }
}

}  // namespace
}  // namespace aforo
