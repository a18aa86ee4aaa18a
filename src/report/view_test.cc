#include "report/view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aforo {
namespace {

const Json kRecord = Json::parse(R"({
  "au": 0.931, "bytes": 1610612736, "note": "text", "none": null, "list": [1, "two", 3.5], "partial": true,
  "verdict": {"limit": "metadata"}, "statistics": {"mlps-v1.0": {"au": 0.94}}
})");

TEST(View, FindsWhatIsThere) {
  EXPECT_EQ(number(kRecord, {"au"}), 0.931);
  EXPECT_EQ(number(kRecord, {"statistics", "mlps-v1.0", "au"}), 0.94);
  EXPECT_EQ(word(kRecord, {"verdict", "limit"}), "metadata");
  EXPECT_THAT(numbers(kRecord, {"list"}), testing::ElementsAre(1, 3.5));
  EXPECT_THAT(words(kRecord, {"list"}), testing::ElementsAre("two"));
  EXPECT_TRUE(flag(kRecord, {"partial"}));
  EXPECT_EQ(percent_at(kRecord, {"au"}).text, "93.1 %");
  EXPECT_EQ(bytes_at(kRecord, {"bytes"}).text, "1.50 GiB");
}

TEST(View, WhatIsAbsentOrOfAnotherTypeIsAbsent) {
  EXPECT_EQ(at(kRecord, {"none"}), nullptr);
  EXPECT_EQ(number(kRecord, {"note"}), std::nullopt);
  EXPECT_EQ(number(kRecord, {"au", "deeper"}), std::nullopt);
  EXPECT_EQ(word(kRecord, {"au"}), "");
  EXPECT_EQ(words(kRecord, {"au"}).size(), 0u);
  EXPECT_FALSE(flag(kRecord, {"au"}));
  EXPECT_FALSE(rate_at(kRecord, {"missing"}).known());
  EXPECT_EQ(number(Json::array(), {"au"}), std::nullopt);
}

TEST(View, EntriesAreThoseOfAnArray) {
  const auto found = entries(kRecord, {"list"});
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(*found[2], 3.5);
  EXPECT_TRUE(entries(kRecord, {"verdict"}).empty());
}

TEST(View, AValueHasTheUnitThatItIsReadAs) {
  EXPECT_EQ(percent_at(kRecord, {"au"}).number, 0.931);
  EXPECT_EQ(percent_at(kRecord, {"au"}).unit, Unit::kFraction);
  EXPECT_EQ(rate_at(kRecord, {"bytes"}).unit, Unit::kBytesPerSecond);
  const Json prices = {{"total_usd_per_month", 12345}, {"purchase_usd", 99}};
  EXPECT_EQ(money_at(prices, {"total_usd_per_month"}).unit, Unit::kDollarsPerMonth);
  EXPECT_EQ(money_at(prices, {"purchase_usd"}).unit, Unit::kDollars);
  EXPECT_FALSE(money_at(prices, {"idle_usd_per_month"}).known());
}

}  // namespace
}  // namespace aforo
