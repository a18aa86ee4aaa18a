// Checkpoints on a virtual clock: every expectation is worked by hand.
#include <gtest/gtest.h>

#include <cerrno>
#include <map>

#include "pipeline/test_world.h"
#include "pipeline/training_job.h"

namespace aforo {
namespace {

// 2 ranks that never wait for data: 10 steps of 10 ms, a checkpoint of 8,000 bytes after every 5th, in chunks
// of 1,000 that take 1 ms each: 4 ms for a rank's half.
JobPlan plan_for(const Layout& layout) {
  JobPlan plan;
  plan.layout = &layout;
  plan.loader.workers = 2;
  plan.loader.batch_size = 1;
  plan.step_time.mean = 10e-3;
  plan.ranks = 2;
  plan.steps = 10;
  plan.checkpoint.every_steps = 5;
  plan.checkpoint.shape = CheckpointShape::even(Bytes{8000}, 2);
  plan.checkpoint.chunk = Bytes{1000};
  return plan;
}

JobResult run_checkpoints(TestWorld& world, const JobPlan& plan) {
  JobObserver nobody;
  JobResult result;
  TrainingJob<TestWorld> job(world, plan, nobody);
  world.run([](TrainingJob<TestWorld>& j, JobResult& out) -> Task<> { out = co_await j.run(); }(job, result));
  EXPECT_FALSE(world.stuck);
  return result;
}

double checkpoint_seconds(const JobResult& result, std::uint32_t rank) {
  return result.epochs[0][rank].checkpoint.value;
}

// 1 ms for the first batch, 10 x 10 ms, 2 x (4 ms of writing + 2 ms of sync + 2 ms for the manifest's) = 117 ms.
TEST(Checkpoints, KeepTrainingWaitingUntilTheyAreOnStorage) {
  TestLayout layout(1000, 1000);
  TestWorld world;
  world.sync_time = Seconds{2e-3};
  const JobResult result = run_checkpoints(world, plan_for(layout));
  EXPECT_NEAR(checkpoint_seconds(result, 0), 16e-3, 1e-9);
  EXPECT_NEAR(result.epochs[0][0].end.value, 117e-3, 1e-9);
  EXPECT_EQ(result.checkpoints.whole, 4u);
  EXPECT_EQ(result.checkpoints.files(), 4u);
  EXPECT_EQ(result.checkpoints.bytes, 16'000u);
  EXPECT_EQ(result.checkpoints.committed, 2u);
  EXPECT_NEAR(result.checkpoints.times.writing.value, 4 * 4e-3, 1e-9);
  EXPECT_NEAR(result.checkpoints.times.syncing.value, 6 * 2e-3, 1e-9);
  EXPECT_NEAR(result.checkpoints.slowest.value, 6e-3, 1e-9);
  EXPECT_EQ(world.synced, world.created);
  EXPECT_EQ(world.closes, 6u);
  ASSERT_EQ(result.checkpoints.rounds.size(), 2u);
  const CheckpointRound& first = result.checkpoints.rounds[0];
  EXPECT_EQ(first.rank_seconds.size(), 2u);
  EXPECT_NEAR(first.rank0.value().value, 6e-3, 1e-9);
  EXPECT_NEAR(first.commit.value().value, 2e-3, 1e-9);
  EXPECT_EQ(first.bytes, 8000u);
}

// Every byte of every file once, from front to back: 4 chunks of 1,000 for each of 2 checkpoints x 2 ranks.
TEST(Checkpoints, WriteEveryByteOnceInOrder) {
  TestLayout layout(1000, 1000);
  TestWorld world;
  JobPlan plan = plan_for(layout);
  plan.checkpoint.shape =
      CheckpointShape::even(Bytes{8000}, 2, 3);  // 8,000 bytes in 6 files: two of 1,334 and four of 1,333
  run_checkpoints(world, plan);
  std::map<FileId, std::uint64_t> end;
  for (const TestRead& write : world.writes) {
    EXPECT_EQ(write.offset, end[write.file]) << "file " << write.file;
    EXPECT_LE(write.length, 1000u);
    end[write.file] += write.length;
  }
  ASSERT_EQ(end.size(), 12u);
  for (const auto& [file, bytes] : end) EXPECT_EQ(bytes, file % 6 < 2 ? 1334u : 1333u) << "file " << file;
}

// Rank 1 writes 1 ms slower per chunk: rank 0 waits for it, 8 ms for 4 chunks.
TEST(Checkpoints, AreDoneWhenTheSlowestRankHasWritten) {
  TestLayout layout(1000, 1000);
  TestWorld world;
  std::uint64_t chunks = 0;
  world.write_time = [&](std::uint64_t) { return Seconds{chunks++ % 2 ? 2e-3 : 1e-3}; };  // ranks take turns
  JobPlan plan = plan_for(layout);
  plan.checkpoint.shape = CheckpointShape::even(Bytes{2000}, 2);  // one chunk each
  const JobResult result = run_checkpoints(world, plan);
  EXPECT_NEAR(checkpoint_seconds(result, 0), 2 * 2e-3, 1e-9);
  EXPECT_NEAR(checkpoint_seconds(result, 1), 2 * 2e-3, 1e-9);
  EXPECT_NEAR(result.checkpoints.slowest.value, 2e-3, 1e-9);
}

// All 8 chunks by rank 0: 8 ms for both ranks, twice.
TEST(Checkpoints, OfTheFirstRankKeepAllWaiting) {
  TestLayout layout(1000, 1000);
  TestWorld world;
  JobPlan plan = plan_for(layout);
  plan.checkpoint.shape = CheckpointShape::even(Bytes{8000}, 1);
  const JobResult result = run_checkpoints(world, plan);
  EXPECT_NEAR(checkpoint_seconds(result, 0), 16e-3, 1e-9);
  EXPECT_NEAR(checkpoint_seconds(result, 1), 16e-3, 1e-9);
  EXPECT_EQ(result.checkpoints.whole, 2u);
}

// Copied in 3 ms, then written beside the steps that follow: only the copy is felt, 2 x 3 ms.
TEST(Checkpoints, AreWrittenBesideTrainingWhereAsynchronous) {
  TestLayout layout(1000, 1000);
  TestWorld world;
  JobPlan plan = plan_for(layout);
  plan.checkpoint.asynchronous = true;
  plan.checkpoint.copy = Seconds{3e-3};
  const JobResult result = run_checkpoints(world, plan);
  EXPECT_NEAR(checkpoint_seconds(result, 0), 6e-3, 1e-9);
  EXPECT_EQ(result.checkpoints.whole, 4u);
}

// A chunk takes 30 ms, so a checkpoint 120 ms, but the next is due after 5 steps of 10 ms: it waits 70 ms for
// the first. The job ends when the second is written, 120 ms after its last step.
TEST(Checkpoints, WaitForTheOneBefore) {
  TestLayout layout(1000, 1000);
  TestWorld world;
  world.write_time = [](std::uint64_t) { return Seconds{30e-3}; };
  JobPlan plan = plan_for(layout);
  plan.checkpoint.asynchronous = true;
  const JobResult result = run_checkpoints(world, plan);
  EXPECT_NEAR(checkpoint_seconds(result, 0), 70e-3, 1e-9);
  EXPECT_NEAR(world.now().value, 1e-3 + 10 * 10e-3 + 70e-3 + 120e-3, 1e-9);
  EXPECT_EQ(result.checkpoints.whole, 4u);
}

// Rank 1's file of the first checkpoint hits a full disk at its first chunk. Skipped: the job goes on and the
// error is counted by file; not skipped: it fails.
TEST(Checkpoints, ThatCannotBeWrittenAreCountedOrEndTheJob) {
  for (const bool skip : {true, false}) {
    TestLayout layout(1000, 1000);
    TestWorld world;
    world.write_error_of = [](FileId file) { return file == 1 ? ENOSPC : 0; };
    JobPlan plan = plan_for(layout);
    plan.skip_errors = skip;
    const JobResult result = run_checkpoints(world, plan);
    EXPECT_EQ(result.checkpoints.failed, 1u);
    EXPECT_EQ(result.checkpoints.first_error, ENOSPC);
    EXPECT_EQ(result.checkpoints.first_failed, 1u);
    EXPECT_EQ(result.failed, !skip);
    EXPECT_EQ(result.epochs[0][0].steps, skip ? 10u : 4u);
    EXPECT_EQ(world.closes, world.created.size());
    if (!skip) continue;
    EXPECT_EQ(result.checkpoints.whole, 3u);
  }
}

// The manifest lasts before it has its name, and has it before the directory has its own; each name lasts before the
// next step. One whose rank failed is not committed: the first here, and the second is.
TEST(Checkpoints, AreWholeByTheirLastRenamingAlone) {
  TestLayout layout(1000, 1000);
  TestWorld world;
  world.write_error_of = [](FileId file) { return file == 1 ? EIO : 0; };
  JobPlan plan = plan_for(layout);
  plan.checkpoint_manifest = [](std::uint64_t number) { return "whole " + std::to_string(number); };
  const JobResult result = run_checkpoints(world, plan);
  using L = CheckpointLayout;
  EXPECT_EQ(result.checkpoints.committed, 1u);
  EXPECT_EQ(world.renamed,
            (std::vector<std::pair<FileId, FileId>>{{L::new_manifest(1), L::manifest(1)},
                                                    {L::writing_directory(1), L::directory(1)}}));
  EXPECT_EQ(world.synced_names, (std::vector<FileId>{L::new_manifest(1), L::manifest(1),
                                                     L::writing_directory(1), L::directory(1)}));
  EXPECT_EQ(world.texts.at(L::new_manifest(1)), "whole 1");
  EXPECT_TRUE(world.synced.contains(L::new_manifest(1)));
}

TEST(Checkpoints, WhoseNameCannotBeGivenAreNone) {
  TestLayout layout(1000, 1000);
  TestWorld world;
  world.rename_error_of = [](FileId id) { return id == CheckpointLayout::writing_directory(0) ? EIO : 0; };
  const JobResult result = run_checkpoints(world, plan_for(layout));
  EXPECT_EQ(result.checkpoints.committed, 1u);
  EXPECT_EQ(result.checkpoints.failed, 1u);
  EXPECT_EQ(result.checkpoints.rounds[0].commit, std::nullopt);
}

// Two were there, 3 and 4; of those and the four of this job, from 7 on, the newest two stay.
TEST(Checkpoints, TheOldestGoOnceANewerOneIsWhole) {
  TestLayout layout(1000, 1000);
  TestWorld world;
  JobPlan plan = plan_for(layout);
  plan.steps = 20;
  plan.checkpoint.first = 7;
  plan.checkpoint.there = {3, 4};
  plan.checkpoint.keep = 2;
  const JobResult result = run_checkpoints(world, plan);
  EXPECT_EQ(result.checkpoints.committed, 4u);
  EXPECT_EQ(result.checkpoints.removed, 4u);
  std::vector<FileId> gone;
  for (const FileId id : world.removed)
    for (const std::uint64_t number : {3, 4, 7, 8, 9, 10})
      if (id == CheckpointLayout::writing_directory(number)) gone.push_back(number);
  EXPECT_EQ(gone, (std::vector<FileId>{3, 4, 7, 8}));
  EXPECT_EQ(world.removed.size(), 4u * 4) << "two files, the manifest and the directory of each";
}

// 4 chunks of 1 ms each, two at a time: 2 ms, and every byte once.
TEST(Checkpoints, WriteAFileAtSomeDepth) {
  TestLayout layout(1000, 1000);
  TestWorld world;
  JobPlan plan = plan_for(layout);
  plan.checkpoint.depth = 2;
  const JobResult result = run_checkpoints(world, plan);
  EXPECT_NEAR(checkpoint_seconds(result, 0), 2 * 2e-3, 1e-9);
  EXPECT_EQ(result.checkpoints.bytes, 16'000u);
  EXPECT_EQ(world.writes.size(), 16u);
  EXPECT_EQ(result.checkpoints.committed, 2u);
}

// Stopped while files are being written: they are closed, and nobody counts them as whole.
TEST(Checkpoints, OfAJobThatIsStoppedAreUnfinished) {
  TestLayout layout(1000, 1000);
  TestWorld world;
  world.write_time = [](std::uint64_t) { return Seconds{30e-3}; };
  JobObserver nobody;
  JobResult result;
  TrainingJob<TestWorld> job(world, plan_for(layout), nobody);
  spawn([](TestWorld& w, TrainingJob<TestWorld>& j) -> Task<> {
    co_await w.sleep_until(Seconds{75e-3});  // 51 ms until the checkpoint, 24 into the first chunk
    j.stop();
  }(world, job));
  world.run([](TrainingJob<TestWorld>& j, JobResult& out) -> Task<> { out = co_await j.run(); }(job, result));
  EXPECT_FALSE(world.stuck);
  EXPECT_TRUE(result.stopped);
  EXPECT_EQ(result.checkpoints.unfinished, 2u);
  EXPECT_EQ(result.checkpoints.whole, 0u);
  EXPECT_EQ(result.checkpoints.bytes, 2000u);
  EXPECT_EQ(world.closes, 2u);
  EXPECT_TRUE(world.synced.empty());
}

// The observer ends the job after its 7th step; an asynchronous checkpoint of 120 ms is still being written. A
// stop then ends that too, and is what the job ended by.
TEST(Checkpoints, StillBeingWrittenAfterTheLastStepEndWhenStopped) {
  struct AfterSeven : JobObserver {
    std::uint64_t steps = 0;
    void on_step(const StepTimes&) override { ++steps; }
    bool should_stop() override { return steps >= 14; }
  } observer;
  TestLayout layout(1000, 1000);
  TestWorld world;
  world.write_time = [](std::uint64_t) { return Seconds{30e-3}; };
  JobPlan plan = plan_for(layout);
  plan.checkpoint.asynchronous = true;
  JobResult result;
  TrainingJob<TestWorld> job(world, plan, observer);
  spawn([](TestWorld& w, TrainingJob<TestWorld>& j) -> Task<> {
    co_await w.sleep_until(Seconds{100e-3});  // begun after 51 ms, whole after 171; steps end after some 80
    j.stop();
  }(world, job));
  world.run([](TrainingJob<TestWorld>& j, JobResult& out) -> Task<> { out = co_await j.run(); }(job, result));
  EXPECT_FALSE(world.stuck);
  EXPECT_TRUE(result.stopped);
  EXPECT_EQ(result.ending.ending, Ending::kInterrupted);
  EXPECT_LT(world.now().value, 0.15);
  EXPECT_EQ(result.checkpoints.whole, 0u);
  EXPECT_EQ(result.checkpoints.unfinished, 2u);
  EXPECT_LE(result.epochs[0][0].steps, 9u);
}

TEST(CheckpointStats, MergeInAnyGrouping) {
  CheckpointStats a, b, c;
  a.whole = 3, a.bytes = 100, a.slowest = Seconds{2}, a.times.writing = Seconds{1};
  b.failed = 1, b.first_error = EIO, b.first_failed = 7, b.slowest = Seconds{5};
  c.failed = 2, c.first_error = ENOSPC, c.first_failed = 9, c.unknown = 1, c.times.writing = Seconds{4};
  const auto merged = [](CheckpointStats x, const CheckpointStats& y) {
    x.merge(y);
    return x;
  };
  const CheckpointStats all = merged(merged(a, b), c);
  EXPECT_EQ(all, merged(a, merged(b, c)));
  EXPECT_EQ(all.files(), 7u);
  EXPECT_EQ(all.first_error, EIO);
  EXPECT_EQ(all.first_failed, 7u);
  EXPECT_EQ(all.slowest, Seconds{5});
  EXPECT_EQ(all.times.writing, Seconds{5});
}

}  // namespace
}  // namespace aforo
