// Hits of a host's cache that follow each other, read as one operation.
#include <gtest/gtest.h>

#include "sim/test_storage.h"

namespace aforo {
namespace {

// Storage that is a curve, behind a cache on every host that holds `share` of the data.
StorageSpec cached(const Layout& layout, double share) {
  StorageSpec storage = storage_of({});
  auto& curves = storage.tiers[0].curves;
  curves.push_back(curve_of(ReadKind::kFile, 100'000, {{1, 500}, {8, 3000}, {64, 5000}}));
  curves.push_back(curve_of(ReadKind::kFile, 100'000, {{1, 2000}, {8, 8000}}));
  curves.back().cached = true;
  CacheSpec cache;
  cache.name = "page cache";
  cache.size = Bytes{static_cast<std::uint64_t>(share * static_cast<double>(layout.total_bytes()))};
  cache.scope = StationScope::kHost;
  cache.warm = true;
  storage.caches.push_back(cache);
  return storage;
}

SimResult run(const StorageSpec& storage, const JobPlan& plan, bool gather, std::uint64_t seed = 1) {
  SimSetup setup;
  setup.storage = &storage;
  setup.jobs.push_back({plan, 4});
  setup.gather_hits = gather;
  setup.seed = seed;
  return simulate(setup);
}

// Where the cache holds everything, no order of asking matters: a worker that goes from hit to hit never leaves
// the station, so their sum takes as long.
TEST(GatherHits, IsTheSameWhereAllIsHeld) {
  const GeneratedLayout layout = varied_files(600);
  const StorageSpec storage = cached(layout, 1.1);
  JobPlan plan = plan_of(layout, 3, 20, 40, 8e-3);
  plan.ranks = 8;
  const SimResult each = run(storage, plan, false), gathered = run(storage, plan, true);
  EXPECT_LT(au_of(each), 0.9);
  EXPECT_NEAR(au_of(gathered), au_of(each), 1e-9);
  EXPECT_EQ(gathered.jobs[0].job.readers.bytes, each.jobs[0].job.readers.bytes);
  EXPECT_EQ(gathered.jobs[0].job.readers.samples, 8U * 40 * 20);
  EXPECT_NEAR(gathered.stations[0].rate.value, each.stations[0].rate.value, 1e-6);
  EXPECT_LT(gathered.events * 5, each.events);
}

// Where it holds a part, readers of a host ask it in another order: chance, and no more. A read that was asked for
// again when its turn comes would have two chances, 10 % fewer misses.
TEST(GatherHits, IsTheSameByChanceWhereAPartIsHeld) {
  const GeneratedLayout layout = varied_files(200);
  const StorageSpec storage = cached(layout, 0.85);
  JobPlan plan = plan_of(layout, 3, 7, 300, 5e-3);
  plan.ranks = 32;
  double au[2] = {}, misses[2] = {};
  std::uint64_t events[2] = {};
  for (std::uint64_t seed = 1; seed <= 4; ++seed)
    for (const bool gather : {false, true}) {
      const SimResult result = run(storage, plan, gather, seed);
      au[gather] += au_of(result) / 4;
      misses[gather] += (1 - result.jobs[0].cache_hit_share) / 4;
      events[gather] += result.events;
      EXPECT_EQ(result.jobs[0].job.readers.samples, 32U * 300 * 7);
    }
  EXPECT_NEAR(au[1], au[0], 0.01 * au[0]);
  EXPECT_NEAR(misses[1], misses[0], 0.02 * misses[0]);
  EXPECT_LT(events[1] * 3, events[0] * 2);
}

// A way of two stations is not one: there every hit is read by itself.
TEST(GatherHits, LeavesLongerWaysAlone) {
  const GeneratedLayout layout = varied_files(200);
  StorageSpec storage = cached(layout, 0.85);
  storage.client.push_back(pipe(1e9));
  JobPlan plan = plan_of(layout, 3, 7, 50, 5e-3);
  plan.ranks = 8;
  const SimResult each = run(storage, plan, false), gathered = run(storage, plan, true);
  EXPECT_EQ(au_of(gathered), au_of(each));
  EXPECT_EQ(gathered.events, each.events);
}

}  // namespace
}  // namespace aforo
