// The training job in the simulated world: the expectations of pipeline/job_test.cc hold here too, on storage
// that takes 1 ms per sample whoever else reads.
#include <gtest/gtest.h>

#include "sim/test_storage.h"

namespace aforo {
namespace {

StorageSpec millisecond() { return storage_of({latency(constant_law(1e-3))}); }

// 1 ms per sample, batch 10: a worker needs 10 ms per batch, 4 workers give a batch every 2.5 ms on average;
// a step takes 5 ms, so after the first 10 ms the accelerator never waits: 100 steps = 10 + 500 ms, AU = 500
// / 510.
TEST(SimWorld, HidesStorageBehindComputeWhenWorkersSuffice) {
  TestLayout layout(10'000, 1000);
  for (const bool aggregate : {true, false}) {
    const SimResult result = simulate_one(millisecond(), plan_of(layout, 4, 10, 100, 5e-3), aggregate);
    EXPECT_NEAR(au_of(result), 500.0 / 510.0, 1e-9);
    EXPECT_EQ(result.jobs[0].job.samples_delivered, 1000u);
    EXPECT_EQ(result.jobs[0].job.readers.bytes, 1000u * 1000);
  }
}

// One worker, batches of 10 ms, steps of 5 ms: step i ends at 10(i+1) + 5.
TEST(SimWorld, OneWorkerIsAStrictSequence) {
  TestLayout layout(10'000, 1000);
  EXPECT_NEAR(au_of(simulate_one(millisecond(), plan_of(layout, 1, 10, 100, 5e-3))), 500.0 / 1005.0, 1e-9);
}

// No workers: the rank loads (10 ms), then computes (5 ms).
TEST(SimWorld, WithoutWorkersLoadsInTheRankItself) {
  TestLayout layout(10'000, 1000);
  EXPECT_NEAR(au_of(simulate_one(millisecond(), plan_of(layout, 0, 10, 100, 5e-3))), 1.0 / 3.0, 1e-9);
}

// tensorflow on single files: W = 4 reads at a time, a batch of 8 takes 2 ms; step 1 ms: storage is the
// limit.
TEST(SimWorld, TensorflowMapsOverFilesWithParallelCalls) {
  TestLayout layout(10'000, 1000);
  JobPlan plan = plan_of(layout, 4, 8, 200, 1e-3);
  plan.loader.framework = Framework::kTensorflow;
  for (const bool aggregate : {true, false})
    EXPECT_NEAR(au_of(simulate_one(millisecond(), plan, aggregate)), 200.0 / 401.0, 1e-6);
}

// 25 steps, then a pause of 100 ms, four times: AU = 500 / 910 (pipeline/job_test.cc).
TEST(SimWorld, StandsStillForCheckpoints) {
  TestLayout layout(10'000, 1000);
  JobPlan plan = plan_of(layout, 4, 10, 100, 5e-3);
  plan.ranks = 2;
  plan.checkpoint.every_steps = 25;
  plan.checkpoint.pause = Seconds{0.1};
  const SimResult result = simulate_one(millisecond(), plan);
  EXPECT_NEAR(au_of(result), 500.0 / 910.0, 1e-9);
}

TEST(SimWorld, EveryEpochFillsTheWindowAnew) {
  TestLayout layout(400, 1000);
  JobPlan plan = plan_of(layout, 2, 10, 40, 5e-3);
  plan.epochs = 3;
  const SimResult result = simulate_one(millisecond(), plan);
  ASSERT_EQ(result.jobs[0].job.epochs.size(), 3u);
  for (const auto& epoch : result.jobs[0].job.epochs)
    EXPECT_NEAR(epoch[0].first_load_wait.value, 10e-3, 1e-9);
}

}  // namespace
}  // namespace aforo
