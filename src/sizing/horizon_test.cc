#include "sizing/horizon.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sizing/accelerator_hour.h"
#include "sizing/places.h"
#include "sizing/test_kit.h"

namespace aforo {
namespace {

// Storage on premises: 60,000 USD at once, 250 USD a month of power. Storage in AWS: 1,000 USD a month.
class HorizonTest : public ::testing::Test {
 protected:
  explicit HorizonTest(double duty = 1) {
    ask_.jobs[0].duty = duty;
    screening_.emplace(ask_, Catalogue::shipped(), 1);
    screening_->rank(PriceBook::shipped(), Grouping::kFamily);  // designs on premises come to be by it
    result_.designs = {own(), rented()};
  }

  SizedDesign own() const {
    SizedDesign out;
    out.design = find([](const Design& d) { return !in_cloud(d.family); });
    out.bill.purchase = 60'000;
    out.bill.lines = {{"drives", "tlc", 1, 1937, 60'000, false},
                      {"power", "power", 1, 250, 0, false},
                      {"idle", "h100.hour", 1, 5000, 0, true}};
    out.bill.storage = 2187;
    return out;
  }
  SizedDesign rented() const {
    SizedDesign out;
    out.design =
        find([](const Design& d) { return d.service != nullptr && d.service->provider == Provider::kAws; });
    out.bill.storage = 1000;
    return out;
  }
  template <class Is>
  std::size_t find(const Is& is) const {
    const auto& designs = screening_->designs();
    return static_cast<std::size_t>(std::find_if(designs.begin(), designs.end(), is) - designs.begin());
  }

  // Cash alone, every other line switched off, unless `lines` sets them.
  std::optional<Horizon> found(HorizonOptions options = {},
                               const std::vector<std::string>& lines = {}) const {
    PriceBook prices = round_prices();
    prices.set("egress.aws=0.09 USD/GB");
    for (const char* off : {"fabric=0 USD", "staff=0 /year", "interest=0 /year", "residual.accelerators=0 x",
                            "residual.storage=0 x", "life.accelerators=3 years", "life.storage=3 years"})
      prices.set(off);
    for (const std::string& line : lines) prices.set(line);
    return horizon(*screening_, result_, prices, Catalogue::shipped(), options);
  }

  SizingAsk ask_ = plain_ask();
  std::optional<Screening> screening_;
  SizeResult result_;
};

// 8 H100: 8 x 30,000 + a host of 60,000 = 300,000. Power 8 x 0.7 kW x 1.33 x 730 h x 0.1 x 1.3 =
// 706.82, support 300,000 x 0.15 / 12 = 3,750. Storage: 60,000 x 0.15 / 12 + 250 = 1,000. The rate
// of idleness is nobody's bill.
TEST_F(HorizonTest, WhatOwningCosts) {
  const Horizon h = *found();
  EXPECT_DOUBLE_EQ(h.owned.upfront, 360'000);
  EXPECT_NEAR(h.owned.monthly_storage, 1000, 1e-9);
  EXPECT_NEAR(h.owned.monthly_accelerators, 4456.82, 0.01);
  EXPECT_NEAR(h.owned.monthly, 5456.82, 0.01);
  EXPECT_NEAR(h.owned.total, 360'000 + 36 * 5456.815, 0.1);
  ASSERT_EQ(h.owned.cumulative.size(), 36U);
  EXPECT_NEAR(h.owned.cumulative[0], 365'456.82, 0.01);
  EXPECT_NEAR(h.owned.cumulative[35], h.owned.total, 1e-6);
}

// 8 x 6.88 x 730 = 40,179.20 and 1,000 of storage; saved a month: 35,722.38; 360,000 of
// it after 10.08 months.
TEST_F(HorizonTest, TheMonthFromWhichOwningIsCheaper) {
  const Horizon h = *found();
  EXPECT_NEAR(h.rented.monthly, 41'179.2, 0.01);
  EXPECT_EQ(h.rented.upfront, 0);
  ASSERT_TRUE(h.break_even);
  EXPECT_NEAR(*h.break_even, 10.0777, 1e-4);
  EXPECT_GT(h.owned.cumulative[9], h.rented.cumulative[9]);    // month 10
  EXPECT_LT(h.owned.cumulative[10], h.rented.cumulative[10]);  // month 11
  HorizonOptions year;
  year.months = 10;
  EXPECT_FALSE(found(year)->break_even);
}

// On demand 40,179.20 a month and 1,000 of storage: month 10.08, as above. For a year 65 % of it, 26,116.48: 360,000 /
// 21,659.66 = 16.62. For three years 45 %, 18,080.64: 360,000 / 13,623.82 = 26.42; not within two years.
TEST_F(HorizonTest, TheMonthByHowTheCloudIsPaidFor) {
  const Horizon h = *found();
  ASSERT_EQ(h.by_terms.size(), 3U);
  const AcceleratorTerms terms[] = {AcceleratorTerms::kOnDemand, AcceleratorTerms::kCommitted1y,
                                    AcceleratorTerms::kCommitted3y};
  const double rents[] = {41'179.2, 27'116.48, 19'080.64}, months[] = {10.0777, 16.6207, 26.4243};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(h.by_terms[i].terms, terms[i]);
    EXPECT_NEAR(h.by_terms[i].rent, rents[i], 0.01);
    EXPECT_NEAR(h.by_terms[i].month.value_or(0), months[i], 1e-3);
  }
  EXPECT_EQ(h.items.count("terms.committed-3y"), 1U);
  HorizonOptions two_years;
  two_years.months = 24;
  EXPECT_TRUE(found(two_years)->by_terms[1].month);
  EXPECT_FALSE(found(two_years)->by_terms[2].month);
}

// Eight H100 at Google are 8 x 11.06 x 730 = 64,590 a month where AWS takes 40,179; beside a store that is read from
// any cloud those of Azure, 8 x 12.29 x 730 = 71,774, on every kind of terms. Where the price of an hour is given, that.
TEST_F(HorizonTest, EachIsRentedAtItsOwnProvidersPrice) {
  const auto beside = [&](Provider provider) {
    SizedDesign out = rented();
    out.design =
        find([&](const Design& d) { return d.service != nullptr && d.service->provider == provider; });
    out.bill.storage = 900;
    return out;
  };
  result_.designs = {beside(Provider::kGcp), own()};
  EXPECT_NEAR(found()->rented.monthly, 900 + 64'590.4, 0.01);
  EXPECT_THAT(found()->assumptions[0], ::testing::HasSubstr("on-demand, h100 at $11.06 an hour of Google"));
  result_.designs = {beside(Provider::kOther), own()};
  const Horizon other = *found();
  EXPECT_NEAR(other.rented.monthly, 900 + 71'773.6, 0.01);
  EXPECT_NEAR(other.by_terms[1].rent, 900 + 0.65 * 71'773.6, 0.01);
  EXPECT_THAT(other.assumptions[0], ::testing::HasSubstr("on-demand, h100 at $12.29 an hour of Azure"));
  ask_.accelerator_hour = Dollars{6.88};
  screening_.emplace(ask_, Catalogue::shipped(), 1);
  screening_->rank(PriceBook::shipped(), Grouping::kFamily);
  EXPECT_NEAR(found()->rented.monthly, 41'079.2, 0.01);
}

// An X-ray archive of 300 TB on 64 H100. The page's designs are those that are accounted for, and no other in the
// cloud costs less with accelerators at its own provider's price. Leaving AWS, a quarter of it: 75 TB and 2.05 of
// what files take are 10,000 GB x 0.09 + 40,000 x 0.085 + 27,048 x 0.07 = 6,193 USD.
TEST(HorizonOfAnAnswer, IsOfTheDesignsThatThePageShows) {
  SizeOptions options;
  options.ask = plain_ask();
  Workload& w = options.ask.jobs[0].workload;
  w.dataset.samples = 2'000'000;
  w.dataset.sample_size = constant_law(150'000);
  w.loader.batch_size = 256;
  w.accelerator.count = 64;
  w.accelerator.step_time = constant_law(0.144);
  options.ask.capacity = Bytes{300'000'000'000'000};
  options.ask.host_memory = Bytes{2'199'023'255'552};
  options.prices = PriceBook::shipped();
  options.confirm = 0;
  Screening screening(options.ask, Catalogue::shipped(), 2);
  const SizeResult result = size_designs(screening, options);
  const Places shown = places(screening, result, options.prices);
  ASSERT_TRUE(shown.on_premises && shown.in_cloud);
  const auto found = horizon(screening, result, options.prices, Catalogue::shipped(), {});
  ASSERT_TRUE(found);
  const auto& design = [&](const PlaceBest& best) -> const Design& {
    return screening.designs()[result.designs[best.design].design];
  };
  EXPECT_EQ(found->owned.design, design(*shown.on_premises).name);
  EXPECT_EQ(found->rented.design, design(*shown.in_cloud).name);
  const auto rent = [&](const Design& d) {
    return 64 * 730 * *accelerator_hour(w, AcceleratorTerms::kOnDemand, options.prices, cloud_of(d));
  };
  EXPECT_NEAR(found->rented.monthly_accelerators, rent(design(*shown.in_cloud)), 0.01);
  for (const SizedDesign& d : result.designs) {
    const Design& other = screening.designs()[d.design];
    if (!in_cloud(other.family)) continue;
    EXPECT_GE(d.bill.total() + rent(other), found->rented.monthly) << other.name;
  }
  ASSERT_EQ(cloud_of(design(*shown.in_cloud)), Provider::kAws);
  EXPECT_THAT(found->assumptions.back(), ::testing::HasSubstr(" in the cloud, $6,190 to move"));
  EXPECT_THAT(shown.moving->out, ::testing::Gt(19'000));
}

// As the rest of the page: three digits, shares as somebody set them, and no cents.
TEST_F(HorizonTest, SaysNoMoreThanIsKnown) {
  const Horizon h = *found({}, {"life.accelerators=4 years", "staff=0.03 /year",
                                "residual.accelerators=0.15 x", "interest=0.065 /year"});
  EXPECT_THAT(
      h.assumptions,
      ::testing::ElementsAre(
          "accelerators in the cloud: on-demand, h100 at $6.88 an hour of AWS, for 100 % of the time",
          "on premises: accelerators, hosts and their network for $300,000 bought at once; staff 3 % of the "
          "purchase a year; $89,500 left of it all after 36 months",
          "sums over time: present values at 6.5 % a year",
          "pilot: 25 % of accelerators and data for 6 months in the cloud, $23 to move the data out"));
  EXPECT_THAT(found({}, {"egress.aws=0 USD/GB"})->assumptions.back(),
              ::testing::HasSubstr("nothing to move"));
}

// (556,445 / 36 - 1,000) / 40,179 = 36 % of the time, and both cost the same.
TEST_F(HorizonTest, TheDutyAtWhichBothCostTheSame) {
  const Horizon h = *found();
  ASSERT_TRUE(h.break_even_duty);
  EXPECT_NEAR(*h.break_even_duty, 0.359808, 1e-5);
  EXPECT_NEAR(36 * (1000 + *h.break_even_duty * 40'179.2), h.owned.total, 1);
}

// Six months at a quarter: 10,294.80 each. Then the purchase, and a quarter of 1,004.096
// GB out at 0.09: 22.59.
TEST_F(HorizonTest, CloudFirst) {
  const Horizon h = *found();
  EXPECT_NEAR(h.path.cumulative[4], 5 * 10'294.8, 0.01);
  EXPECT_NEAR(h.path.cumulative[5], 6 * 10'294.8 + 360'022.59, 0.01);
  EXPECT_NEAR(h.path.cumulative[6], 6 * 10'294.8 + 360'022.59 + 5456.82, 0.01);
  // Used for 30 of 36 months: a sixth of 360,000 is left.
  EXPECT_NEAR(h.path.total, 6 * 10'294.8 + 360'022.59 + 30 * 5456.815 - 60'000, 0.1);
}

// 8 x 2,500 of network beside 360,000; of it all 3 % of staff, 380,000 x 0.03 / 12 = 950 a month, and support
// of 20,000 x 0.15 / 12 = 250.
TEST_F(HorizonTest, NetworkAndStaff) {
  const Horizon h = *found({}, {"fabric=2500 USD", "staff=0.03 /year"});
  EXPECT_DOUBLE_EQ(h.owned.upfront, 380'000);
  EXPECT_NEAR(h.owned.monthly, 5456.82 + 950 + 250, 0.01);
  for (const char* item : {"fabric", "staff", "interest", "residual.accelerators"})
    EXPECT_EQ(h.items.count(item), 1U) << item;
}

// 0.5 % a month: 36 of them are worth (1 - 1.005^-36) / 0.005 = 32.87102. 35,722.38 saved a month are worth
// 360,000 when 1.005^-m = 1 - 360,000 x 0.005 / 35,722.38 = 0.949611: month 10.366.
TEST_F(HorizonTest, InterestOnBothSides) {
  const Horizon h = *found({}, {"interest=0.06 /year"});
  EXPECT_NEAR(h.owned.total, 360'000 + 32.87102 * 5456.815, 1);
  EXPECT_NEAR(h.rented.total, 32.87102 * 41'179.2, 1);
  ASSERT_TRUE(h.break_even);
  EXPECT_NEAR(*h.break_even, 10.366, 0.001);
  EXPECT_GT(h.owned.cumulative[9], h.rented.cumulative[9]);
  EXPECT_LT(h.owned.cumulative[10], h.rented.cumulative[10]);
}

// After 36 of 48 months 300,000 are worth 1 - 0.75 x 0.85 = 36.25 % of it; storage, of 60 months, 60,000 x
// (1 - 0.6 x 0.95) = 25,800. Nothing is sold before the end, so the month stays.
TEST_F(HorizonTest, WhatIsLeftOfIt) {
  const Horizon h = *found({}, {"life.accelerators=4 years", "life.storage=5 years",
                                "residual.accelerators=0.15 x", "residual.storage=0.05 x"});
  EXPECT_NEAR(h.owned.residual, 108'750 + 25'800, 1e-6);
  EXPECT_NEAR(h.owned.total, 360'000 + 36 * 5456.815 - 134'550, 0.1);
  EXPECT_NEAR(*h.break_even, 10.0777, 1e-4);
}

// 8 H100 without storage, at 3.5 an hour: 300,000 and 4,456.82 a month, rent 20,440: 300,000 x 0.005 /
// 15,983.18 = 0.09385, month 19.76; at 2.7, 15,768: 0.13261, month 28.52. At the list's 6.88 it is 8.60.
TEST_F(HorizonTest, TheMonthAtWhatTheMarketAsks) {
  const auto month = [&](double hour) {
    ask_.accelerator_hour = Dollars{hour};
    screening_.emplace(ask_, Catalogue::shipped(), 1);
    screening_->rank(PriceBook::shipped(), Grouping::kFamily);
    result_.designs = {own(), rented()};
    for (SizedDesign& d : result_.designs) d.bill = {};
    const Horizon h = *found({}, {"interest=0.06 /year"});
    EXPECT_TRUE(h.by_terms.empty()) << "the price of an hour was given";
    return *h.break_even;
  };
  EXPECT_NEAR(month(3.5), 19.76, 0.01);
  EXPECT_NEAR(month(2.7), 28.52, 0.01);
  EXPECT_NEAR(month(6.88), 8.60, 0.01);
}

TEST_F(HorizonTest, NothingWithoutBothSidesOrAPrice) {
  result_.designs.pop_back();
  EXPECT_FALSE(found());
  result_.designs = {rented()};
  EXPECT_FALSE(found());
  result_.designs = {own(), rented()};
  ask_.jobs[0].workload.accelerator.type = "abacus";
  screening_.emplace(ask_, Catalogue::shipped(), 1);
  screening_->rank(PriceBook::shipped(), Grouping::kFamily);
  result_.designs = {own(), rented()};
  EXPECT_FALSE(found());
}

class HalfTheTime : public HorizonTest {
 protected:
  HalfTheTime() : HorizonTest(0.5) {}
};

// Rented for half the hours: 20,089.60; owned as before but for half the power.
TEST_F(HalfTheTime, RentsHalfAndOwnsAll) {
  const Horizon h = *found();
  EXPECT_DOUBLE_EQ(h.duty, 0.5);
  EXPECT_NEAR(h.rented.monthly_accelerators, 20'089.6, 0.01);
  EXPECT_DOUBLE_EQ(h.owned.upfront, 360'000);
  EXPECT_NEAR(h.owned.monthly_accelerators, 3750 + 353.41, 0.01);
}

}  // namespace
}  // namespace aforo
