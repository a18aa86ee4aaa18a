// What a simulation that is large all the same leaves out, and what it does not.
#include <gtest/gtest.h>

#include "base/error.h"
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

// An epoch that reads the dataset 8 times leaves the caches full: one on full caches beside the three that are
// simulated would show nothing else. One of less than a pass does not.
TEST(LargeJob, SimulatesNoFullCachesWhereTheyAreFull) {
  PredictOptions options = many_passes();
  options.most_samples = 100;
  const SimulatedCase full = make_case(options);
  EXPECT_EQ(full.plan.epochs, 3U);
  EXPECT_EQ(full.warm_epochs, 0);
  options.workload.dataset.samples = 4000;
  options.storage.caches[0].size = Bytes{4'000'000'000};
  EXPECT_GT(make_case(options).warm_epochs, 0);
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

// 5 EB in 40 billion shards, of which two ranks want 800 MB/s of one pipe of 400: half of the time, as of any dataset.
// What is simulated of it is a few steps, behind caches a dataset that is smaller as they are.
TEST(LargeJob, AnyDatasetIsSimulatedByAFewSteps) {
  for (const double spread : {0.0, 1e5})
    for (const bool cached : {false, true}) {
      PredictOptions options = pipe_case();
      DatasetSpec& data = options.workload.dataset;
      data.layout = LayoutKind::kTfrecord;
      data.samples = 5'000'000'000'000;
      data.samples_per_file = 125;
      data.sample_size.kind = spread > 0 ? LawKind::kLognormal : LawKind::kConstant;
      data.sample_size.stddev = spread;
      options.workload.loader.framework = Framework::kTensorflow;
      options.most_samples = 20'000;
      if (cached)
        options.storage.caches.push_back(
            {"memory", 1_MiB, CachePolicy::kRandom, StationScope::kHost, false, {}});
      EXPECT_NEAR(predict(options).au, 0.5, 0.02) << spread << cached;
    }
}

// Ten steps that were asked for of 5 billion samples: 80 a pass of a cache. The dataset that stands for them is one of
// two million, and the cache is smaller by as much.
TEST(LargeJob, StepsThatWereAskedForReadASmallerDataset) {
  PredictOptions options = pipe_case();
  options.workload.dataset.samples = 5'000'000'000;
  options.workload.training.steps = 10;
  options.storage.caches.push_back(
      {"memory", Bytes{2'500'000'000'000'000}, CachePolicy::kPinned, StationScope::kShared, true, {}});
  const SimulatedCase c = make_case(options);
  EXPECT_EQ(c.layout->samples(), 2'000'000U);
  EXPECT_NEAR(c.cache_scale, 2.0 / 5000, 1e-9);
  EXPECT_EQ(c.plan.steps, 10U);
  // Half of it is cached: half of the reads take the pipe, which then suffices.
  const Prediction found = predict(options);
  EXPECT_NEAR(*found.cache_hit_share, 0.5, 0.15);
}

// Sizes of a dataset that is laid as it is are drawn: a stop ends that.
TEST(LargeJob, StopsWhileItIsLaid) {
  PredictOptions options = pipe_case();
  DatasetSpec& data = options.workload.dataset;
  data.layout = LayoutKind::kTfrecord;
  data.samples_per_file = 1000;
  data.samples = 100'000'000'000;
  data.sample_size = {.kind = LawKind::kLognormal, .mean = 1e6, .stddev = 1e5};
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(make_case(options, stop.get_token()), Interrupted);
}

}  // namespace
}  // namespace aforo
