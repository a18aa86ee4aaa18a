// The training job on a virtual clock: every expectation is worked by hand.
#include <gtest/gtest.h>

#include <cerrno>
#include <set>

#include "pipeline/test_world.h"
#include "pipeline/training_job.h"

namespace aforo {
namespace {

Law constant(double value) {
  Law law;
  law.mean = value;
  return law;
}

JobPlan plan_for(const Layout& layout, std::uint32_t workers, std::uint64_t batch, std::uint64_t steps,
                 double step_time) {
  JobPlan plan;
  plan.layout = &layout;
  plan.loader.workers = workers;
  plan.loader.batch_size = batch;
  plan.loader.prefetch = 2;
  plan.step_time = constant(step_time);
  plan.steps = steps;
  return plan;
}

struct Ran {
  JobResult result;
  double au = 0;
};

Ran run(TestWorld& world, const JobPlan& plan, JobObserver& observer) {
  Ran ran;
  TrainingJob<TestWorld> job(world, plan, observer);
  world.run(
      [](TrainingJob<TestWorld>& j, JobResult& out) -> Task<> { out = co_await j.run(); }(job, ran.result));
  EXPECT_FALSE(world.stuck) << "a coroutine waits for a wake-up that never comes";
  ran.au = utilisation(Statistic::kWall, ran.result.epochs, plan.loader.batch_size).au.value_or(-1);
  return ran;
}
Ran run(TestWorld& world, const JobPlan& plan) {
  JobObserver nobody;
  return run(world, plan, nobody);
}

// 1 ms per sample, batch 10: a worker needs 10 ms per batch, 4 workers give a batch every 2.5 ms on average;
// a step takes 5 ms, so after the first 10 ms the accelerator never waits: 100 steps = 10 + 500 ms, AU = 500
// / 510.
TEST(PytorchLoader, HidesStorageBehindComputeWhenWorkersSuffice) {
  TestLayout layout(10'000, 1000);
  TestWorld world;
  const Ran ran = run(world, plan_for(layout, 4, 10, 100, 5e-3));
  EXPECT_NEAR(ran.au, 500.0 / 510.0, 1e-9);
  EXPECT_EQ(ran.result.samples_delivered, 1000u);
}

// The same with a pause of 100 ms after every 25th step, the last one included: 10 + 500 + 4 x 100 ms. The
// loader fills its window in the pauses, so nothing is gained or lost beside them: AU = 500 / 910.
TEST(TrainingJob, StandsStillForCheckpoints) {
  TestLayout layout(10'000, 1000);
  TestWorld world;
  JobPlan plan = plan_for(layout, 4, 10, 100, 5e-3);
  plan.ranks = 2;
  plan.checkpoint.every_steps = 25;
  plan.checkpoint.pause = Seconds{0.1};
  const Ran ran = run(world, plan);
  EXPECT_NEAR(ran.au, 500.0 / 910.0, 1e-9);
  EXPECT_NEAR(ran.result.epochs[0][1].checkpoint.value, 0.4, 1e-9);
  EXPECT_NEAR(ran.result.epochs[0][1].barrier_wait.value, 0, 1e-9);
}

// As HidesStorageBehindCompute..., on a machine that wakes sleepers 2 ms late: an accelerator would not be late, so the
// next step makes up for it. Ranks that meet, and one alone, end when they were due.
TEST(TrainingJob, MakesUpForALateWakeUpInTheNextStep) {
  TestLayout layout(10'000, 1000);
  for (const std::uint32_t ranks : {1u, 2u}) {
    TestWorld world;
    world.wakes_late = Seconds{2e-3};
    JobPlan plan = plan_for(layout, 4, 10, 100, 5e-3);
    plan.ranks = ranks;
    const Ran ran = run(world, plan);
    EXPECT_NEAR(ran.au, 500.0 / 510.0, 1e-9);
    EXPECT_NEAR(ran.result.epochs[0][0].compute.value, 0.5, 1e-9);
    EXPECT_NEAR(world.now().value, 0.512, 1e-9);
  }
}

// One worker that takes 10 ms a batch, with steps of 5 ms: woken 2 ms late, the rank waits 2 ms less for the next batch and
// has computed 5 of 10 ms all the same.
TEST(TrainingJob, ALateWakeUpIsNoComputeWhereStorageIsTheLimit) {
  TestLayout layout(10'000, 1000);
  TestWorld world;
  world.wakes_late = Seconds{2e-3};
  EXPECT_NEAR(run(world, plan_for(layout, 1, 10, 100, 5e-3)).au, 500.0 / 1005.0, 1e-9);
}

// 12 ms late for steps of 5 ms: no more than a step can be made up for. Each step takes 12 ms, of which 5 are compute:
// samples per second and AU say the same.
TEST(TrainingJob, WhatCannotBeMadeUpForIsWaiting) {
  TestLayout layout(10'000, 1000);
  for (const std::uint32_t ranks : {1u, 2u}) {
    TestWorld world;
    world.wakes_late = Seconds{12e-3};
    struct Watch : JobObserver {
      double late = 0, overdue = 0;
      void on_step(const StepTimes& step) override {
        late = std::max(late, step.late.value);
        overdue = std::max(overdue, step.overdue.value);
      }
    } watch;
    JobPlan plan = plan_for(layout, 4, 10, 100, 5e-3);
    plan.ranks = ranks;
    const Ran ran = run(world, plan, watch);
    const RankEpoch& epoch = ran.result.epochs[0][0];
    EXPECT_NEAR(watch.late, 12e-3, 1e-9);
    EXPECT_NEAR(watch.overdue, 7e-3, 1e-9);
    EXPECT_NEAR(epoch.compute.value, 0.5, 1e-9);
    EXPECT_NEAR(ran.au, 0.5 / world.now().value, 5e-3);
    EXPECT_NEAR((epoch.end - epoch.start).value, world.now().value, 5e-3 + 1e-9);  // no clock of its own
  }
}

// One worker, batches of 10 ms, steps of 5 ms: the worker is the limit. Step i ends at 10(i+1) + 5: AU = 500
// / 1005.
TEST(PytorchLoader, OneWorkerIsAStrictSequence) {
  TestLayout layout(10'000, 1000);
  TestWorld world;
  EXPECT_NEAR(run(world, plan_for(layout, 1, 10, 100, 5e-3)).au, 500.0 / 1005.0, 1e-9);
  EXPECT_EQ(world.most_in_flight, 1u);
}

// No workers: the rank loads (10 ms), then computes (5 ms): AU = 1/3.
TEST(PytorchLoader, WithoutWorkersLoadsInTheRankItself) {
  TestLayout layout(10'000, 1000);
  TestWorld world;
  EXPECT_NEAR(run(world, plan_for(layout, 0, 10, 100, 5e-3)).au, 1.0 / 3.0, 1e-9);
}

// 3 workers x prefetch 2, batch 4, a first step that takes a second: 6 batches are ahead of the one in use,
// no more.
TEST(PytorchLoader, ReadsAheadByWorkersTimesPrefetchBatches) {
  TestLayout layout(10'000, 1000);
  TestWorld world;
  run(world, plan_for(layout, 3, 4, 20, 1.0));
  std::uint64_t before = 0;
  for (const auto& read : world.reads) before += read.at.value < 1.0;
  EXPECT_EQ(before, (1 + 6) * 4u);
}

TEST(PytorchLoader, ReadsEverySampleOfAnEpochOnceOverAllRanks) {
  TestLayout layout(960, 1000);
  TestWorld world;
  JobPlan plan = plan_for(layout, 2, 8, 960 / (8 * 3), 1e-3);
  plan.ranks = 3;
  run(world, plan);
  std::set<FileId> seen;
  for (const auto& read : world.reads) seen.insert(read.file);
  EXPECT_EQ(world.reads.size(), 960u);
  EXPECT_EQ(seen.size(), 960u);
}

// ideal, prefetch 3, batch 5: 15 samples in flight.
TEST(IdealLoader, KeepsTheWholeWindowInFlight) {
  TestLayout layout(10'000, 1000);
  TestWorld world;
  JobPlan plan = plan_for(layout, 4, 5, 50, 2e-3);
  plan.loader.framework = Framework::kIdeal;
  plan.loader.prefetch = 3;
  run(world, plan);
  EXPECT_EQ(world.most_in_flight, 15u);
}

// tensorflow on single files: W = 4 reads at a time, a batch of 8 takes 2 ms; step 1 ms: storage is the
// limit.
// One worker changes lanes between samples, or between shards, where the World says that another has fewer readers.
TEST(Readers, GoOnWhereFewerRead) {
  TestLayout files(100, 1000), shards(100, 1000, 50);
  JobPlan torch = plan_for(files, 1, 10, 1, 5e-3), mapped = torch,
          streamed = plan_for(shards, 1, 10, 10, 5e-3);
  mapped.loader.framework = streamed.loader.framework = Framework::kTensorflow;
  for (const JobPlan& plan : {torch, mapped, streamed}) {
    TestWorld stays(2);
    run(stays, plan);
    EXPECT_EQ(stays.read_on, std::set<LaneId>{0});
    TestWorld moves(2);
    moves.less_busy_than = [](LaneId lane) { return 1 - lane; };
    run(moves, plan);
    EXPECT_EQ(moves.read_on, (std::set<LaneId>{0, 1}));
  }
}

TEST(TensorflowLoader, MapsOverFilesWithParallelCalls) {
  TestLayout layout(10'000, 1000);
  TestWorld world;
  JobPlan plan = plan_for(layout, 4, 8, 200, 1e-3);
  plan.loader.framework = Framework::kTensorflow;
  EXPECT_NEAR(run(world, plan).au, 200.0 / 401.0, 1e-6);
  EXPECT_EQ(world.most_in_flight, 4u);
}

// The map keeps W reads in flight whatever the batch: 4 reads of 1 ms at a time are 4000 samples/s, batches
// of 1 with steps of 0.1 ms are limited by that: 1000 steps in 250 ms.
TEST(TensorflowLoader, KeepsItsParallelCallsAcrossBatchBorders) {
  TestLayout layout(10'000, 1000);
  TestWorld world;
  JobPlan plan = plan_for(layout, 4, 1, 1000, 1e-4);
  plan.loader.framework = Framework::kTensorflow;
  plan.loader.prefetch = 8;
  const Ran ran = run(world, plan);
  EXPECT_EQ(world.most_in_flight, 4u);
  EXPECT_NEAR(ran.result.epochs[0][0].end.value, 0.25, 0.005);
}

// Results leave the map in order: while one file takes 0.5 s, at most W - 1 = 7 reads begin behind it.
TEST(TensorflowLoader, ASlowReadHoldsUpThoseBehindIt) {
  TestLayout layout(4000, 1000);
  TestWorld world;
  world.time_of = [](FileId file) { return Seconds{file == 1000 ? 0.5 : 1e-3}; };
  JobPlan plan = plan_for(layout, 8, 400, 10, 1e-3);
  plan.loader.framework = Framework::kTensorflow;
  plan.loader.shuffle = ShuffleKind::kNone;
  run(world, plan);
  Seconds begun{0};
  for (const auto& read : world.reads)
    if (read.file == 1000) begun = read.at;
  std::size_t behind = 0;
  for (const auto& read : world.reads)
    behind += read.at >= begun && read.at < begun + Seconds{0.49} && read.file > 1000;
  EXPECT_LE(behind, 7u);
  EXPECT_GE(behind, 5u);
}

TEST(TensorflowLoader, ReadsEverySampleOnce) {
  TestLayout layout(960, 1000);
  TestWorld world;
  JobPlan plan = plan_for(layout, 5, 8, 960 / (8 * 3), 1e-3);
  plan.loader.framework = Framework::kTensorflow;
  plan.ranks = 3;
  plan.epochs = 2;
  const Ran ran = run(world, plan);
  EXPECT_EQ(world.reads.size(), 2u * 960);
  EXPECT_EQ(ran.result.samples_delivered, 2u * 960);
}

// Two ranks, the second's samples take twice as long: with a barrier both run at its pace.
TEST(Barrier, MakesEveryRankAsSlowAsTheSlowest) {
  TestLayout layout(2000, 1000);
  TestWorld world;
  world.time_of = [](FileId file) { return Seconds{file % 2 ? 2e-3 : 1e-3}; };
  JobPlan plan = plan_for(layout, 1, 1, 500, 1e-3);
  plan.loader.shuffle = ShuffleKind::kNone;  // rank 0 reads even files, rank 1 odd ones
  plan.ranks = 2;
  const Ran together = run(world, plan);
  EXPECT_NEAR(together.au, 0.5, 0.01);
  TestWorld apart_world;
  apart_world.time_of = world.time_of;
  plan.synchronous = false;
  const Ran apart = run(apart_world, plan);
  EXPECT_NEAR(apart.au, (0.5 + 0.5) / (0.5 + 1.0), 0.01);  // half a second of compute each, in 0.5 and 1 s
  EXPECT_NEAR(together.result.epochs[0][0].barrier_wait.value, 0.5, 0.01);  // 500 steps x 1 ms, rank 0 waits
}

TEST(Errors, AreCountedAndSkipped) {
  TestLayout layout(100, 1000);
  TestWorld world;
  world.error_of = [](FileId file) {
    return file == 7 ? EIO : file == 8 ? ENOENT : file == 9 ? ETIMEDOUT : 0;
  };
  world.length_of = [](FileId file, std::uint64_t n) { return file == 10 ? n / 2 : n; };
  const Ran ran = run(world, plan_for(layout, 2, 10, 10, 1e-3));
  EXPECT_EQ(ran.result.samples_delivered, 96u);
  const auto& faults = ran.result.readers.faults;
  EXPECT_EQ(faults[static_cast<int>(ReadFault::kRead)], 1u);
  EXPECT_EQ(faults[static_cast<int>(ReadFault::kOpen)], 1u);
  EXPECT_EQ(faults[static_cast<int>(ReadFault::kTimeout)], 1u);
  EXPECT_EQ(faults[static_cast<int>(ReadFault::kShort)], 1u);
  EXPECT_FALSE(ran.result.stopped);
}

TEST(Errors, StopTheJobWhereAsked) {
  TestLayout layout(1000, 1000);
  TestWorld world;
  world.error_of = [](FileId file) { return file == 500 ? EIO : 0; };
  JobPlan plan = plan_for(layout, 2, 10, 100, 1e-3);
  plan.loader.shuffle = ShuffleKind::kNone;
  plan.skip_errors = false;
  const Ran ran = run(world, plan);
  EXPECT_TRUE(ran.result.failed);
  EXPECT_LT(ran.result.epochs[0][0].steps, 51u);
  EXPECT_GT(ran.result.epochs[0][0].steps, 30u);
}

// Without memory for its batches a job reads nothing, and says why.
TEST(Errors, BatchesWithoutMemoryAreFaults) {
  for (const Framework framework : {Framework::kPytorch, Framework::kTensorflow}) {
    TestLayout layout(100, 1000);
    TestWorld world;
    world.memory_left = false;
    JobPlan plan = plan_for(layout, 2, 10, 5, 1e-3);
    plan.loader.framework = framework;
    plan.loader.deliver = Deliver::kBatch;
    const Ran ran = run(world, plan);
    EXPECT_EQ(ran.result.samples_delivered, 0u);
    ASSERT_FALSE(ran.result.readers.examples.empty());
    EXPECT_EQ(ran.result.readers.examples[0].error, ENOMEM);
    EXPECT_EQ(world.reads.size(), 0u);
  }
}

// Stopped after 10 steps: all ranks end the same step, and what was done is kept.
TEST(Stop, EndsAllRanksAfterTheSameStep) {
  struct AfterTen : JobObserver {
    std::uint64_t steps = 0;
    void on_step(const StepTimes&) override { ++steps; }
    bool should_stop() override { return steps >= 40; }
  } observer;
  TestLayout layout(100'000, 1000);
  TestWorld world;
  JobPlan plan = plan_for(layout, 2, 4, 1000, 1e-3);
  plan.ranks = 4;
  plan.epochs = 3;
  const Ran ran = run(world, plan, observer);
  EXPECT_TRUE(ran.result.stopped);
  EXPECT_FALSE(ran.result.failed);
  ASSERT_EQ(ran.result.epochs.size(), 1u);
  for (const auto& rank : ran.result.epochs[0]) EXPECT_EQ(rank.steps, ran.result.epochs[0][0].steps);
  EXPECT_GE(ran.result.epochs[0][0].steps, 10u);
  EXPECT_LE(ran.result.epochs[0][0].steps, 12u);
}

// Stopped while the window is full of batches that nobody will take: the readers end, they do not read on.
TEST(Stop, EndsReadersThatAreAhead) {
  struct AtOnce : JobObserver {
    bool should_stop() override { return true; }
  } observer;
  TestLayout layout(100'000, 1000);
  TestWorld world;
  JobPlan plan = plan_for(layout, 4, 10, 1'000'000, 0);
  plan.synchronous = false;
  run(world, plan, observer);
  EXPECT_LE(world.reads.size(), 4u * 10 * 2);
}

TEST(LargeSamples, AreReadRequestByRequestAndClosed) {
  TestLayout layout(100, 5'000'000);
  TestWorld world;
  run(world, plan_for(layout, 1, 2, 10, 1e-3));
  EXPECT_EQ(world.opens, 20u);
  EXPECT_EQ(world.closes, 20u);
  EXPECT_EQ(world.reads.size(), 20u * 5);  // 4 x 1 MiB + the rest
}

TEST(Epochs, StartEmptyAndCountEachOnce) {
  TestLayout layout(400, 1000);
  TestWorld world;
  JobPlan plan = plan_for(layout, 2, 10, 40, 5e-3);
  plan.epochs = 3;
  const Ran ran = run(world, plan);
  ASSERT_EQ(ran.result.epochs.size(), 3u);
  for (const auto& epoch : ran.result.epochs) {
    EXPECT_EQ(epoch[0].steps, 40u);
    EXPECT_NEAR(epoch[0].first_load_wait.value, 10e-3, 1e-9);  // every epoch fills the window anew
  }
}

}  // namespace
}  // namespace aforo
