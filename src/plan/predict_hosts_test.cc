// A storage that was measured from several hosts, and jobs on as many, fewer and more.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "plan/advice.h"
#include "plan/predict_test_case.h"

namespace aforo {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

// Files per second: of all hosts, of each; 5 ms each alone.
struct HostRates {
  double middle, way;
  double of(double hosts, double n) const { return std::min({n / 0.005, middle, std::min(hosts, n) * way}); }
};

// 8 accelerators want 3,200 files/s; measured from four hosts.
PredictOptions hosts_case(const HostRates& rates, std::uint32_t per_host) {
  PredictOptions options = pipe_case();
  options.workload.dataset.samples = 6400;
  options.workload.accelerator.count = 8;
  options.ranks_per_host = per_host;
  ReadCurve all;
  all.size = 1e6;
  ReadCurve own = all;
  all.hosts = 4, own.scope = StationScope::kHost;
  for (double n = 1; n <= 256; n *= 2) {
    all.points.push_back({n, {rates.of(4, n)}, 0.02, {}, 0});
    own.points.push_back({n, {rates.of(1, n)}, 0.02, {}, 0});
  }
  options.storage.tiers = {{"filer", 1, {all, own}, {}}};
  return options;
}

double au(const HostRates& rates, std::uint32_t per_host, PredictMethod method) {
  PredictOptions options = hosts_case(rates, per_host);
  options.method = method;
  return predict(options).au;
}

constexpr HostRates kWayBound{1e9, 400}, kMiddleBound{1600, 1e9}, kBoth{1000, 400};

TEST(PredictHosts, FollowsWhatHostsGet) {
  for (const PredictMethod method : {PredictMethod::kSimulate, PredictMethod::kClosed}) {
    EXPECT_NEAR(au(kWayBound, 0, method), 0.125, 0.005) << to_string(method);
    EXPECT_NEAR(au(kWayBound, 4, method), 0.25, 0.01) << to_string(method);
    EXPECT_NEAR(au(kWayBound, 2, method), 0.5, 0.02) << to_string(method);
    EXPECT_NEAR(au(kMiddleBound, 0, method), 0.5, 0.02) << to_string(method);
    EXPECT_NEAR(au(kMiddleBound, 2, method), 0.5, 0.02) << to_string(method);
    EXPECT_NEAR(au(kBoth, 0, method), 0.125, 0.005) << to_string(method);
    EXPECT_NEAR(au(kBoth, 4, method), 0.25, 0.01) << to_string(method);
    EXPECT_NEAR(au(kBoth, 2, method), 0.3125, 0.012) << to_string(method);
  }
}

TEST(PredictHosts, TellsTheHostsOwnWaysFromStorage) {
  for (const PredictMethod method : {PredictMethod::kSimulate, PredictMethod::kClosed}) {
    const auto limit = [&](const HostRates& rates, std::uint32_t per_host) {
      PredictOptions options = hosts_case(rates, per_host);
      options.method = method;
      return predict(options).verdict.limit;
    };
    EXPECT_EQ(limit(kWayBound, 2), Limit::kNetwork) << to_string(method);
    EXPECT_EQ(limit(kMiddleBound, 2), Limit::kStorageBandwidth) << to_string(method);
    EXPECT_EQ(limit(kMiddleBound, 0), Limit::kStorageBandwidth) << to_string(method);
    EXPECT_EQ(limit(kBoth, 4), Limit::kNetwork) << to_string(method);
    EXPECT_EQ(limit(kBoth, 2), Limit::kStorageBandwidth) << to_string(method);
  }
  EXPECT_THAT(predict(hosts_case(kWayBound, 2)).limit, HasSubstr("each host's own way to 'filer'"));
}

TEST(PredictHosts, SaysWhatMoreHostsMayGet) {
  EXPECT_THAT(predict(hosts_case(kWayBound, 1)).notes, Contains(HasSubstr("8 hosts may get more")));
  EXPECT_THAT(predict(hosts_case(kWayBound, 2)).notes, Not(Contains(HasSubstr("may get more"))));
  EXPECT_THAT(predict(hosts_case(kBoth, 1)).notes, Not(Contains(HasSubstr("may get more"))));
  PredictOptions one = curve_case(200, 1600, 0.02);
  one.ranks_per_host = 1;
  one.storage.probed = "2026-06-01T12:00:00Z";
  EXPECT_THAT(predict(one).notes, Contains(HasSubstr("probed from one host")));
}

// A faster storage helps where storage is the limit, and nobody whose own way is.
TEST(PredictHosts, FasterStorageLeavesTheHostsWays) {
  const auto faster = [](const HostRates& rates) {
    const std::vector<Advice> all = advise(hosts_case(rates, 2), {});
    return std::any_of(all.begin(), all.end(),
                       [](const Advice& one) { return one.change == "storage twice as fast"; });
  };
  EXPECT_TRUE(faster(kMiddleBound));
  EXPECT_FALSE(faster(kWayBound));
}

}  // namespace
}  // namespace aforo
