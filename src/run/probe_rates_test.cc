#include "run/probe_rates.h"

#include <gtest/gtest.h>

namespace aforo {
namespace {

// Spreads of +- 5 %: 100 and 102 are one, 200 is another; the least and the greatest of six do not count.
TEST(ProbeRates, JoinsLevelsThatTheirWindowsCannotTellApart) {
  const auto joined = joined_rates({{95, 100, 105}, {97, 102, 107}, {190, 200, 210}});
  ASSERT_EQ(joined.size(), 3u);
  EXPECT_DOUBLE_EQ(joined[0], joined[1]);
  EXPECT_DOUBLE_EQ(joined[0], (97 + 100 + 102 + 105) / 4.0);
  EXPECT_DOUBLE_EQ(joined[2], 200);
  EXPECT_EQ(joined_rates({{50, 200}, {100, 400}}), (std::vector<double>{125, 250}));  // twice is never noise
  EXPECT_EQ(joined_rates({{100}, {101}}), (std::vector<double>{100, 101}));  // nothing says how they spread
}

// A dip that is made good is drift: 14 and 10 are 12 each. The last, below 9/10 of 14, stays.
TEST(ProbeRates, ADipIsDriftButAFallThatStaysIsNot) {
  EXPECT_EQ(without_dips({6, 8, 14, 10, 14, 7}), (std::vector<double>{6, 8, 12, 12, 14, 7}));
  EXPECT_EQ(without_dips({1, 2, 4}), (std::vector<double>{1, 2, 4}));
  EXPECT_EQ(without_dips({10, 5, 4}), (std::vector<double>{10, 5, 4}));
  EXPECT_TRUE(without_dips({}).empty());
}

}  // namespace
}  // namespace aforo
