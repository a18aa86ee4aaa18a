// A part of a large job beside all of it, on jobs so small that both take a moment.
#include "plan/simulated_part.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "base/random.h"
#include "plan/advice.h"
#include "plan/predict_test_case.h"
#include "plan/simulated_runs.h"

namespace aforo {
namespace {

constexpr std::uint32_t kRanks = 512, kWhole = 511;  // so that 128 are a part

// Volumes of which storage gives `supply` times what the accelerators want, with some chance in it.
PredictOptions volumes(double supply, std::uint64_t steps, double jitter) {
  PredictOptions options;
  Workload& w = options.workload;
  w.name = "volumes";
  w.dataset.samples = 2000;
  w.dataset.sample_size = {LawKind::kProductOfNormals, 146.6e6, 68.3e6, 0, 0, {}};
  w.loader.batch_size = 7;
  w.loader.workers = 4;
  w.loader.prefetch = 2;
  w.accelerator.step_time.mean = 0.323;
  w.accelerator.count = kRanks;
  w.training.steps = steps;
  options.every_step = true;
  options.ranks_per_host = 8;
  options.method = PredictMethod::kSimulate;
  ReadCurve curve;
  curve.size = 146.6e6;
  const double best = supply * kRanks * 7 / 0.323;
  for (const double of : {0.01, 0.1, 0.4, 1.0, 2.0})
    curve.points.push_back({1 + of * 4 * kRanks,
                            {best * std::min(1.0, 0.3 + of)},
                            0.1,
                            {1 - jitter, 1 - jitter / 2, 1, 1 + jitter / 2, 1 + jitter},
                            0});
  options.storage.name = "curve";
  options.storage.probed = "2026-01-01T00:00:00Z";
  options.storage.tiers = {{"disk", 1, {curve}, {}}};
  return options;
}

void add_cache(PredictOptions& options, double share, CachePolicy policy) {
  CacheSpec cache;
  cache.name = "page cache";
  cache.size = Bytes{static_cast<std::uint64_t>(share * 2000 * 146.6e6)};
  cache.policy = policy;
  cache.scope = StationScope::kHost;
  options.storage.caches.push_back(cache);
}

Prediction whole_of(PredictOptions options) {
  options.most_whole = kRanks;
  return predict(options);
}
Prediction part_of(PredictOptions options) {
  options.most_whole = kWhole;
  return predict(options);
}

TEST(SimulatedPart, IsHostsOfALargeJob) {
  const PredictOptions options = volumes(1, 4, 0);
  SimulatedCase c = make_case(options);
  const auto part = part_of(c, options.storage, kWhole);
  ASSERT_TRUE(part);
  EXPECT_EQ(part->job.plan.ranks, Ranks(0, 128, kRanks));
  EXPECT_EQ(part->share, 0.25);
  EXPECT_FALSE(part_of(c, options.storage, kRanks)) << "no more than may be whole";
  c.ranks_per_host = 512;
  EXPECT_FALSE(part_of(c, options.storage, kWhole)) << "one host";
}

// Without a barrier the ranks of a part read as fast as those of the whole do, through caches or not.
TEST(SimulatedPart, ReadsAsFastAsTheWhole) {
  Random random(11);
  for (int trial = 0; trial < 12; ++trial) {
    PredictOptions options = volumes(0.3 + 1.2 * random.uniform(), 8 + random.below(8), random.uniform());
    options.workload.training.synchronous = false;
    options.workload.training.epochs = 2;
    if (trial % 3 != 0)
      add_cache(options, 0.02 + 0.3 * random.uniform(),
                trial % 3 == 1 ? CachePolicy::kPageCache : CachePolicy::kRandom);
    const SimulatedCase c = make_case(options);
    const auto part = part_of(c, options.storage, kWhole);
    ASSERT_TRUE(part);
    const SimulatedOnce all = simulate_once(c, options.storage, 1, 0, {});
    const SimulatedOnce few = simulate_once(part->job, part->storage, 1, 0, {});
    EXPECT_NEAR(few.samples.value / all.samples.value, 1, 0.03) << trial;
    EXPECT_NEAR(few.au, all.au, 0.02) << trial;
    EXPECT_NEAR(few.in_flight / all.in_flight, 1, 0.08) << trial;
    EXPECT_NEAR(few.cache_hit_share, all.cache_hit_share, 0.01) << trial;
  }
}

// All of the answer: AU within what replications differ by, and its intervals' causes alike.
TEST(SimulatedPart, AnswersAsReplicationsOfTheWhole) {
  Random random(12);
  for (int trial = 0; trial < 12; ++trial) {
    PredictOptions options = volumes(0.3 + 1.2 * random.uniform(), 8 + random.below(8), random.uniform());
    options.workload.training.epochs = trial % 3 == 1 ? 6 : 2;
    if (trial % 3 != 0)
      add_cache(options, 0.02 + 0.3 * random.uniform(),
                trial % 3 == 1 ? CachePolicy::kPageCache : CachePolicy::kRandom);
    const Prediction all = whole_of(options), few = part_of(options);
    EXPECT_EQ(few.part_accelerators, 128U);
    EXPECT_EQ(all.part_accelerators, 0U);
    EXPECT_EQ(few.replications, 1U);
    EXPECT_NEAR(few.au, all.au, 0.005 + 2 * all.chance) << trial;
    EXPECT_NEAR(few.samples.value / all.samples.value, few.au / all.au, 0.001) << trial;
    EXPECT_NEAR(few.slower, all.slower, 0.01 + 2 * few.chance) << trial;
    EXPECT_NEAR(few.faster, all.faster, 0.01 + 2 * few.chance) << trial;
    EXPECT_LT(few.chance, 0.01 + 5 * all.chance) << trial;
    EXPECT_EQ(few.au_per_epoch.size(), all.au_per_epoch.size()) << trial;
    EXPECT_EQ(few.verdict.limit, all.verdict.limit) << trial;
    ASSERT_EQ(few.notes.size(), all.notes.size() + 1) << trial;
    EXPECT_NE(few.notes.back().find("told by 128 of them"), std::string::npos);
  }
}

// So large that its part is a twentieth: epochs that are left out go as those of the part do.
PredictOptions twenty_parts() {
  constexpr std::uint32_t kMany = 20 * 128;
  PredictOptions options = volumes(0.5 * kMany / kRanks, 20, 0.2);
  for (CurvePoint& point : options.storage.tiers[0].curves[0].points) point.concurrency *= kMany / kRanks;
  options.workload.accelerator.count = kMany;
  options.workload.training.epochs = 6;
  options.replications = 3;
  options.spread = false;
  options.most_whole = kRanks;
  return options;
}

// Hosts read more of the dataset in an epoch than their caches hold: the third epoch is one on full caches.
TEST(SimulatedPart, LaterEpochsGoAsThoseOfThePart) {
  PredictOptions options = twenty_parts();
  add_cache(options, 0.2, CachePolicy::kPageCache);
  const Prediction few = predict(options);
  options.most_whole = 20 * 128;
  const Prediction all = predict(options);
  EXPECT_EQ(few.part_accelerators, 128U);
  EXPECT_EQ(few.epochs, 2U);
  EXPECT_NE(few.notes.back().find("once, 2 epochs and one on full caches; what"), std::string::npos);
  EXPECT_EQ(all.epochs, 4U);
  ASSERT_EQ(few.au_per_epoch.size(), all.au_per_epoch.size());
  for (std::size_t e = 0; e < all.au_per_epoch.size(); ++e)
    EXPECT_NEAR(few.au_per_epoch[e] / all.au_per_epoch[e], 1, 0.03) << e;
  EXPECT_NEAR(*few.cache_hit_share, *all.cache_hit_share, 0.01);
  EXPECT_NEAR(few.stalls->barrier_wait / few.stalls->total, all.stalls->barrier_wait / all.stalls->total,
              0.05);
}

// Caches that hold most of a dataset of which a host reads little in an epoch, and a burst that the first epochs use up:
// none on full caches is like those that follow.
TEST(SimulatedPart, SimulatesNoFullCachesWhereNoEpochIsOnThem) {
  PredictOptions options = twenty_parts();
  add_cache(options, 0.9, CachePolicy::kRandom);
  const Prediction slow = predict(options);
  EXPECT_EQ(slow.epochs, 3U);
  EXPECT_EQ(slow.notes.back().find("on full caches"), std::string::npos);
  const auto full_after_first = [](const PredictOptions& asked) { return make_case(asked).full_after_first; };
  options.storage.caches.front().size = Bytes{options.storage.caches.front().size.value / 5};
  EXPECT_TRUE(full_after_first(options));
  Station burst;
  burst.name = "credits";
  burst.kind = StationKind::kBandwidth;
  burst.bandwidth = {1e9}, burst.burst_bandwidth = {2e9}, burst.burst = Bytes{1'000'000'000};
  options.storage.client.push_back(burst);
  EXPECT_FALSE(full_after_first(options));
}

// Changes are told of the AU that the whole has, and are those that the whole gains by.
TEST(SimulatedPart, AdvisesAsTheWholeDoes) {
  PredictOptions options = volumes(0.5, 10, 0.3);
  options.most_whole = kWhole;
  const std::vector<Advice> few = advise(options, {}, 0.4);
  options.most_whole = kRanks;
  const std::vector<Advice> all = advise(options, {}, 0.4);
  ASSERT_FALSE(all.empty());
  ASSERT_FALSE(few.empty());
  EXPECT_EQ(few.front().change, all.front().change);
  EXPECT_NEAR(few.front().au - few.front().gain, 0.4, 1e-9);
  EXPECT_NEAR(few.front().gain / 0.4, all.front().gain / (all.front().au - all.front().gain), 0.1);
}

// Threads change nothing.
TEST(SimulatedPart, IsTheSameWithAnyThreads) {
  PredictOptions few = volumes(0.8, 8, 0.5), many = twenty_parts();
  few.most_whole = kWhole;
  add_cache(many, 0.2, CachePolicy::kPageCache);
  expect_the_same_with_any_threads(few);
  expect_the_same_with_any_threads(many);
}

}  // namespace
}  // namespace aforo
