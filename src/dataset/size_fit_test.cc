#include "dataset/size_fit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace aforo {
namespace {

Law law(LawKind kind, double mean, double stddev) { return {kind, mean, stddev, 0, 0, {}}; }

SizeSummary drawn(const Law& from, int count) {
  SizeSummary summary;
  Random random(17);
  for (int i = 0; i < count; ++i) summary.add(static_cast<std::uint64_t>(std::llround(draw(from, random))));
  return summary;
}

// 2, 4, 4, 4, 5, 5, 7, 9: mean 5, population standard deviation 2.
TEST(SizeSummary, MomentsByHand) {
  SizeSummary summary;
  for (const std::uint64_t size : {2, 4, 4, 4, 5, 5, 7, 9}) summary.add(size);
  EXPECT_EQ(summary.count(), 8U);
  EXPECT_EQ(summary.total(), 40U);
  EXPECT_EQ(summary.smallest(), 2U);
  EXPECT_EQ(summary.largest(), 9U);
  EXPECT_DOUBLE_EQ(summary.mean(), 5);
  EXPECT_DOUBLE_EQ(summary.stddev(), 2);
  EXPECT_DOUBLE_EQ(summary.quantile(0.5), 4);
  EXPECT_DOUBLE_EQ(summary.quantile(0), 2);
  EXPECT_DOUBLE_EQ(summary.quantile(1), 9);
}

TEST(SizeSummary, QuantilesAreWithinTheStatedError) {
  SizeSummary summary;
  for (std::uint64_t i = 1; i <= 100'000; ++i) summary.add(i * i);
  for (const double p : {0.01, 0.1, 0.25, 0.5, 0.9, 0.99}) {
    const double exact = p * 1e5 * p * 1e5;
    EXPECT_NEAR(summary.quantile(p) / exact, 1, 0.008) << p;
  }
}

TEST(SizeSummary, MergedPartsAreTheWhole) {
  SizeSummary whole, a, b, none;
  Random random(2);
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t size = random.below(1 << 20);
    whole.add(size);
    (i % 3 == 0 ? a : b).add(size);
  }
  a.merge(b);
  a.merge(none);
  none.merge(a);
  for (const SizeSummary& merged : {a, none}) {
    EXPECT_EQ(merged.count(), whole.count());
    EXPECT_EQ(merged.total(), whole.total());
    EXPECT_EQ(merged.smallest(), whole.smallest());
    EXPECT_NEAR(merged.stddev(), whole.stddev(), 1e-6 * whole.stddev());
    EXPECT_NEAR(merged.log_mean(), whole.log_mean(), 1e-9);
    EXPECT_EQ(merged.quantile(0.3), whole.quantile(0.3));
  }
}

TEST(SizeSummary, TakesTheLargestAndTheSmallestSizes) {
  SizeSummary summary;
  summary.add(0);
  summary.add(~std::uint64_t{0} / 4);
  EXPECT_EQ(summary.smallest(), 0U);
  EXPECT_EQ(summary.distribution().size(), 2U);
  EXPECT_DOUBLE_EQ(summary.log_stddev(), 0);  // of the one size above 0
}

// Gamma of shape 1 is exponential: P(X <= x) = 1 - exp(-x / mean). Of shape 4 at its mean:
// 1 - e^-4 (1 + 4 + 8 + 32/3) = 0.566530.
TEST(LawCdf, ByHand) {
  EXPECT_NEAR(law_cdf(law(LawKind::kGamma, 10, 10), 10), 1 - std::exp(-1.0), 1e-12);
  EXPECT_NEAR(law_cdf(law(LawKind::kGamma, 10, 10), 50), 1 - std::exp(-5.0), 1e-12);
  EXPECT_NEAR(law_cdf(law(LawKind::kGamma, 100, 50), 100), 0.566530, 1e-6);
  EXPECT_NEAR(law_cdf(law(LawKind::kNormal, 100, 10), 110), 0.841345, 1e-6);
  // The median of a lognormal is mean / sqrt(1 + cv^2): 100 / sqrt(1.25).
  EXPECT_NEAR(law_cdf(law(LawKind::kLognormal, 100, 50), 100 / std::sqrt(1.25)), 0.5, 1e-12);
  const Law quarters{LawKind::kEmpirical, 0, 0, 0, 0, {0, 10, 30, 40, 100}};
  EXPECT_DOUBLE_EQ(law_cdf(quarters, 20), 0.375);
  EXPECT_DOUBLE_EQ(law_cdf(quarters, -1), 0);
  EXPECT_DOUBLE_EQ(law_cdf(quarters, 100), 1);
}

TEST(FitSizes, EqualSizesAreConstant) {
  SizeSummary summary;
  for (int i = 0; i < 10; ++i) summary.add(2828);
  const auto fit = fit_sizes(summary);
  EXPECT_EQ(fit.law.kind, LawKind::kConstant);
  EXPECT_EQ(fit.law.mean, 2828);
  EXPECT_EQ(fit.distance, 0);
}

TEST(FitSizes, FindsTheLawThatMadeThem) {
  for (const auto kind : {LawKind::kNormal, LawKind::kLognormal, LawKind::kGamma}) {
    const auto from = law(kind, 114'000, kind == LawKind::kNormal ? 20'000 : 80'000);
    const auto fit = fit_sizes(drawn(from, 50'000));
    EXPECT_EQ(fit.law.kind, kind) << to_string(fit.law.kind);
    EXPECT_NEAR(fit.law.mean, from.mean, 0.02 * from.mean);
    EXPECT_NEAR(fit.law.stddev, from.stddev, 0.05 * from.stddev);
    EXPECT_LT(fit.distance, 0.01);
  }
}

TEST(FitSizes, KeepsWithinTheSizesSeen) {
  const auto summary = drawn(law(LawKind::kLognormal, 1000, 1000), 10'000);
  const auto fit = fit_sizes(summary);
  EXPECT_EQ(fit.law.minimum, static_cast<double>(summary.smallest()));
  EXPECT_EQ(fit.law.maximum, static_cast<double>(summary.largest()));
}

// Thumbnails and photographs: no single law has two humps.
TEST(FitSizes, FallsBackToTheQuantiles) {
  auto summary = drawn(law(LawKind::kNormal, 5'000, 500), 10'000);
  summary.merge(drawn(law(LawKind::kNormal, 200'000, 20'000), 10'000));
  const auto fit = fit_sizes(summary);
  EXPECT_EQ(fit.law.kind, LawKind::kEmpirical);
  EXPECT_LE(fit.law.quantiles.size(), 200U);
  EXPECT_EQ(fit.law.quantiles.size(), fit.law.shares.size());
  EXPECT_TRUE(std::is_sorted(fit.law.quantiles.begin(), fit.law.quantiles.end()));
  EXPECT_NEAR(law_mean(fit.law), summary.mean(), 1e-9 * summary.mean());
  EXPECT_LT(fit.distance, 0.03);
}

TEST(FitSizes, FewSizesGetTheBenefitOfTheDoubt) {
  // 30 of a spread of a twentieth: a draw of as many has the total to 0.9 %.
  EXPECT_NE(fit_sizes(drawn(law(LawKind::kLognormal, 1000, 50), 30)).law.kind, LawKind::kEmpirical);
  SizeSummary two;
  two.add(10);
  two.add(20);
  EXPECT_NO_THROW(fit_sizes(two));
}

// 999 of 6 kB and one of 60 MB: 65.994 MB, of which the one holds 91 %. Two pieces say it.
TEST(FitSizes, KeepsTheOneThatHoldsMostOfTheBytes) {
  SizeSummary summary;
  for (int i = 0; i < 999; ++i) summary.add(6000);
  summary.add(60'000'000);
  const auto fit = fit_sizes(summary);
  EXPECT_EQ(fit.law.quantiles, (std::vector<double>{6000, 6000, 60'000'000, 60'000'000}));
  EXPECT_EQ(fit.law.shares, (std::vector<double>{0, 0.999, 0.999, 1}));
  EXPECT_NEAR(law_mean(fit.law), 65'994, 1e-6);
}

// Where `draw` raises or lowers, the mean moves: half of a normal of mean 0.1 kB and deviation 1 kB, cut at 0.
TEST(FitSizes, TheMeanOfALawIsThatOfItsDraws) {
  Law cut = law(LawKind::kNormal, 100, 1000);
  cut.maximum = 1e6;
  // E[max(0, X)] = m P(X > 0) + s phi(m / s) = 100 x 0.539828 + 1000 x 0.396953.
  EXPECT_NEAR(mean_within(cut), 450.936, 0.01);
}

// Whatever is fitted keeps the total, which is known exactly.
TEST(FitSizes, EveryLawKeepsTheTotal) {
  int number = 0;
  for (const auto kind :
       {LawKind::kNormal, LawKind::kLognormal, LawKind::kGamma, LawKind::kUniform, LawKind::kExponential}) {
    for (const double cv : {0.05, 0.5, 3.0, 20.0}) {
      for (const int count : {3, 40, 4000}) {
        for (const int large : {0, 1, 20}) {
          SizeSummary sizes = drawn(law(kind, 20'000, cv * 20'000), count);
          if (sizes.total() == 0) continue;
          for (int i = 0; i < large; ++i) sizes.add(20'000'000 + 1000 * i);
          const auto fit = fit_sizes(sizes);
          SCOPED_TRACE(testing::Message() << to_string(kind) << " cv " << cv << ", " << count << " and "
                                          << large << " large, as " << to_string(fit.law.kind));
          EXPECT_NEAR(mean_within(fit.law) / sizes.mean(), 1, 0.005);
          const double least = fit.law.kind == LawKind::kEmpirical ? 0.02 : kGoodFit;
          EXPECT_LE(fit.distance, std::max(least, 1.36 / std::sqrt(sizes.count())));
          ++number;
        }
      }
    }
  }
  EXPECT_GT(number, 170);
}

}  // namespace
}  // namespace aforo
