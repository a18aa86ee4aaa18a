#include "sizing/growth_steps.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "sizing/test_kit.h"

namespace aforo {
namespace {

SizingAsk growing(double growth, double years) {
  SizingAsk ask = plain_ask();
  ask.capacity = Bytes{100'000'000'000'000};
  ask.growth = growth, ask.years = years;
  return ask;
}

// An object store is billed by what it holds: 100 TB grow by half a year. Each year costs what its capacity does;
// at 0 % the first twelve months at the first total, the next at the second, then half a year at the third.
TEST(GrowthSteps, EachYearForItsOwnCapacity) {
  PriceBook prices = round_prices();
  prices.set("interest=0 /year");
  const GrowthSteps found =
      growth_steps(growing(0.5, 2.5), Family::kCloudObject, {prices, Catalogue::shipped(), 2});
  ASSERT_EQ(found.steps.size(), 3U);
  ASSERT_TRUE(found.in_steps && found.at_once);
  const double first = static_cast<double>(found.steps[0].capacity.value);
  EXPECT_NEAR(first, 1.5 * 100.4e12, 0.1e12) << "with 4 KiB for each file";
  EXPECT_NEAR(static_cast<double>(found.steps[1].capacity.value) / first, 1.5, 1e-9);
  EXPECT_NEAR(static_cast<double>(found.steps[2].capacity.value) / first, std::pow(1.5, 1.5), 1e-9);
  double sum = 0;
  const double months[] = {12, 12, 6};
  for (std::size_t i = 0; i < 3; ++i) sum += months[i] * found.steps[i].with.total();
  EXPECT_NEAR(*found.in_steps, sum, 1e-6);
  EXPECT_NEAR(*found.at_once, 30 * found.steps[2].with.total(), 1e-6);
  EXPECT_LT(*found.in_steps, *found.at_once);
}

// At 6 % a year 1 USD in months 13 to 24 is worth (1.005^-12 - 1.005^-24) / 0.005 = 10.9442 today.
TEST(GrowthSteps, LaterYearsAreWorthLess) {
  const GrowthSteps found =
      growth_steps(growing(1, 2), Family::kFlashTlc, {round_prices(), Catalogue::shipped(), 2});
  ASSERT_TRUE(found.in_steps);
  EXPECT_NEAR(*found.in_steps, 11.6189 * found.steps[0].with.total() + 10.9442 * found.steps[1].with.total(),
              0.01 * *found.in_steps / 100);
  for (const GrowthStep& step : found.steps) EXPECT_EQ(step.with.family, "all-flash TLC");
}

TEST(GrowthSteps, NothingIsSummedWhereAYearIsNotServed) {
  SizingAsk ask = growing(1, 2);
  ask.jobs[0].workload.loader.workers = 1;
  ask.jobs[0].workload.accelerator.step_time = constant_law(0.001);
  const GrowthSteps found =
      growth_steps(ask, Family::kCloudObject, {round_prices(), Catalogue::shipped(), 2});
  EXPECT_EQ(found.steps.size(), 2U);
  EXPECT_FALSE(found.steps[0].with.serves());
  EXPECT_FALSE(found.in_steps);
}

}  // namespace
}  // namespace aforo
