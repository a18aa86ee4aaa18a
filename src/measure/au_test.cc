#include "measure/au.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aforo {
namespace {

using Epochs = std::vector<std::vector<RankEpoch>>;

// One rank, four steps of batch 10, in seconds:
//   step   load wait s   compute c   barrier
//   0      2.0           1.0         0.1
//   1      0.5           1.0         0.1
//   2      0.0           1.0         0.1
//   3      0.5           1.0         0.1
// sum s = 3, sum c = 4, sum barrier = 0.4, and 0.6 s between the steps: T1 - T0 = 8.
RankEpoch four_steps() {
  return {.start = Seconds{100},
          .end = Seconds{108},
          .steps = 4,
          .compute = Seconds{4},
          .load_wait = Seconds{3},
          .barrier_wait = Seconds{0.4},
          .first_load_wait = Seconds{2},
          .first_compute = Seconds{1},
          .samples = 40};
}

TEST(Utilisation, WallExcludesNothing) {
  const AuResult r = utilisation(Statistic::kWall, Epochs{{four_steps()}}, 10);
  EXPECT_DOUBLE_EQ(r.au.value(), 4.0 / 8.0);
  EXPECT_DOUBLE_EQ(r.samples_per_second.value(), 40.0 / 8.0);
}

// The benchmark: D = 8 - (2 + 1) = 5, sum c[1:] = 3, AU = 3/5.
TEST(Utilisation, TheBenchmarksAuIsTheSameInAllRounds) {
  for (Statistic s : {Statistic::kMlpsV1, Statistic::kMlpsV2, Statistic::kMlpsV3}) {
    EXPECT_DOUBLE_EQ(utilisation(s, Epochs{{four_steps()}}, 10).au.value(), 0.6) << to_string(s);
  }
}

// v1.0: 4 steps * 10 / 8 s; v2.0: (4 - 2) * 10 / 5 s; v3.0: (4 - 1) * 10 / 5 s.
TEST(Utilisation, TheBenchmarksThroughputIsNot) {
  const Epochs one{{four_steps()}};
  EXPECT_DOUBLE_EQ(utilisation(Statistic::kMlpsV1, one, 10).samples_per_second.value(), 5.0);
  EXPECT_DOUBLE_EQ(utilisation(Statistic::kMlpsV2, one, 10).samples_per_second.value(), 4.0);
  EXPECT_DOUBLE_EQ(utilisation(Statistic::kMlpsV3, one, 10).samples_per_second.value(), 6.0);
}

// Two ranks of 8 s and 16 s in epoch 1, the first alone in epoch 2; 4 s of compute and 40 samples each time.
//   AU = 12 / (8 + 16 + 8) = 0.375, not mean(mean(0.5, 0.25), 0.5) = 0.4375;
//   throughput = 120 / ((8 + 16) / 2 + 8) = 6.
TEST(Utilisation, WallIsOneRatioOfSums) {
  RankEpoch slow = four_steps();
  slow.end = Seconds{116};
  const Epochs epochs{{four_steps(), slow}, {four_steps()}};
  const AuResult r = utilisation(Statistic::kWall, epochs, 10);
  EXPECT_DOUBLE_EQ(r.per_epoch.at(0).value(), 8.0 / 24);
  EXPECT_DOUBLE_EQ(r.per_epoch.at(1).value(), 0.5);
  EXPECT_DOUBLE_EQ(r.au.value(), 0.375);
  EXPECT_DOUBLE_EQ(r.samples_per_second.value(), 6.0);
}

// 4 s of compute in 400 s and in 4 s: 8 / 404, where the mean of 0.01 and 1 would be 0.505.
TEST(Utilisation, AColdEpochCountsByTheTimeThatItTakes) {
  RankEpoch cold = four_steps(), warm = four_steps();
  cold.end = cold.start + Seconds{400};
  warm.end = warm.start + Seconds{4};
  const AuResult r = utilisation(Statistic::kWall, Epochs{{cold}, {warm}}, 10);
  EXPECT_DOUBLE_EQ(r.au.value(), 8.0 / 404);
  EXPECT_DOUBLE_EQ(r.samples_per_second.value(), 80.0 / 404);
}

// The benchmark's means stay what they are: D = 5 and 13 of epoch 1, 5 of epoch 2.
//   AU = mean(mean(3/5, 3/13), 3/5), throughput = mean(30/5 + 30/13, 30/5).
TEST(Utilisation, TheBenchmarksAreMeansOfEpochs) {
  RankEpoch slow = four_steps();
  slow.end = Seconds{116};
  const AuResult r = utilisation(Statistic::kMlpsV3, Epochs{{four_steps(), slow}, {four_steps()}}, 10);
  EXPECT_DOUBLE_EQ(r.au.value(), ((0.6 + 3.0 / 13) / 2 + 0.6) / 2);
  EXPECT_DOUBLE_EQ(r.samples_per_second.value(), (6 + 30.0 / 13 + 6) / 2);
}

TEST(Utilisation, WallCountsTheSamplesReallyDelivered) {
  RankEpoch r = four_steps();
  r.samples = 36;  // four samples were unreadable and skipped
  EXPECT_DOUBLE_EQ(utilisation(Statistic::kWall, Epochs{{r}}, 10).samples_per_second.value(), 4.5);
  EXPECT_DOUBLE_EQ(utilisation(Statistic::kMlpsV1, Epochs{{r}}, 10).samples_per_second.value(), 5.0);
}

TEST(Utilisation, OneStepIsTooFewForTheBenchmark) {
  RankEpoch r = four_steps();
  r.steps = 1;
  for (Statistic s : {Statistic::kMlpsV1, Statistic::kMlpsV2, Statistic::kMlpsV3}) {
    const AuResult result = utilisation(s, Epochs{{r}}, 10);
    EXPECT_FALSE(result.au) << to_string(s);
    EXPECT_FALSE(result.samples_per_second) << to_string(s);
    EXPECT_THAT(result.per_epoch, testing::ElementsAre(testing::Eq(std::nullopt)));
  }
  EXPECT_TRUE(utilisation(Statistic::kWall, Epochs{{r}}, 10).au);
}

TEST(Utilisation, TwoStepsAreTooFewForRoundTwosThroughput) {
  RankEpoch r = four_steps();
  r.steps = 2;
  const AuResult v2 = utilisation(Statistic::kMlpsV2, Epochs{{r}}, 10);
  EXPECT_TRUE(v2.au);
  EXPECT_FALSE(v2.samples_per_second);
  EXPECT_DOUBLE_EQ(utilisation(Statistic::kMlpsV3, Epochs{{r}}, 10).samples_per_second.value(), 10.0 / 5.0);
}

TEST(Utilisation, NoTimeNoValue) {
  RankEpoch r = four_steps();
  r.end = r.start;
  EXPECT_FALSE(utilisation(Statistic::kWall, Epochs{{r}}, 10).au);
  r.end = r.start - Seconds{1};
  EXPECT_FALSE(utilisation(Statistic::kWall, Epochs{{r}}, 10).au);
  r.end = r.start + Seconds{2.5};  // shorter than the first step's own 3 s: D < 0
  EXPECT_FALSE(utilisation(Statistic::kMlpsV3, Epochs{{r}}, 10).au);
  EXPECT_FALSE(utilisation(Statistic::kMlpsV3, Epochs{{r}}, 10).samples_per_second);
}

TEST(Utilisation, ARankWithoutAValueLeavesItsEpochWithoutOne) {
  RankEpoch hardly = four_steps();
  hardly.steps = 1;
  const AuResult r = utilisation(Statistic::kMlpsV3, Epochs{{four_steps()}, {four_steps(), hardly}}, 10);
  EXPECT_TRUE(r.per_epoch.at(0));
  EXPECT_FALSE(r.per_epoch.at(1));
  EXPECT_DOUBLE_EQ(r.au.value(), 0.6);  // epoch 1 alone
}

TEST(Utilisation, NothingMeasuredIsAbsent) {
  EXPECT_FALSE(utilisation(Statistic::kWall, Epochs{}, 10).au);
  EXPECT_FALSE(utilisation(Statistic::kWall, Epochs{{}}, 10).au);
}

TEST(Utilisation, StatisticsHaveTheirNames) {
  EXPECT_EQ(to_string(Statistic::kWall), "wall");
  EXPECT_EQ(to_string(Statistic::kMlpsV1), "mlps-v1.0");
  EXPECT_EQ(to_string(Statistic::kMlpsV2), "mlps-v2.0");
  EXPECT_EQ(to_string(Statistic::kMlpsV3), "mlps-v3.0");
}

}  // namespace
}  // namespace aforo
