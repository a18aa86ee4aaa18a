// The limits of object stores.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "measure/verdict.h"
#include "measure/verdict_test_kit.h"

namespace aforo {
namespace {

using testing::Contains;
using testing::HasSubstr;

Evidence slow_bucket() {
  Evidence e = slow_job();
  e.remote = RemoteEvidence{};
  e.remote->requests = 10'000;
  e.remote->connections = 64;
  e.remote->requests_per_sample = 1;
  return e;
}

TEST(RemoteVerdict, AThrottledStoreIsLimitedByRequests) {
  Evidence e = slow_bucket();
  e.remote->throttled = 99;
  EXPECT_NE(verdict_of(e).limit, Limit::kRequestRate) << "fewer than one in a hundred";
  e.remote->throttled = 250;
  EXPECT_EQ(verdict_of(e).limit, Limit::kRequestRate);
  EXPECT_THAT(verdict_of(e).text, HasSubstr("250 of 10,000 requests (2.5 %)"));
  e.more_workers = Counterfactual{"32 workers instead of 8", 3000, 32, 600};
  EXPECT_EQ(verdict_of(e).limit, Limit::kRequestRate) << "more workers would be throttled more";
  e.au = 0.95;
  EXPECT_EQ(verdict_of(e).limit, Limit::kNone);
}

TEST(RemoteVerdict, ConnectionsThatAreNotTakenAreALimit) {
  Evidence e = slow_bucket();
  e.remote->connections_failed = 1;
  EXPECT_NE(verdict_of(e).limit, Limit::kConnections) << "one in 64 may be a restart";
  e.remote->connections_failed = 2;
  EXPECT_EQ(verdict_of(e).limit, Limit::kConnections);
  EXPECT_THAT(verdict_of(e).text, HasSubstr("2 of 64 connections were not taken"));
  e.remote->connections_failed = 0;
  e.remote->reset = 300;
  EXPECT_EQ(verdict_of(e).limit, Limit::kConnections);
  EXPECT_THAT(verdict_of(e).text, HasSubstr("300 of 10,000 requests were closed without an answer"));
}

// 600 samples/s are 600 requests/s, however many workers ask.
TEST(RemoteVerdict, ARateThatStaysFlatIsOfRequestsWhereSmallOnesComeNoFaster) {
  Evidence e = slow_bucket();
  e.worker_busy_share = 1;
  e.more_workers = Counterfactual{"32 workers instead of 8", 610, 32, 600};
  EXPECT_EQ(verdict_of(e).limit, Limit::kStorageBandwidth) << "nobody tried small ones";
  e.remote->small_per_second = 4000;
  EXPECT_EQ(verdict_of(e).limit, Limit::kStorageBandwidth);
  EXPECT_THAT(verdict_of(e).evidence, Contains("small pieces of the same objects: 4,000/s"));
  e.remote->small_per_second = 650;
  EXPECT_EQ(verdict_of(e).limit, Limit::kRequestRate);
  EXPECT_THAT(verdict_of(e).text, HasSubstr("gain nothing at 610 requests/s"));
  e.remote->requests_per_sample = 0.25;
  EXPECT_EQ(verdict_of(e).limit, Limit::kStorageBandwidth) << "its requests are of four samples each";
  e.more_workers->samples_per_second = 900;
  e.remote->requests_per_sample = 1;
  EXPECT_EQ(verdict_of(e).limit, Limit::kLoaderSettings);
}

TEST(RemoteVerdict, AFullLinkIsTheNetworks) {
  Evidence e = slow_bucket();
  e.network_busy_share = 0.93;
  EXPECT_EQ(verdict_of(e).limit, Limit::kNetwork);
  EXPECT_THAT(verdict_of(e).evidence, Contains("client network: 93.0 % busy"));
}

}  // namespace
}  // namespace aforo
