// What a simulation that is large all the same leaves out, and what it does not.
#include <gtest/gtest.h>

#include "plan/predict_test_case.h"
#include "plan/simulated_case.h"

namespace aforo {
namespace {

// Eight ranks on four hosts, each with a cache for most of 40 files; every epoch reads the dataset 8 times.
PredictOptions many_passes() {
  PredictOptions options = curve_case(200, 2000, 0);
  Workload& w = options.workload;
  w.dataset.samples = 40;
  w.accelerator.count = 8;
  w.training.epochs = 6;
  w.training.steps = 10;
  options.every_step = true;
  options.ranks_per_host = 2;
  CacheSpec cache;
  cache.name = "page cache";
  cache.size = Bytes{30'000'000};
  cache.scope = StationScope::kHost;
  options.storage.caches.push_back(cache);
  return options;
}

TEST(LargeJob, IsOneOfMoreSamplesThanASimulationShouldHave) {
  PredictOptions options = many_passes();
  EXPECT_FALSE(make_case(options).large);
  options.most_samples = 8 * 4 * 10 * 3;
  EXPECT_FALSE(make_case(options).large);
  --options.most_samples;
  EXPECT_TRUE(make_case(options).large);
}

// Caches are full behind an epoch that reads the dataset 8 times: the second epoch is as all later ones, and none
// on full caches is needed beside them.
TEST(LargeJob, SimulatesNoEpochThatIsAsTheOneBefore) {
  PredictOptions options = many_passes();
  const SimulatedCase small = make_case(options);
  EXPECT_EQ(small.plan.epochs, 3U);
  options.most_samples = 100;
  const SimulatedCase large = make_case(options);
  EXPECT_EQ(large.plan.epochs, 2U);
  EXPECT_EQ(large.warm_epochs, 0);
  double of_small = 0, of_large = 0;
  for (std::uint64_t i = 0; i < 5; ++i) {
    of_small += simulate_once(small, options.storage, 1, i, {}).au / 5;
    of_large += simulate_once(large, options.storage, 1, i, {}).au / 5;
  }
  EXPECT_NEAR(of_large, of_small, 0.05 * of_small);
}

TEST(LargeJob, KeepsEpochsThatDiffer) {
  PredictOptions options = many_passes();
  options.most_samples = 100;
  options.workload.dataset.samples = 400;  // less than one pass an epoch: caches fill on
  options.storage.caches[0].size = Bytes{300'000'000};
  EXPECT_EQ(make_case(options).plan.epochs, 3U);
  options = many_passes();
  options.most_samples = 100;
  Station bucket;
  bucket.name = "burst";
  bucket.kind = StationKind::kBandwidth;
  bucket.bandwidth = BytesPerSecond{1e9};
  bucket.burst_bandwidth = BytesPerSecond{2e9};
  bucket.burst = Bytes{50'000'000'000};
  options.storage.tiers[0].stations.push_back(bucket);
  EXPECT_EQ(make_case(options).plan.epochs, 3U);
}

// Nothing is drawn on one pipe, so that two replications agree; of a job that is not large all are made.
TEST(LargeJob, IsReplicatedTwiceWhereTheseAgree) {
  PredictOptions options = pipe_case();
  const Prediction all = predict(options, {});
  EXPECT_EQ(all.replications, 5U);
  options.every_step = true;
  options.most_samples = 100;
  const Prediction two = predict(options, {});
  EXPECT_EQ(two.replications, 2U);
  EXPECT_NEAR(two.au, all.au, 1e-3);
  EXPECT_LT(two.chance, 1e-3);
}

// Latency of a wide law: two replications differ, so that the others are made.
TEST(LargeJob, IsReplicatedAsOftenAsAskedWhereTheyDiffer) {
  PredictOptions options = pipe_case();
  Station slow;
  slow.name = "latency";
  slow.kind = StationKind::kLatency;
  slow.latency = {LawKind::kExponential, 20e-3, 0, 0, 0, {}};
  options.storage.tiers[0].stations = {slow};
  options.every_step = true;
  options.most_samples = 100;
  EXPECT_EQ(predict(options, {}).replications, 5U);
}

}  // namespace
}  // namespace aforo
