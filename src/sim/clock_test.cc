// The clock and its heap.
#include "sim/clock.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <utility>
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

// Events that ask for others, some of them at once, some before all that are pending: in the order of (time, asking).
TEST(VirtualClock, KeepsTheOrderWhateverIsAskedForMeanwhile) {
  struct Asks final : SimEvent {
    VirtualClock* clock = nullptr;
    Random* random = nullptr;
    std::deque<Asks>* all = nullptr;
    std::vector<std::pair<double, std::size_t>>*asked = nullptr, *happened = nullptr;
    std::size_t number = 0;
    void ask() {
      const std::size_t next = all->size();
      all->push_back(*this);
      all->back().number = next;
      const double at = clock->now().value + 0.25 * static_cast<double>(random->below(9));
      asked->push_back({at, next});
      clock->at(Seconds{at}, all->back());
    }
    void fire() override {
      happened->push_back({clock->now().value, number});
      for (std::uint64_t n = random->below(3); n > 0 && all->size() < 5000; --n) ask();
    }
  };
  VirtualClock clock;
  Random random(3);
  std::deque<Asks> all;
  std::vector<std::pair<double, std::size_t>> asked, happened;
  Asks first;
  first.clock = &clock, first.random = &random, first.all = &all, first.asked = &asked,
  first.happened = &happened;
  for (int i = 0; i < 40; ++i) first.ask();
  EXPECT_EQ(clock.pending(), 40u);
  while (clock.step()) {
  }
  EXPECT_EQ(clock.pending(), 0u);
  EXPECT_GT(happened.size(), 40u);
  std::sort(asked.begin(), asked.end());  // by time, then in the order of asking
  EXPECT_EQ(happened, asked);
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

// All of one owner's are due at once, those that were to happen next among them; others keep their time.
TEST(VirtualClock, HastensWhatIsDueNextToo) {
  VirtualClock clock;
  std::vector<double> woke(8, -1);
  for (std::size_t i = 0; i < woke.size(); ++i)
    spawn(sleeper(clock, 1 + static_cast<double>(i), i % 2 == 0 ? 1 : 2, woke[i]));
  ASSERT_TRUE(clock.step());
  clock.hasten(2);
  while (clock.step()) {
  }
  EXPECT_EQ(woke, (std::vector<double>{1, 1, 3, 1, 5, 1, 7, 1}));
}

// Coroutines that fall asleep for equally long, as ranks do behind a barrier, others for less or more, and events between
// them: all in the order of (time, asking), and none is kept that has woken.
TEST(VirtualClock, WakesSleepersInOrderAmongEvents) {
  VirtualClock clock;
  Random random(7);
  std::vector<std::pair<double, int>> asked, happened;
  struct Mark final : SimEvent {
    VirtualClock* clock = nullptr;
    std::vector<std::pair<double, int>>* happened = nullptr;
    int number = 0;
    void fire() override { happened->push_back({clock->now().value, number}); }
  };
  std::deque<Mark> marks;
  const auto sleeps = [&](int first) -> Task<> {
    for (int i = 0; i < 50; ++i) {
      const int number = first + i;
      const double until =
          clock.now().value + (random.below(4) == 0 ? 0.5 * static_cast<double>(random.below(6)) : 1);
      asked.push_back({until, number});
      co_await Pause{clock, until, 1};
      happened.push_back({clock.now().value, number});
      if (random.below(3) != 0) continue;
      marks.push_back({});
      marks.back().clock = &clock, marks.back().happened = &happened, marks.back().number = -number;
      asked.push_back({clock.now().value + 0.75, -number});
      clock.at(Seconds{asked.back().first}, marks.back());
    }
  };
  for (int i = 0; i < 100; ++i) spawn(sleeps(1 + i * 50));
  EXPECT_EQ(clock.pending(), 100U);
  while (clock.step()) {
  }
  EXPECT_EQ(clock.pending(), 0U);
  std::stable_sort(asked.begin(), asked.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  EXPECT_EQ(happened, asked);
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
