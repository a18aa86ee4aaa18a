#include "sizing/providers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "sizing/build.h"
#include "sizing/test_kit.h"

namespace aforo {
namespace {

using ::testing::ElementsAre;

SizingAsk ask_on(std::initializer_list<const char*> types) {
  SizingAsk ask = plain_ask();
  ask.jobs.clear();
  for (const char* const type : types) {
    ask.jobs.push_back({plain_job(), 1});
    ask.jobs.back().workload.accelerator.type = type;
  }
  return ask;
}

std::vector<Provider> providers(std::initializer_list<const char*> types) {
  return providers_with_hosts(ask_on(types), Catalogue::shipped());
}

std::string provider_refusal(SizingAsk ask, std::optional<Provider> provider) {
  ask.provider = provider;
  return refusal_of([&] { need_of(ask); });
}

TEST(Providers, AreThoseOfAllTheJobs) {
  EXPECT_THAT(providers({"h100"}),
              ElementsAre(Provider::kAws, Provider::kGcp, Provider::kAzure, Provider::kOther));
  EXPECT_THAT(providers({"b200"}), ElementsAre(Provider::kAws, Provider::kGcp, Provider::kOther));
  EXPECT_THAT(providers({"mi300x"}), ElementsAre(Provider::kAzure, Provider::kOther));
  EXPECT_THAT(providers({"b200", "mi300x"}), ElementsAre(Provider::kOther));
  EXPECT_THAT(providers({"of our own"}),
              ElementsAre(Provider::kAws, Provider::kGcp, Provider::kAzure, Provider::kOther))
      << "nobody knows";
}

TEST(Providers, OneWithoutSuchHostsIsRefusedWithTheNearestThatHasThem) {
  EXPECT_EQ(provider_refusal(ask_on({"mi300x"}), Provider::kAws),
            "expected a provider that rents out hosts with mi300x (azure), found 'aws'");
  EXPECT_EQ(provider_refusal(ask_on({"b200", "h100"}), Provider::kAzure),
            "expected a provider that rents out hosts with b200 and h100 (aws, gcp), found 'azure'");
  EXPECT_EQ(provider_refusal(ask_on({"mi355"}), Provider::kGcp),
            "expected accelerators that a provider of the catalogue rents out, found mi355; take --where "
            "on-premises");
  EXPECT_EQ(provider_refusal(ask_on({"mi300x"}), Provider::kAzure), "");
  EXPECT_EQ(provider_refusal(ask_on({"mi300x"}), Provider::kOther), "")
      << "read over the internet from anywhere";
  SizingAsk cloud = ask_on({"mi355"});
  EXPECT_EQ(provider_refusal(cloud, std::nullopt), "") << "on premises they may stand";
  cloud.place = Place::kCloud;
  EXPECT_THAT(provider_refusal(cloud, std::nullopt), ::testing::HasSubstr("take --where on-premises"));
}

// Where both places are looked at, a cloud without the accelerators has no storage to offer.
TEST(Providers, StorageStandsWhereTheAcceleratorsAre) {
  const SizingAsk ask = ask_on({"mi300x"});
  std::size_t azure = 0;
  for (const Design& d : build_designs(ask, need_of(ask), Catalogue::shipped()))
    if (d.service != nullptr && d.service->provider != Provider::kOther) {
      EXPECT_EQ(d.service->provider, Provider::kAzure) << d.name;
      ++azure;
    }
  EXPECT_GT(azure, 0U);
}

}  // namespace
}  // namespace aforo
