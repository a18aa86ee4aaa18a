// Caches by hand, and under shuffled epochs against the closed forms for one node.
#include "sim/cache.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

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

// 0 and 1 are read twice and become active; the rest goes through the inactive list, oldest first.
TEST(SimCache, PagesThatWereReadTwiceStayBesideAStream) {
  SimCache cache(CachePolicy::kPageCache, 400, 20, 100, 1);
  for (ItemId item : {0, 1, 2, 3}) cache.insert(item, 100);
  EXPECT_TRUE(cache.access(0));
  EXPECT_TRUE(cache.access(1));
  for (ItemId item = 4; item < 20; ++item) cache.insert(item, 100);
  EXPECT_EQ(cache.held(), 4u);
  for (ItemId item : {0, 1, 18, 19}) EXPECT_TRUE(cache.access(item)) << item;
}

// Lists of 200 bytes each at most. 2 goes and comes back after as much as the active list holds: it is active at
// once, and 0, the oldest there, goes back to the inactive list and then goes. Later than that it is not.
TEST(SimCache, PagesThatComeBackSoonAreActive) {
  for (const bool soon : {true, false}) {
    SimCache cache(CachePolicy::kPageCache, 400, 40, 100, 1);
    for (ItemId item : {0, 1, 2, 3}) cache.insert(item, 100);
    cache.access(0);
    cache.access(1);
    cache.insert(4, 100);  // 2 goes
    ItemId next = 5;
    for (int i = 0; i < (soon ? 0 : 6); ++i) cache.insert(next++, 100);
    ASSERT_FALSE(cache.access(2));
    cache.insert(2, 100);
    for (int i = 0; i < 6; ++i) cache.insert(next++, 100);
    EXPECT_EQ(cache.access(2), soon);
    EXPECT_TRUE(cache.access(1));
    EXPECT_EQ(cache.access(0), !soon);
  }
}

TEST(SimCache, TakesWholePages) {
  SimCache cache(CachePolicy::kPageCache, 3 * 4096, 4, 5000, 1, {4096, 1});
  cache.insert(0, 4097);
  EXPECT_EQ(cache.used(), 8192u);
  cache.insert(1, 1);
  EXPECT_EQ(cache.used(), 3 * 4096u);
}

// Hits per epoch of one node, from an empty cache on.
std::vector<double> page_cache_epochs(double share, std::uint64_t items, std::size_t epochs, double active) {
  SimCache cache(CachePolicy::kPageCache,
                 static_cast<std::uint64_t>(share * static_cast<double>(items) * 4096), items, 4096, 7,
                 {4096, active});
  std::vector<double> out;
  for (std::size_t epoch = 0; epoch < epochs; ++epoch) {
    const Permutation order(items, epoch);
    std::uint64_t hits = 0;
    for (std::uint64_t i = 0; i < items; ++i) {
      const bool hit = cache.access(order(i));
      if (!hit) cache.insert(order(i), 4096);
      hits += hit;
    }
    out.push_back(static_cast<double>(hits) / static_cast<double>(items));
  }
  return out;
}

// Linux 6.18: whole files read in a new random order every epoch by a program of one thread in a control group;
// `share` is that of the files' pages which memory.stat shows. Files, their share, bound of the lists, epochs 2 and on.
TEST(SimCache, HitsAsThePageCacheWasMeasured) {
  struct Case {
    const char* what;
    double share;
    std::uint64_t files;
    double active;
    std::vector<double> hits;
  };
  const Case cases[] = {
      {"ext4, 4 KiB", 0.281, 40000, 1, {0.044, 0.079, 0.084, 0.099}},
      {"ext4, 4 KiB", 0.585, 40000, 1, {0.217, 0.306, 0.295, 0.284}},
      {"ext4, 8 KiB", 0.405, 30000, 1, {0.096, 0.136, 0.154, 0.156}},
      {"ext4, 20 KiB", 0.770, 12000, 1, {0.426, 0.550, 0.511, 0.547, 0.509}},
      {"XFS, 20 KiB", 0.775, 12000, 1, {0.434, 0.585, 0.512, 0.534}},
      {"ext4, 100 KiB", 0.448, 2500, 1, {0.116, 0.171, 0.177, 0.181, 0.169}},
      {"ext4, 100 KiB", 0.811, 2500, 1, {0.486, 0.649, 0.563, 0.597, 0.567}},
      {"ext4, 400 KiB", 0.721, 600, 1, {0.365, 0.432, 0.450, 0.449, 0.462}},
      {"ext4, 1 MiB, 2.65 GB", 0.7175, 3500, 4, {0.363, 0.494, 0.490, 0.489, 0.481}},
  };
  for (const Case& c : cases) {
    const std::vector<double> found = page_cache_epochs(c.share, c.files, c.hits.size() + 1, c.active);
    EXPECT_EQ(found[0], 0);
    double sum = 0;
    for (std::size_t i = 0; i < c.hits.size(); ++i) {
      EXPECT_NEAR(found[i + 1], c.hits[i], 0.04) << c.what << ", " << c.share << ", epoch " << i + 2;
      sum += (found[i + 1] - c.hits[i]) / static_cast<double>(c.hits.size());
    }
    EXPECT_NEAR(sum, 0, 0.02) << c.what << ", " << c.share;
  }
}

// A cache that starts warm answers its first epoch as one in the steady state does.
TEST(SimCache, WarmPageCacheIsInItsSteadyState) {
  constexpr std::uint64_t kItems = 20'000;
  for (const double active : {1.0, 10.0})
    for (const double x : {0.35, 0.65, 0.9}) {
      SimCache cache(CachePolicy::kPageCache, static_cast<std::uint64_t>(x * kItems) * 100, kItems, 100, 7,
                     {1, active});
      cache.warm(0, kItems, [](ItemId) { return 100u; });
      EXPECT_EQ(cache.held(), static_cast<std::uint64_t>(x * kItems));
      double hits = 0;
      const Permutation order(kItems, 99);
      for (std::uint64_t i = 0; i < kItems; ++i) {
        const bool hit = cache.access(order(i));
        if (!hit) cache.insert(order(i), 100);
        hits += hit;
      }
      const std::vector<double> epochs = page_cache_epochs(x, kItems, 14, active);
      EXPECT_NEAR(hits / kItems, (epochs[10] + epochs[11] + epochs[12] + epochs[13]) / 4, 0.04)
          << x << active;
    }
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
