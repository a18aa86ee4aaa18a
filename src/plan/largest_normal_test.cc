#include "plan/largest_normal.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace aforo {
namespace {

// Of one draw: int_0 of P(Z > t) t^k dt = E[Z^(k+1); Z > 0] / (k + 1).
TEST(LargestNormal, OneDrawByHand) {
  const auto above = LargestNormal(1).above(0);
  const double half = 1 / std::sqrt(2 * std::numbers::pi);  // E[Z; Z > 0]
  EXPECT_NEAR(above[0], half, 1e-7);
  EXPECT_NEAR(above[1], 1.0 / 4, 1e-7);
  EXPECT_NEAR(above[2], 2 * half / 3, 1e-7);
  EXPECT_NEAR(above[3], 3.0 / 8, 1e-6);
  EXPECT_NEAR(above[4], 8 * half / 5, 1e-5);
}

// Of two 1 / sqrt(pi), of three 3 / (2 sqrt(pi)); of a thousand as tables say (Harter 1961).
TEST(LargestNormal, MeansAreTheKnownOnes) {
  const auto mean = [](double n) {
    const LargestNormal& largest = LargestNormal::of(n);
    return largest.low() + largest.above(largest.low())[0];
  };
  EXPECT_NEAR(mean(1), 0, 1e-6);
  EXPECT_NEAR(mean(2), 1 / std::sqrt(std::numbers::pi), 1e-6);
  EXPECT_NEAR(mean(3), 1.5 / std::sqrt(std::numbers::pi), 1e-6);
  EXPECT_NEAR(mean(1000), 3.24144, 1e-5);
}

// Whatever lies between two places is the difference of what lies above them: at nodes, beside them, at the ends.
TEST(LargestNormal, BetweenPlacesLiesTheIntegral) {
  const LargestNormal largest(37.5);
  for (double z = largest.low(); z < largest.high() - 0.3; z += 0.1234) {
    double between = 0;  // Simpson's rule
    constexpr int kParts = 200;
    for (int i = 0; i <= kParts; ++i) {
      const double at = z + 0.25 * i / kParts;
      const double p = 1 - std::pow(1 - 0.5 * std::erfc(at / std::numbers::sqrt2), 37.5);
      between += (i == 0 || i == kParts ? 1 : i % 2 == 1 ? 4 : 2) * p * at * 0.25 / kParts / 3;
    }
    EXPECT_NEAR(largest.above(z)[1] - largest.above(z + 0.25)[1], between, 1e-7) << z;
  }
  EXPECT_NEAR(largest.above(largest.high())[0], 0, 1e-12);
}

// More than are kept: those that come again are the same.
TEST(LargestNormal, KeptOnesAreOfTheirNumber) {
  for (int again = 0; again < 2; ++again)
    for (double n = 1; n < 30; ++n) {
      const LargestNormal fresh(n);
      EXPECT_EQ(LargestNormal::of(n).above(1), fresh.above(1)) << n;
    }
}

}  // namespace
}  // namespace aforo
