#include "measure/interval.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/random.h"

namespace aforo {
namespace {

using Values = std::vector<double>;

// 2 4 4 4 5 5 7 9: mean 5, sum of squares about it 9+1+1+1+0+0+4+16 = 32, s = sqrt(32/7).
const Values kEight = {9, 2, 5, 4, 4, 7, 5, 4};

TEST(Interval, MeanMedianAndStandardDeviation) {
  EXPECT_DOUBLE_EQ(mean(kEight).value(), 5);
  EXPECT_DOUBLE_EQ(median(kEight).value(), 4.5);
  EXPECT_DOUBLE_EQ(median(Values{3, 1, 2}).value(), 2);
  EXPECT_DOUBLE_EQ(sample_stddev(kEight).value(), std::sqrt(32.0 / 7));
}

// s survives a large offset: the naive formula would give 0 here.
TEST(Interval, StandardDeviationOfSmallDifferencesOfLargeNumbers) {
  EXPECT_NEAR(sample_stddev(Values{1e9 + 1, 1e9 + 2, 1e9 + 3}).value(), 1.0, 1e-6);
}

// Type 7 on 10, 20, 30, 40: q = 0.25 lies at place 0.75, 10 + 0.75 * 10 = 17.5.
TEST(Interval, QuantilesInterpolate) {
  const Values v = {40, 10, 30, 20};
  EXPECT_DOUBLE_EQ(quantile(v, 0.25).value(), 17.5);
  EXPECT_DOUBLE_EQ(quantile(v, 0).value(), 10);
  EXPECT_DOUBLE_EQ(quantile(v, 1).value(), 40);
  EXPECT_DOUBLE_EQ(quantile(v, 7).value(), 40);
}

// Five repetitions 10 11 12 13 14: s = sqrt(2.5), t(0.975, 4) = 2.7764, half = 2.7764 *
// sqrt(2.5 / 5) = 1.9632.
TEST(Interval, FiveRepetitions) {
  const Interval i = confidence_interval(Values{10, 11, 12, 13, 14}).value();
  EXPECT_DOUBLE_EQ(i.mean, 12);
  EXPECT_NEAR(i.half_width, 1.9632, 1e-3);
  EXPECT_NEAR(i.low(), 10.0368, 1e-3);
  EXPECT_NEAR(i.high(), 13.9632, 1e-3);
  EXPECT_NEAR(i.relative(), 0.1636, 1e-3);
  EXPECT_NEAR(relative_spread(Values{10, 11, 12, 13, 14}).value(), 4.0 / 12, 1e-12);
}

TEST(Interval, TooLittleIsAbsent) {
  EXPECT_FALSE(mean(Values{}));
  EXPECT_FALSE(median(Values{}));
  EXPECT_FALSE(quantile(Values{}, 0.5));
  EXPECT_FALSE(sample_stddev(Values{1}));
  EXPECT_FALSE(confidence_interval(Values{1}));
  EXPECT_FALSE(batch_means_interval(Values{1}));
  EXPECT_FALSE(relative_spread(Values{1}));
  EXPECT_FALSE(relative_spread(Values{-1, 0, 1}));  // no scale to be relative to
}

TEST(Interval, StudentMatchesTheTables) {
  EXPECT_NEAR(student_t_975(1), 12.7062, 1e-3);
  EXPECT_NEAR(student_t_975(14), 2.1448, 1e-3);
  EXPECT_NEAR(student_t_975(15), 2.1314, 1e-3);
  EXPECT_NEAR(student_t_975(19), 2.0930, 1e-3);
  EXPECT_NEAR(student_t_975(30), 2.0423, 1e-3);
  EXPECT_NEAR(student_t_975(120), 1.9799, 1e-3);
  EXPECT_NEAR(student_t_975(1000000), 1.9600, 1e-3);
}

// 9 values in 2 batches of 4: the first is left out. Batch means 2 and 6: mean 4, s = sqrt(8),
// half = 12.7062 * sqrt(8) / sqrt(2) = 25.4124.
TEST(Interval, BatchMeansByHand) {
  const Interval i = batch_means_interval(Values{99, 1, 3, 1, 3, 5, 7, 5, 7}, 2).value();
  EXPECT_DOUBLE_EQ(i.mean, 4);
  EXPECT_NEAR(i.half_width, 25.4124, 1e-3);
}

TEST(Interval, BatchMeansOfThreeValuesAreThePlainInterval) {
  const Values three = {1, 2, 4};
  EXPECT_DOUBLE_EQ(batch_means_interval(three).value().half_width,
                   confidence_interval(three).value().half_width);
}

// An AR(1) series, x' = 0.9 x + e, has a mean of 0 and 19 times the variance of the mean that
// independence claims. Over 200 such series the batch means interval must hold 0 nearly as often as
// it says; the naive one does not.
TEST(Interval, BatchMeansCoverACorrelatedSeriesWhereTheNaiveIntervalDoesNot) {
  Random random(7);
  int batch_hits = 0, naive_hits = 0;
  for (int series = 0; series < 200; ++series) {
    Values v(2000);
    double x = 0;
    for (double& value : v) value = x = 0.9 * x + random.normal();
    const Interval batch = batch_means_interval(v).value();
    const Interval naive = confidence_interval(v).value();
    batch_hits += batch.low() <= 0 && 0 <= batch.high();
    naive_hits += naive.low() <= 0 && 0 <= naive.high();
  }
  EXPECT_GE(batch_hits, 200 * 0.87);
  EXPECT_LE(naive_hits, 200 * 0.60);
}

}  // namespace
}  // namespace aforo
