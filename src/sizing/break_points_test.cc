#include "sizing/break_points.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "sizing/test_kit.h"

namespace aforo {
namespace {

Family winner(const SizingAsk& ask, const PriceBook& prices) {
  Screening screening(ask, Catalogue::shipped(), 2);
  return screening.designs()[screening.rank(prices, Grouping::kFamily).front().design].family;
}

class BreakPointsTest : public ::testing::Test {
 protected:
  BreakPointsTest() {
    // 500 kB each, so that disks have a price: 100 TB at 6.4 GB/s, with 12,800 seeks a second.
    ask_.jobs[0].workload.dataset.samples = 200'000'000;
    ask_.jobs[0].workload.dataset.sample_size = constant_law(0.5e6);
    ask_.jobs[0].workload.accelerator.step_time = constant_law(0.05);
    ask_.jobs[0].workload.accelerator.count = 64;
    ask_.place = Place::kOnPremises;
  }
  BreakPoints found(const PriceBook& prices) const {
    Screening screening(ask_, Catalogue::shipped(), 2);
    const auto costs = costs_by_capacity(screening, prices, Catalogue::shipped(), 2);
    return break_points(screening, prices, Catalogue::shipped(), costs);
  }
  SizingAsk ask_ = plain_ask();
};

// 400 over 20 USD/TB. Around every turn (found to 2 %) the families on either side win, as a search
// from the start finds them.
TEST_F(BreakPointsTest, FamiliesWinOnTheirSides) {
  const PriceBook prices = round_prices();
  const BreakPoints b = found(prices);
  EXPECT_DOUBLE_EQ(b.ratio_now, 20);
  EXPECT_EQ(b.least.value, 100'000'000'000'000U / 32);
  EXPECT_EQ(b.most.value, 3'200'000'000'000'000U);
  EXPECT_FALSE(b.by_ratio.empty() && b.by_capacity.empty());
  double last = kLeastRatio;
  for (const Turn& turn : b.by_ratio) {
    EXPECT_GT(turn.at, last);
    EXPECT_LT(turn.at, kMostRatio);
    EXPECT_EQ(winner(ask_, prices.scaled("ssd", turn.at / 1.04 / 20)), turn.below) << turn.at;
    last = turn.at;
  }
  for (const Turn& turn : b.by_capacity) EXPECT_NE(turn.below, turn.above);
  if (!b.by_capacity.empty()) {
    const Turn& turn = b.by_capacity.front();
    EXPECT_EQ(winner(with_data(ask_, turn.at / 1.05 / 100e12), prices), turn.below) << turn.at;
  }
}

// What is free has no ratio to anything: it is left out, and no number is made up.
TEST_F(BreakPointsTest, FreeDisksHaveNoRatio) {
  PriceBook prices = round_prices();
  prices.set("hdd=0 USD/TB");
  ask_.family = Family::kHdd;
  const BreakPoints b = found(prices);
  EXPECT_EQ(b.ratio_now, 0);
  EXPECT_TRUE(b.by_ratio.empty());
}

TEST(BreakPoints, StopWhenAsked) {
  Screening screening(plain_ask(), Catalogue::shipped(), 2);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(break_points(screening, PriceBook::shipped(), Catalogue::shipped(), {}, stop.get_token()),
               Interrupted);
}

}  // namespace
}  // namespace aforo
