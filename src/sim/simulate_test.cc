// Whole jobs in virtual time: what must hold whatever the storage.
#include "sim/simulate.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "sim/test_storage.h"

namespace aforo {
namespace {

StorageSpec curve_storage(std::vector<std::pair<double, double>> points, double share = 0.5) {
  StorageSpec storage = storage_of({});
  storage.tiers[0].curves.push_back(curve_of(ReadKind::kFile, 100'000, std::move(points), share));
  return storage;
}

// A worker that goes from sample to sample never leaves a processor sharing station: one operation of the
// summed work is the same to everybody. Sizes differ, the load changes, the station is the limit.
TEST(Simulate, AggregatedEqualsSampleBySampleOnOneSharedStation) {
  const GeneratedLayout layout = varied_files(5000);
  for (const StorageSpec& storage :
       {curve_storage({{1, 500}, {8, 2000}, {32, 2500}}), storage_of({pipe(250e6)})}) {
    JobPlan plan = plan_of(layout, 3, 20, 30, 20e-3);
    plan.ranks = 4;
    const SimResult summed = simulate_one(storage, plan, true), each = simulate_one(storage, plan, false);
    EXPECT_LT(au_of(each), 0.9);
    EXPECT_GT(au_of(each), 0.3);
    EXPECT_NEAR(au_of(summed), au_of(each), 1e-9);
    EXPECT_EQ(summed.jobs[0].job.readers.bytes, each.jobs[0].job.readers.bytes);
    EXPECT_LT(summed.events * 5, each.events);
  }
}

// Where reads do not sum up, aggregation only saves coroutines: the same samples at the same times.
TEST(Simulate, ReadsThatDoNotSumUpAreStillMadeOneByOne) {
  const GeneratedLayout layout = varied_files(5000);
  StorageSpec storage = storage_of({pipe(150e6, 2), latency({LawKind::kExponential, 1e-3, 0, 0, 0, {}})});
  Station network = pipe(1e9);
  network.name = "network";
  storage.client.push_back(network);
  JobPlan plan = plan_of(layout, 3, 20, 30, 30e-3);
  plan.ranks = 4;
  const SimResult walked = simulate_one(storage, plan, true, 1, 2),
                  each = simulate_one(storage, plan, false, 1, 2);
  EXPECT_NEAR(au_of(walked), au_of(each), 1e-9);
  EXPECT_EQ(walked.jobs[0].job.readers.bytes, each.jobs[0].job.readers.bytes);
}

// 16 samples of 3 MB in flight on a curve whose work is half proportional to size: opened, read in 1 MiB
// requests and closed is the same operation as in one piece.
TEST(Simulate, ALargeFileIsTheSameOperationInAnyNumberOfRequests) {
  TestLayout layout(500, 3'000'000);
  StorageSpec storage = storage_of({});
  storage.tiers[0].curves.push_back(curve_of(ReadKind::kFile, 3e6, {{1, 50}, {16, 300}}, 0.5));
  JobPlan plan = plan_of(layout, 4, 2, 50, 30e-3);
  plan.ranks = 4;
  EXPECT_NEAR(au_of(simulate_one(storage, plan, true)), au_of(simulate_one(storage, plan, false)), 1e-6);
}

TEST(Simulate, TheSeedDecidesEverything) {
  const GeneratedLayout layout = varied_files(5000);
  StorageSpec storage = curve_storage({{1, 500}, {8, 2000}});
  for (auto& point : storage.tiers[0].curves[0].points)
    point.jitter = {0.2, 0.6, 1.0, 1.4, 1.8}, point.common = 0.2;
  JobPlan plan = plan_of(layout, 2, 10, 30, 10e-3);
  plan.ranks = 4;
  const SimResult first = simulate_one(storage, plan, true, 1), again = simulate_one(storage, plan, true, 1);
  EXPECT_EQ(au_of(first), au_of(again));
  EXPECT_EQ(first.events, again.events);
  EXPECT_EQ(first.simulated.value, again.simulated.value);
  EXPECT_NE(au_of(first), au_of(simulate_one(storage, plan, true, 2)));
}

// A job that storage limits has AU = compute / (bytes / bandwidth): 4 ranks x 10 samples x 1 MB per step at
// 100 MB/s are 0.4 s; the step computes for 0.2 s.
TEST(Simulate, AJobThatStorageLimitsRunsAtItsBandwidth) {
  TestLayout layout(100'000, 1'000'000);
  JobPlan plan = plan_of(layout, 2, 10, 200, 0.2);
  plan.ranks = 4;
  const SimResult result = simulate_one(storage_of({pipe(100e6)}), plan);
  EXPECT_NEAR(au_of(result), 0.5, 0.005);
  ASSERT_EQ(result.stations.size(), 1u);
  EXPECT_EQ(result.stations[0].name, "pipe");
  EXPECT_NEAR(result.stations[0].utilisation, 1, 0.01);
  EXPECT_NEAR(result.stations[0].rate.value, 100, 1);
  ASSERT_TRUE(result.jobs[0].au);
  EXPECT_NEAR(result.jobs[0].au->mean, 0.5, 0.005);
  EXPECT_NEAR(result.jobs[0].steps.mean().value, 0.4, 0.005);
}

// Four workers that take 80 ms for a batch deliver together, and 10 ms are computed of each: rounds of 80 ms with four
// steps, AU 0.5. However many steps there are, those that are settled are whole rounds of them.
TEST(Simulate, WhatIsSettledAreWholeRoundsOfTheWorkers) {
  TestLayout layout(100'000, 1'000'000);
  for (const std::uint64_t steps : {24, 25, 26, 27}) {
    const SimResult result =
        simulate_one(storage_of({latency(constant_law(8e-3))}), plan_of(layout, 4, 10, steps, 10e-3));
    ASSERT_TRUE(result.jobs[0].settled_au) << steps;
    EXPECT_NEAR(*result.jobs[0].settled_au, 0.5, 1e-9) << steps;
  }
}

// Two such jobs share the pipe: each gets half of it. Alone the first needs 0.1 s per step for 0.2 s of
// compute.
TEST(Simulate, JobsSideBySideShareTheStorage) {
  TestLayout layout(100'000, 1'000'000);
  const StorageSpec storage = storage_of({pipe(100e6)});
  const JobPlan plan = plan_of(layout, 2, 10, 200, 0.1);
  EXPECT_NEAR(au_of(simulate_one(storage, plan)), 1, 0.02);
  SimSetup setup;
  setup.storage = &storage;
  setup.jobs = {{plan, 0}, {plan, 0}};
  const SimResult result = simulate(setup);
  EXPECT_NEAR(au_of(result, 0), 0.5, 0.02);
  EXPECT_NEAR(au_of(result, 1), 0.5, 0.02);
}

// A network of 100 MB/s per host, 4 ranks: on one host they share it, on four each has one of its own.
TEST(Simulate, EveryHostHasAClientOfItsOwn) {
  TestLayout layout(100'000, 1'000'000);
  StorageSpec storage = storage_of({pipe(1e12)});
  storage.client.push_back(pipe(100e6));
  JobPlan plan = plan_of(layout, 2, 10, 100, 0.1);
  plan.ranks = 4;
  EXPECT_NEAR(au_of(simulate_one(storage, plan, true, 1, 4)), 0.25, 0.01);
  EXPECT_NEAR(au_of(simulate_one(storage, plan, true, 1, 1)), 1, 0.02);
}

// 2 cores per host, 10 ms of work per sample, 4 workers: 200 samples/s where compute wants 400/s.
TEST(Simulate, PreprocessingTakesTheHostsCores) {
  TestLayout layout(10'000, 1000);
  StorageSpec storage = storage_of({pipe(1e12)});
  JobPlan plan = plan_of(layout, 4, 10, 100, 25e-3);
  plan.loader.preprocess = constant_law(10e-3);
  EXPECT_NEAR(au_of(simulate_one(storage, plan)), 1, 0.05);
  Station cpu;
  cpu.kind = StationKind::kCpu;
  cpu.servers = 2;
  storage.client.push_back(cpu);
  EXPECT_NEAR(au_of(simulate_one(storage, plan)), 0.5, 0.01);
}

// Half of the files on a tier that takes 10 ms, half on one that takes 2 ms: 6 ms on average for one reader.
TEST(Simulate, AFileLiesOnOneTierByShare) {
  TestLayout layout(20'000, 1000);
  StorageSpec storage = storage_of({latency(constant_law(10e-3))});
  storage.tiers[0].share = 0.5;
  storage.tiers.push_back({"fast", 0.5, {}, {latency(constant_law(2e-3))}});
  JobPlan plan = plan_of(layout, 0, 10, 1000, 0);
  const SimResult result = simulate_one(storage, plan);
  EXPECT_NEAR(result.jobs[0].job.epochs[0][0].load_wait.value, 60, 1);
}

// A cache of half the dataset, warm, random replacement: hits settle at 0.283 (model of shuffled epochs); a
// pinned one, cold, misses everything in the first epoch and keeps half.
TEST(Simulate, CachesTakeTheirShareOfShuffledEpochs) {
  TestLayout layout(10'000, 1000);
  StorageSpec storage = storage_of({latency(constant_law(1e-3))});
  storage.caches.push_back({"pages", {5'000'000}, CachePolicy::kRandom, StationScope::kHost, true, {}});
  JobPlan plan = plan_of(layout, 4, 10, 1000, 0);
  plan.epochs = 6;
  const SimResult random = simulate_one(storage, plan);
  ASSERT_EQ(random.jobs[0].cache_hits_per_epoch.size(), 6u);
  for (int epoch = 3; epoch < 6; ++epoch)
    EXPECT_NEAR(random.jobs[0].cache_hits_per_epoch[epoch], 0.283, 0.01);
  storage.caches[0].policy = CachePolicy::kPinned;
  storage.caches[0].warm = false;
  const SimResult pinned = simulate_one(storage, plan);
  EXPECT_EQ(pinned.jobs[0].cache_hits_per_epoch[0], 0.0);
  EXPECT_NEAR(pinned.jobs[0].cache_hits_per_epoch[1], 0.5, 1e-9);
  EXPECT_NEAR(pinned.jobs[0].cache_hit_share, 5 * 0.5 / 6, 1e-9);
}

// Files of 1000 B take a page of 4096 and 1596 B of kernel memory: 10,000 leave 20.48 of 36.44 MB, half of all pages.
// The second epoch finds what LRU keeps, .153, later ones more; what the cache stands for decides how much more.
TEST(Simulate, PageCachesHoldWholePagesBesideKernelMemory) {
  TestLayout layout(10'000, 1000);
  StorageSpec storage = storage_of({latency(constant_law(1e-3))});
  storage.caches.push_back({"pages", {36'440'000}, CachePolicy::kPageCache, StationScope::kHost, false, {}});
  JobPlan plan = plan_of(layout, 4, 10, 1000, 0);
  plan.epochs = 4;
  const auto small = simulate_one(storage, plan).jobs[0].cache_hits_per_epoch;
  EXPECT_EQ(small[0], 0.0);
  EXPECT_NEAR(small[1], 0.153, 0.02);
  EXPECT_NEAR(small[3], 0.213, 0.02);
  storage.caches[0].stands_for = Bytes{std::uint64_t{100} << 30};
  EXPECT_NEAR(simulate_one(storage, plan).jobs[0].cache_hits_per_epoch[3], 0.334, 0.02);
}

// A small cache near, a large one behind it: what the second holds does not reach the tier.
TEST(Simulate, CachesAreAskedNearestFirst) {
  TestLayout layout(1000, 1000);
  StorageSpec storage = storage_of({latency(constant_law(1.0))});
  storage.caches.push_back({"near", {100'000}, CachePolicy::kPinned, StationScope::kHost, false, {}});
  storage.caches.push_back(
      {"far", {1'000'000}, CachePolicy::kLru, StationScope::kShared, false, {latency(constant_law(1e-3))}});
  JobPlan plan = plan_of(layout, 0, 10, 100, 0);
  plan.epochs = 2;
  const SimResult result = simulate_one(storage, plan);
  EXPECT_NEAR(result.jobs[0].job.epochs[0][0].load_wait.value, 1000, 1e-6);  // all from the tier
  EXPECT_NEAR(result.jobs[0].job.epochs[1][0].load_wait.value, 900e-3,
              1e-6);  // 100 free, 900 from the far one
  EXPECT_NEAR(result.jobs[0].cache_hits_per_epoch[1], 1, 1e-9);
}

// A hit of a cache without stations takes what the tier's curves say of cached reads: a single reader, half
// of 1000 samples pinned: 500 x 10 ms + 500 x 0.1 ms.
TEST(Simulate, HitsTakeTheTiersCachedCurve) {
  TestLayout layout(1000, 1000);
  StorageSpec storage = storage_of({});
  storage.tiers[0].curves.push_back(curve_of(ReadKind::kFile, 1000, {{1, 100}}));
  storage.tiers[0].curves.push_back(curve_of(ReadKind::kFile, 1000, {{1, 10'000}}));
  storage.tiers[0].curves[1].cached = true;
  storage.caches.push_back({"pages", {500'000}, CachePolicy::kPinned, StationScope::kHost, false, {}});
  JobPlan plan = plan_of(layout, 0, 10, 100, 0);
  plan.epochs = 2;
  const SimResult result = simulate_one(storage, plan);
  EXPECT_NEAR(result.jobs[0].job.epochs[0][0].load_wait.value, 10, 1e-6);
  EXPECT_NEAR(result.jobs[0].job.epochs[1][0].load_wait.value, 5.05, 1e-6);
  ASSERT_EQ(result.stations.size(), 2u);
  EXPECT_EQ(result.stations[0].name, "tier (cached)");
  EXPECT_NEAR(result.stations[0].residence.value, 1e-4, 1e-9);
  EXPECT_NEAR(result.stations[1].residence.value, 1e-2, 1e-9);
}

// Ranges of 5 MB out of packed files are five requests of at most 1 MiB, each an operation with its fixed
// cost.
TEST(Simulate, LargeRangesAreReadRequestByRequest) {
  TestLayout layout(400, 5'000'000, 20);
  StorageSpec storage = storage_of({});
  storage.tiers[0].curves.push_back(curve_of(ReadKind::kRange, 1 << 20, {{1, 100}}, 0.5));
  const JobPlan plan = plan_of(layout, 0, 10, 40, 0);
  const double expected = 400 * 10e-3 * (5 * 0.5 + 0.5 * 5'000'000 / (1 << 20));
  for (const bool aggregate : {true, false})
    EXPECT_NEAR(simulate_one(storage, plan, aggregate).simulated.value, expected, 1e-6) << aggregate;
}

// Shards read front to back in requests of 4 KiB: 50,000 B are 13 of them; hits by request in the second
// epoch.
TEST(Simulate, StreamsReadRequestsOfOpenFiles) {
  TestLayout layout(600, 1000, 50);
  StorageSpec storage = storage_of({});
  storage.tiers[0].curves.push_back(curve_of(ReadKind::kStream, 4096, {{1, 1000}, {8, 4000}}));
  storage.caches.push_back({"pages", {10'000'000}, CachePolicy::kLru, StationScope::kHost, false, {}});
  JobPlan plan = plan_of(layout, 3, 10, 60, 0);
  plan.loader.framework = Framework::kTensorflow;
  plan.loader.transfer_size = Bytes{4096};
  plan.epochs = 2;
  const SimResult result = simulate_one(storage, plan);
  EXPECT_EQ(result.jobs[0].job.samples_delivered, 1200u);
  EXPECT_EQ(result.jobs[0].job.readers.requests, 2u * 12 * 13);
  EXPECT_EQ(result.jobs[0].cache_hits_per_epoch[0], 0.0);
  EXPECT_EQ(result.jobs[0].cache_hits_per_epoch[1], 1.0);
}

// Twenty shards of 2 MB, read here and there: the first read of each brings all of it over the pipe, 20 ms, and all
// others find it, in any order; where there is room for half of them, shards come and go, and whole.
TEST(Simulate, ACacheOfFilesTakesShardsWhole) {
  TestLayout layout(400, 100'000, 20);
  const StorageSpec bare = storage_of({pipe(100e6)});
  const auto simulated = [&](Bytes size, Framework framework) {
    StorageSpec storage = bare;
    storage.caches.push_back({"disk", size, CachePolicy::kLru, StationScope::kHost, false, {}, {}, true});
    JobPlan plan = plan_of(layout, 0, 10, 40, 0);
    plan.loader.framework = framework;
    plan.epochs = 2;
    return simulate_one(storage, plan);
  };
  const SimResult all = simulated(Bytes{100'000'000}, Framework::kPytorch);
  EXPECT_NEAR(all.jobs[0].cache_hits_per_epoch[0], 1 - 20.0 / 400, 1e-9);
  EXPECT_NEAR(all.jobs[0].job.epochs[0][0].load_wait.value, 0.4, 1e-6);
  EXPECT_EQ(all.jobs[0].cache_hits_per_epoch[1], 1);
  EXPECT_NEAR(all.jobs[0].job.epochs[1][0].load_wait.value, 0, 1e-6);
  const SimResult half = simulated(Bytes{20'100'000}, Framework::kPytorch);
  EXPECT_NEAR(half.jobs[0].cache_hits_per_epoch[1], 0.5, 0.08);
  const double misses = (1 - half.jobs[0].cache_hits_per_epoch[1]) * 400;
  EXPECT_NEAR(half.jobs[0].job.epochs[1][0].load_wait.value, misses * 0.02, 1e-6);
}

// Files of 1000 B take a block of 4 KiB on a disk each: there is room for half of them.
TEST(Simulate, ACacheOfFilesCountsBlocks) {
  TestLayout layout(1000, 1000);
  StorageSpec storage = storage_of({pipe(100e6)});
  storage.caches.push_back(
      {"disk", {500 * 4096}, CachePolicy::kPinned, StationScope::kHost, false, {}, {}, true});
  JobPlan plan = plan_of(layout, 0, 10, 100, 0);
  plan.epochs = 2;
  EXPECT_NEAR(simulate_one(storage, plan).jobs[0].cache_hits_per_epoch[1], 0.5, 1e-9);
}

// Shards of 64 records of 100 kB, 8 of them read at once at 2 GB/s, whatever the number: 512 records
// take 25.6 ms, and batches of 32 compute 1/1.5 of that. Request by request both go on at once: AU 1 / 1.5.
// Read ahead as a whole, all 8 shards come first, 25.6 ms, and then nothing is fetched until their records
// are used up, but for what the loader runs ahead: of 16 batches' compute, 17.07 ms, at most 14 lie outside,
// and AU is at least 17.07 / (25.6 + 14.93) = 0.42.
TEST(Simulate, ShardsThatAreReadAheadComeInBursts) {
  TestLayout layout(64 * 8 * 40, 100'000, 64);
  StorageSpec storage = storage_of({});
  storage.tiers[0].curves.push_back(curve_of(ReadKind::kStream, 250'000, {{1, 8000}, {8, 8000}}));
  JobPlan plan = plan_of(layout, 8, 32, 16 * 40, 17.07e-3 / 16);
  plan.loader.framework = Framework::kTensorflow;
  plan.loader.transfer_size = Bytes{250'000};
  const double apart = simulate_one(storage, plan).jobs[0].au->mean;
  storage.tiers[0].curves[0].ahead = Bytes{8 << 20};
  const double ahead = simulate_one(storage, plan).jobs[0].au->mean;
  EXPECT_NEAR(apart, 1 / 1.5, 0.04);
  EXPECT_GT(ahead, 0.42);
  EXPECT_LT(ahead, apart - 0.1);
}

TEST(Simulate, EndsEarlyOnceItKnowsEnough) {
  const GeneratedLayout layout = varied_files(5000);
  const StorageSpec storage = storage_of({pipe(100e6)});
  SimSetup setup;
  setup.storage = &storage;
  setup.jobs.push_back({plan_of(layout, 4, 10, 100'000, 8e-3), 0});
  setup.au_half_width = 0.005;
  const SimResult result = simulate(setup);
  EXPECT_TRUE(result.ended_early);
  ASSERT_TRUE(result.jobs[0].au);
  EXPECT_LT(result.jobs[0].au->half_width, 0.005);
  EXPECT_GE(result.jobs[0].job.epochs[0][0].steps, setup.least_steps);
  EXPECT_LT(result.jobs[0].job.epochs[0][0].steps, 10'000u);
}

TEST(Simulate, StopsWhenAsked) {
  TestLayout layout(1000, 1000);
  const StorageSpec storage = storage_of({pipe(1e9)});
  SimSetup setup;
  setup.storage = &storage;
  setup.jobs.push_back({plan_of(layout, 4, 10, 1'000'000'000, 1e-3), 0});
  std::stop_source source;
  source.request_stop();
  const SimResult result = simulate(setup, source.get_token());
  EXPECT_TRUE(result.stopped);
  EXPECT_TRUE(result.jobs[0].job.stopped);
}

TEST(Simulate, RefusesStorageWithoutACurveForTheJob) {
  TestLayout layout(1000, 1000);
  JobPlan plan = plan_of(layout, 4, 10, 10, 1e-3);
  plan.loader.read_mode = ReadMode::kDirect;
  EXPECT_THROW(simulate_one(curve_storage({{1, 100}}), plan), UserError);
}

}  // namespace
}  // namespace aforo
