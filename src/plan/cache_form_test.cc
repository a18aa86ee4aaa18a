#include "plan/cache_form.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <list>
#include <sstream>
#include <vector>

#include "base/random.h"
#include "sim/cache.h"

namespace aforo {
namespace {

// RR: N x ln(x + (1-x) e^{1/(N x)}) misses. x = .5: .5 ln(.5 + .5 e^2) = .5 ln 4.19453 = .71689: hits .28311.
// LRU: x + (1-x) ln(1-x): .5 - .5 x .69315 = .15343.
TEST(CacheForm, OneNodeByHand) {
  EXPECT_NEAR(shuffled_hits({CachePolicy::kRandom, 0.5, 1}), 0.28311, 1e-5);
  EXPECT_NEAR(shuffled_hits({CachePolicy::kLru, 0.5, 1}), 0.15343, 1e-5);
  EXPECT_NEAR(shuffled_hits({CachePolicy::kPinned, 0.5, 1}), 0.5, 1e-12);
  EXPECT_NEAR(shuffled_hits({CachePolicy::kRandom, 0.9, 1}), 0.833, 5e-4);
  EXPECT_NEAR(shuffled_hits({CachePolicy::kLru, 0.9, 1}), 0.670, 5e-4);
}

TEST(CacheForm, TheEndsAreSafe) {
  for (const CachePolicy policy :
       {CachePolicy::kPinned, CachePolicy::kLru, CachePolicy::kRandom, CachePolicy::kPageCache})
    for (const double nodes : {1.0, 2.0, 64.0}) {
      EXPECT_EQ(shuffled_hits({policy, 0, nodes}), 0);
      EXPECT_EQ(shuffled_hits({policy, 1, nodes}), 1);
      EXPECT_NEAR(shuffled_hits({policy, 1e-5, nodes}), 0, 1.1e-5);
      EXPECT_NEAR(shuffled_hits({policy, 1 - 1e-9, nodes}), 1, 1e-6);
    }
  EXPECT_EQ(fixed_order_hits(CachePolicy::kRandom, 1), 1);
}

// As by hand; 1 of 1 TB in each of two nodes is all of it, but each new order sends half the samples to the other.
TEST(CacheForm, HitsOfBytes) {
  const Bytes dataset{1'000'000'000'000};
  EXPECT_NEAR(steady_hits({500'000'000'000}, dataset, 1), 0.28311, 1e-5);
  EXPECT_EQ(steady_hits({0}, dataset, 4), 0);
  EXPECT_EQ(steady_hits(dataset, dataset, 1), 1);
  EXPECT_EQ(steady_hits(dataset * 3, dataset, 1), 1);
  EXPECT_EQ(steady_hits({500'000'000'000}, dataset, 2), shuffled_hits({CachePolicy::kRandom, 0.5, 2}));
  EXPECT_EQ(steady_hits({1}, {0}, 1), 1);
}

TEST(CacheForm, ManyNodesHitTheShareWhateverThePolicy) {
  EXPECT_NEAR(shuffled_hits({CachePolicy::kLru, 0.4, 500}), 0.4, 0.01);
  EXPECT_NEAR(shuffled_hits({CachePolicy::kRandom, 0.4, 500}), 0.4, 0.01);
}

TEST(CacheForm, TheProfileAveragesToTheEpoch) {
  for (const CachePolicy policy :
       {CachePolicy::kPinned, CachePolicy::kLru, CachePolicy::kRandom, CachePolicy::kPageCache})
    for (const double nodes : {1.0, 2.0, 5.0})
      for (const double share : {0.1, 0.5, 0.65, 0.9}) {
        const CacheCase c{policy, share, nodes};
        double sum = 0;
        for (int i = 0; i < 2000; ++i) sum += shuffled_hits_at(c, (i + 0.5) / 2000) / 2000;
        EXPECT_NEAR(sum, shuffled_hits(c), 1e-4) << nodes << " " << share;
      }
  // x = .65, q = 1, N = 1: .65 / (.65 + .35 e^{1/.65}) = .65 / (.65 + .35 x 4.6576) = .2851.
  EXPECT_NEAR(shuffled_hits_at({CachePolicy::kRandom, 0.65, 1}, 1), 0.2851, 1e-4);
  EXPECT_NEAR(shuffled_hits_at({CachePolicy::kLru, 0.65, 1}, 0), 0.65, 1e-12);
  EXPECT_EQ(shuffled_hits_at({CachePolicy::kLru, 0.65, 1}, 0.7), 0);
}

// A cache that is simulated sample by sample: nodes draw their part of a new permutation every epoch.
double simulated_hits(CachePolicy policy, double share, std::size_t nodes) {
  constexpr std::size_t kSamples = 4000, kEpochs = 24, kWarm = 8;
  const auto room = static_cast<std::size_t>(share * kSamples);
  Random random(7);
  std::vector<std::list<std::size_t>> order(nodes);  // LRU, oldest first
  std::vector<std::vector<std::size_t>> held(nodes);
  std::vector<std::vector<std::list<std::size_t>::iterator>> place(nodes);
  std::vector<std::vector<bool>> inside(nodes, std::vector<bool>(kSamples, false));
  for (std::size_t n = 0; n < nodes; ++n) place[n].resize(kSamples);
  std::size_t hits = 0, reads = 0;
  for (std::size_t e = 0; e < kEpochs; ++e) {
    const Permutation shuffled(kSamples, random());
    for (std::size_t i = 0; i < kSamples; ++i) {
      const std::size_t sample = shuffled(i), n = i % nodes;
      const bool hit = inside[n][sample];
      hits += e >= kWarm && hit;
      reads += e >= kWarm;
      if (policy == CachePolicy::kLru) {
        if (hit) order[n].erase(place[n][sample]);
        if (!hit && order[n].size() == room) {
          inside[n][order[n].front()] = false;
          order[n].pop_front();
        }
        place[n][sample] = order[n].insert(order[n].end(), sample);
      } else if (!hit) {
        if (held[n].size() < room) {
          held[n].push_back(sample);
        } else {
          std::size_t& gone = held[n][random.below(room)];
          inside[n][gone] = false;
          gone = sample;
        }
      }
      inside[n][sample] = true;
    }
  }
  return static_cast<double>(hits) / static_cast<double>(reads);
}

TEST(CacheForm, AgreesWithCachesSimulatedSampleBySample) {
  for (const CachePolicy policy : {CachePolicy::kLru, CachePolicy::kRandom})
    for (const std::size_t nodes : {1U, 2U, 4U})
      for (const double share : {0.35, 0.65, 0.9})
        EXPECT_NEAR(shuffled_hits({policy, share, static_cast<double>(nodes)}),
                    simulated_hits(policy, share, nodes), 0.005)
            << to_string(policy) << " " << nodes << " " << share;
}

// Nodes that draw their part of a new permutation every epoch, each with a page cache, from the ninth epoch on.
TEST(CacheForm, AgreesWithSimulatedPageCaches) {
  constexpr std::uint64_t kSamples = 8000;
  for (const double active : {1.0, 2.0, 4.0, 15.0, 31.0})
    for (const std::size_t nodes : {1U, 2U, 4U})
      for (const double share : {0.2, 0.35, 0.5, 0.65, 0.8, 0.95}) {
        std::vector<SimCache> caches;
        for (std::size_t n = 0; n < nodes; ++n)
          caches.emplace_back(CachePolicy::kPageCache, static_cast<std::uint64_t>(share * kSamples) * 100,
                              kSamples, 100, 3 + n, PageLists{1, active});
        double hits = 0, reads = 0;
        const std::size_t skipped = 8 * nodes, epochs = skipped + 8;
        for (std::size_t e = 0; e < epochs; ++e) {
          const Permutation order(kSamples, e + 1);
          for (std::uint64_t i = 0; i < kSamples; ++i) {
            SimCache& cache = caches[i % nodes];
            const bool hit = cache.access(order(i));
            if (!hit) cache.insert(order(i), 100);
            if (e >= skipped) hits += hit, ++reads;
          }
        }
        EXPECT_NEAR(shuffled_hits({CachePolicy::kPageCache, share, static_cast<double>(nodes), active}),
                    hits / reads, 0.03)
            << active << " " << nodes << " " << share;
      }
}

// h = e^{-(1-h)/.65} has the root .393.
TEST(CacheForm, FixedOrder) {
  const double h = fixed_order_hits(CachePolicy::kRandom, 0.65);
  EXPECT_NEAR(h, 0.393, 1e-3);
  EXPECT_NEAR(h, std::exp(-(1 - h) / 0.65), 1e-9);
  EXPECT_EQ(fixed_order_hits(CachePolicy::kLru, 0.99), 0);
  EXPECT_EQ(fixed_order_hits(CachePolicy::kPinned, 0.3), 0.3);
}

// A first epoch reads 1/4 of the data at each of four nodes: their caches hold at most that in the second.
TEST(CacheForm, CachesFill) {
  EXPECT_EQ(filled_share(0.6, 1, false, 0), 0);
  EXPECT_EQ(filled_share(0.6, 1, true, 0), 0.6);
  EXPECT_EQ(filled_share(0.6, 1, false, 1), 0.6);
  EXPECT_NEAR(filled_share(0.6, 4, false, 1), 0.25, 1e-12);
  EXPECT_NEAR(filled_share(0.6, 4, false, 2), 0.4375, 1e-12);  // 1 - (3/4)^2
}

std::vector<std::string> fields(const std::string& line) {
  std::vector<std::string> out(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"')
      quoted = !quoted;
    else if (c == ',' && !quoted)
      out.emplace_back();
    else
      out.back() += c;
  }
  return out;
}

TEST(CacheForm, PublishedMeasurements) {
  std::ifstream file(AFORO_SOURCE_DIR "/data/published/cache_points.csv");
  std::string line;
  int points = 0;
  while (std::getline(file, line)) {
    if (line.empty() || line[0] == '#' || line.rfind("id,", 0) == 0) continue;
    const std::vector<std::string> at = fields(line);
    ASSERT_EQ(at.size(), 11U) << line;
    const CachePolicy policy = at[2] == "pinned" ? CachePolicy::kPinned : CachePolicy::kRandom;
    const double share = std::stod(at[4]), nodes = std::stod(at[5]);
    const double hits =
        at[3] == "fixed" ? fixed_order_hits(policy, share) : shuffled_hits({policy, share, nodes});
    const double found = at[6] == "fetched" ? (1 - hits) / nodes : 1 - hits;
    EXPECT_NEAR(found, std::stod(at[7]), std::stod(at[8])) << at[0];
    EXPECT_FALSE(at[9].empty() || at[10].empty()) << at[0];
    ++points;
  }
  EXPECT_EQ(points, 8);
}

}  // namespace
}  // namespace aforo
