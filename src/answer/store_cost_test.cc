#include "answer/store_cost.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace aforo {
namespace {

Json run_of(double gets, double heads, double lists, double samples, double bytes) {
  return {{"requests", {{"get", gets}, {"head", heads}, {"list", lists}}},
          {"samples", samples},
          {"bytes_from_storage", bytes},
          {"config", {{"dataset_samples", 1'000'000}}}};
}

// 2 million requests at 0.0004 USD per 1,000 and a GB of 10 kB samples ten times over, at 0.09 USD a GB.
TEST(StoreCost, IsOfAnEpochAndOfAGigabyte) {
  Json record = run_of(100'000, 100'000, 0, 100'000, 1e9);
  add_store_cost(record, object_store("aws-s3-standard"));
  const Json& cost = record["store_cost"];
  EXPECT_EQ(cost["service"], "aws-s3-standard");
  EXPECT_NEAR(cost["requests_usd_per_epoch"].get<double>(), 0.8, 1e-9);
  EXPECT_NEAR(cost["requests_usd_per_gb"].get<double>(), 0.08, 1e-9);
  EXPECT_NEAR(cost["egress_usd_per_epoch"].get<double>(), 0.9, 1e-9);
  EXPECT_NEAR(cost["egress_usd_per_gb"].get<double>(), 0.09, 1e-9);
  EXPECT_FALSE(cost.contains("retrieval_usd_per_epoch")) << "it costs nothing there";
}

TEST(StoreCost, ListingsArePricedAsWrites) {
  Json record = run_of(0, 0, 1000, 100'000, 1e9);
  add_store_cost(record, object_store("aws-s3-standard"));
  EXPECT_NEAR(record["store_cost"]["requests_usd_per_epoch"].get<double>(), 0.05, 1e-9);
}

TEST(StoreCost, NothingReadCostsNothingThatCouldBeSaid) {
  Json record = run_of(10, 0, 0, 0, 0);
  add_store_cost(record, object_store("aws-s3-standard"));
  EXPECT_FALSE(record.contains("store_cost"));
  Json files;
  add_store_cost(files, object_store("aws-s3-standard"));
  EXPECT_FALSE(files.contains("store_cost"));
}

TEST(StoreCost, OnlyObjectStoresOfTheCatalogueHavePrices) {
  try {
    object_store("nobody");
    FAIL();
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("aws-s3-standard"));
    EXPECT_THAT(error.what(), testing::HasSubstr("found 'nobody'"));
  }
}

}  // namespace
}  // namespace aforo
