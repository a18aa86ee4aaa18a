#include "measure/bracket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace aforo {
namespace {

using testing::ElementsAre;

struct Asked {
  std::uint32_t largest;
  std::vector<std::uint32_t> numbers{};
  TargetAnswer operator()(std::uint32_t n) {
    numbers.push_back(n);
    return n <= largest ? TargetAnswer::kHolds : TargetAnswer::kMisses;
  }
};

TEST(Bracket, RampThenBisection) {
  Asked asked{11};
  Bracket bracket = ramp(std::ref(asked), 100);
  EXPECT_EQ(bracket.low, 8U);
  EXPECT_EQ(bracket.high, 16U);
  bisect(std::ref(asked), bracket);
  EXPECT_EQ(bracket.low, 11U);
  EXPECT_EQ(bracket.high, 12U);
  EXPECT_THAT(asked.numbers, ElementsAre(1, 2, 4, 8, 16, 12, 10, 11));
}

TEST(Bracket, TheLimitIsAskedAndEndsTheRamp) {
  Asked asked{1000};
  const Bracket bracket = ramp(std::ref(asked), 6);
  EXPECT_THAT(asked.numbers, ElementsAre(1, 2, 4, 6));
  EXPECT_EQ(bracket.low, 6U);
  EXPECT_EQ(bracket.high, 0U);
}

TEST(Bracket, LimitsNearTheEndOfTheTypeDoNotWrap) {
  Asked asked{~0U};
  EXPECT_EQ(ramp(std::ref(asked), ~0U).low, ~0U);
}

TEST(Bracket, NotEvenOneHolds) {
  Asked asked{0};
  Bracket bracket = ramp(std::ref(asked), 6);
  bisect(std::ref(asked), bracket);
  EXPECT_EQ(bracket.low, 0U);
  EXPECT_EQ(bracket.high, 1U);
}

TEST(Bracket, NoAnswerEndsTheSearch) {
  const Question ask = [](std::uint32_t n) { return n < 4 ? TargetAnswer::kHolds : TargetAnswer::kNone; };
  const Bracket bracket = ramp(ask, 100);
  EXPECT_TRUE(bracket.ended);
  EXPECT_EQ(bracket.low, 2U);
  EXPECT_EQ(bracket.high, 0U);
}

}  // namespace
}  // namespace aforo
