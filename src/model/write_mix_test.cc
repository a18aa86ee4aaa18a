#include "model/write_mix.h"

#include <gtest/gtest.h>

namespace aforo {
namespace {

// 100 operations per second for each reader up to `most` in all.
OperationCurve reads(double most) {
  ReadCurve curve;
  curve.kind = ReadKind::kFile;
  curve.size = 1e6;
  curve.points = {{1, {100}, 0, {}, 0}, {most / 100, {most}, 0, {}, 0}, {most / 10, {most}, 0, {}, 0}};
  return *OperationCurve::find(std::vector{curve}, ReadKind::kFile, ReadMode::kBuffered, false, 1e6);
}

// MiB per second.
OperationCurve writes(double one, double most) {
  WriteCurve curve;
  curve.points = {{1, {one * OperationCurve::kWriteUnit}, 0},
                  {most / one, {most * OperationCurve::kWriteUnit}, 0}};
  return OperationCurve::of_writes(curve);
}

TEST(WriteMix, CurvesOfWritesAreInTheirUnit) {
  const OperationCurve curve = writes(200, 1000);
  EXPECT_DOUBLE_EQ(curve.rate(1).value, 200);
  EXPECT_DOUBLE_EQ(curve.rate(5).value, 1000);
  EXPECT_DOUBLE_EQ(curve.rate(50).value, 1000);
  EXPECT_DOUBLE_EQ(curve.rate(2).value, 400) << "each takes as long as one alone";
  EXPECT_DOUBLE_EQ(curve.size(), OperationCurve::kWriteUnit);
  EXPECT_DOUBLE_EQ(curve.size_share(), 1);
}

// One host gets 500 MiB/s, four together 1,200.
TEST(WriteMix, HostsWriteAtTheLowerOfTheirOwnWaysAndOfWhatAllGet) {
  constexpr double kUnit = OperationCurve::kWriteUnit;
  WriteCurve all, own;
  all.points = {{1, {200 * kUnit}, 0}, {4, {800 * kUnit}, 0}, {8, {1200 * kUnit}, 0}};
  all.hosts = 4;
  own.points = {{1, {200 * kUnit}, 0}, {4, {500 * kUnit}, 0}, {8, {500 * kUnit}, 0}};
  own.scope = StationScope::kHost;
  const std::vector<WriteCurve> curves{all, own};
  CheckpointPlan plan;
  plan.direct = false, plan.sync = true;
  const auto rate = [&](double hosts, double writers) {
    return writes_for(curves, plan, hosts)->rate(writers).value;
  };
  EXPECT_NEAR(rate(1, 8), 500, 1e-9);
  EXPECT_NEAR(rate(2, 16), 1000, 1e-9);
  EXPECT_NEAR(rate(4, 32), 1200, 1e-9);
  EXPECT_NEAR(rate(4, 1), 200, 1e-9);
  EXPECT_TRUE(writes_for(curves, plan, 2)->bound_by_host(16));
  EXPECT_FALSE(writes_for(curves, plan, 4)->bound_by_host(32));
  plan.sync = false;
  EXPECT_FALSE(writes_for(curves, plan, 4));
}

TEST(WriteMix, StorageThatIsNotFullSlowsNobody) {
  const MixedRates mixed = mixed_rates({1, 1}, reads(10000), writes(200, 10000), 10, 5);
  EXPECT_NEAR(mixed.reads.value, 1000, 1e-9);
  EXPECT_NEAR(mixed.writes.value, 1000, 1e-9);
}

TEST(WriteMix, FullStorageIsShared) {
  const MixedRates mixed = mixed_rates({3, 1}, reads(2000), writes(200, 1000), 90, 10);
  EXPECT_NEAR(mixed.reads.value, 2000 * 90.0 / 120, 1e-9);
  EXPECT_NEAR(mixed.writes.value, 1000 * 30.0 / 120, 1e-9);
}

TEST(WriteMix, WhoIsAloneHasAll) {
  EXPECT_DOUBLE_EQ(mixed_rates({3, 0.5}, reads(2000), writes(200, 1000), 10, 0).reads.value, 1000);
  EXPECT_DOUBLE_EQ(mixed_rates({3, 0.5}, reads(2000), writes(200, 1000), 0, 2).writes.value, 400);
}

// What is measured of a storage of known weight and loss gives these back.
TEST(WriteMix, IsFoundFromWhatWasMeasured) {
  const OperationCurve r = reads(2000), w = writes(200, 1000);
  for (const double weight : {0.2, 1.0, 7.0})
    for (const double kept : {0.6, 1.0}) {
      const MixedRates mixed = mixed_rates({weight, kept}, r, w, 40, 8);
      const WriteMix mix{40, 8, mixed.reads / r.rate(40), mixed.writes / w.rate(8)};
      const WriteShare found = share_of(mix, r, w);
      EXPECT_NEAR(found.weight, weight, 1e-6 * weight);
      EXPECT_NEAR(found.kept, kept, 1e-6);
    }
}

TEST(WriteMix, NotMeasuredIsAsAReader) {
  const WriteShare found = share_of({}, reads(2000), writes(200, 1000));
  EXPECT_EQ(found.weight, 1);
  EXPECT_EQ(found.kept, 1);
}

// Nothing is left of reads, nearly: no weight explains that and full writes.
TEST(WriteMix, EndsWhereNoWeightExplains) {
  const WriteShare found = share_of({2, 1, 1e-4, 1}, reads(20000), writes(200, 10000));
  EXPECT_LE(found.weight, 1000.0001);
  EXPECT_GT(found.kept, 0);
}

// 8 MiB take 20 ms for the write and 5 ms a MiB: 60 ms. Of 1 MiB: 25 ms for each, 40 MiB/s instead of 133.
TEST(WriteMix, ShorterWritesTakeWhatEachTakes) {
  WriteCurve curve;
  curve.chunk = Bytes{8 << 20}, curve.per_write = Seconds{0.02};
  const double mib = 1 << 20, alone = 8 * mib / 0.06;
  curve.points = {{1, {alone}, 0}, {4, {4 * alone}, 0}, {8, {4 * alone}, 0}};
  const WriteCurve shorter = of_chunk(curve, Bytes{1 << 20}, 1);
  EXPECT_NEAR(shorter.points[0].rate.value, 40 * mib, 1);
  EXPECT_NEAR(shorter.points[1].rate.value, 160 * mib, 1);
  EXPECT_NEAR(shorter.points[2].rate.value, 320 * mib, 1) << "storage has room for it";
  curve.points[2].rate = {200 * mib};
  EXPECT_NEAR(of_chunk(curve, Bytes{1 << 20}, 1).points[2].rate.value, 200 * mib, 1)
      << "storage is the limit";
  EXPECT_NEAR(of_chunk(curve, Bytes{1 << 20}, 4).points[0].rate.value, mib / (0.0075 + 0.005 * 7 / 8), 1)
      << "four at once";
  EXPECT_EQ(of_chunk(curve, Bytes{32 << 20}, 1), curve);
  curve.per_write = Seconds{0};
  EXPECT_EQ(of_chunk(curve, Bytes{1 << 20}, 1), curve);
}

}  // namespace
}  // namespace aforo
