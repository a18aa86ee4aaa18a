// Shards read front to back, on a virtual clock.
#include <gtest/gtest.h>

#include <map>

#include "pipeline/test_world.h"
#include "pipeline/training_job.h"

namespace aforo {
namespace {

JobPlan stream_plan(const Layout& layout, std::uint32_t ranks, std::uint64_t batch, std::uint64_t steps) {
  JobPlan plan;
  plan.layout = &layout;
  plan.loader.framework = Framework::kTensorflow;
  plan.loader.workers = 3;
  plan.loader.prefetch = 2;
  plan.loader.batch_size = batch;
  plan.loader.shuffle = ShuffleKind::kBuffer;
  plan.loader.shuffle_buffer = 20;
  plan.loader.transfer_size = Bytes{4096};
  plan.step_time.mean = 1e-4;
  plan.ranks = ranks;
  plan.steps = steps;
  return plan;
}

JobResult run_stream(TestWorld& world, const JobPlan& plan) {
  JobObserver nobody;
  JobResult result;
  TrainingJob<TestWorld> job(world, plan, nobody);
  world.run([](TrainingJob<TestWorld>& j, JobResult& out) -> Task<> { out = co_await j.run(); }(job, result));
  EXPECT_FALSE(world.stuck);
  return result;
}

// 12 shards x 50 records of 1000 bytes, 2 ranks: each shard is read by one rank, front to back, 13 requests
// of 4 KiB (50,000 / 4096 = 12.2), and 600 records make 30 steps of 2 x 10.
TEST(StreamLoader, ReadsEveryShardOnceInOrder) {
  TestLayout layout(600, 1000, 50);
  TestWorld world;
  const JobResult result = run_stream(world, stream_plan(layout, 2, 10, 30));
  EXPECT_EQ(result.samples_delivered, 600u);
  std::map<FileId, std::uint64_t> next_offset;
  for (const auto& read : world.reads) {
    EXPECT_EQ(read.offset, next_offset[read.file]) << "file " << read.file;
    next_offset[read.file] += 4096;
  }
  EXPECT_EQ(next_offset.size(), 12u);
  for (const auto& [file, end] : next_offset) EXPECT_EQ(end, 13u * 4096) << "file " << file;
}

TEST(StreamLoader, KeepsAtMostOneRequestPerReaderInFlight) {
  TestLayout layout(600, 1000, 50);
  TestWorld world;
  run_stream(world, stream_plan(layout, 2, 10, 30));
  EXPECT_LE(world.most_in_flight, 2u * 3);
  EXPECT_GE(world.most_in_flight, 2u * 2);
}

// 2 shards, 4 ranks: every rank reads both shards and keeps every fourth record.
TEST(StreamLoader, SplitsByRecordWhenShardsAreFewerThanRanks) {
  TestLayout layout(400, 1000, 200);
  TestWorld world;
  const JobResult result = run_stream(world, stream_plan(layout, 4, 10, 10));
  EXPECT_EQ(result.samples_delivered, 400u);
  std::map<FileId, int> readers;
  for (const auto& read : world.reads) readers[read.file] += read.offset == 0;
  EXPECT_GE(readers[0], 4);
}

TEST(StreamLoader, NamesATruncatedShardAndGoesOn) {
  TestLayout layout(600, 1000, 50);
  TestWorld world;
  std::uint64_t asked = 0;
  world.length_of = [&](FileId file, std::uint64_t n) { return file == 3 && ++asked > 2 ? 100 : n; };
  const JobResult result = run_stream(world, stream_plan(layout, 1, 10, 59));
  // Two requests of 4,096 bytes and 100 more hold 8 records of 1,000: 42 of 50 are lost. 558 sound ones are
  // left for 590 places: 32 come twice.
  EXPECT_EQ(result.readers.faults[static_cast<int>(ReadFault::kShort)], 42u);
  ASSERT_EQ(result.readers.examples.size(), 1u);
  EXPECT_EQ(result.readers.examples[0].file, 3u);
  EXPECT_EQ(result.readers.examples[0].samples, 42u);
  EXPECT_EQ(result.samples_delivered, 590u);
  EXPECT_EQ(result.samples_read_again, 32u);
}

// Shard 3 of 12 is gone in both epochs: its 50 records fail once an epoch, and 50 others come twice for them.
// With 4 ranks and 2 shards of 200, all ranks miss their quarter of shard 1. With 3 ranks and 10 shards of 60
// two ranks begin a second pass even without a fault (180 records for 200 places): the shard counts once.
TEST(StreamLoader, NamesALostShardOnceAndCountsItsSamples) {
  const struct {
    std::uint64_t count, per_file;
    std::uint32_t ranks;
    FileId lost;
  } cases[] = {{600, 50, 2, 3}, {400, 200, 4, 1}, {600, 60, 3, 3}};
  for (const auto& c : cases) {
    TestLayout layout(c.count, 1000, c.per_file);
    TestWorld world;
    world.error_of = [&](FileId file) { return file == c.lost ? 2 : 0; };
    JobPlan plan = stream_plan(layout, c.ranks, 10, c.count / c.ranks / 10);
    plan.epochs = 2;
    const JobResult result = run_stream(world, plan);
    EXPECT_FALSE(result.failed);
    EXPECT_EQ(result.readers.fault_count(), 2 * c.per_file);
    ASSERT_EQ(result.readers.examples.size(), 1u);
    EXPECT_EQ(result.readers.examples[0].samples, 2 * c.per_file);
    EXPECT_EQ(result.samples_delivered, 2 * c.count);
    if (c.ranks == 3) {  // a rank with 4 shards has 40 records to spare
      EXPECT_GE(result.samples_read_again, 2 * 20u);
      EXPECT_LE(result.samples_read_again, 2 * 60u);
    } else {
      EXPECT_EQ(result.samples_read_again, 2 * c.per_file);
    }
  }
}

TEST(StreamLoader, EndsWhenNoShardCanBeRead) {
  TestLayout layout(600, 1000, 50);
  TestWorld world;
  world.error_of = [](FileId) { return 5; };
  const JobResult result = run_stream(world, stream_plan(layout, 1, 10, 60));
  EXPECT_TRUE(result.failed);
  EXPECT_EQ(result.samples_delivered, 0u);
}

// A million shards of 50 records, of which 5 steps of 2 ranks take 100 records, and what 6 readers and their window are
// ahead by: some 30 shards. No others are looked at, or an epoch of a dataset of exabytes would not begin.
TEST(StreamLoader, LooksAtNoShardThatItDoesNotReach) {
  for (const ShuffleKind shuffle : {ShuffleKind::kNone, ShuffleKind::kBuffer}) {
    TestLayout layout(50'000'000, 1000, 50);
    TestWorld world;
    JobPlan plan = stream_plan(layout, 2, 10, 5);
    plan.loader.shuffle = shuffle;
    EXPECT_EQ(run_stream(world, plan).samples_delivered, 100u);
    EXPECT_LT(layout.asked, 1000u);
  }
}

TEST(StreamLoader, RepeatsEpochs) {
  TestLayout layout(600, 1000, 50);
  TestWorld world;
  JobPlan plan = stream_plan(layout, 2, 10, 25);
  plan.epochs = 3;
  const JobResult result = run_stream(world, plan);
  ASSERT_EQ(result.epochs.size(), 3u);
  EXPECT_EQ(result.samples_delivered, 1500u);
}

}  // namespace
}  // namespace aforo
