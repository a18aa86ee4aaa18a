// One training job over two hosts, on one virtual clock: every expectation is worked by hand.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <functional>
#include <map>
#include <memory>

#include "pipeline/test_world.h"
#include "pipeline/training_job.h"

namespace aforo {
namespace {

JobPlan plan_for(const Layout& layout, Ranks ranks, std::uint64_t batch, std::uint64_t steps,
                 double step_time) {
  JobPlan plan;
  plan.layout = &layout;
  plan.loader.workers = 1;
  plan.loader.batch_size = batch;
  plan.loader.prefetch = 2;
  plan.step_time.mean = step_time;
  plan.steps = steps;
  plan.ranks = ranks;
  return plan;
}

// Writes down what a host's ranks did, and asks for an end where told to.
struct Witness : JobObserver {
  std::map<std::uint32_t, std::uint64_t> steps;  // by rank, as numbered among all
  std::uint64_t stop_after = ~std::uint64_t{0};  // steps of one rank
  std::vector<double> epoch_ends;
  TestWorld* world = nullptr;
  void on_step(const StepTimes& step) override { ++steps[step.rank]; }
  void on_epoch_end(std::uint64_t) override { epoch_ends.push_back(world->now().value); }
  bool should_stop() override { return !steps.empty() && steps.begin()->second >= stop_after; }
};

// Two hosts, two ranks each. `prepare` may change what a host's storage does, or its plan.
struct TwoHosts {
  explicit TwoHosts(Seconds delay = Seconds{0}) : hosts(clock, 2, delay) {}

  TestClock clock;
  TestHosts hosts;
  TestWorld worlds[2] = {{clock, hosts, 0}, {clock, hosts, 1}};
  Witness witness[2];
  JobResult results[2];
  std::unique_ptr<TrainingJob<TestWorld>> jobs[2];
  bool ended[2] = {false, false};

