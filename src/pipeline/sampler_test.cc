#include "pipeline/sampler.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace aforo {
namespace {

// 1000 samples, 3 ranks, batch 7: 47 whole steps use 987 samples, each once, ranks disjoint.
TEST(Sampler, DealsEverySampleAtMostOncePerEpochAndAllButTheRemainder) {
  const Sampler sampler(1000, 3, 7, ShuffleKind::kEpoch, 123);
  std::map<SampleId, int> seen;
  for (std::uint32_t rank = 0; rank < 3; ++rank)
    for (std::uint64_t step = 0; step < 47; ++step)
      for (std::uint64_t slot = 0; slot < 7; ++slot) ++seen[sampler.at(0, rank, step, slot)];
  EXPECT_EQ(seen.size(), 987u);
  for (const auto& [sample, times] : seen) {
    EXPECT_EQ(times, 1) << sample;
    EXPECT_LT(sample, 1000u);
  }
}

TEST(Sampler, GivesANewOrderEveryEpochAndTheSameForTheSameSeed) {
  const Sampler one(10'000, 2, 10, ShuffleKind::kEpoch, 5), same(10'000, 2, 10, ShuffleKind::kEpoch, 5);
  int moved = 0;
  for (std::uint64_t slot = 0; slot < 10; ++slot) {
    EXPECT_EQ(one.at(3, 1, 17, slot), same.at(3, 1, 17, slot));
    moved += one.at(3, 1, 17, slot) != one.at(4, 1, 17, slot);
  }
  EXPECT_GE(moved, 8);
}

// 10 samples, 1 rank, batch 5: steps 2 and 3 are a second pass, again each sample once.
TEST(Sampler, PermutesAnewBeyondOnePass) {
  const Sampler sampler(10, 1, 5, ShuffleKind::kEpoch, 1);
  for (std::uint64_t first : {0u, 2u}) {
    std::set<SampleId> pass;
    for (std::uint64_t step = first; step < first + 2; ++step)
      for (std::uint64_t slot = 0; slot < 5; ++slot) pass.insert(sampler.at(0, 0, step, slot));
    EXPECT_EQ(pass.size(), 10u);
  }
}

// Unshuffled, two ranks: rank 0 reads 0 2 4 ..., rank 1 reads 1 3 5 ... (DistributedSampler).
TEST(Sampler, WithoutShuffleDealsInTurn) {
  const Sampler sampler(100, 2, 3, ShuffleKind::kNone, 1);
  EXPECT_EQ(sampler.at(0, 0, 0, 0), 0u);
  EXPECT_EQ(sampler.at(0, 1, 0, 0), 1u);
  EXPECT_EQ(sampler.at(0, 0, 0, 1), 2u);
  EXPECT_EQ(sampler.at(9, 1, 1, 0), 7u);
}

// What one thread keeps of the orders changes no answer: few places, so that passes take each other's, back and forth.
TEST(Sampler, SaysTheSameWhereItKeepsOrders) {
  const Sampler plain(37, 50, 3, ShuffleKind::kEpoch, 9), keeps(37, 50, 3, ShuffleKind::kEpoch, 9, true);
  Random random(1);
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t epoch = random.below(3), step = random.below(40), slot = random.below(3);
    const auto rank = static_cast<std::uint32_t>(random.below(50));
    ASSERT_EQ(keeps.at(epoch, rank, step, slot), plain.at(epoch, rank, step, slot));
  }
  // Past 32 bits.
  const Sampler wide(std::uint64_t{1} << 40, 2, 3, ShuffleKind::kNone, 1);
  EXPECT_EQ(wide.at(0, 1, (std::uint64_t{1} << 34), 2), ((std::uint64_t{3} << 34) + 2) * 2 + 1);
}

}  // namespace
}  // namespace aforo
