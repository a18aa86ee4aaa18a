#include "plan/storage_part.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "model/curve.h"

namespace aforo {
namespace {

StorageSpec of(Station station) {
  StorageSpec s;
  s.tiers.push_back({"tier", 1, {}, {std::move(station)}});
  return s;
}
Station station(StationKind kind, std::uint32_t servers) {
  Station s;
  s.kind = kind;
  s.servers = servers;
  return s;
}
Station part_of_station(const Station& whole, double share, double ranks = 1000) {
  const auto part = storage_part(of(whole), share, ranks);
  return part ? part->tiers[0].stations[0] : Station{};
}

// Curves of random points: with n in flight a part passes its share of what the whole passes with n / share, so that each
// operation takes as long.
TEST(StoragePart, AnOperationTakesAsLongWithAsMuchLessInFlight) {
  Random random(5);
  for (int trial = 0; trial < 200; ++trial) {
    StorageSpec whole;
    ReadCurve curve;
    curve.size = 1e6;
    double in_flight = 1 + static_cast<double>(random.below(40)), rate = 100;
    for (std::uint64_t points = 1 + random.below(6); points > 0; --points) {
      curve.points.push_back({in_flight, {rate}, 0.1, {0.5, 1, 1.5}, 0.02});
      in_flight *= 1 + 4 * random.uniform();
      rate *= 0.8 + 1.5 * random.uniform();
    }
    whole.tiers.push_back({"tier", 1, {curve}, {}});
    const double share = 0.02 + 0.98 * random.uniform();
    const StorageSpec part = *storage_part(whole, share, 1000);
    const auto find = [](const StorageSpec& s) {
      return *OperationCurve::find(s.tiers[0].curves, ReadKind::kFile, ReadMode::kBuffered, false, 1e6);
    };
    const OperationCurve all = find(whole), few = find(part);
    for (double n = 1; n < 200; n *= 2)
      EXPECT_NEAR(few.latency(n) / all.latency(n / share), 1, 1e-9)
          << trial << " share " << share << " n " << n;
    EXPECT_NEAR(few.jitter(2, 0.9), 1.4, 1e-9);
    for (std::size_t i = 1; i < part.tiers[0].curves[0].points.size(); ++i)
      EXPECT_GT(part.tiers[0].curves[0].points[i].concurrency,
                part.tiers[0].curves[0].points[i - 1].concurrency);
  }
}

// What memory of a host's own serves is no less for fewer hosts.
TEST(StoragePart, LeavesWhatEveryHostHas) {
  StorageSpec whole;
  ReadCurve cached;
  cached.cached = true;
  cached.size = 1e6;
  cached.points = {{1, {100}, 0, {}, 0}, {8, {400}, 0, {}, 0}};
  ReadCurve way = cached;
  way.cached = false, way.scope = StationScope::kHost;
  whole.tiers.push_back({"tier", 1, {cached, way}, {}});
  Station card = station(StationKind::kBandwidth, 1);
  card.scope = StationScope::kHost;
  card.bandwidth = {1e9};
  whole.client.push_back(card);
  CacheSpec cache;
  cache.scope = StationScope::kHost;
  cache.size = Bytes{1'000'000};
  whole.caches.push_back(cache);
  EXPECT_EQ(*storage_part(whole, 0.1, 1000), whole);
}

TEST(StoragePart, ServersAndTheirRatesAreLessTogether) {
  Station s = station(StationKind::kMetadata, 64);
  s.rate = {20'000};
  EXPECT_EQ(part_of_station(s, 1.0 / 16).servers, 4U);
  EXPECT_EQ(part_of_station(s, 1.0 / 16).rate.value, 20'000);
  // Fewer than one: one of as much less.
  s.servers = 4;
  EXPECT_EQ(part_of_station(s, 1.0 / 16).servers, 1U);
  EXPECT_EQ(part_of_station(s, 1.0 / 16).rate.value, 5'000);
  s = station(StationKind::kCpu, 6);
  s.per_operation = Seconds{1e-3};
  EXPECT_EQ(part_of_station(s, 0.25).servers, 2U);
  EXPECT_NEAR(part_of_station(s, 0.25).per_operation.value, 1e-3 * 2 / 1.5, 1e-15);
}

TEST(StoragePart, PipesAndRequestsAreSlowerAndDelaysAsLong) {
  Station s = station(StationKind::kBandwidth, 1);
  s.bandwidth = {8e9};
  s.burst_bandwidth = {16e9};
  s.burst = Bytes{4'000'000'000};
  EXPECT_EQ(part_of_station(s, 0.25).bandwidth.value, 2e9);
  EXPECT_EQ(part_of_station(s, 0.25).burst_bandwidth.value, 4e9);
  EXPECT_EQ(part_of_station(s, 0.25).burst.value, 1'000'000'000U);
  s = station(StationKind::kRequests, 1);
  s.rate = {1e6};
  EXPECT_EQ(part_of_station(s, 0.25).rate.value, 250'000);
  s = station(StationKind::kLatency, 1);
  s.latency.mean = 0.002;
  EXPECT_EQ(part_of_station(s, 0.25), s);
}

TEST(StoragePart, NoneOfWhatIsNoSmallerOneOfTheSameKind) {
  Station disks = station(StationKind::kDisk, 100);
  disks.bandwidth = {2e8};
  EXPECT_FALSE(storage_part(of(disks), 0.1, 1000)) << "ten ranks for each disk, a tenth as fast";
  EXPECT_TRUE(storage_part(of(disks), 0.1, 10'000));
  StorageSpec shared = of(station(StationKind::kLatency, 1));
  CacheSpec cache;
  cache.scope = StationScope::kShared;
  shared.caches.push_back(cache);
  EXPECT_FALSE(storage_part(shared, 0.1, 1000));
}

}  // namespace
}  // namespace aforo
