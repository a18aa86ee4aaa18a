#include "measure/histogram.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace aforo {
namespace {

TEST(Histogram, EmptyIsZeroEverywhere) {
  const Histogram h;
  EXPECT_EQ(h.count(), 0u);
  EXPECT_EQ(h.mean().value, 0);
  EXPECT_EQ(h.minimum().value, 0);
  EXPECT_EQ(h.maximum().value, 0);
  EXPECT_EQ(h.quantile(0.5).value, 0);
}

TEST(Histogram, OneValueIsEveryQuantile) {
  Histogram h;
  h.add(144_ms);
  for (double q : {0.0, 0.01, 0.5, 0.999, 1.0}) EXPECT_DOUBLE_EQ(h.quantile(q).value, 0.144) << q;
}

// 1, 2, ..., 100 ms: the nearest-rank quantile q is 100 q ms.
TEST(Histogram, QuantilesOfOneToAHundredMilliseconds) {
  Histogram h;
  for (int i = 1; i <= 100; ++i) h.add(Seconds{i * 1e-3});
  EXPECT_EQ(h.count(), 100u);
  EXPECT_NEAR(h.mean().value, 50.5e-3, 1e-12);
  EXPECT_NEAR(h.sum().value, 5.05, 1e-12);
  for (double q : {0.01, 0.05, 0.25, 0.5, 0.95, 0.99}) {
    EXPECT_NEAR(h.quantile(q).value, q * 0.1, q * 0.1 * Histogram::kRelativeError) << q;
  }
  EXPECT_DOUBLE_EQ(h.quantile(0).value, 1e-3);
  EXPECT_DOUBLE_EQ(h.quantile(1).value, 0.1);
}

// The promise of the header, over every octave and at the edges of buckets, where the error is largest.
TEST(Histogram, ErrorStaysWithinItsBoundFromNanosecondsToHours) {
  for (double ns = 128; ns < 8.7e12; ns = std::floor(ns * 1.0037) + 1) {
    Histogram h;
    h.add(Seconds{1e-9}, 1);  // two bystanders, so that the clamp to minimum and maximum cannot help
    h.add(Seconds{ns * 1e-9}, 3);
    h.add(Seconds{8.79e3}, 1);
    const double reported = h.quantile(0.5).value * 1e9;
    ASSERT_LE(std::abs(reported - ns), ns * Histogram::kRelativeError * (1 + 1e-9)) << ns << " ns";
  }
}

TEST(Histogram, SmallValuesAreExactToANanosecond) {
  for (int ns = 1; ns < 127; ++ns) {
    Histogram h;
    h.add(Seconds{0});
    h.add(Seconds{ns * 1e-9}, 3);
    h.add(1_s);
    EXPECT_NEAR(h.quantile(0.5).value * 1e9, ns, 1.0);
  }
}

TEST(Histogram, AddManyEqualsAddingOneByOne) {
  Histogram many, single;
  many.add(7_ms, 1000);
  for (int i = 0; i < 1000; ++i) single.add(7_ms);
  EXPECT_EQ(many.count(), single.count());
  EXPECT_NEAR(many.sum().value, single.sum().value, 1e-9);
  EXPECT_EQ(many.quantile(0.5).value, single.quantile(0.5).value);
}

TEST(Histogram, MergedPartsEqualTheWhole) {
  Histogram whole, left, right;
  for (int i = 1; i <= 1000; ++i) {
    const Seconds value{i * i * 1e-7};
    whole.add(value);
    (i % 3 ? left : right).add(value);
  }
  left.merge(right);
  left.merge(Histogram{});  // nothing added, nothing changed: in particular not the minimum
  EXPECT_EQ(left.count(), whole.count());
  EXPECT_NEAR(left.sum().value, whole.sum().value, 1e-9);
  for (double q : {0.0, 0.1, 0.5, 0.9, 0.999, 1.0})
    EXPECT_EQ(left.quantile(q).value, whole.quantile(q).value);
  Histogram fresh;
  fresh.merge(whole);
  EXPECT_EQ(fresh.minimum().value, whole.minimum().value);
}

TEST(Histogram, ClearForgets) {
  Histogram h;
  h.add(1_s);
  h.clear();
  EXPECT_EQ(h.count(), 0u);
  h.add(2_ms);
  EXPECT_DOUBLE_EQ(h.quantile(1).value, 2e-3);
}

TEST(Histogram, OddValuesDoNoHarm) {
  Histogram h;
  h.add(Seconds{std::nan("")});
  h.add(Seconds{std::numeric_limits<double>::infinity()});
  EXPECT_EQ(h.count(), 0u);  // not a duration: not counted
  h.add(Seconds{-1});        // clocks that step back count as no time
  EXPECT_EQ(h.count(), 1u);
  EXPECT_EQ(h.maximum().value, 0);
  h.add(Seconds{1e9});  // 31 years: the last bucket, and the exact maximum
  EXPECT_EQ(h.maximum().value, 1e9);
  EXPECT_EQ(h.quantile(1).value, 1e9);
}

TEST(Histogram, AFullBucketStaysFull) {
  Histogram h;
  h.add(1_ms, std::numeric_limits<std::uint32_t>::max());
  h.add(1_ms, 10);
  h.add(1_s, 5);
  EXPECT_EQ(h.count(), 4294967295ull + 15ull);
  EXPECT_NEAR(h.quantile(0.5).value, 1e-3, 1e-3 * Histogram::kRelativeError);
}

// Around 1 s all in 128 parts of 2^22 ns (2^29 / 128): 239 x 2^22 ns = 1.00244 s is the first edge beyond 1 s.
TEST(Histogram, BucketsAreAsFineAsThereIsRoom) {
  Histogram h;
  EXPECT_TRUE(h.buckets(64).empty());
  h.add(1_s, 3);
  h.add(1.01_s);
  const auto fine = h.buckets(64);
  ASSERT_EQ(fine.size(), 3u);
  EXPECT_DOUBLE_EQ(fine[0].upper.value, 239.0 * (1 << 22) * 1e-9);
  EXPECT_DOUBLE_EQ(fine[0].lower.value, 238.0 * (1 << 22) * 1e-9);
  EXPECT_EQ(fine[0].count, 3u);
  EXPECT_EQ(fine[1].count, 0u);
  EXPECT_EQ(fine[2].count, 1u);
  h.add(1_us);
  const auto coarse = h.buckets(64);
  EXPECT_LE(coarse.size(), 64u);
  EXPECT_GT(coarse.size(), 32u);
}

// From nothing to beyond the range, 38 are enough and the last reaches to the largest value.
TEST(Histogram, BucketsHoldAllThereIs) {
  Histogram h;
  h.add(0_s);
  h.add(Seconds{1e9});
  const auto buckets = h.buckets(38);
  EXPECT_LE(buckets.size(), 38u);
  EXPECT_EQ(buckets.front().lower.value, 0);
  EXPECT_EQ(buckets.front().count, 1u);
  EXPECT_EQ(buckets.back().upper.value, 1e9);
  EXPECT_EQ(buckets.back().count, 1u);
}

TEST(Histogram, FixedMemory) { EXPECT_LT(sizeof(Histogram), 20u * 1024); }

}  // namespace
}  // namespace aforo
