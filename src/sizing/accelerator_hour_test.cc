#include "sizing/accelerator_hour.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sizing/money.h"
#include "sizing/test_kit.h"

namespace aforo {
namespace {

using ::testing::HasSubstr;

double hour_at(AcceleratorTerms terms) { return *accelerator_hour(plain_job(), terms, round_prices()); }

// 30,000 + 60,000 / 8 = 37,500 USD; x (0.06 / (1 - 1.06^-4) + 0.15) = 37,500 x 0.4385915 = 16,447 a
// year, of 8,760 h: 1.8775. Power: 0.7 kW x 1.33 x 0.1 x 1.3 = 0.1210.
TEST(AcceleratorHour, AnOwnedH100) { EXPECT_NEAR(hour_at(AcceleratorTerms::kOwned), 1.9985, 1e-4); }

// 6.88 list; 65 %, 45 % and 40 % of it.
TEST(AcceleratorHour, ARentedOneByItsTerms) {
  EXPECT_DOUBLE_EQ(hour_at(AcceleratorTerms::kOnDemand), 6.88);
  EXPECT_NEAR(hour_at(AcceleratorTerms::kCommitted1y), 4.472, 1e-9);
  EXPECT_NEAR(hour_at(AcceleratorTerms::kCommitted3y), 3.096, 1e-9);
  EXPECT_NEAR(hour_at(AcceleratorTerms::kSpot), 2.752, 1e-9);
}

// An H100 is 6.88 at AWS and in any cloud without a price of its own, 11.06 at Google, 12.29 at Azure; for a year
// 65 % of it; owned it costs the same wherever it stands beside. Storage that is read from any cloud is read from
// Azure's hosts, the slowest of the catalogue, and so at Azure's price.
TEST(AcceleratorHour, EachProviderHasItsPrice) {
  const PriceBook prices = round_prices();
  const auto hour = [&](AcceleratorTerms terms, std::optional<Provider> cloud) {
    return *accelerator_hour(plain_job(), terms, prices, cloud);
  };
  const auto list = AcceleratorTerms::kOnDemand;
  EXPECT_DOUBLE_EQ(hour(list, Provider::kAws), 6.88);
  EXPECT_EQ(rented_at("h100", Provider::kOther), Provider::kAzure);
  EXPECT_DOUBLE_EQ(hour(list, Provider::kOther), 12.29);
  EXPECT_DOUBLE_EQ(hour(list, Provider::kGcp), 11.06);
  EXPECT_DOUBLE_EQ(hour(list, Provider::kAzure), 12.29);
  EXPECT_NEAR(hour(AcceleratorTerms::kCommitted1y, Provider::kGcp), 7.189, 1e-9);
  EXPECT_DOUBLE_EQ(hour(AcceleratorTerms::kOwned, Provider::kGcp), hour(AcceleratorTerms::kOwned, {}));
}

// Whoever has the storage, no hour is priced at another provider's than whose hosts read from it: idle, standing
// there, and for a point of AU.
TEST(AcceleratorHour, EveryTypeAtThePriceOfItsHosts) {
  for (const Accelerator& a : Catalogue::shipped().accelerators()) {
    if (a.hour_price.empty()) continue;
    SizingAsk ask = plain_ask();
    ask.jobs[0].workload.accelerator.type = a.type;
    const Need need = need_of(ask);
    const PriceBook prices = PriceBook::shipped();
    const auto there = Catalogue::shipped().host_of(a.type, Provider::kOther).provider;
    ASSERT_TRUE(there && *there != Provider::kOther);
    EXPECT_EQ(rented_at(a.type, there), there);
    EXPECT_EQ(rented_at(a.type, {}), std::nullopt);
    const double busy[] = {0.5};
    const auto other = Provider::kOther;
    EXPECT_DOUBLE_EQ(idle_costs(need, busy, prices, 0, other), idle_costs(need, busy, prices, 0, there))
        << a.type;
    EXPECT_DOUBLE_EQ(standing_costs(need, prices, 0, other), standing_costs(need, prices, 0, there))
        << a.type;
    EXPECT_DOUBLE_EQ(hour_of_all(need, prices, 0, other), hour_of_all(need, prices, 0, there)) << a.type;
  }
}

// Twice the life does not halve it: interest and support go on.
TEST(AcceleratorHour, ALongerLifeIsCheaper) {
  PriceBook prices = round_prices();
  prices.set("life.accelerators=8 years");
  EXPECT_NEAR(*accelerator_hour(plain_job(), AcceleratorTerms::kOwned, prices),
              37'500 * (0.1610359 + 0.15) / 8760 + 0.121030, 1e-5);
  prices.set("life.accelerators=0 years");
  EXPECT_THAT(refusal_of([&] { accelerator_hour(plain_job(), AcceleratorTerms::kOwned, prices); }),
              HasSubstr("life.accelerators above 0"));
}

TEST(AcceleratorHour, TheTermsGoWithThePlace) {
  const Workload h100 = plain_job();
  EXPECT_EQ(terms_of(h100, {}, {}), AcceleratorTerms::kOwned);
  EXPECT_EQ(terms_of(h100, {}, Provider::kAws), AcceleratorTerms::kOnDemand);
  EXPECT_EQ(terms_of(h100, AcceleratorTerms::kSpot, {}), AcceleratorTerms::kSpot);
  // One's own stand in nobody's cloud.
  EXPECT_EQ(terms_of(h100, AcceleratorTerms::kOwned, Provider::kAzure), AcceleratorTerms::kOnDemand);
  EXPECT_EQ(terms_of(h100, AcceleratorTerms::kOwned, Provider::kOther), AcceleratorTerms::kOnDemand);
  Workload v100 = h100;
  v100.accelerator.type = "v100";  // no price to buy one
  EXPECT_EQ(terms_of(v100, {}, {}), AcceleratorTerms::kOnDemand);
  EXPECT_FALSE(accelerator_hour(v100, AcceleratorTerms::kOwned, round_prices()));
}

// Every type that can be bought or rented has a price above 0 on each of those terms.
TEST(AcceleratorHour, EveryAcceleratorOfTheCatalogue) {
  for (const Accelerator& a : Catalogue::shipped().accelerators())
    for (const AcceleratorTerms terms : kAcceleratorTerms) {
      Workload w = plain_job();
      w.accelerator.type = a.type;
      const bool known =
          terms == AcceleratorTerms::kOwned ? !a.purchase_price.empty() : !a.hour_price.empty();
      const auto hour = accelerator_hour(w, terms, PriceBook::shipped());
      ASSERT_EQ(hour.has_value(), known) << a.type << ' ' << to_string(terms);
      EXPECT_GT(hour.value_or(1), 0) << a.type;
    }
}

}  // namespace
}  // namespace aforo
