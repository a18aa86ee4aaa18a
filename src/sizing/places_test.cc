#include "sizing/places.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "sizing/accelerator_hour.h"
#include "sizing/egress.h"
#include "sizing/money.h"
#include "sizing/test_kit.h"

namespace aforo {
namespace {

// 8 accelerators, 20 TB, as photographs: where EBS once stood first, beside racks.
class PlacesTest : public ::testing::Test {
 protected:
  PlacesTest() {
    options_.ask = plain_ask();
    options_.ask.capacity = Bytes{20'000'000'000'000};
    options_.prices = round_prices();
    options_.confirm = 0;
    screening_.emplace(options_.ask, Catalogue::shipped(), 2);
    result_ = size_designs(*screening_, options_);
  }
  bool cloud(std::size_t i) const {
    return in_cloud(screening_->designs()[result_.designs[i].design].family);
  }

  SizeOptions options_;
  std::optional<Screening> screening_;
  SizeResult result_;
};

// One place, then the other; each by cost. What would turn the best stands where it stands.
TEST_F(PlacesTest, NoListHasBoth) {
  std::size_t changes = 0;
  for (std::size_t i = 1; i < result_.designs.size(); ++i) {
    if (cloud(i) != cloud(i - 1)) {
      ++changes;
      continue;
    }
    EXPECT_LE(result_.designs[i - 1].bill.compared(), result_.designs[i].bill.compared());
  }
  EXPECT_EQ(changes, 1U);
  ASSERT_TRUE(result_.second);
  EXPECT_EQ(cloud(*result_.second), cloud(0));
  for (const Flip& flip : result_.flips) EXPECT_EQ(cloud(flip.design), cloud(0)) << flip.text;
}

TEST_F(PlacesTest, AHeadlineOfEach) {
  const Places found = places(*screening_, result_, options_.prices);
  ASSERT_TRUE(found.on_premises && found.in_cloud);
  EXPECT_FALSE(cloud(found.on_premises->design));
  EXPECT_TRUE(cloud(found.in_cloud->design));
  EXPECT_TRUE(found.on_premises->design == 0 || found.in_cloud->design == 0);
  EXPECT_THAT(found.on_premises->headline, ::testing::StartsWith("With the accelerators on premises: buy "));
  EXPECT_THAT(found.in_cloud->headline, ::testing::StartsWith("With the accelerators in the cloud: rent "));
}

// An idle hour on every kind of terms: 1.9985 owned, 65, 45, 100 and 40 % of the list else; the bill has those
// of its place. One's own stand in no provider's cloud.
TEST_F(PlacesTest, IdleTimeOnEveryKindOfTerms) {
  for (SizedDesign& d : result_.designs) d.judgement.served[0].au = 0.99;
  const Places found = places(*screening_, result_, options_.prices);
  for (const PlaceBest* best : {&*found.on_premises, &*found.in_cloud}) {
    const auto there = cloud_of(screening_->designs()[result_.designs[best->design].design]);
    const double list = *accelerator_hour(plain_job(), AcceleratorTerms::kOnDemand, options_.prices, there);
    std::vector<double> hours = {1.9985, 0.65 * list, 0.45 * list, list, 0.4 * list};
    if (there) hours.erase(hours.begin());
    ASSERT_EQ(best->idle.size(), hours.size());
    for (std::size_t i = 0; i < hours.size(); ++i) {
      EXPECT_NEAR(best->idle[i].hour, hours[i], 1e-4) << i;
      EXPECT_NEAR(best->idle[i].idle, 0.01 * 8 * 730 * hours[i], 0.01) << i;
    }
  }
  EXPECT_EQ(found.on_premises->taken, AcceleratorTerms::kOwned);
  EXPECT_EQ(found.in_cloud->taken, AcceleratorTerms::kOnDemand);
}

TEST_F(PlacesTest, AGivenHourIsOnNoTerms) {
  options_.ask.accelerator_hour = Dollars{5};
  Screening given(options_.ask, Catalogue::shipped(), 2);
  const SizeResult result = size_designs(given, options_, {});
  EXPECT_FALSE(places(given, result, options_.prices).on_premises->taken);
}

// 20.08 TB are held, 4 KiB a file of 1 MB included, and leave in bands (money_test.cc, Egress).
// 0.8 GB/s x AU x 2,628,000 s of reads.
TEST_F(PlacesTest, WhatMovingCosts) {
  const Places found = places(*screening_, result_, options_.prices);
  ASSERT_TRUE(found.moving);
  const auto& best = screening_->designs()[result_.designs[found.in_cloud->design].design];
  const auto leaving = [&](double bytes) { return leaving_costs(best, bytes, options_.prices); };
  EXPECT_DOUBLE_EQ(found.moving->held, static_cast<double>(screening_->need().capacity.value));
  EXPECT_NEAR(found.moving->out, leaving(20'081'920'000'000), 0.01);
  const Served& served = result_.designs[found.in_cloud->design].judgement.served[0];
  EXPECT_NEAR(found.moving->read, 0.8e9 * served.au * served.missed * 2'628'000, 1e6);
  EXPECT_NEAR(found.moving->across, leaving(found.moving->read), 1e-6);
}

// Flash for 12,000 USD a month more than a hybrid that leaves a tenth of 64 H100 idle: worth it where they
// are rented on demand, not where they are owned.
TEST(PlacesPrice, ThePriceOfAnHourTurnsTheOrder) {
  SizingAsk ask = plain_ask();
  ask.jobs[0].workload.accelerator.count = 64;
  Design flash, hybrid;
  flash.costs = {{"flash", "rack_unit", 1000, "", false}};   // 30,000 USD a month
  hybrid.costs = {{"hybrid", "rack_unit", 600, "", false}};  // 18,000
  const Served fast{1, 1, 1, "", 1}, slow{0.9, 0.9, 0.9, "", 1};
  const auto total = [&](const Design& d, const Served& served) {
    return bill_of(d, need_of(ask), {served}, round_prices(), 0).total();
  };
  // Idle of the hybrid: 0.1 x 64 x 730 = 4,672 h; x 1.9985 = 9,337, x 6.88 = 32,143 USD.
  EXPECT_NEAR(total(hybrid, slow), 18'000 + 9'337, 1);
  EXPECT_LT(total(hybrid, slow), total(flash, fast));
  ask.accelerator_terms = AcceleratorTerms::kOnDemand;
  EXPECT_NEAR(total(hybrid, slow), 18'000 + 32'143, 1);
  EXPECT_GT(total(hybrid, slow), total(flash, fast));
}

}  // namespace
}  // namespace aforo
