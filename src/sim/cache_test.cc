// Caches by hand, and under shuffled epochs against the closed forms for one node.
#include "sim/cache.h"

#include <gtest/gtest.h>

#include <cmath>

namespace aforo {
namespace {

TEST(SimCache, LruLetsTheOldestGo) {
  SimCache cache(CachePolicy::kLru, 300, 10, 100, 1);
  for (ItemId item : {0, 1, 2}) cache.insert(item, 100);
  EXPECT_TRUE(cache.access(0));  // 1 is now the oldest
  cache.insert(3, 100);
  EXPECT_TRUE(cache.access(0));
  EXPECT_FALSE(cache.access(1));
  EXPECT_TRUE(cache.access(2));
  EXPECT_TRUE(cache.access(3));
  cache.insert(4, 250);  // 0, 2 and 3 must go
  EXPECT_EQ(cache.held(), 1u);
  EXPECT_EQ(cache.used(), 250u);
  EXPECT_TRUE(cache.access(4));
}

TEST(SimCache, PinnedKeepsWhatCameFirst) {
  SimCache cache(CachePolicy::kPinned, 250, 10, 100, 1);
  cache.insert(0, 100);
  cache.insert(1, 100);
  cache.insert(2, 100);  // does not fit
  cache.insert(3, 50);
  EXPECT_TRUE(cache.access(0));
  EXPECT_TRUE(cache.access(1));
  EXPECT_FALSE(cache.access(2));
  EXPECT_TRUE(cache.access(3));
  EXPECT_EQ(cache.used(), 250u);
}

// Sizes that differ: bytes are never more than the capacity, and what is held adds up to what is used.
TEST(SimCache, CountsBytes) {
  for (const CachePolicy policy : {CachePolicy::kLru, CachePolicy::kRandom, CachePolicy::kPinned}) {
    SimCache cache(policy, 10'000, 1000, 999, 3);
    for (ItemId item = 0; item < 1000; ++item) {
      cache.insert(item, 1 + item * 37 % 999);
      ASSERT_LE(cache.used(), 10'000u);
    }
    std::uint64_t held = 0, bytes = 0;
    for (ItemId item = 0; item < 1000; ++item)
      if (cache.access(item)) ++held, bytes += 1 + item * 37 % 999;
    EXPECT_EQ(held, cache.held());
    EXPECT_EQ(bytes, cache.used());
  }
}

TEST(SimCache, AnItemLargerThanItIsNotTaken) {
  SimCache cache(CachePolicy::kRandom, 100, 4, 200, 1);
  cache.insert(0, 50);
  cache.insert(1, 101);
  EXPECT_TRUE(cache.access(0));
  EXPECT_FALSE(cache.access(1));
}

// Hit ratio of one node in the steady state of shuffled epochs.
double shuffled_hits(CachePolicy policy, double share, bool warm) {
  constexpr std::uint64_t kItems = 20'000, kEpochs = 12;
  SimCache cache(policy, static_cast<std::uint64_t>(share * kItems) * 100, kItems, 100, 7);
  if (warm) cache.warm(0, kItems, [](ItemId) { return 100u; });
  std::uint64_t hits = 0, accesses = 0;
  for (std::uint64_t epoch = 0; epoch < kEpochs; ++epoch) {
    const Permutation order(kItems, epoch);
    for (std::uint64_t i = 0; i < kItems; ++i) {
      const ItemId item = order(i);
      const bool hit = cache.access(item);
      if (!hit) cache.insert(item, 100);
      if (epoch >= 4) hits += hit, ++accesses;
    }
  }
  return static_cast<double>(hits) / static_cast<double>(accesses);
}

// Random replacement: miss = x ln(x + (1 - x) e^(1/x)); LRU: hit = x + (1 - x) ln(1 - x); pinned: x.
TEST(SimCache, HasTheHitRatiosOfTheClosedForms) {
  for (const double x : {0.35, 0.5, 0.65, 0.9}) {
    const double random = 1 - x * std::log(x + (1 - x) * std::exp(1 / x));
    EXPECT_NEAR(shuffled_hits(CachePolicy::kRandom, x, true), random, 0.005) << x;
    EXPECT_NEAR(shuffled_hits(CachePolicy::kRandom, x, false), random, 0.005) << x;
    EXPECT_NEAR(shuffled_hits(CachePolicy::kLru, x, true), x + (1 - x) * std::log(1 - x), 0.005) << x;
    EXPECT_NEAR(shuffled_hits(CachePolicy::kPinned, x, false), x, 0.0001) << x;
  }
}

}  // namespace
}  // namespace aforo
