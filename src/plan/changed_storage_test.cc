#include "plan/changed_storage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aforo {
namespace {

ReadCurve curve(ReadKind kind, ReadMode mode, double size, std::vector<CurvePoint> points) {
  ReadCurve c;
  c.kind = kind;
  c.mode = mode;
  c.size = size;
  c.points = std::move(points);
  return c;
}

StorageSpec two_points() {
  StorageSpec s;
  s.tiers.push_back({"disk", 1, {}, {}});
  s.tiers[0].curves.push_back(
      curve(ReadKind::kFile, ReadMode::kBuffered, 1e5, {{1, {100}, 0.02, {}, 0}, {16, {800}, 0.2, {}, 0}}));
  return s;
}

TEST(ChangedStorage, ScalesRatesAndDividesTimes) {
  StorageSpec s = two_points();
  Station seek;
  seek.kind = StationKind::kDisk;
  seek.seek = Seconds{0.008};
  seek.bandwidth = BytesPerSecond{2e8};
  s.tiers[0].stations.push_back(seek);
  s.client.push_back(seek);
  const StorageSpec twice = scale_rates(s, 2);
  EXPECT_EQ(twice.tiers[0].curves[0].points[1].rate.value, 1600);
  EXPECT_EQ(twice.tiers[0].stations[0].seek.value, 0.004);
  EXPECT_EQ(twice.tiers[0].stations[0].bandwidth.value, 4e8);
  EXPECT_EQ(twice.client[0], s.client[0]) << "the client is not the storage";
}

// At 1 and 16 in flight 2 % and 20 % were seen; 4 is the middle by ratio, 3 is nearer to 1, 6 to 16.
TEST(ChangedStorage, SpreadOfTheNearestPoint) {
  const StorageSpec s = two_points();
  EXPECT_EQ(measured_spread(s, ReadKind::kFile, ReadMode::kBuffered, 1e5, 3), 0.02);
  EXPECT_EQ(measured_spread(s, ReadKind::kFile, ReadMode::kBuffered, 1e5, 6), 0.2);
  EXPECT_EQ(measured_spread(s, ReadKind::kFile, ReadMode::kBuffered, 1e5, 1000), 0.2);
  EXPECT_EQ(measured_spread(s, ReadKind::kFile, ReadMode::kDirect, 1e5, 6), 0) << "never from the other mode";
  EXPECT_EQ(measured_spread(StorageSpec{}, ReadKind::kFile, ReadMode::kBuffered, 1e5, 6), 0);
}

TEST(ChangedStorage, CurvesOfExactlyThatKind) {
  const StorageSpec s = two_points();
  EXPECT_TRUE(has_curves(s, ReadKind::kFile, ReadMode::kBuffered));
  EXPECT_FALSE(has_curves(s, ReadKind::kStream, ReadMode::kBuffered));
  EXPECT_FALSE(has_curves(s, ReadKind::kFile, ReadMode::kDirect));
  StorageSpec parts;
  parts.tiers.push_back({"parts", 1, {}, {Station{}}});
  EXPECT_TRUE(has_curves(parts, ReadKind::kStream, ReadMode::kDirect))
      << "stations serve every way of reading";
}

// 800 files/s x 8 ms = 6.4 cores of 8: 80 % busy, so cores could double that point; 100 x 8 ms = 10 % not.
TEST(ChangedStorage, CoresHelpWhereTheClientWasBusy) {
  StorageSpec s = two_points();
  EXPECT_FALSE(client_takes_part(s));
  s.probed_client = ProbedClient{8, {0.008}, {0}};
  EXPECT_TRUE(client_takes_part(s));
  const StorageSpec faster = with_twice_the_cores(s);
  EXPECT_EQ(faster.tiers[0].curves[0].points[0].rate.value, 100);
  EXPECT_EQ(faster.tiers[0].curves[0].points[1].rate.value, 1600);
}

TEST(ChangedStorage, DirectReadsPassTheKernelsCacheAlone) {
  StorageSpec s = two_points();
  s.caches.resize(4);
  s.caches[0].name = "memory", s.caches[0].policy = CachePolicy::kPageCache;
  s.caches[1].name = "page cache";
  s.caches[2].name = "local NVMe";
  s.caches[3].name = "page cache", s.caches[3].scope = StationScope::kShared;  // a file server's own
  const StorageSpec direct = without_page_cache(s);
  ASSERT_EQ(direct.caches.size(), 2u);
  EXPECT_EQ(direct.caches[0].name, "local NVMe");
  EXPECT_EQ(direct.caches[1].scope, StationScope::kShared);
}

TEST(ChangedStorage, ACacheIsResizedOrAdded) {
  StorageSpec s = two_points();
  EXPECT_FALSE(has_memory(s));
  const StorageSpec cached = with_cache_size(s, 1_GiB);
  ASSERT_EQ(cached.caches.size(), 1U);
  EXPECT_EQ(cached.caches[0].size, 1_GiB);
  EXPECT_TRUE(has_memory(cached));
  EXPECT_EQ(with_cache_size(cached, 2_GiB).caches[0].size, 2_GiB);
}

TEST(ChangedStorage, ALocalCacheHoldsFilesAndKeepsItsStations) {
  StorageSpec s = with_local_cache(with_cache_size(two_points(), 1_GiB), 2_GiB, CachePolicy::kLru);
  ASSERT_EQ(s.caches.size(), 2U);
  EXPECT_EQ(s.caches[0].name, kLocalCache);  // nearest to the client
  EXPECT_EQ(s.caches[0].size, 2_GiB);
  EXPECT_EQ(s.caches[0].policy, CachePolicy::kLru);
  EXPECT_EQ(s.caches[0].scope, StationScope::kHost);
  EXPECT_TRUE(s.caches[0].whole_files);
  s.caches[0].stations.push_back(Station{});
  s = with_local_cache(s, 3_GiB, CachePolicy::kRandom);
  ASSERT_EQ(s.caches.size(), 2U);
  EXPECT_EQ(s.caches[0].size, 3_GiB);
  EXPECT_EQ(s.caches[0].stations.size(), 1U);
}

}  // namespace
}  // namespace aforo
