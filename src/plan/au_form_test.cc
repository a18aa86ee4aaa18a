#include "plan/au_form.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "base/random.h"
#include "plan/gamma_law.h"

namespace aforo {
namespace {

// Shape 1: 1 - e^{-x}; shape 2: 1 - (1 + x) e^{-x}; shape 1/2: erf(sqrt x).
TEST(GammaLaw, ByHand) {
  EXPECT_NEAR(GammaLaw(1).cdf(0.7), 1 - std::exp(-0.7), 1e-9);
  EXPECT_NEAR(GammaLaw(2).cdf(3), 1 - 4 * std::exp(-3.0), 1e-9);
  EXPECT_NEAR(GammaLaw(0.5).cdf(1.3), std::erf(std::sqrt(1.3)), 1e-9);
  EXPECT_EQ(GammaLaw(3).cdf(0), 0);
}

TEST(AuForm, WithoutVariationTheSlowerSideDecides) {
  EXPECT_EQ(steady_au({0.6, 0, 64, 8, 2, true}), 0.6);
  EXPECT_EQ(steady_au({1.7, 0, 64, 8, 2, true}), 1);
}

// The largest of n exponentials: 1 + 1/2 + ... + 1/n.
TEST(AuForm, LargestOfSome) {
  EXPECT_NEAR(expected_largest_gamma(1, 1), 1, 1e-3);
  EXPECT_NEAR(expected_largest_gamma(2, 1), 1.5, 1e-3);
  EXPECT_NEAR(expected_largest_gamma(3, 1), 1.8333, 1e-3);
  EXPECT_EQ(expected_largest_gamma(100, 0), 1);
}

// Of two of shape k and mean 1: 1 + Gamma(k + 1/2) / (sqrt(pi) Gamma(k) k), half of Gini's mean difference
// above the mean. Where most draws are next to nothing it is nearly their sum, and never above that.
TEST(AuForm, LargestOfTwoOfAnyShape) {
  for (const double cv : {0.05, 0.3, 1.0, 2.0, 5.0, 20.0}) {
    const double k = 1 / (cv * cv);
    const double half = std::exp(std::lgamma(k + 0.5) - std::lgamma(k)) / std::sqrt(std::numbers::pi) / k;
    EXPECT_NEAR(expected_largest_gamma(2, cv), 1 + half, 2e-4) << cv;
  }
  EXPECT_NEAR(expected_largest_gamma(8, 40), 8, 0.03);
  EXPECT_NEAR(in_order_efficiency(8, 40), 1.0 / 8, 1e-3);
}

// Below and above the shape from which quantiles take the place of a quadrature.
TEST(AuForm, LargestOfTwoWhereBothMethodsMeet) {
  for (const double k : {15.0, 19.99, 20.0, 20.01, 60.0, 250.0, 4000.0}) {
    const double half = std::exp(std::lgamma(k + 0.5) - std::lgamma(k)) / std::sqrt(std::numbers::pi) / k;
    EXPECT_NEAR(expected_largest_gamma(2, 1 / std::sqrt(k)), 1 + half, 2e-5) << k;
  }
  const double below = expected_largest_gamma(500, 1 / std::sqrt(19.999)),
               above = expected_largest_gamma(500, 1 / std::sqrt(20.001));
  EXPECT_NEAR(below, above, 1e-4);
}

// A step of 1 s and a batch of 0.5 s, exponential: two ranks wait 0.75 s: 1 / 1.75.
TEST(AuForm, LoadingOnDemand) {
  EXPECT_NEAR(on_demand_au(1_s, 0.5_s, 1, 2, true), 1 / 1.75, 1e-3);
  EXPECT_NEAR(on_demand_au(1_s, 0.5_s, 1, 2, false), 1 / 1.5, 1e-3);
}

// Ten steps of 1 s at 0.8 take 12.5 s, and 2.5 s until the first: 10 / 15.
TEST(AuForm, EpochEdge) { EXPECT_NEAR(epoch_au(0.8, 10, 1_s, 2.5_s), 10.0 / 15, 1e-12); }

TEST(AuForm, Checkpoints) {
  EXPECT_NEAR(checkpoint_factor(Seconds{1800}, Seconds{60}), 30.0 / 31, 1e-12);
  EXPECT_EQ(checkpoint_factor(Seconds{0}, Seconds{60}), 1);
}

// The loader of pytorch's semantics as a recursion: batch k of a rank is worker k mod W's, who begins when he
// is free and batch k - W P was taken.
double recursion(const AuCase& c, std::uint64_t steps, std::uint64_t seed) {
  const auto n = static_cast<std::size_t>(c.ranks), w = static_cast<std::size_t>(c.workers);
  const auto window = w * static_cast<std::size_t>(c.prefetch);
  const double shape = 1 / (c.batch_cv * c.batch_cv), scale = c.workers / c.ratio / shape;
  Random random(seed);
  std::vector<double> free(n * w, 0), taken(n * window, 0), end(n, 0);
  double from = 0;
  for (std::uint64_t k = 0; k < steps; ++k) {
    for (std::size_t r = 0; r < n; ++r) {
      double& worker = free[r * w + k % w];
      double& slot = taken[r * window + k % window];
      worker = std::max(worker, slot) + scale * random.gamma(shape);
      slot = std::max(worker, end[r]);
      end[r] = slot + 1;
    }
    if (c.barrier) std::fill(end.begin(), end.end(), *std::max_element(end.begin(), end.end()));
    if (k + 1 == steps / 5) from = *std::max_element(end.begin(), end.end());
  }
  const std::uint64_t counted = steps - steps / 5;
  return static_cast<double>(counted) / (*std::max_element(end.begin(), end.end()) - from);
}

TEST(AuForm, AgreesWithTheRecursion) {
  double sum = 0;
  int cases = 0;
  for (const double ranks : {1.0, 8.0, 64.0})
    for (const double workers : {1.0, 4.0})
      for (const double prefetch : {1.0, 2.0, 4.0})
        for (const double cv : {0.1, 0.3, 0.7})
          for (const double ratio : {0.7, 1.0, 1.5}) {
            const AuCase c{ratio, cv, ranks, workers, prefetch, true};
            const double error = std::abs(steady_au(c) - recursion(c, 4000, 5));
            EXPECT_LT(error, 0.075) << ranks << " " << workers << " " << prefetch << " " << cv << " "
                                    << ratio;
            sum += error;
            ++cases;
          }
  EXPECT_LT(sum / cases, 0.015);
}

TEST(AuForm, WithoutABarrierOthersDoNotMatter) {
  const AuCase alone{1.1, 0.4, 1, 4, 2, true};
  AuCase many{1.1, 0.4, 256, 4, 2, false};
  EXPECT_EQ(steady_au(alone), steady_au(many));
  many.barrier = true;
  EXPECT_LT(steady_au(many), steady_au(alone) - 0.05);
}

TEST(AuForm, GoesTheRightWay) {
  Random random(11);
  for (int i = 0; i < 2000; ++i) {
    AuCase c;
    c.ratio = 0.4 + 2 * random.uniform();
    c.batch_cv = 0.01 + random.uniform();
    c.ranks = 1 + static_cast<double>(random.below(500));
    c.workers = 1 + static_cast<double>(random.below(8));
    c.prefetch = 1 + static_cast<double>(random.below(6));
    const double au = steady_au(c);
    EXPECT_GT(au, 0);
    EXPECT_LE(au, std::min(1.0, c.ratio));
    AuCase more = c;
    more.ranks *= 2;
    EXPECT_LE(steady_au(more), au + 1e-3);
    more = c, more.prefetch += 1;
    EXPECT_GE(steady_au(more), au - 1e-3);
    more = c, more.ratio *= 1.2;
    EXPECT_GE(steady_au(more), au - 1e-3);
    more = c, more.ratio *= (c.workers + 1) / c.workers,
    more.workers += 1;  // one more worker like the others
    EXPECT_GE(steady_au(more), au - 5e-3);
    more = c, more.batch_cv *= 1.2;
    EXPECT_LE(steady_au(more), au + 5e-3);
  }
}

TEST(AuForm, ReadersInOrder) {
  EXPECT_EQ(in_order_efficiency(1, 1), 1);
  EXPECT_EQ(in_order_efficiency(16, 0), 1);
  for (const std::size_t readers : {2U, 4U, 8U, 16U, 64U})
    for (const double cv : {0.1, 0.3, 0.6, 1.0, 1.5}) {
      Random random(3);
      const double shape = 1 / (cv * cv);
      std::vector<double> delivered(readers, 0);
      double last = 0;
      constexpr std::size_t kSamples = 60000;
      for (std::size_t j = 0; j < kSamples; ++j)
        delivered[j % readers] = last = std::max(last, delivered[j % readers] + random.gamma(shape) / shape);
      const double left = kSamples / last / static_cast<double>(readers);
      EXPECT_NEAR(in_order_efficiency(static_cast<double>(readers), cv), left, 0.02) << readers << " " << cv;
    }
}

}  // namespace
}  // namespace aforo
