#include "workload/law.h"

#include <gtest/gtest.h>

#include <cmath>

namespace aforo {
namespace {

struct Sample {
  double mean = 0, cv = 0, smallest = 1e300, largest = 0;
};

Sample sample_of(const Law& law, int draws = 200'000) {
  Random random(11);
  Sample sample;
  double sum = 0, squares = 0;
  for (int i = 0; i < draws; ++i) {
    const double x = draw(law, random);
    sum += x;
    squares += x * x;
    sample.smallest = std::min(sample.smallest, x);
    sample.largest = std::max(sample.largest, x);
  }
  sample.mean = sum / draws;
  sample.cv = std::sqrt(std::max(0.0, squares / draws - sample.mean * sample.mean)) / sample.mean;
  return sample;
}

TEST(Laws, DrawWhatTheirClosedFormsSay) {
  const Law laws[] = {
      {.kind = LawKind::kConstant, .mean = 114'660},
      {.kind = LawKind::kNormal, .mean = 1000, .stddev = 150},
      {.kind = LawKind::kLognormal, .mean = 150e3, .stddev = 60e3},
      {.kind = LawKind::kUniform, .mean = 10, .stddev = 2},
      {.kind = LawKind::kGamma, .mean = 0.144, .stddev = 0.05},
      {.kind = LawKind::kGamma, .mean = 1, .stddev = 2},  // shape 1/4
      {.kind = LawKind::kExponential, .mean = 0.01},
      {.kind = LawKind::kPoisson, .mean = 3},
      {.kind = LawKind::kPoisson, .mean = 10'000},
      {.kind = LawKind::kProductOfNormals, .mean = 146'600'628, .stddev = 68'341'808},
      {.kind = LawKind::kEmpirical, .quantiles = {1, 2, 8, 9}},
  };
  for (const Law& law : laws) {
    const Sample sample = sample_of(law);
    const double cv = law_cv(law);
    // The mean of 200,000 draws has a relative error of cv / 447; five of these.
    EXPECT_NEAR(sample.mean / law_mean(law), 1, 5 * cv / 447 + 1e-12) << to_string(law.kind);
    EXPECT_NEAR(sample.cv, cv, 0.02 * cv + 1e-12) << to_string(law.kind);
  }
}

TEST(Laws, TheBenchmarksRectangleIsNarrowerThanItsNominalSpread) {
  // unet3d: sides normal(12108, 2822). r = 68341808 / (2 x 146600628) = 0.23309; cv = sqrt(2 r^2 + r^4) =
  // 0.3341, not the nominal 0.466.
  const Law law{.kind = LawKind::kProductOfNormals, .mean = 146'600'628, .stddev = 68'341'808};
  EXPECT_NEAR(law_cv(law), 0.334, 0.0005);
  EXPECT_EQ(law_mean(law), 146'600'628);
}

TEST(Laws, EmpiricalMomentsByHand) {
  // Pieces [0, 2] and [2, 6]: means 1 and 4, so 2.5; mean squares 4/3 and (4 + 12 + 36)/3 = 52/3, so 28/3.
  // Variance 28/3 - 6.25 = 3.0833, deviation 1.7559, cv 0.70238.
  const Law law{.kind = LawKind::kEmpirical, .quantiles = {0, 2, 6}};
  EXPECT_DOUBLE_EQ(law_mean(law), 2.5);
  EXPECT_NEAR(law_cv(law), 0.70238, 1e-5);
  const Sample sample = sample_of(law);
  EXPECT_GE(sample.smallest, 0);
  EXPECT_LT(sample.largest, 6.0001);
  EXPECT_DOUBLE_EQ(law_mean({.kind = LawKind::kEmpirical, .quantiles = {7}}), 7);
}

TEST(Laws, ClampToTheirLimitsAndNeverGoBelowZero) {
  const Sample wide = sample_of({.kind = LawKind::kNormal, .mean = 1, .stddev = 5});
  EXPECT_EQ(wide.smallest, 0);
  const Sample kept =
      sample_of({.kind = LawKind::kLognormal, .mean = 10, .stddev = 10, .minimum = 5, .maximum = 20});
  EXPECT_EQ(kept.smallest, 5);
  EXPECT_EQ(kept.largest, 20);
}

TEST(Laws, SameSeedSameDraws) {
  const Law law{.kind = LawKind::kLognormal, .mean = 100, .stddev = 40};
  Random a(3), b(3);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(draw(law, a), draw(law, b));
}

TEST(Laws, HaveWords) {
  for (const std::string& word : law_words()) EXPECT_EQ(to_string(law_kind(word).value()), word);
  EXPECT_FALSE(law_kind("gaussian"));
}

// Half from 0 to 10, then a jump to 100: mean 0.5 x 5 + 0.5 x 100, mean square 0.5 x 100 / 3 + 0.5 x 10000.
TEST(Law, QuantilesAtSharesMayJump) {
  const Law law{.kind = LawKind::kEmpirical, .quantiles = {0, 10, 100, 100}, .shares = {0, 0.5, 0.5, 1}};
  EXPECT_DOUBLE_EQ(law_mean(law), 52.5);
  EXPECT_NEAR(law_cv(law), std::sqrt(5000 + 50 / 3.0 - 52.5 * 52.5) / 52.5, 1e-12);
  EXPECT_DOUBLE_EQ(law_quantile(law, 0.25), 5);
  EXPECT_DOUBLE_EQ(law_quantile(law, 0.5), 100);
  EXPECT_DOUBLE_EQ(law_quantile(law, 1), 100);
}

}  // namespace
}  // namespace aforo
