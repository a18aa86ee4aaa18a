#include "report/run_network.h"

#include <gtest/gtest.h>

namespace aforo {
namespace {

TEST(RunNetwork, SaysWhatWasAskedAndWhatWentWrong) {
  Json record;
  EXPECT_EQ(asked_over_network(record), "");
  record["requests"] = {{"per_sample", 1.25}, {"connections", 8}};
  EXPECT_EQ(asked_over_network(record), "1.25 a sample over 8 connections");
  record["requests"]["again"] = {{"throttled", 10}, {"reset", 2}};
  record["requests"]["first_byte_seconds"] = {{"mean", 0.012}};
  record["requests"]["bytes_received_per_byte_wanted"] = 1.02;
  EXPECT_EQ(
      asked_over_network(record),
      "1.25 a sample over 8 connections; 12 sent again, 10 of them throttled; first byte after 12 ms on average");
}

TEST(RunNetwork, SaysWhatIsReadInVain) {
  const Json record = {
      {"requests", {{"per_sample", 1}, {"connections", 2}, {"bytes_received_per_byte_wanted", 350.4}}}};
  EXPECT_EQ(asked_over_network(record), "1 a sample over 2 connections; 350 bytes for each that was wanted");
}

TEST(RunNetwork, SaysWhatAnEpochCosts) {
  Json record;
  EXPECT_EQ(store_cost(record), "");
  record["store_cost"] = {
      {"service", "aws-s3-standard"}, {"requests_usd_per_epoch", 0.514}, {"egress_usd_per_epoch", 12.4}};
  EXPECT_EQ(store_cost(record),
            "$0.51 of requests an epoch at aws-s3-standard; $12.40 more where its bytes leave that cloud");
  record["store_cost"] = {
      {"service", "b"}, {"requests_usd_per_epoch", 0.001}, {"retrieval_usd_per_epoch", 3.0}};
  EXPECT_EQ(store_cost(record), "less than a cent of requests an epoch at b, $3.00 of retrieval");
}

TEST(RunNetwork, SaysWhatACacheGave) {
  Json record;
  EXPECT_EQ(from_local_cache(record), "");
  record["cache"] = {{"hit_share", 0.75},
                     {"bytes_fetched", 1048576},
                     {"objects_fetched", 3},
                     {"objects_evicted", 1},
                     {"passed", 2}};
  EXPECT_EQ(from_local_cache(record),
            "75.0 % from the cache; 1.00 MiB fetched into it, 3 objects, 1 evicted; 2 reads passed it");
}

}  // namespace
}  // namespace aforo
