// The clock and its heap.
#include "sim/clock.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/random.h"
#include "pipeline/task.h"

namespace aforo {
namespace {

struct Note final : SimEvent {
  std::vector<int>* seen = nullptr;
  int number = 0;
  void fire() override { seen->push_back(number); }
};

TEST(VirtualClock, GoesInOrderOfTimeAndAmongEqualsInOrderOfAsking) {
  VirtualClock clock;
  std::vector<int> seen;
  std::vector<Note> notes(6);
  const double at[] = {2, 1, 2, 0, 1, 2};
  for (int i = 0; i < 6; ++i) {
    notes[i].seen = &seen;
    notes[i].number = i;
    clock.at(Seconds{at[i]}, notes[i]);
  }
  while (clock.step()) {
  }
  EXPECT_EQ(seen, (std::vector<int>{3, 1, 4, 0, 2, 5}));
  EXPECT_EQ(clock.now().value, 2.0);
  EXPECT_EQ(clock.events(), 6u);
}

// What is asked for in the past happens now: time never goes back.
TEST(VirtualClock, NeverGoesBack) {
  VirtualClock clock;
  std::vector<int> seen;
  Note first, second;
  first.seen = second.seen = &seen;
  clock.at(Seconds{5}, first);
  clock.step();
  clock.at(Seconds{1}, second);
  clock.step();
  EXPECT_EQ(clock.now().value, 5.0);
}

struct Pause {
  VirtualClock& clock;
  double until;
  VirtualClock::Owner owner;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) const { clock.at(Seconds{until}, handle, owner); }
  void await_resume() const noexcept {}
};

Task<> sleeper(VirtualClock& clock, double until, VirtualClock::Owner owner, double& woke) {
  co_await Pause{clock, until, owner};
  woke = clock.now().value;
}

TEST(VirtualClock, HastensOnlyTheOwnersSleeps) {
  VirtualClock clock;
  double mine[3] = {-1, -1, -1}, other = -1;
  for (int i = 0; i < 3; ++i) spawn(sleeper(clock, 10 + i, 1, mine[i]));
  spawn(sleeper(clock, 11.5, 2, other));
  clock.hasten(1);
  while (clock.step()) {
  }
  for (const double woke : mine) EXPECT_EQ(woke, 0.0);
  EXPECT_EQ(other, 11.5);
}

// 10,000 random pushes and pops against sorting.
TEST(DaryHeap, YieldsTheLeastFirst) {
  struct Entry {
    std::uint64_t value;
    static bool before(const Entry& a, const Entry& b) { return a.value < b.value; }
  };
  DaryHeap<Entry> heap;
  std::vector<std::uint64_t> mirror;
  Random random(1);
  for (int i = 0; i < 10'000; ++i) {
    if (random.below(3) != 0 || heap.empty()) {
      mirror.push_back(random.below(1000));
      heap.push({mirror.back()});
      continue;
    }
    const auto least = std::min_element(mirror.begin(), mirror.end());
    EXPECT_EQ(heap.top().value, *least);
    mirror.erase(least);
    heap.pop();
  }
  heap.rebuild([](Entry& entry) { entry.value = 1000 - entry.value; });
  std::uint64_t last = 0;
  for (; !heap.empty(); heap.pop()) {
    EXPECT_LE(last, heap.top().value);
    last = heap.top().value;
  }
}

}  // namespace
}  // namespace aforo
