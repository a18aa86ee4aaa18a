#include "sizing/standing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sizing/places.h"
#include "sizing/providers.h"
#include "sizing/size.h"
#include "sizing/test_kit.h"
#include "workload/parse.h"

namespace aforo {
namespace {

Standing standing_of(const SizingAsk& ask, const PriceBook& prices = round_prices()) {
  return {places_on_offer(ask, Catalogue::shipped()), need_of(ask), prices,
          ask.accelerator_hour ? ask.accelerator_hour->value : 0};
}

// 8 H100 for 730 h: at Azure 12.29 USD where AWS takes 6.88, 5.41 x 5,840 = 31,594; at Google 11.06, 24,411.
TEST(Standing, WhatAProviderIsDearer) {
  SizingAsk ask = plain_ask();
  ask.place = Place::kCloud;
  const Standing at = standing_of(ask);
  EXPECT_DOUBLE_EQ(at.more(Provider::kAws), 0);
  EXPECT_NEAR(at.more(Provider::kAzure), 31'594.4, 0.01);
  EXPECT_NEAR(at.more(Provider::kGcp), 24'411.2, 0.01);
  const auto host = Catalogue::shipped().host_of("h100", Provider::kOther).provider;
  EXPECT_DOUBLE_EQ(at.more(Provider::kOther), at.more(host)) << "read from that provider's hosts";
}

// Half the time, half of it. On terms that take a share of the list, that share: 0.45 for three years.
TEST(Standing, OnTheTermsAndForTheHoursUsed) {
  SizingAsk ask = plain_ask();
  ask.place = Place::kCloud;
  ask.jobs[0].duty = 0.5;
  EXPECT_NEAR(standing_of(ask).more(Provider::kAzure), 31'594.4 / 2, 0.01);
  ask.accelerator_terms = AcceleratorTerms::kCommitted3y;
  EXPECT_NEAR(standing_of(ask).more(Provider::kAzure), 0.45 * 31'594.4 / 2, 0.01);
}

// Owned at 1.9985 an hour, whatever the duty: (6.88 - 1.9985) x 5,840 = 28,508 at AWS; used for a tenth of the time
// renting is cheaper, by (1.9985 - 0.688) x 5,840.
TEST(Standing, OnPremisesBesideRented) {
  SizingAsk ask = plain_ask();
  EXPECT_NEAR(standing_of(ask).more(Provider::kAws), 28'508, 1);
  EXPECT_DOUBLE_EQ(standing_of(ask).more({}), 0);
  ask.jobs[0].duty = 0.1;
  EXPECT_DOUBLE_EQ(standing_of(ask).more(Provider::kAws), 0);
  EXPECT_NEAR(standing_of(ask).more({}), 7653, 1);
}

// One place, or one price for all: nothing is dearer. Owned ones do not stand at a provider: there they are rented.
TEST(Standing, WhatTheAskFixes) {
  SizingAsk ask = plain_ask();
  ask.accelerator_hour = Dollars{5};
  EXPECT_DOUBLE_EQ(standing_of(ask).more(Provider::kAzure), 0);
  ask.accelerator_hour.reset();
  ask.accelerator_terms = AcceleratorTerms::kOwned;
  EXPECT_NEAR(standing_of(ask).more(Provider::kAws), 28'508, 1);
  EXPECT_GT(standing_of(ask).more(Provider::kOther), 28'000) << "of a provider whose hosts read from it";
  ask = plain_ask();
  ask.provider = Provider::kAzure;
  EXPECT_DOUBLE_EQ(standing_of(ask).more(Provider::kAzure), 0);
  ask = plain_ask();
  ask.place = Place::kOnPremises;
  EXPECT_EQ(places_on_offer(ask, Catalogue::shipped()).size(), 1U);
}

SizeResult sized(Screening& screening, const SizingAsk& ask) {
  SizeOptions options;
  options.ask = ask;
  options.prices = PriceBook::shipped();
  options.confirm = 0;
  return size_designs(screening, options);
}

// Azure's blobs are 3,300 USD a month cheaper than S3, and 256 H100 there 256 x 730 x 5.41 = 1.01 M dearer.
TEST(StandingRanks, NoStorageIsABargainBesideDearAccelerators) {
  SizingAsk ask;
  ask.jobs.push_back({load_preset("stable_diffusion_h100"), 1});
  ask.jobs[0].workload.accelerator.count = 256;
  ask.capacity = Bytes{1'000'000'000'000'000};
  ask.place = Place::kCloud;
  Screening screening(ask, Catalogue::shipped(), 2);
  const SizeResult found = sized(screening, ask);
  ASSERT_FALSE(found.designs.empty());
  EXPECT_EQ(cloud_of(screening.designs()[found.designs[0].design]), Provider::kAws);
  EXPECT_EQ(cheapest_place(screening, found), "at AWS");
  bool azure = false;
  for (const SizedDesign& d : found.designs)
    if (cloud_of(screening.designs()[d.design]) == Provider::kAzure) {
      azure = true;
      EXPECT_NEAR(d.bill.accelerators_more, 1'011'020, 1);
      EXPECT_NEAR(d.bill.total(), d.bill.storage + d.bill.idle, 1e-6) << "no part of the total";
    }
  EXPECT_TRUE(azure);
}

// Four dollars of object storage beside 64 rented H100, a hundred for memory that hosts have anyway beside owned ones.
TEST(StandingRanks, NorIsTheCloudBesideAcceleratorsOfOnesOwn) {
  SizingAsk ask;
  ask.jobs.push_back({load_preset("bert_large_h100"), 1});
  ask.jobs[0].workload.accelerator.count = 64;
  Screening screening(ask, Catalogue::shipped(), 2);
  const SizeResult found = sized(screening, ask);
  ASSERT_FALSE(found.designs.empty());
  EXPECT_FALSE(in_cloud(screening.designs()[found.designs[0].design].family));
  const Places both = places(screening, found, PriceBook::shipped());
  ASSERT_TRUE(both.in_cloud);
  EXPECT_THAT(both.in_cloud->headline,
              ::testing::HasSubstr(" a month more for the accelerators than on premises"));
}

}  // namespace
}  // namespace aforo
