// How much latencies and rates vary, and what of it is pacing: every expected number is worked out in the comment
// beside it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.h"
#include "model/curve.h"
#include "model/curve_fit.h"
#include "model/test_windows.h"

namespace aforo {
namespace {

// Latencies that are all alike: every quantile is 1.
TEST(ProbeFit, JitterOfConstantLatenciesIsOne) {
  for (const double knot : jitter_of(std::vector<double>(100, 7.0)).quantiles) EXPECT_DOUBLE_EQ(knot, 1);
  EXPECT_TRUE(jitter_of(std::vector<double>(1000, 7.0)).tail.empty());
  EXPECT_TRUE(jitter_of(std::vector<double>(10, 1.0)).quantiles.empty());
}

// 0, 1, ..., 1000 is uniform: quantile i/32 is proportional to i, mean 500, so the knots are i / 16.
TEST(ProbeFit, JitterOfUniformLatenciesIsALine) {
  std::vector<double> ratios(1001);
  std::iota(ratios.begin(), ratios.end(), 0.0);
  const auto [knots, tail] = jitter_of(ratios);
  EXPECT_TRUE(tail.empty());
  ASSERT_EQ(knots.size(), 33u);
  for (std::size_t i = 0; i < 33; ++i) EXPECT_NEAR(knots[i], static_cast<double>(i) / 16, 0.01);
}

// One operation in 3200 takes 1000 x: the last interval holds 100 of them, so its mean is (99 + 1000) / 100 =
// 11 and the last knot 2 x 11 - 1 = 21 in the body's unit, not 1000.
TEST(ProbeFit, OneOutlierKeepsItsWeight) {
  std::vector<double> ratios(3200, 1.0);
  ratios.back() = 1000;
  const std::vector<double> knots = jitter_of(ratios).quantiles;
  EXPECT_NEAR(knots.back() / knots.front(), 21, 0.3);
  double mean = -(knots.front() + knots.back()) / 2;
  for (const double knot : knots) mean += knot;
  EXPECT_NEAR(mean / 32, 1, 1e-12);
}

// One operation in 300 takes 60 x: of mean 1.197 in the body's unit, 0.0033 x 50.1 of squares beside those of the body.
// On equal intervals it would be a delay of up to 13 that comes ten times as often.
TEST(ProbeFit, ARareTailStaysRareAndLong) {
  std::vector<double> ratios(3000, 1.0);
  for (std::size_t i = 0; i < ratios.size(); i += 300) ratios[i] = 60;
  CurvePoint point{1, PerSecond{1}, 0, {}, 0};
  auto [quantiles, tail] = jitter_of(ratios);
  point.jitter = quantiles, point.tail = tail;
  const ReadCurve curve{.kind = ReadKind::kFile, .size = 1, .points = {point}};
  const auto found = OperationCurve::find({&curve, 1}, ReadKind::kFile, ReadMode::kBuffered, false, 1);
  ASSERT_TRUE(found);
  int long_ones = 0;
  double mean = 0;
  for (int i = 0; i < 30000; ++i) {
    const double drawn = found->jitter(1, (i + 0.5) / 30000);
    mean += drawn / 30000;
    long_ones += drawn > 25 ? 1 : 0;
  }
  EXPECT_NEAR(mean, 1, 1e-3);
  EXPECT_NEAR(long_ones, 100, 40);  // 0.33 %
  const double squares = 1 / (1.1967 * 1.1967) * (299.0 / 300 + 3600.0 / 300) - 1;
  EXPECT_NEAR(found->jitter_cv(1), std::sqrt(squares), 0.15 * std::sqrt(squares));
}

// 8 readers, 1 ms an operation, for 2 s; then 2 ms for 2 s: the rate's mean is 6000/s +- 2000, cv 1/3.
// Independent readers do not explain that; one steady rate has nothing in common.
TEST(ProbeFit, FindsWhatSlowsAllAtOnce) {
  RawWindow window = steady(8, 1e-3, 2);
  for (const RawOperation& later : steady(8, 2e-3, 2).operations)
    window.operations.push_back(op(later.begin.value + 2, later.end.value + 2));
  window.until = Seconds{4};
  EXPECT_NEAR(common_of(std::vector{digest(window)}).value(), 1.0 / 3, 0.02);
  EXPECT_LT(common_of(std::vector{digest(steady(8, 1e-3, 4))}).value(), 0.01);
  EXPECT_FALSE(common_of(std::vector{digest(steady(8, 1e-3, 0.5))}));  // too few slots to tell
}

// Exponential latencies of a server that serves each by itself are work; of a bucket that lets 100 through
// per 50 ms every slot of 100 ms has its 200, however uneven the latencies.
TEST(ProbeFit, TellsPacingFromRandomWork) {
  EXPECT_EQ(pacing_by_slots(std::vector{digest(independent(8, 5e-3, 4, 1))}), 1);
  const WindowDigest paced = digest(in_slices(0.05, 4));
  EXPECT_GT(paced.latency_cv2, 30);
  EXPECT_LT(pacing_by_slots(std::vector{paced}).value(), 0.05);
  EXPECT_LT(pacing_by_slots(std::vector{digest(in_slices(0.05, 1))}).value(), 0.05);  // few, but clear
  EXPECT_FALSE(pacing_by_slots(std::vector{digest(in_slices(0.05, 0.4))}));           // too few
}

// Slices of 150 ms make slots of 100 ms uneven; the windows as a whole still have one rate.
TEST(ProbeFit, TellsPacingInLongSlicesByWholeWindows) {
  std::vector<WindowDigest> paced, random;
  for (std::uint64_t i = 0; i < 10; ++i) {
    paced.push_back(digest(in_slices(0.15, 1.5)));
    random.push_back(digest(independent(4, 10e-3, 1, i + 1)));
  }
  EXPECT_LT(pacing_by_windows(paced).value(), 0.1);
  EXPECT_EQ(pacing_by_windows(random), 1);
  EXPECT_FALSE(pacing_by_windows(std::span(random).first(8)));  // 8 windows of 1 level: 7 degrees of freedom
  EXPECT_LT(pacing_by_windows(std::span(paced).first(5)).value(), 0.1);  // clear enough
  EXPECT_FALSE(pacing_by_windows(std::span(paced).first(4)));
}

// Slices of 150 ms at a pace that doubles from window to window: windows differ, their halves do not.
TEST(ProbeFit, TellsPacingThatDriftsByTheHalvesOfWindows) {
  std::vector<WindowDigest> windows;
  for (const double slice : {0.15, 0.1, 0.075, 0.15, 0.1, 0.075})
    windows.push_back(digest(in_slices(slice, 0.9)));
  EXPECT_NE(pacing_by_windows(windows).value_or(1), pacing_by_halves(windows).value());
  EXPECT_LT(pacing_by_halves(windows).value(), 0.25);
}

// A quarter of operations is sixteen times as large and as long: in bytes every half is as the other, in operations
// chance decides how many large ones it has.
TEST(ProbeFit, WorkIsWhatSizesMakeIt) {
  RawWindow window;
  window.until = Seconds{2};
  Random random(5);
  for (double at = 0; at < 2;) {
    const bool large = random.below(4) == 0;
    const double took = large ? 16e-4 : 1e-4;
    window.operations.push_back(op(at, at + took, large ? 16'000 : 1000));
    at += took;
  }
  const WindowDigest seen = digest(window);
  const std::vector<WindowDigest> windows(12, seen);
  EXPECT_LT(std::abs(seen.more_bytes), 1e-3 * seen.halves);
  EXPECT_GT(std::abs(seen.more_operations), std::abs(seen.more_bytes));
  EXPECT_LT(common_of(windows, {seen.mean_bytes, 1}).value(), 0.02);  // all of it is the large ones
}

// 12 windows of 50 lognormal latencies of coefficient 1.3 a reader, by one or four: one time in a hundred, at most, random
// work is taken for paced.
TEST(ProbeFit, RandomWorkIsSeldomTakenForPaced) {
  Random random(99);
  const double sigma = std::sqrt(std::log(1 + 1.3 * 1.3));
  int paced = 0;
  for (int trial = 0; trial < 300; ++trial) {
    std::vector<WindowDigest> windows;
    for (int w = 0; w < 12; ++w) {
      RawWindow window;
      window.readers = w % 2 == 0 ? 1 : 4;
      window.until = Seconds{0.5};
      for (unsigned r = 0; r < window.readers; ++r)
        for (double at = -0.05 * random.uniform(); at < 0.5;) {
          const double took = 0.01 * std::exp(sigma * random.normal() - sigma * sigma / 2);
          window.operations.push_back(op(at, at + took));
          at += took;
        }
      windows.push_back(digest(window));
    }
    const double least =
        std::min({pacing_by_slots(windows).value_or(1), pacing_by_windows(windows).value_or(1),
                  pacing_by_halves(windows).value_or(1)});
    paced += least < 1 ? 1 : 0;
  }
  EXPECT_LE(paced, 3);
}

// A narrowed curve keeps mean 1 and never takes more than the latencies said.
TEST(ProbeFit, ACurveOfAPacedStorageHasNarrowJitter) {
  const std::vector<WindowDigest> windows(3, digest(in_slices(0.05, 2)));
  const CurvePoint point = fit_curve(ReadKind::kFile, ReadMode::kDirect, false, windows).points.at(0);
  EXPECT_NEAR(point.rate.value, 2000, 20);
  EXPECT_GT(point.jitter.front(), 0.9);
  EXPECT_NEAR(point.jitter.at(16), 1, 0.1);
}

}  // namespace
}  // namespace aforo
