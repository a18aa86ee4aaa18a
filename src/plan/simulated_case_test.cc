#include "plan/simulated_case.h"
#include "plan/simulated_epochs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "pipeline/plan_job.h"
#include "plan/predict_test_case.h"

namespace aforo {
namespace {

// An epoch of 10 steps: 2 s for the first batch, then 0.1 s of compute and 0.1 s of stall (load) a step, in 4
// s all told: compute 1 s. Ninety steps more at AU 0.5 take 9 s of compute and 9 s of stall: 22 s, AU 10
// / 22.
TEST(SimulatedCase, WhatWasCutGoesAtTheSteadyState) {
  RankEpoch rank;
  rank.start = Seconds{100}, rank.end = Seconds{104};
  rank.steps = 10, rank.samples = 40;
  rank.compute = Seconds{1}, rank.load_wait = Seconds{3}, rank.first_load_wait = Seconds{2};
  const auto full = extended({{rank}}, 100, 0.5);
  const RankEpoch& out = full[0][0];
  EXPECT_NEAR((out.end - out.start).value, 22, 1e-9);
  EXPECT_NEAR(out.compute.value, 10, 1e-9);
  EXPECT_NEAR(out.load_wait.value, 12, 1e-9);
  EXPECT_EQ(out.first_load_wait.value, 2);
  EXPECT_EQ(out.samples, 400U);
  EXPECT_EQ(out.steps, 100U);
}

// A pause of 20 s every 1,000 steps of 10 ms, of 3 epochs of 3,000: 9 pauses, 90 s of compute, 180 s. As many steps as
// are simulated, 400 here and 2,000 there, hold none of them, or one.
TEST(SimulatedCase, PausesOfWhatWasCutAreAllCounted) {
  PredictOptions options = pipe_case(4000);
  Workload& w = options.workload;
  const std::uint64_t step = w.accelerator.count * w.loader.batch_size;
  w.dataset.samples = step * 3000;
  w.accelerator.step_time = {.kind = LawKind::kConstant, .mean = 0.01};
  w.training.epochs = 3;
  options.checkpoint_steps = 1000;
  options.checkpoint_pause = Seconds{20};
  for (const std::uint64_t steps : {400U, 2000U}) {
    options.most_samples = step * steps;
    const SimulatedCase c = make_case(options);
    ASSERT_LT(c.plan.steps, c.steps);
    const SimulatedOnce once = simulate_once(c, options.storage, 1, 0, {});
    EXPECT_NEAR(once.au, 90.0 / 270, 0.005) << steps;
    EXPECT_NEAR(once.stalls.checkpoint / once.stalls.total, 180.0 / 270, 0.005) << steps;
  }
}

TEST(SimulatedCase, AnEpochThatWasWholeStaysAsItIs) {
  RankEpoch rank;
  rank.end = Seconds{4}, rank.steps = 10, rank.compute = Seconds{1};
  EXPECT_EQ(extended({{rank}}, 10, 0.5)[0][0].end.value, 4);
}

// tf.data, batch 1, 16 parallel calls on files of 1 MB at 4 GB/s: a read takes 0.25 ms and every step of 1 ms
// wants one, so 0.25 of 16 readers are at work, 1.6 %. The first 24 reads wait for each other: at most 16
// x 6 ms of 400 ms more. A count of min(W, batch) = 1 reader would make it 25 % and more.
TEST(SimulatedCase, BusyReadersAreAShareOfThoseThatTheLoaderHas) {
  PredictOptions options = pipe_case(4000);
  Workload& w = options.workload;
  w.dataset.samples = 20'000;
  w.loader.framework = Framework::kTensorflow;
  w.loader.batch_size = 1;
  w.loader.workers = 16;
  w.loader.prefetch = 8;
  w.accelerator.count = 1;
  w.accelerator.step_time.mean = 1e-3;
  w.training.steps = 400;
  const SimulatedOnce once = simulate_once(make_case(options), options.storage, 1, 0, {});
  EXPECT_NEAR(once.worker_busy, 0.25 / 16, 0.015);
  EXPECT_DOUBLE_EQ(once.worker_busy, once.in_flight / 16);
}

TEST(SimulatedCase, LongEpochsAreCutUnlessAskedFor) {
  PredictOptions options = pipe_case();
  options.workload.dataset.samples = 4 * 2 * 900;
  SimulatedCase c = make_case(options);
  EXPECT_EQ(c.plan.steps, 500U);
  EXPECT_EQ(c.steps, 900U);
  EXPECT_THAT(c.notes, testing::Contains(testing::HasSubstr("500 steps of an epoch's 900")));
  options.workload.training.steps = 700;
  options.every_step = true;
  c = make_case(options);
  EXPECT_EQ(c.plan.steps, 700U);
  EXPECT_EQ(c.steps, 700U);
}

TEST(SimulatedCase, EpochsThatCannotDifferAreSimulatedOnce) {
  PredictOptions options = pipe_case();
  options.workload.training.epochs = 5;
  EXPECT_EQ(make_case(options).plan.epochs, 1U);
  options.storage.caches.push_back(
      {"page cache", 1_MiB, CachePolicy::kRandom, StationScope::kHost, false, {}});
  const SimulatedCase c = make_case(options);
  EXPECT_EQ(c.plan.epochs, 3U);
  EXPECT_EQ(c.epochs, 5U);
  options.cold_epochs = true;
  EXPECT_EQ(make_case(options).plan.epochs, 1U) << "every epoch begins with empty caches";
}

// A pinned cache of 4.2 GB, empty, before 40 MB/s: 4,000 samples of 1 MB take 100 s, then 5 s each at 800
// samples/s. Five epochs: 25 s of compute in 120 s, 20.8 %, and 20,000 samples in them, 167 a second; four of
// five were hits. Means of epochs would say 81 % and 648. Every number of the case is of the same 120 s.
PredictOptions cold_cache_case() {
  PredictOptions options = pipe_case(40);
  options.workload.dataset.samples = 4000;
  options.workload.training.epochs = 5;
  options.storage.caches.push_back(
      {"memory", Bytes{4'200'000'000}, CachePolicy::kPinned, StationScope::kShared, false, {}});
  return options;
}

TEST(SimulatedCase, AColdEpochCountsByTheTimeThatItTakes) {
  const PredictOptions options = cold_cache_case();
  const SimulatedOnce once = simulate_once(make_case(options), options.storage, 1, 0, {});
  EXPECT_NEAR(once.au, 25.0 / 120, 0.002);
  EXPECT_NEAR(once.samples.value, 20'000.0 / 120, 1);
  EXPECT_NEAR(once.stalls.total.value, 2 * 120, 1);
  EXPECT_DOUBLE_EQ(once.au, once.stalls.compute / once.stalls.total);
  EXPECT_NEAR(once.cache_hit_share, 0.8, 1e-9);
  EXPECT_THAT(once.weights, testing::ElementsAre(1, 1, 3));
}

// A hundred thousand epochs are no more work than three: 100 s and 99,999 times 5 s.
TEST(SimulatedCase, EpochsThatAreAlikeAreAddedInSeconds) {
  PredictOptions options = cold_cache_case();
  options.workload.training.epochs = 100'000;
  const SimulatedOnce once = simulate_once(make_case(options), options.storage, 1, 0, {});
  EXPECT_NEAR(once.stalls.total.value / (2 * (100 + 99'999 * 5.0)), 1, 0.01);
}

// The same at a fifth of its steps (and of its cache): 20 s of cold epoch become 100 s again, and 1 s of a warm
// one 5 s, each at its own pace. Its start is no step's: the 8 batches of 8 workers that come with the first
// are 8 % of the 100 steps, which the 80 s that are added lack.
TEST(SimulatedCase, WhatWasCutOffAnEpochGoesAtItsOwnPace) {
  PredictOptions options = cold_cache_case();
  options.most_samples = 4000 * 3 / 5;
  options.workload.training.epochs = 1000;
  const SimulatedCase c = make_case(options);
  ASSERT_NEAR(c.cache_scale, 0.2, 1e-9);
  const SimulatedOnce once = simulate_once(c, options.storage, 1, 0, {});
  EXPECT_NEAR(once.per_epoch[0].total.value, 2 * 100, 2 * 80 * 0.08);
  EXPECT_NEAR(once.per_epoch[2].total.value, 2 * 5, 0.2);
  EXPECT_NEAR(once.au, 5000.0 / (100 + 999 * 5), 0.02);
}

// Two hosts with room for half of the data each: after e epochs a host holds min(1/2, 1 - 2^-e) of it, after
// one as much as ever. Four hosts with room for all miss 1, 3/4 and 9/16 in the epochs that are simulated;
// that of the later ones is 9/16 ((3/4) + (3/4)^2 + ...) = 27/16 in all: as much as 3 of the third.
TEST(SimulatedCase, CachesOfManyHostsAreSeenFull) {
  PredictOptions options = cold_cache_case();
  options.storage.caches[0].scope = StationScope::kHost;
  options.workload.training.epochs = 1000;
  options.workload.accelerator.count = 4;
  options.ranks_per_host = 1;
  const SimulatedCase c = make_case(options);
  EXPECT_NEAR(c.warm_epochs, 997 - 3, 0.01);
  const SimulatedOnce once = simulate_once(c, options.storage, 1, 0, {});
  ASSERT_EQ(once.weights.size(), 4U);
  EXPECT_NEAR(once.weights[2], 4, 0.01);
  EXPECT_GT(once.per_epoch[3].compute / once.per_epoch[3].total, 0.97) << "full caches feed all";
  options.storage.caches[0].size = Bytes{2'000'000'000};
  options.workload.accelerator.count = 2;
  EXPECT_EQ(make_case(options).warm_epochs, 997);
  options.workload.training.epochs = 6;
  EXPECT_EQ(make_case(options).warm_epochs, 0) << "the third stands for three like it";
}

// 1000 epochs of which the first misses all: what the page says of stations, steps and reads is that of the others,
// which read nothing from the pipe behind the cache.
TEST(SimulatedCase, StationsAndStepsAreThoseOfMostEpochs) {
  PredictOptions options = cold_cache_case();
  options.workload.training.epochs = 1000;
  const SimulatedCase c = make_case(options);
  ASSERT_TRUE(c.mostly_warm());
  const SimulatedOnce once = simulate_once(c, options.storage, 1, 0, {});
  EXPECT_NEAR(once.step_times.mean().value, law_mean(c.plan.step_time), 0.05 * law_mean(c.plan.step_time));
  EXPECT_LT(once.worker_busy, 0.1);
  for (const SimStation& station : once.stations) EXPECT_LT(station.utilisation, 0.05) << station.name;
  options.workload.training.epochs = 3;
  const SimulatedOnce few = simulate_once(make_case(options), options.storage, 1, 0, {});
  EXPECT_GT(few.worker_busy, 0.5);
}

TEST(SimulatedCase, HugeDatasetsOfFilesKeepTheirNumberAndMean) {
  PredictOptions options = pipe_case();
  options.workload.dataset.samples = 50'000'000;
  options.workload.dataset.sample_size = {LawKind::kLognormal, 1e5, 5e4};
  const SimulatedCase c = make_case(options);
  EXPECT_EQ(c.layout->samples(), 50'000'000U);
  EXPECT_NEAR(static_cast<double>(c.layout->total_bytes()) / 5e12, 1, 0.01);
  EXPECT_EQ(c.steps, 50'000'000U / 8);
}

TEST(SimulatedCase, HugeDatasetsOfShardsBecomeSmaller) {
  PredictOptions options = pipe_case();
  options.workload.dataset.layout = LayoutKind::kTfrecord;
  options.workload.dataset.samples = 50'000'000;
  options.workload.dataset.samples_per_file = 1000;
  options.workload.dataset.sample_size = {LawKind::kLognormal, 1e5, 5e4};
  const SimulatedCase c = make_case(options);
  EXPECT_EQ(c.layout->samples(), 2'000'000U);
  EXPECT_EQ(c.steps, 50'000'000U / 8) << "an epoch is still the whole dataset";
  EXPECT_THAT(c.notes, testing::Contains(testing::HasSubstr("same law of sizes")));
}

// 100,000 shards of 1000 samples before a cache: cut to 1/1000th there would be 100 of them for 2 ranks x 4
// workers, too few for readers to find one each. They are made smaller instead, down to four for every
// reader.
TEST(SimulatedCase, ASmallerDatasetBeforeACacheKeepsAShardForEveryReader) {
  PredictOptions options = pipe_case();
  options.storage.caches.push_back(
      {"page cache", 1_GiB, CachePolicy::kRandom, StationScope::kHost, false, {}});
  DatasetSpec& data = options.workload.dataset;
  data.layout = LayoutKind::kTfrecord;
  data.samples_per_file = 1000;
  data.samples = 100'000'000;
  options.workload.training.epochs = 2;
  options.workload.loader.framework = Framework::kTensorflow;
  options.workload.loader.workers = 8;
  options.most_samples = 20'000;
  const SimulatedCase c = make_case(options);
  const std::uint64_t readers = std::uint64_t{options.workload.accelerator.count} * 8;
  EXPECT_LT(c.cache_scale, 1e-3);
  EXPECT_GE(c.layout->files(), 4 * readers);
  EXPECT_LT(c.layout->samples(), 30'000U);
  EXPECT_THAT(c.notes, testing::Contains(testing::HasSubstr("the dataset and the caches were simulated at")));
}

// Two ranks on eight shards of 12.5 million samples: each has four readers, and four workers without a shard. In
// small it is eight shards again; with four for every reader the idle workers would read too.
TEST(SimulatedCase, ASmallerDatasetHasNoMoreReadersThanTheJob) {
  PredictOptions options = pipe_case();
  options.storage.caches.push_back(
      {"page cache", 1_GiB, CachePolicy::kRandom, StationScope::kHost, false, {}});
  options.workload.accelerator.count = 2;
  DatasetSpec& data = options.workload.dataset;
  data.layout = LayoutKind::kTfrecord;
  data.samples = 100'000'000;
  data.samples_per_file = data.samples / 8;
  options.workload.training.epochs = 2;
  options.workload.loader.framework = Framework::kTensorflow;
  options.workload.loader.workers = 8;
  options.most_samples = 20'000;
  const SimulatedCase c = make_case(options);
  EXPECT_LT(c.cache_scale, 1e-3);
  EXPECT_EQ(c.layout->files(), 8U);
  EXPECT_EQ(access_of(c.plan).readers, 4U);
}

// What is sized can be predicted: by a layout that is read in the same way, which a note names.
TEST(SimulatedCase, ALayoutThatIsOnlySizedIsTakenAsOneThatIsReadAlike) {
  PredictOptions options = pipe_case();
  options.workload.dataset.sample_size = {LawKind::kLognormal, 1e5, 5e4};
  options.workload.dataset.layout = LayoutKind::kParquet;
  SimulatedCase c = make_case(options);
  EXPECT_EQ(c.layout->kind(), LayoutKind::kWebdataset);
  EXPECT_THAT(c.notes,
              testing::Contains("Parquet is simulated as WebDataset, which is read in the same way"));
  options.workload.dataset.layout = LayoutKind::kHdf5;
  options.beside = {options.workload};
  c = make_case(options);
  EXPECT_EQ(c.layout->kind(), LayoutKind::kNpy);
  EXPECT_EQ(c.layout->sample_stddev(), 0) << "told apart by their size alone";
  EXPECT_EQ(c.others.front().layout->kind(), LayoutKind::kNpy);
}

}  // namespace
}  // namespace aforo
