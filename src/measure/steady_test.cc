#include "measure/steady.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"

namespace aforo {
namespace {

TEST(Steady, AConstantRunHasNoWarmUp) {
  StepSeries series;
  for (int i = 0; i < 100; ++i) series.add(200_ms);
  const Steady s = series.steady().value();
  EXPECT_EQ(s.warm_up_steps, 0u);
  EXPECT_EQ(s.warm_up.value, 0);
  EXPECT_NEAR(s.step_mean.value, 0.2, 1e-12);
  EXPECT_TRUE(s.trustworthy);
  EXPECT_NEAR(s.interval.value().half_width, 0, 1e-12);
}

// 10 steps of 1 s, then 190 of 0.1 s: points of 5 steps, so the cut is exactly at step 10, after 10 s.
TEST(Steady, AClearWarmUpIsCutWhereItEnds) {
  StepSeries series;
  for (int i = 0; i < 10; ++i) series.add(1_s);
  for (int i = 0; i < 190; ++i) series.add(100_ms);
  const Steady s = series.steady().value();
  EXPECT_EQ(s.warm_up_steps, 10u);
  EXPECT_NEAR(s.warm_up.value, 10.0, 1e-9);
  EXPECT_NEAR(s.step_mean.value, 0.1, 1e-12);
  EXPECT_TRUE(s.trustworthy);
}

TEST(Steady, AShortRunIsCutStepByStep) {
  StepSeries series;
  series.add(1_s);
  for (int i = 0; i < 19; ++i) series.add(i % 2 ? 100_ms : 102_ms);
  EXPECT_EQ(series.steady().value().warm_up_steps, 1u);
}

// Noise with a decaying start: exp(-i/50) falls under the noise of 5 % after some 150 of 2000 steps.
TEST(Steady, AnExponentialWarmUpUnderNoise) {
  Random random(11);
  StepSeries series;
  for (int i = 0; i < 2000; ++i)
    series.add(Seconds{0.1 * (1 + std::exp(-i / 50.0) + 0.05 * random.normal())});
  const Steady s = series.steady().value();
  EXPECT_GE(s.warm_up_steps, 80u);
  EXPECT_LE(s.warm_up_steps, 400u);
  EXPECT_NEAR(s.step_mean.value, 0.1, 0.001);
  EXPECT_LT(s.interval.value().relative(), 0.02);
  EXPECT_TRUE(s.trustworthy);
}

// One host's steps take 2 ms, the other's 1 ms and from the 50th on 3 ms: together 50 of 2 ms, then 50 of 3
// ms.
TEST(Steady, OfTwoHostsTheSlowerSetsTheStep) {
  StepSeries even, rising;
  for (int i = 0; i < 100; ++i) {
    even.add(2_ms);
    rising.add(i < 50 ? 1_ms : 3_ms);
  }
  even.merge(rising);
  EXPECT_EQ(even.steps(), 100u);
  const Steady s = even.steady().value();
  EXPECT_EQ(s.warm_up_steps, 50u);
  EXPECT_NEAR(s.warm_up.value, 50 * 2e-3, 1e-12);
  EXPECT_NEAR(s.step_mean.value, 3e-3, 1e-12);
}

// 5,000 steps and 1,000: the longer series holds points of 16 steps, of which 62 are whole in the shorter
// one. In either order of merging.
TEST(Steady, OfSeriesOfTwoLengthsTheShorterIsKept) {
  StepSeries lengthy, brief;
  for (int i = 0; i < 5000; ++i) lengthy.add(1_ms);
  for (int i = 0; i < 1000; ++i) brief.add(2_ms);
  StepSeries other = brief;
  other.merge(lengthy);
  lengthy.merge(brief);
  for (const StepSeries* series : {&lengthy, &other}) {
    EXPECT_EQ(series->steps(), 62u * 16);
    EXPECT_NEAR(series->steady().value().step_mean.value, 2e-3, 1e-12);
  }
}

TEST(Steady, ARunThatNeverSettlesIsNotTrusted) {
  StepSeries series;
  for (int i = 0; i < 200; ++i) series.add(Seconds{2.0 - i * 0.009});
  EXPECT_FALSE(series.steady().value().trustworthy);
}

TEST(Steady, AHandfulOfStepsIsNotTrusted) {
  StepSeries series;
  for (int i = 0; i < 3; ++i) series.add(1_s);
  EXPECT_FALSE(series.steady());
  series.add(1_s);
  EXPECT_FALSE(series.steady().value().trustworthy);
}

// A million steps, warm-up over the first 100,000. Memory stays at 512 points; the resolution is then 2,048
// or 4,096 steps, and so is the error of the cut.
TEST(Steady, AMillionStepsFitInTheSameMemory) {
  StepSeries series;
  for (int i = 0; i < 1'000'000; ++i) series.add(i < 100'000 ? 3_ms : 1_ms);
  EXPECT_EQ(series.steps(), 1'000'000u);
  const Steady s = series.steady().value();
  EXPECT_NEAR(static_cast<double>(s.warm_up_steps), 100'000, 4'096);
  EXPECT_NEAR(s.warm_up.value, 300, 13);
  EXPECT_NEAR(s.step_mean.value, 1e-3, 1e-6);
  EXPECT_LE(sizeof(series) + StepSeries::kPoints * sizeof(double), 5u * 1024);
}

}  // namespace
}  // namespace aforo
