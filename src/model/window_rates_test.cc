#include "model/window_rates.h"

#include <gtest/gtest.h>

namespace aforo {
namespace {

// Rates of levels whose windows weigh alike.
std::vector<double> joined(const std::vector<std::vector<double>>& levels) {
  std::vector<std::vector<WindowRate>> rates;
  for (const auto& level : levels) {
    rates.emplace_back();
    for (const double rate : level) rates.back().push_back({rate, 7});
  }
  return joined_rates(rates);
}

// Spreads of +- 5 %: 100 and 102 are one, 200 is another; the least and the greatest of six do not count.
TEST(ProbeRates, JoinsLevelsThatTheirWindowsCannotTellApart) {
  const auto rates = joined({{95, 100, 105}, {97, 102, 107}, {190, 200, 210}});
  ASSERT_EQ(rates.size(), 3u);
  EXPECT_DOUBLE_EQ(rates[0], rates[1]);
  EXPECT_NEAR(rates[0], (97 + 100 + 102 + 105) / 4.0, 0.1);  // weights: variances 0.0025 and 0.0024
  EXPECT_DOUBLE_EQ(rates[2], 200);
  const auto twice = joined({{50, 200}, {100, 400}});  // is never noise
  EXPECT_DOUBLE_EQ(twice[0], 125);
  EXPECT_DOUBLE_EQ(twice[1], 250);
  EXPECT_EQ(joined({{100}, {101}}), (std::vector<double>{100, 101}));  // nothing says how they spread
}

// Tight levels (+- 1 %: a standard error of 0.6 % each) that lie 20 % apart are two, whatever a wild one
// between or beside them does. The wild one (ln: 4.09, 4.62, 5.01) is one with what it cannot be told from,
// and its windows weigh next to nothing there. By one deviation over all levels (0.27) all three would be
// one.
TEST(ProbeRates, OneWildLevelDoesNotJoinTightOnes) {
  const std::vector<double> low{99, 100, 101}, high{119, 120, 121}, wild{60, 101, 150};
  const auto beside = joined({low, high, wild});
  EXPECT_NEAR(beside[0], 100, 0.1);
  EXPECT_GT(beside[1], 119);
  const auto between = joined({low, wild, high});
  EXPECT_NEAR(between[0], 100, 0.5);
  EXPECT_NEAR(between[2], 120, 0.5);
}

// All as wild as each other: 10 % apart with standard errors of 12 % are one.
TEST(ProbeRates, LevelsThatOnlyNoiseTellsApartJoin) {
  const auto rates = joined({{80, 100, 120}, {90, 110, 130}, {82, 102, 122}});
  EXPECT_EQ(rates[0], rates[1]);
  EXPECT_EQ(rates[1], rates[2]);
}

// Two whole windows and one cut off after a fifth of their time: (100 x 40 + 102 x 40 + 30 x 8) / 88.
TEST(ProbeRates, AWindowThatWasCutOffWeighsByWhatItSaw) {
  const auto rates = joined_rates({{{100, 40}, {102, 40}, {30, 8}}, {{400, 40}, {404, 40}}});
  EXPECT_NEAR(rates[0], (100 * 40 + 102 * 40 + 30 * 8) / 88.0, 1e-9);
  EXPECT_NEAR(rates[1], 402, 1e-9);
}

std::vector<double> joined_in_flight(const std::vector<std::vector<double>>& levels,
                                     const std::vector<double>& in_flight, const std::vector<double>& noise) {
  std::vector<std::vector<WindowRate>> rates;
  for (const auto& level : levels) {
    rates.emplace_back();
    for (const double rate : level) rates.back().push_back({rate, 7, noise[rates.size() - 1]});
  }
  return joined_rates(rates, in_flight);
}

// 12 +- 1 at one, 20 +- 0.2 at two, 40 +- 0.4 at four, where each operation takes 0.1 s: one level of few operations says
// little, and the others say 10 for each; its own windows weigh by their own noise. 48 at eight is no 80, and stays.
TEST(ProbeRates, LevelsAtWhichEachIsServedAsFastAreOne) {
  const std::vector<std::vector<double>> levels{
      {11, 12, 13}, {19.8, 20, 20.2}, {39.6, 40, 40.4}, {47.8, 48, 48.2}};
  const auto rates = joined_in_flight(levels, {1, 2, 4, 8}, {0.05, 0.0001, 0.0001, 0.0001});
  EXPECT_NEAR(rates[0], 10, 0.1);
  EXPECT_NEAR(rates[1], 2 * rates[0], 1e-9);
  EXPECT_NEAR(rates[2], 4 * rates[0], 1e-9);
  EXPECT_NEAR(rates[3], 48, 1e-9);
  // Where three windows lie as close as they do and their operations say no more, 12 is another rate.
  EXPECT_NEAR(joined_in_flight(levels, {1, 2, 4, 8}, {0, 0, 0, 0})[0], 12, 1e-9);
  EXPECT_NEAR(joined_in_flight(levels, {}, {0.05, 0, 0, 0})[0], 12, 1e-9);  // who knows how many there were?
}

// 100 at one, 150 at two, 155 at four: the latter are one rate, and say nothing of what each takes at one.
TEST(ProbeRates, AFullStorageSaysNothingOfAnEmptyOne) {
  const auto rates =
      joined_in_flight({{80, 100, 120}, {140, 150, 160}, {145, 155, 165}}, {1, 2, 4}, {0.04, 0, 0});
  EXPECT_NEAR(rates[0], 100, 1e-9);
  EXPECT_DOUBLE_EQ(rates[1], rates[2]);
}

// A dip that is made good is drift: 14 and 12 are 13 each; so is one within a fall (20 is never reached
// again). With 13.5 before it, 13.5 lies above that mean and is reached again too: 39.5 / 3 each.
TEST(ProbeRates, ADipIsDriftButAFallThatStaysIsNot) {
  EXPECT_EQ(without_dips({6, 8, 14, 12, 14, 7}), (std::vector<double>{6, 8, 13, 13, 14, 7}));
  EXPECT_EQ(without_dips({20, 14, 12, 14, 9}), (std::vector<double>{20, 13, 13, 14, 9}));
  EXPECT_EQ(without_dips({13.5, 14, 12, 14}), (std::vector<double>{39.5 / 3, 39.5 / 3, 39.5 / 3, 14}));
  EXPECT_EQ(without_dips({100, 90, 99}), (std::vector<double>{95, 95, 99}));  // made good to 2 %
  EXPECT_EQ(without_dips({1, 2, 4}), (std::vector<double>{1, 2, 4}));
  EXPECT_EQ(without_dips({10, 5, 4}), (std::vector<double>{10, 5, 4}));
  EXPECT_EQ(without_dips({100, 98, 95, 92}), (std::vector<double>{100, 98, 95, 92}));  // however small
  EXPECT_TRUE(without_dips({}).empty());
}

// 436 to 471, and 287 of two windows of which one was disturbed: a hole, whose neighbours count.
TEST(ProbeRates, ADeepDipThatIsMadeGoodIsAHole) {
  EXPECT_EQ(without_dips({436, 471, 471, 287, 470, 470}),
            (std::vector<double>{436, 470.5, 470.5, 470.5, 470.5, 470}));
  EXPECT_EQ(without_dips({14, 10, 14}), (std::vector<double>{14, 14, 14}));
  EXPECT_EQ(without_dips({14, 10, 9}), (std::vector<double>{14, 10, 9}));
}

}  // namespace
}  // namespace aforo
