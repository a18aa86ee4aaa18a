// Restoring on a virtual clock: 1 ms for each read.
#include "pipeline/restore.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <map>

#include "pipeline/test_world.h"

namespace aforo {
namespace {

RestoreStats restore(TestWorld& world, const RestorePlan& plan) {
  const std::atomic<bool> ending{false};
  Restore<TestWorld> restoring(world, plan, ending);
  RestoreStats out;
  world.run(
      [](Restore<TestWorld>& r, RestoreStats& stats) -> Task<> { stats = co_await r.run(); }(restoring, out));
  EXPECT_FALSE(world.stuck);
  return out;
}

// Rank 0 reads 2,500 bytes and 1,000 in chunks of 1,000, rank 1 the first 500 of a file, rank 2 nothing.
RestorePlan plan_of_three() {
  RestorePlan plan;
  plan.readers = {{{10, 2500}, {11, 1000}}, {{20, 500}}, {}};
  plan.chunk = Bytes{1000};
  return plan;
}

TEST(Restore, ReadsEveryByteOnceAndTakesAsLongAsTheSlowest) {
  TestWorld world;
  const RestoreStats stats = restore(world, plan_of_three());
  EXPECT_EQ(stats.bytes, 4000u);
  EXPECT_EQ(stats.whole, 3u);
  EXPECT_NEAR(stats.slowest.value, 4e-3, 1e-9);
  EXPECT_NEAR(stats.rank0.value().value, 4e-3, 1e-9);
  EXPECT_EQ(stats.rank_seconds.size(), 2u);
  std::map<FileId, std::uint64_t> end;
  for (const TestRead& read : world.reads) {
    EXPECT_EQ(read.offset, end[read.file]);
    end[read.file] += read.length;
  }
  EXPECT_EQ(end, (std::map<FileId, std::uint64_t>{{10, 2500}, {11, 1000}, {20, 500}}));
  EXPECT_EQ(world.closes, 3u);
}

// Three chunks at once: 1 ms for the first file, 1 ms for the second.
TEST(Restore, ReadsAFileAtSomeDepth) {
  TestWorld world;
  RestorePlan plan = plan_of_three();
  plan.depth = 3;
  EXPECT_NEAR(restore(world, plan).slowest.value, 2e-3, 1e-9);
}

// A file that cannot be read, one that is cut short, and one whose bytes are others: each is counted, the rest is read.
TEST(Restore, CountsWhatFails) {
  {
    TestWorld world;
    world.error_of = [](FileId file) { return file == 10 ? EACCES : 0; };
    const RestoreStats stats = restore(world, plan_of_three());
    EXPECT_EQ(stats.failed, 1u);
    EXPECT_EQ(stats.first_error, EACCES);
    EXPECT_EQ(stats.first_failed, 10u);
    EXPECT_EQ(stats.whole, 2u);
  }
  {
    TestWorld world;
    world.length_of = [](FileId file, std::uint64_t n) { return file == 20 ? n - 1 : n; };
    const RestoreStats stats = restore(world, plan_of_three());
    EXPECT_EQ(stats.first_error, EIO);
    EXPECT_EQ(stats.first_failed, 20u);
  }
  {
    TestWorld world;
    RestorePlan plan = plan_of_three();
    plan.check = [](FileId file, std::uint64_t offset, std::span<const std::byte>) {
      return file == 10 && offset == 1000 ? std::optional<std::uint64_t>(1234) : std::nullopt;
    };
    const RestoreStats stats = restore(world, plan);
    EXPECT_EQ(stats.failed, 1u);
    EXPECT_EQ(stats.first_error, 0);
    EXPECT_EQ(stats.first_wrong, 1234u);
    EXPECT_EQ(stats.whole, 2u);
  }
}

}  // namespace
}  // namespace aforo
