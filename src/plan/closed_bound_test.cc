// ClosedOptions::at_most: whatever the job and its caches, no utilisation lies above the bound.
#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "plan/closed_predict.h"

namespace aforo {
namespace {

double between(Random& random, double low, double high) {
  return low * std::pow(high / low, random.uniform());
}

// Hosts whose caches fill for epochs, before storage that decides something.
struct BoundCase {
  Workload job;
  StorageSpec storage;
  ClosedOptions options;
};
BoundCase drawn(Random& random) {
  BoundCase out;
  Workload& w = out.job;
  w.name = "job";
  w.dataset.sample_size.mean = between(random, 2e4, 2e8);
  w.loader.batch_size = static_cast<std::uint32_t>(1 + random.below(64));
  w.loader.workers = static_cast<std::uint32_t>(1 + random.below(16));
  w.loader.prefetch = static_cast<std::uint32_t>(1 + random.below(3));
  w.accelerator.count = static_cast<std::uint32_t>(8 * (1 + random.below(32)));
  w.accelerator.step_time.mean = between(random, 0.01, 1);
  w.dataset.samples = w.loader.batch_size * w.accelerator.count * (20 + random.below(2000));
  w.training.epochs = static_cast<std::uint32_t>(1 + random.below(300));
  w.training.au_target = 0.01;
  const double wanted = w.accelerator.count * static_cast<double>(w.loader.batch_size) *
                        w.dataset.sample_size.mean / w.accelerator.step_time.mean;
  Station pipe;
  pipe.name = "pipe";
  pipe.kind = StationKind::kBandwidth;
  pipe.bandwidth = BytesPerSecond{wanted * between(random, 0.1, 3)};
  Station away;
  away.name = "away";
  away.kind = StationKind::kLatency;
  away.latency.mean = between(random, 1e-4, 2e-2);
  out.storage.name = "storage";
  out.storage.tiers.push_back({"all", 1, {}, {pipe, away}});
  CacheSpec cache;
  cache.name = "host";
  cache.policy = random.below(2) == 0 ? CachePolicy::kPageCache : CachePolicy::kRandom;
  cache.size = Bytes{static_cast<std::uint64_t>(static_cast<double>(w.dataset.samples) *
                                                w.dataset.sample_size.mean * between(random, 0.02, 2))};
  out.storage.caches.push_back(cache);
  out.options.ranks_per_host = 8;
  return out;
}

TEST(ClosedBound, NoUtilisationLiesAboveIt) {
  constexpr double kRoughness = 5e-4;  // epochs between those that are looked at may be quicker than both
  Random random(7);
  int near = 0;
  for (int i = 0; i < 1000; ++i) {
    BoundCase c = drawn(random);
    const double au = predict_closed(c.job, c.storage, 0, c.options).au;
    c.options.at_most = true;
    const double bound = predict_closed(c.job, c.storage, 0, c.options).au;
    EXPECT_GE(bound, au * (1 - kRoughness)) << "case " << i;
    near += bound <= au * 1.02;
  }
  EXPECT_GT(near, 700) << "a bound that is far from everything prunes nothing";
}

}  // namespace
}  // namespace aforo
