#include "workload/checkpoint.h"

#include <gtest/gtest.h>

namespace aforo {
namespace {

// Llama 3 8B: 8.03e9 x 14 B = 112.42 GB.
TEST(Checkpoint, HoldsFourteenBytesPerParameter) {
  EXPECT_EQ(checkpoint_bytes(8.03e9).value, 112'420'000'000u);
  EXPECT_EQ(checkpoint_bytes(0).value, 0u);
}

// Writing takes 50 s, something fails every 10,000 s: sqrt(2 x 50 x 10,000) = 1,000 s.
TEST(Checkpoint, YoungsInterval) {
  EXPECT_NEAR(young_interval(Seconds{50}, Seconds{10'000}).value, 1000, 1e-9);
}

TEST(Checkpoint, IsDueAfterEverySoManySteps) {
  CheckpointPlan plan;
  for (std::uint64_t steps = 0; steps < 10; ++steps) EXPECT_FALSE(plan.due_after(steps));
  plan.every_steps = 25;
  for (const std::uint64_t steps : {0u, 1u, 24u, 26u, 49u}) EXPECT_FALSE(plan.due_after(steps)) << steps;
  for (const std::uint64_t steps : {25u, 50u, 75u}) EXPECT_TRUE(plan.due_after(steps)) << steps;
  EXPECT_EQ(plan.number_after(25), 0u);
  EXPECT_EQ(plan.number_after(75), 2u);
}

// 1,000,001 bytes on 3 ranks with 2 files each: 166,666 each and 5 left, one for each of the first five.
TEST(Checkpoint, IsDealtToTheRanksWithoutGapOrOverlap) {
  CheckpointPlan plan;
  plan.bytes = Bytes{1'000'001};
  plan.files_per_rank = 2;
  EXPECT_EQ(shard_of(plan, 3, 0, 0), (CheckpointShard{0, 166'667}));
  EXPECT_EQ(shard_of(plan, 3, 2, 1), (CheckpointShard{833'335, 166'666}));
  std::uint64_t end = 0;
  for (std::uint32_t rank = 0; rank < 3; ++rank)
    for (std::uint32_t file = 0; file < 2; ++file) {
      const CheckpointShard shard = shard_of(plan, 3, rank, file);
      EXPECT_EQ(shard.offset, end);
      end += shard.length;
    }
  EXPECT_EQ(end, plan.bytes.value);
}

// The largest sizes there are: 1 EB on 100,000 ranks, whose product does not fit into 64 bits.
TEST(Checkpoint, IsDealtWithoutOverflow) {
  CheckpointPlan plan;
  plan.bytes = Bytes{1'000'000'000'000'000'000u};
  EXPECT_EQ(shard_of(plan, 100'000, 99'999, 0),
            (CheckpointShard{999'990'000'000'000'000u, 10'000'000'000'000u}));
}

TEST(Checkpoint, OfTheFirstRankAloneIsWrittenByNoOther) {
  CheckpointPlan plan;
  plan.bytes = Bytes{1000};
  plan.writers = CheckpointWriters::kFirstRank;
  EXPECT_EQ(shard_of(plan, 8, 0, 0), (CheckpointShard{0, 1000}));
  EXPECT_EQ(shard_of(plan, 8, 7, 0), CheckpointShard{});
}

}  // namespace
}  // namespace aforo