  void run(
      const Layout& layout, std::uint64_t batch, std::uint64_t steps, double step_time,
      const std::function<void(JobPlan&)>& change = [](JobPlan&) {},
      std::array<double, 2> interrupt_at = {0, 0}) {
    for (std::uint32_t h = 0; h < 2; ++h) {
      JobPlan plan = plan_for(layout, {2 * h, 2, 4}, batch, steps, step_time);
      change(plan);
      witness[h].world = &worlds[h];
      jobs[h] = std::make_unique<TrainingJob<TestWorld>>(worlds[h], plan, witness[h]);
    }
    for (std::uint32_t h = 0; h < 2; ++h) spawn(one(h), [this, h] { ended[h] = true; });
    for (std::uint32_t h = 0; h < 2; ++h)
      if (interrupt_at[h] > 0) spawn(interrupt(h, interrupt_at[h]));
    while (clock.step()) {
    }
    EXPECT_TRUE(ended[0]) << "host 0 waits for ever";
    EXPECT_TRUE(ended[1]) << "host 1 waits for ever";
  }
  Task<> one(std::uint32_t h) { results[h] = co_await jobs[h]->run(); }
  Task<> interrupt(std::uint32_t h, double at) {
    struct Until {
      TestClock& clock;
      Seconds t;
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<> handle) { clock.at(t, handle); }
      void await_resume() const noexcept {}
    };
    co_await Until{clock, Seconds{at}};
    jobs[h]->stop();
  }
  // What the job as a whole did.
  JobResult merged() const {
    JobResult all = results[0];
    all.merge(results[1]);
    return all;
  }
};

// What was read of which file, in whatever order.
std::multiset<std::pair<FileId, std::uint64_t>> read_by(std::initializer_list<const TestWorld*> worlds) {
  std::multiset<std::pair<FileId, std::uint64_t>> all;
  for (const TestWorld* world : worlds)
    for (const TestRead& read : world->reads) all.insert({read.file, read.offset});
  return all;
}

// 960 samples, 4 ranks, batch 8: 30 steps read every sample once. Two hosts with two ranks each read together
// what one with four reads; so do shards of 20, 48 for 4 ranks, and 2 shards that all ranks share.
TEST(Hosts, ReadTogetherWhatOneWithAllRanksReads) {
  const struct {
    std::uint64_t per_file;
    Framework framework;
  } cases[] = {{1, Framework::kPytorch},
               {1, Framework::kTensorflow},
               {20, Framework::kPytorch},
               {20, Framework::kTensorflow},
               {480, Framework::kTensorflow}};
  for (const auto& c : cases) {
    TestLayout layout(960, 1000, c.per_file);
    const auto framework = [&](JobPlan& plan) { plan.loader.framework = c.framework; };
    TestWorld alone_world;
    JobPlan plan = plan_for(layout, 4, 8, 30, 1e-3);
    framework(plan);
    JobObserver nobody;
    JobResult alone;
    TrainingJob<TestWorld> job(alone_world, plan, nobody);
    alone_world.run([](auto& j, JobResult& out) -> Task<> { out = co_await j.run(); }(job, alone));

    TwoHosts two;
    two.run(layout, 8, 30, 1e-3, framework);
    EXPECT_EQ(read_by({&two.worlds[0], &two.worlds[1]}), read_by({&alone_world})) << c.per_file;
    EXPECT_EQ(two.results[0].samples_delivered + two.results[1].samples_delivered, 960u);
    if (c.framework != Framework::kPytorch || c.per_file > 1) continue;
    std::set<FileId> files;
    for (const auto& [file, offset] : read_by({&two.worlds[0], &two.worlds[1]})) files.insert(file);
    EXPECT_EQ(files.size(), 960u);
  }
}

// Host 1 needs 4 x 2 ms for a batch, host 0 4 x 1 ms, and a step computes for 0.1 ms. Both have a step every
// 8 ms then: the last ends at 400.1 ms. Host 0 waits 4 ms for its first batch and 4 ms for host 1, and finds
// every later batch there: 49 x 7.9 ms at the barrier. Ranks are numbered over all hosts. There is a meeting
// at the start, one after each of 50 steps, and two at the end of the epoch.
TEST(Hosts, GoAtThePaceOfTheSlowest) {
  TestLayout layout(10'000, 1000);
  TwoHosts two;
  two.worlds[1].time_of = [](FileId) { return Seconds{2e-3}; };
  two.run(layout, 4, 50, 1e-4);
  for (const auto& result : two.results) {
    ASSERT_EQ(result.epochs.size(), 1u);
    ASSERT_EQ(result.epochs[0].size(), 2u);
    EXPECT_NEAR(result.epochs[0][0].end.value, 0.4001, 1e-9);
    EXPECT_FALSE(result.stopped);
  }
  EXPECT_NEAR(two.results[0].epochs[0][1].barrier_wait.value, 0.3911, 1e-9);
  EXPECT_NEAR(two.results[1].epochs[0][1].barrier_wait.value, 0, 1e-9);
  EXPECT_EQ(two.witness[1].steps, (std::map<std::uint32_t, std::uint64_t>{{2, 50}, {3, 50}}));
  EXPECT_EQ(two.hosts.meetings, 1u + 50 + 2);
}

// Host 1's observer has seen enough after 10 steps, host 0's never. It is asked when its ranks meet after the
// 11th, which is not in its books yet: both hosts end after that one, and both know that host 1 asked for it.
TEST(Hosts, EndAfterTheSameStepWhenOneAsks) {
  TestLayout layout(100'000, 1000);
  TwoHosts two;
  two.witness[1].stop_after = 10;
  two.run(layout, 4, 1000, 1e-3, [](JobPlan& plan) { plan.epochs = 3; });
  for (std::uint32_t h = 0; h < 2; ++h) {
    EXPECT_EQ(two.witness[h].steps[2 * h], 11u) << "host " << h;
    EXPECT_EQ(two.witness[h].steps[2 * h + 1], 11u) << "host " << h;
    EXPECT_TRUE(two.results[h].stopped);
    EXPECT_FALSE(two.results[h].failed);
    EXPECT_EQ(two.results[h].ending, (Vote{Ending::kAsked, 1}));
    EXPECT_EQ(two.results[h].epochs.size(), 1u);
  }
}

// Without a barrier at every step a host's ranks end when it asks, the others' at the end of their epoch.
TEST(Hosts, AgreeAtTheEndOfAnEpochWhereStepsAreNotSynchronous) {
  TestLayout layout(100'000, 1000);
  TwoHosts two;
  two.witness[1].stop_after = 10;
  two.run(layout, 4, 40, 1e-3, [](JobPlan& plan) { plan.epochs = 3, plan.synchronous = false; });
  EXPECT_EQ(two.witness[0].steps[0], 40u);
  EXPECT_LE(two.witness[1].steps[2], 11u);
  for (const auto& result : two.results) EXPECT_EQ(result.ending, (Vote{Ending::kAsked, 1}));
}

// A sample of host 1 cannot be read and errors may not be skipped: both end, both say so, and neither has a
// step that the other has not.
TEST(Hosts, FailTogether) {
  TestLayout layout(4000, 1000);
  TwoHosts two;
  two.worlds[1].error_of = [](FileId file) { return file == 2002 ? EIO : 0; };
  two.run(layout, 4, 250, 1e-3, [](JobPlan& plan) {
    plan.skip_errors = false;
    plan.loader.shuffle = ShuffleKind::kNone;
  });
  for (const auto& result : two.results) {
    EXPECT_TRUE(result.failed);
    EXPECT_TRUE(result.stopped);
    EXPECT_EQ(result.ending, (Vote{Ending::kFailed, 1}));
  }
  // Sample 2002 is rank 2's: 2002 = (step x 4 + slot) x 4 + 2 at step 125. It is read up to two batches
  // ahead.
  const std::uint64_t steps = two.results[0].epochs[0][0].steps;
  EXPECT_GE(steps, 122u);
  EXPECT_LE(steps, 125u);
  EXPECT_EQ(two.results[1].epochs[0][0].steps, steps);
  EXPECT_EQ(two.results[0].readers.fault_count(), 0u);
  EXPECT_EQ(two.results[1].readers.fault_count(), 1u);
}

// Interrupted in the middle of a step of 10 ms, after 4 whole ones (4 ms to fill the window): at 4 + 45 ms.
TEST(Hosts, AreInterruptedTogether) {
  TestLayout layout(100'000, 1000);
  TwoHosts two;
  two.run(layout, 4, 1000, 10e-3, [](JobPlan&) {}, {0, 49e-3});
  for (std::uint32_t h = 0; h < 2; ++h) {
    EXPECT_EQ(two.witness[h].steps[2 * h], 4u);
    EXPECT_TRUE(two.results[h].stopped);
    EXPECT_FALSE(two.results[h].failed);
    EXPECT_EQ(two.results[h].ending, (Vote{Ending::kInterrupted, 1}));
  }
}

// Both are interrupted in the middle of the 5th step, before either can hear of the other: each says that it was
// itself, and the job's reason is the first host's.
TEST(Hosts, ThatEndAtOnceInOneInstantKeepEachItsOwnReason) {
  TestLayout layout(100'000, 1000);
  TwoHosts two;
  two.run(layout, 4, 1000, 10e-3, [](JobPlan&) {}, {49e-3, 49e-3});
  for (std::uint32_t h = 0; h < 2; ++h) {
    EXPECT_EQ(two.witness[h].steps[2 * h], 4u);
    EXPECT_EQ(two.results[h].ending, (Vote{Ending::kInterrupted, h}));
  }
  EXPECT_EQ(two.merged().ending, (Vote{Ending::kInterrupted, 0}));
  EXPECT_EQ(two.merged().samples_delivered, 4u * 4 * 4);
}

// Sample 54 is rank 2's: 54 = (step x 4 + slot) x 4 + 2 at step 3. The window holds two batches, so it is read
// when step 1 begins, at 14 ms. Host 0 is interrupted at 23 ms, before the meeting at 24 ms: the job failed, which
// host 0 alone does not know.
TEST(Hosts, MergeToTheGravestReason) {
  TestLayout layout(4000, 1000);
  TwoHosts two;
  two.worlds[1].error_of = [](FileId file) { return file == 54 ? EIO : 0; };
  two.run(layout, 4, 250, 10e-3,
          [](JobPlan& plan) { plan.skip_errors = false, plan.loader.shuffle = ShuffleKind::kNone; },
          {23e-3, 0});
  EXPECT_EQ(two.results[0].ending, (Vote{Ending::kInterrupted, 0}));
  EXPECT_FALSE(two.results[0].failed);
  EXPECT_EQ(two.results[1].ending, (Vote{Ending::kFailed, 1}));
  EXPECT_EQ(two.merged().ending, (Vote{Ending::kFailed, 1}));
  EXPECT_TRUE(two.merged().failed);
}

// An outcome is 1 ms on its way. Start at 1 ms, first batch at 5 ms, a step of 11 ms: the 4th meeting comes to its
// outcome at 48 ms and is heard at 49 ms. Host 1 is interrupted in between: its 4th step does not count, host 0's
// does, and host 0 hears the reason at the meeting after its 5th.
TEST(Hosts, ThatEndAtOnceMayDifferByTheStepInProgress) {
  TestLayout layout(100'000, 1000);
  TwoHosts two(Seconds{1e-3});
  two.run(layout, 4, 1000, 10e-3, [](JobPlan&) {}, {0, 48.5e-3});
  EXPECT_EQ(two.witness[0].steps[0], 4u);
  EXPECT_EQ(two.witness[1].steps[2], 3u);
  for (const auto& result : two.results) EXPECT_EQ(result.ending, (Vote{Ending::kInterrupted, 1}));
}

// Leaving twice is leaving once, as a Group promises: what was said first stands at this meeting and the next.
TEST(Hosts, LeaveOnce) {
  VoteCount count(2);
  count.leave(1, {Ending::kInterrupted, 1});
  count.leave(1, {Ending::kFailed, 1});
  for (int meeting = 0; meeting < 2; ++meeting) {
    EXPECT_EQ(count.outcome(), std::nullopt);
    count.vote(0, {Ending::kNone, 0});
    EXPECT_EQ(count.outcome(), (Vote{Ending::kInterrupted, 1}));
  }
}

// Host 1 takes half as long to read an epoch as host 0: its observer hears of the end when both are there.
TEST(Hosts, EndAnEpochTogether) {
  TestLayout layout(4000, 1000);
  TwoHosts two;
  two.worlds[0].time_of = [](FileId) { return Seconds{2e-3}; };
  two.run(layout, 4, 10, 0, [](JobPlan& plan) { plan.epochs = 2, plan.synchronous = false; });
  ASSERT_EQ(two.witness[0].epoch_ends.size(), 2u);
  EXPECT_EQ(two.witness[1].epoch_ends, two.witness[0].epoch_ends);
  EXPECT_NEAR(two.witness[1].epoch_ends[0], 10 * 8e-3, 1e-9);
  EXPECT_NEAR(two.witness[1].epoch_ends[1], 2 * 10 * 8e-3, 1e-9);
}

}  // namespace
}  // namespace aforo
