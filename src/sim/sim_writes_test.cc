// Checkpoints in virtual time: what the storage file says of writing comes out again, alone and beside reads.
#include <gtest/gtest.h>

#include "sim/test_storage.h"

namespace aforo {
namespace {

constexpr double kMiB = 1 << 20;

// 200 MiB/s each, up to 400 in all.
WriteCurve write_curve() {
  WriteCurve curve;
  curve.per_file = Seconds{0.05};
  curve.points = {{1, {200 * kMiB}, 0}, {2, {400 * kMiB}, 0}, {8, {400 * kMiB}, 0}};
  return curve;
}

StorageSpec fast_reads() {
  StorageSpec storage = storage_of({pipe(1e12)});
  storage.tiers[0].writes = {write_curve()};
  return storage;
}

// 4 ranks of 100 MiB each after every 5 of 10 steps of 100 ms.
JobPlan saving_plan(const Layout& layout) {
  JobPlan plan = plan_of(layout, 2, 4, 10, 0.1);
  plan.ranks = 4;
  plan.checkpoint.every_steps = 5;
  plan.checkpoint.shape = CheckpointShape::even(400_MiB, 4);
  return plan;
}

Seconds checkpoint_of(const SimResult& result) { return result.jobs[0].job.epochs.at(0).at(0).checkpoint; }

TEST(SimWrites, AFileTakesWhatItTakesAndItsBytes) {
  TestLayout layout(1000, 1000);
  for (const std::uint32_t files : {1, 2}) {
    JobPlan plan = saving_plan(layout);
    plan.checkpoint.shape = CheckpointShape::even(400_MiB, 4, files);
    const SimResult result = simulate_one(fast_reads(), plan);
    const CheckpointStats& stats = result.jobs[0].job.checkpoints;
    EXPECT_EQ(stats.whole, 8u * files);
    EXPECT_EQ(stats.unknown, 0u);
    EXPECT_EQ(stats.bytes, 2 * Bytes(400_MiB).value);
    EXPECT_NEAR(stats.slowest.value, 1 + 0.05 * files, 1e-9) << "400 MiB at 400 MiB/s";
    EXPECT_NEAR(checkpoint_of(result).value, 2 * (1 + 0.05 * (files + 1)), 1e-6)
        << "and its commit is a file";
  }
}

// 4 ranks of 100 files of 1 MiB each; so does the commit's own.
TEST(SimWrites, SmallFilesTakeTheLeastThereIs) {
  TestLayout layout(1000, 1000);
  StorageSpec storage = fast_reads();
  WriteCurve& writes = storage.tiers[0].writes[0];
  writes.per_file = Seconds{0.005}, writes.least = Seconds{0.04};
  JobPlan plan = saving_plan(layout);
  plan.checkpoint.shape = CheckpointShape::even(400_MiB, 4, 100);
  const SimResult result = simulate_one(storage, plan);
  const CheckpointStats& stats = result.jobs[0].job.checkpoints;
  EXPECT_EQ(stats.bytes, 2 * Bytes(400_MiB).value);
  EXPECT_NEAR(stats.slowest.value, 100 * 0.04, 1e-9);
  EXPECT_NEAR(checkpoint_of(result).value, 2 * (4 + 0.04), 1e-6);
  writes.least = Seconds{0.01};
  EXPECT_NEAR(simulate_one(storage, plan).jobs[0].job.checkpoints.slowest.value, 100 * (0.005 + 4.0 / 400),
              0.02)
      << "their bytes take longer";
}

// However many write, 50 files a second are made: 400 of them in 8 s.
TEST(SimWrites, FilesASecondAreLimited) {
  TestLayout layout(1000, 1000);
  StorageSpec storage = fast_reads();
  WriteCurve& writes = storage.tiers[0].writes[0];
  writes.per_file = Seconds{0}, writes.least = Seconds{0.02}, writes.files = PerSecond{50};
  JobPlan plan = saving_plan(layout);
  plan.checkpoint.shape = CheckpointShape::even(4_MiB, 4, 100);
  EXPECT_NEAR(simulate_one(storage, plan).jobs[0].job.checkpoints.slowest.value, 8, 0.05);
  plan.checkpoint.shape = CheckpointShape::even(1_MiB, 1, 100);
  EXPECT_NEAR(simulate_one(storage, plan).jobs[0].job.checkpoints.slowest.value, 2, 0.02)
      << "one alone: least";
}

// One rank alone writes at what one writer gets.
TEST(SimWrites, FewWritersGetLess) {
  TestLayout layout(1000, 1000);
  JobPlan plan = saving_plan(layout);
  plan.checkpoint.shape = CheckpointShape::even(400_MiB, 1);
  EXPECT_NEAR(simulate_one(fast_reads(), plan).jobs[0].job.checkpoints.slowest.value, 2.05, 1e-9);
}

TEST(SimWrites, LinksOfTheirHostsAreOnTheirWay) {
  TestLayout layout(1000, 1000);
  StorageSpec storage = fast_reads();
  Station link = pipe(50 * kMiB);
  link.name = "link";
  link.scope = StationScope::kHost;
  storage.client = {link};
  JobPlan plan = saving_plan(layout);
  plan.checkpoint.chunk = 100_MiB;
  const SimResult result = simulate_one(storage, plan, true, 1, 2);
  // 200 MiB of each host over its link, which storage keeps up with: bytes are under way on both at once.
  EXPECT_NEAR(result.jobs[0].job.checkpoints.slowest.value, 4 + 0.05, 1e-6);
  storage.client[0].bandwidth = BytesPerSecond{800 * kMiB};
  EXPECT_NEAR(simulate_one(storage, plan, true, 1, 2).jobs[0].job.checkpoints.slowest.value, 1 + 0.05, 1e-6);
}

TEST(SimWrites, WhatTheFileDoesNotSayIsUnknownAndTakesNoTime) {
  TestLayout layout(1000, 1000);
  JobPlan plan = saving_plan(layout);
  plan.checkpoint.sync = false;
  for (const StorageSpec& storage : {fast_reads(), storage_of({pipe(1e12)})}) {
    const SimResult result = simulate_one(storage, plan);
    EXPECT_EQ(result.jobs[0].job.checkpoints.unknown, 8u);
    EXPECT_EQ(result.jobs[0].job.checkpoints.bytes, 0u);
    EXPECT_EQ(checkpoint_of(result).value, 0);
  }
}

// 8 readers keep storage full at 4,000 samples per second; the job takes all of it. While 4 writers of weight 2 are under
// way, half of it is left to reads.
TEST(SimWrites, ReadsLoseWhatWritersTake) {
  TestLayout layout(100'000, 1000);
  StorageSpec storage = storage_of({});
  storage.tiers[0].curves.push_back(curve_of(ReadKind::kFile, 1000, {{1, 1000}, {4, 4000}, {64, 4000}}));
  WriteCurve writes = write_curve();
  writes.per_file = Seconds{0};
  writes.beside = {8, 4, 0.5, 0.5};
  storage.tiers[0].writes = {writes};
  JobPlan plan = plan_of(layout, 2, 100, 100, 0.1);
  plan.ranks = 4;
  const double alone = au_of(simulate_one(storage, plan));
  EXPECT_NEAR(alone, 1, 0.02);
  plan.checkpoint = saving_plan(layout).checkpoint;
  plan.checkpoint.every_steps = 10;
  plan.checkpoint.asynchronous = true;
  const SimResult result = simulate_one(storage, plan);
  const CheckpointStats& stats = result.jobs[0].job.checkpoints;
  EXPECT_EQ(stats.whole, 40u);
  EXPECT_NEAR(stats.slowest.value, 2, 0.1) << "at half of 400 MiB/s";
  // Every ten steps 2 s at half the pace of 0.1 s: ten steps take their time again.
  EXPECT_NEAR(au_of(result), 0.5, 0.05);
}

}  // namespace
}  // namespace aforo
