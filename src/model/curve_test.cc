#include "model/curve.h"

#include <gtest/gtest.h>

#include <cmath>

namespace aforo {
namespace {

CurvePoint point(double concurrency, double rate) { return {concurrency, {rate}, 0, {}, 0}; }

ReadCurve curve(double size, double share, std::vector<CurvePoint> points, ReadKind kind = ReadKind::kFile) {
  return {kind, ReadMode::kBuffered, false, size, share, std::move(points)};
}

OperationCurve find(const std::vector<ReadCurve>& curves, double size, ReadKind kind = ReadKind::kFile) {
  std::optional<OperationCurve> found = OperationCurve::find(curves, kind, ReadMode::kBuffered, false, size);
  EXPECT_TRUE(found);
  return *found;
}

TEST(Curve, GivesMeasuredPointsAsTheyWere) {
  const OperationCurve c = find({curve(1000, 0.5, {point(1, 100), point(4, 400), point(64, 800)})}, 1000);
  EXPECT_DOUBLE_EQ(c.rate(1).value, 100);
  EXPECT_DOUBLE_EQ(c.rate(4).value, 400);
  EXPECT_DOUBLE_EQ(c.rate(64).value, 800);
  EXPECT_DOUBLE_EQ(c.latency(64).value, 0.08);
  EXPECT_DOUBLE_EQ(c.best_rate().value, 800);
  EXPECT_DOUBLE_EQ(c.largest_measured(), 64);
  EXPECT_FALSE(c.borrowed());
}

TEST(Curve, LatencyIsLinearBetweenPoints) {
  // R(1) = R(4) = 10 ms; R(64) = 80 ms. At 34, half the way from 4 to 64: 45 ms, 34 / 0.045 = 755.56/s.
  const OperationCurve c = find({curve(1000, 0.5, {point(1, 100), point(4, 400), point(64, 800)})}, 1000);
  EXPECT_DOUBLE_EQ(c.rate(3).value, 300);
  EXPECT_NEAR(c.latency(34).value, 0.045, 1e-15);
  EXPECT_NEAR(c.rate(34).value, 755.5556, 1e-4);
  // 3.25 is no whole number, 34.3 lies 30.3 / 60 of the way: 10 + 70 * 0.505 = 45.35 ms.
  EXPECT_DOUBLE_EQ(c.rate(3.25).value, 325);
  EXPECT_NEAR(c.latency(34.3).value, 0.04535, 1e-15);
}

TEST(Curve, StaysSaturatedAboveTheLastPointAndFlatBelowTheFirst) {
  const OperationCurve c = find({curve(1000, 0.5, {point(2, 100), point(8, 200)})}, 1000);
  EXPECT_DOUBLE_EQ(c.rate(8000).value, 200);
  EXPECT_DOUBLE_EQ(c.latency(8000).value, 40);
  EXPECT_DOUBLE_EQ(c.rate(1).value, 50);  // R(2) = 20 ms, and so R(1)
  EXPECT_DOUBLE_EQ(c.latency(1).value, 0.02);
  for (const double few : {0.5, 0.0, -3.0}) {  // fewer than one count as one
    EXPECT_DOUBLE_EQ(c.rate(few).value, 50) << few;
    EXPECT_DOUBLE_EQ(c.latency(few).value, 0.02) << few;
  }
}

TEST(Curve, ConcurrenciesBeyondTheTableAreExactToo) {
  // R(1) = 1 ms, R(100001) = 101 ms: 1 ms more per 1000. R(50001) = 51 ms.
  const OperationCurve c = find({curve(1000, 0.5, {point(1, 1000), point(100001, 100001 / 0.101)})}, 1000);
  EXPECT_NEAR(c.latency(50001).value, 0.051, 1e-12);
  EXPECT_NEAR(c.latency(4095).value, 0.001 + 4.094e-3, 1e-12);
  EXPECT_NEAR(c.latency(4097).value, 0.001 + 4.096e-3, 1e-12);
}

TEST(Curve, BeyondTheMeasuredSizesFollowsTheNearestShare) {
  // Twice the size at share 0.4: 0.6 + 0.8 = 1.4 times as long. Its share there: 0.8 / 1.4.
  const std::vector<ReadCurve> curves = {curve(1000, 0.4, {point(1, 140)})};
  const OperationCurve twice = find(curves, 2000);
  EXPECT_DOUBLE_EQ(twice.rate(1).value, 100);
  EXPECT_DOUBLE_EQ(twice.size(), 2000);
  EXPECT_DOUBLE_EQ(twice.size_share(), 0.8 / 1.4);
  // Both ways to the time of 1000 bytes agree: 1/140 s.
  EXPECT_DOUBLE_EQ(twice.latency(1).value * twice.work(1000), 1.0 / 140);
  EXPECT_DOUBLE_EQ(twice.work(2000), 1);
  const OperationCurve half = find(curves, 500);  // 0.6 + 0.2
  EXPECT_DOUBLE_EQ(half.rate(1).value, 175);
  EXPECT_DOUBLE_EQ(half.size_share(), 0.25);
  // A share of nothing: the same at any size.
  EXPECT_DOUBLE_EQ(find({curve(1000, 0, {point(1, 140)})}, 1e9).rate(1).value, 140);
}

TEST(Curve, BetweenSizesLatencyIsLinearInTheSize) {
  // 1000 bytes: R(1) = 10 ms, R(10) = 10 ms; 5000 bytes: R(1) = 30 ms, R(4) = 120 ms (so R(10) = 300 ms).
  const std::vector<ReadCurve> curves = {curve(5000, 1, {point(1, 100.0 / 3), point(4, 100.0 / 3)}),
                                         curve(1000, 0, {point(1, 100), point(10, 1000)})};
  const OperationCurve c = find(curves, 2000);  // a quarter of the way
  EXPECT_NEAR(c.latency(1).value, 0.015, 1e-12);
  EXPECT_NEAR(c.latency(4).value, 0.0375, 1e-12);
  EXPECT_NEAR(c.latency(10).value, 0.0825, 1e-12);
  EXPECT_NEAR(c.latency(20).value, 0.165, 1e-12);  // both saturated
  EXPECT_DOUBLE_EQ(c.largest_measured(), 4);
  // Slopes times size over R: at 1, 5 us * 2000 / 15 ms = 0.667; at 4 and 10 more than all of it, 1.
  EXPECT_NEAR(c.size_share(), (10.0 / 15 + 1 + 1) / 3, 1e-12);
  EXPECT_NEAR(find(curves, 1000).latency(1).value, 0.010, 1e-15);
  EXPECT_NEAR(find(curves, 5000).latency(4).value, 0.120, 1e-15);
  // Beyond the larger: its share of 1, twice as long at 10000.
  EXPECT_NEAR(find(curves, 10000).latency(1).value, 0.060, 1e-12);
}

TEST(Curve, ASmallerTimeOfALargerSizeIsNoNegativeShare) {
  const OperationCurve c = find({curve(1000, 0.5, {point(1, 100)}), curve(2000, 0.5, {point(1, 101)})}, 1500);
  EXPECT_EQ(c.size_share(), 0);
}

TEST(Curve, BorrowsFromTheSameModeOnly) {
  const auto made = [](ReadKind kind, double rate) { return curve(1000, 0.5, {point(1, rate)}, kind); };
  const std::vector<ReadCurve> both = {made(ReadKind::kRange, 1), made(ReadKind::kStream, 2)};
  EXPECT_DOUBLE_EQ(find(both, 1000).rate(1).value, 2);
  EXPECT_TRUE(find(both, 1000).borrowed());
  EXPECT_FALSE(find(both, 1000, ReadKind::kRange).borrowed());
  EXPECT_DOUBLE_EQ(find({both[0]}, 1000).rate(1).value, 1);
  EXPECT_DOUBLE_EQ(find({both[0]}, 1000, ReadKind::kStream).rate(1).value, 1);
  EXPECT_DOUBLE_EQ(find({both[1]}, 1000, ReadKind::kRange).rate(1).value, 2);
  EXPECT_FALSE(OperationCurve::find(both, ReadKind::kFile, ReadMode::kDirect, false, 1000));
  EXPECT_FALSE(OperationCurve::find(both, ReadKind::kFile, ReadMode::kBuffered, true, 1000));
  const std::vector<ReadCurve> file = {made(ReadKind::kFile, 1)};
  EXPECT_FALSE(OperationCurve::find(file, ReadKind::kRange, ReadMode::kBuffered, false, 1000));
  EXPECT_FALSE(OperationCurve::find({}, ReadKind::kFile, ReadMode::kBuffered, false, 1000));
}

TEST(Curve, JitterIsItsQuantileFunctionInterpolated) {
  // Quantiles 0.5, 1, 1.5 are uniform on [0.5, 1.5]: cv = 1 / sqrt(12). At 3, half the way to no jitter at 5.
  CurvePoint first = point(1, 100);
  first.jitter = {0.5, 1, 1.5};
  first.common = 0.04;
  const OperationCurve c = find({curve(1000, 0.5, {first, point(5, 200)})}, 1000);
  EXPECT_DOUBLE_EQ(c.jitter(1, 0), 0.5);
  EXPECT_DOUBLE_EQ(c.jitter(1, 0.25), 0.75);
  EXPECT_NEAR(c.jitter(1, 1 - 1e-12), 1.5, 1e-9);
  EXPECT_NEAR(c.jitter_cv(1), 1 / std::sqrt(12), 1e-12);
  EXPECT_DOUBLE_EQ(c.jitter(3, 0.25), 0.875);
  EXPECT_DOUBLE_EQ(c.jitter(2.5, 0), 0.6875);
  EXPECT_NEAR(c.jitter_cv(3), 0.5 / std::sqrt(12), 1e-12);
  EXPECT_DOUBLE_EQ(c.common(3), 0.02);
  for (const double many : {5.0, 700.0}) {
    EXPECT_DOUBLE_EQ(c.jitter(many, 0.25), 1) << many;
    EXPECT_NEAR(c.jitter_cv(many), 0, 1e-7) << many;
    EXPECT_DOUBLE_EQ(c.common(many), 0) << many;
  }
}

TEST(Curve, JitterOfDifferentDetailAndMeanIsBroughtToMeanOne) {
  CurvePoint first = point(1, 100), second = point(2, 200);
  first.jitter = {0, 0.5, 1, 3};       // mean (0/2 + 0.5 + 1 + 3/2) / 3 = 1
  second.jitter = {0.51, 1.02, 1.53};  // mean 1.02
  const OperationCurve c = find({curve(1000, 0.5, {first, second})}, 1000);
  for (const double n : {1.0, 1.5, 2.0, 9.0}) {
    double sum = 0;
    constexpr int kDraws = 65536;
    for (int i = 0; i < kDraws; ++i) sum += c.jitter(n, (i + 0.5) / kDraws);
    EXPECT_NEAR(sum / kDraws, 1, 1e-6) << n;
  }
  EXPECT_NEAR(c.jitter(2, 0), 0.5, 1e-12);
}

TEST(Curve, NoJitterIsAlwaysOne) {
  const OperationCurve c = find({curve(1000, 0.5, {point(1, 100), point(4, 200)})}, 1000);
  EXPECT_EQ(c.jitter(2, 0.9), 1);
  EXPECT_EQ(c.jitter_cv(2), 0);
}

TEST(Curve, BlendsJitterOfTwoSizes) {
  CurvePoint small = point(1, 100), large = point(1, 50);
  small.jitter = {0.5, 1, 1.5};
  large.jitter = {0.9, 1, 1.1};
  small.common = 0.1;
  const OperationCurve c = find({curve(1000, 0.5, {small}), curve(2000, 0.5, {large})}, 1500);
  EXPECT_NEAR(c.jitter(1, 0), 0.7, 1e-12);
  EXPECT_NEAR(c.common(1), 0.05, 1e-12);
}

TEST(OperationCurve, SaysWhatIsMissingAndWhatIsThere) {
  TierSpec tier;
  tier.name = "vda";
  tier.curves.resize(3);  // whole files, buffered
  tier.curves[1].cached = true;
  EXPECT_EQ(
      missing_curve("lab", tier, ReadKind::kStream, ReadMode::kBuffered),
      "storage 'lab', tier 'vda': expected a curve of buffered reads of shards from front to back, found "
      "buffered reads of whole files; probe again with --workload and the job itself");
}

// A storage that hosts read: each operation takes `latency` at least; all get `middle` per second, each host `way`.
struct HostLaw {
  double latency, middle, way;
  double of(double hosts, double n) const {
    return std::min({n / latency, middle, std::min(hosts, n) * way});
  }
};

std::vector<ReadCurve> measured(const HostLaw& law, std::uint32_t hosts) {
  std::vector<CurvePoint> all, own;
  for (double n = 1; n <= 512; n *= 2) {
    all.push_back(point(n, law.of(hosts, n)));
    own.push_back(point(n, law.of(1, n)));
  }
  std::vector<ReadCurve> curves{curve(1000, 0.5, all), curve(1000, 0.5, own)};
  curves[0].hosts = hosts;
  curves[1].scope = StationScope::kHost;
  return curves;
}

OperationCurve from_hosts(const std::vector<ReadCurve>& curves, double hosts) {
  return *OperationCurve::find(curves, ReadKind::kFile, ReadMode::kBuffered, false, 1000, hosts);
}

// Exact at points that were measured, whose doublings are those of 1, 2 and 4 hosts; within what a straight line between
// doublings misses of a law's bend for 3.
TEST(Curve, HostsGetTheLowerOfTheirOwnWaysAndOfWhatStorageGives) {
  for (const HostLaw& law : {HostLaw{1e-3, 1e9, 4000}, HostLaw{1e-3, 9000, 1e9}, HostLaw{1e-3, 9000, 4000}}) {
    const std::vector<ReadCurve> curves = measured(law, 4);
    for (const double hosts : {1.0, 2.0, 3.0, 4.0})
      for (double n = hosts; n <= 512; n *= 2)
        EXPECT_NEAR(from_hosts(curves, hosts).rate(n).value / law.of(hosts, n), 1, hosts == 3 ? 0.06 : 1e-9)
            << hosts << " hosts, " << n << " in flight, " << law.middle << ' ' << law.way;
  }
}

TEST(Curve, TellsTheHostsOwnWaysFromStorage) {
  const auto own = measured({1e-3, 1e9, 4000}, 4), middle = measured({1e-3, 9000, 1e9}, 4),
             both = measured({1e-3, 9000, 4000}, 4);
  EXPECT_TRUE(from_hosts(own, 1).bound_by_host(64));
  EXPECT_TRUE(from_hosts(own, 4).bound_by_host(64));
  EXPECT_EQ(from_hosts(own, 4).hosts_all_bound(), 4);  // more of them may get more
  EXPECT_FALSE(from_hosts(middle, 1).bound_by_host(64));
  EXPECT_FALSE(from_hosts(middle, 4).bound_by_host(64));
  EXPECT_EQ(from_hosts(middle, 4).hosts_all_bound(), 0);
  auto wild = middle;  // one level whose windows lay far apart
  wild[0].points[4].rate = PerSecond{11'000}, wild[0].points[4].spread = 0.4;
  EXPECT_FALSE(from_hosts(wild, 1).bound_by_host(64));
  EXPECT_TRUE(from_hosts(both, 1).bound_by_host(64));
  EXPECT_TRUE(from_hosts(both, 2).bound_by_host(64));
  EXPECT_FALSE(from_hosts(both, 4).bound_by_host(64));
  EXPECT_EQ(from_hosts(both, 4).hosts_all_bound(), 0);
}

TEST(Curve, LowerOfTwoIsExactWhereTheyCross) {
  // Of all: 1 ms from 1 in flight, then 1000 /s. Of one host of two: 0.5 ms at 1, 800 /s from 8 on.
  std::vector<ReadCurve> curves{curve(1000, 0.5, {point(1, 1000), point(64, 1000)}),
                                curve(1000, 0.5, {point(1, 2000), point(8, 800)})};
  curves[1].scope = StationScope::kHost;
  const OperationCurve one = from_hosts(curves, 1);
  // R of all is n ms; of the host 0.5 + 9.5 (n - 1) / 7 ms: equal at n = 2.4, where both are 2.4 ms.
  EXPECT_NEAR(one.latency(2.4).value, 2.4e-3, 1e-12);
  EXPECT_NEAR(one.latency(2).value, 2e-3, 1e-12);
  EXPECT_NEAR(one.latency(4).value, (0.5 + 9.5 * 3 / 7) * 1e-3, 1e-12);
  EXPECT_EQ(one.rate(500).value, 800);
  // Two hosts: 1600 /s are more than all get.
  EXPECT_EQ(from_hosts(curves, 2).rate(500).value, 1000);
  // Of the hosts' own ways alone, as where stations say what storage gives.
  const std::vector<ReadCurve> own{curves[1]};
  EXPECT_EQ(from_hosts(own, 3).rate(500).value, 2400);
  EXPECT_EQ(from_hosts(own, 3).rate(1).value, 2000);
  EXPECT_TRUE(from_hosts(own, 3).bound_by_host(10));
}

}  // namespace
}  // namespace aforo
