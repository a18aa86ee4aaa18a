// Which windows a probe makes.
#include "probe/probe_plan.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace aforo {
namespace {

WindowDigest window(unsigned readers, double rate) {
  WindowDigest w;
  w.readers = readers, w.rate = PerSecond{rate};
  return w;
}

// Up to 32 (6 levels) always; then two doublings from 100 must bring 103 at least.
TEST(ProbePlan, GoesOnWhileTwoDoublingsBringThreePercent) {
  EXPECT_TRUE(still_grows(std::vector<double>{100, 50, 40, 30, 20}));
  EXPECT_TRUE(still_grows(std::vector<double>{10, 20, 50, 100, 101, 104}));
  EXPECT_TRUE(still_grows(std::vector<double>{10, 20, 50, 100, 104, 101}));
  EXPECT_FALSE(still_grows(std::vector<double>{10, 20, 50, 100, 101, 102}));
  EXPECT_FALSE(still_grows(std::vector<double>{10, 20, 50, 50, 100, 101, 102}));
}

// 40 operations of 10 ms are 0.4 s: longer than 0.2 s, shorter than 0.5 s, beyond three times 0.1 s.
TEST(ProbePlan, WindowsAreLongAgainstTheLatency) {
  EXPECT_DOUBLE_EQ(window_length(Seconds{0.2}, Seconds{0.01}).value, 0.4);
  EXPECT_DOUBLE_EQ(window_length(Seconds{0.5}, Seconds{0.01}).value, 0.5);
  EXPECT_DOUBLE_EQ(window_length(Seconds{0.1}, Seconds{0.01}).value, 0.1 * 3);
}

TEST(ProbePlan, ShuffledLevelsAreAllThere) {
  Random random(1);
  auto levels = shuffled({1, 2, 4, 8, 16}, random);
  EXPECT_NE(levels, (std::vector<unsigned>{1, 2, 4, 8, 16}));
  std::sort(levels.begin(), levels.end());
  EXPECT_EQ(levels, (std::vector<unsigned>{1, 2, 4, 8, 16}));
}

// Spreads: level 1: 1 %; level 2: (110 - 100) / 105 = 9.5 % of two, level 4: 12 / 106 = 11.3 % of four, which
// counts as 5.7 % x sqrt(...): 9.5 / 1.41 = 6.7 against 11.3 / 2 = 5.7.
TEST(ProbePlan, MeasuresAgainWhereItTellsMost) {
  const std::vector<unsigned> levels{1, 2, 4};
  std::vector<WindowDigest> windows{window(1, 100), window(1, 101), window(2, 100), window(2, 110),
                                    window(4, 100), window(4, 112), window(4, 106), window(4, 106)};
  EXPECT_EQ(most_uncertain(levels, windows), 2u);
  EXPECT_EQ(most_uncertain(std::vector<unsigned>{1}, windows), 0u);
}

// 60 s: a third lays 2 datasets (10 s each); of 40 s 12 % goes to 2 warm curves, the rest to 4 cold ones.
TEST(ProbePlan, SharesTheTimeOut) {
  const ProbeTimes times = share_out(Seconds{60}, 2, 4, 2);
  EXPECT_DOUBLE_EQ(times.laying.value, 10);
  EXPECT_DOUBLE_EQ(times.warm.value, 2.4);
  EXPECT_DOUBLE_EQ(times.cold.value, 8.8);
  EXPECT_DOUBLE_EQ(share_out(Seconds{60}, 0, 1, 0).cold.value, 60);
}

}  // namespace
}  // namespace aforo
