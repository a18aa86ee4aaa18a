// From windows made by hand to curves: every expected number is worked out in the comment beside it.
#include "model/curve_fit.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "base/random.h"
#include "model/curve.h"

namespace aforo {
namespace {

RawOperation op(double begin, double end, std::uint64_t bytes = 1000) {
  return {Seconds{begin}, Seconds{end}, bytes};
}

// n readers, each one operation after another of `latency`, from 0 to `until`.
RawWindow steady(unsigned readers, double latency, double until, std::uint64_t bytes = 1000) {
  RawWindow window;
  window.readers = readers;
  window.until = Seconds{until};
  for (unsigned r = 0; r < readers; ++r)
    for (int i = 0; i * latency < until; ++i)
      window.operations.push_back(op(i * latency, (i + 1) * latency, bytes));
  window.operations_in_all = window.operations.size();
  window.bytes_in_all = bytes * window.operations.size();
  return window;
}

RawWindow in_slices(double slice, double until);
RawWindow independent(unsigned readers, double mean, double until, std::uint64_t seed);

// Hann's weights over [1, 3] have half their sum on either side of 2. Half of the sum at 1/2 per second of
// the first, at 1 per second of the second, half at 1/4 per second of the third, none of the last: 1/4 + 1/2
// + 1/8.
TEST(ProbeFit, CountsOperationsByTheShareThatLiesInside) {
  const std::vector<RawOperation> operations{op(0, 2, 10), op(1, 2, 20), op(2, 6, 40), op(3, 4, 80)};
  const WorkRate rate = work_rate(operations, Seconds{1}, Seconds{3});
  EXPECT_NEAR(rate.operations, 0.875, 1e-12);
  EXPECT_NEAR(rate.bytes, 10 * 0.25 + 20 * 0.5 + 40 * 0.125, 1e-12);
}

// 100 at once every 100 ms, 1000/s: windows of 4 to 8 slices whose edges lie anywhere. Even weights would see
// 4 or 5 of 4.5 slices.
TEST(ProbeFit, BurstsAtTheEdgesDoNotBiasTheRate) {
  RawWindow window = in_slices(0.1, 2);
  for (double from = 0.1; from < 0.25; from += 0.013)
    for (double length = 0.4; length < 0.8; length += 0.037) {
      window.from = Seconds{from};
      window.until = Seconds{from + length};
      EXPECT_NEAR(digest(window).rate.value, 1000, 30) << from << " " << length;
    }
}

// 3 readers at 0.7 s an operation: 3 / 0.7 per second, although only 2 of each reader's end within 2 s.
TEST(ProbeFit, LongOperationsDoNotBiasTheRate) {
  const WindowDigest seen = digest(steady(3, 0.7, 2));
  EXPECT_NEAR(seen.rate.value, 3 / 0.7, 1e-9);
  EXPECT_EQ(seen.counted, 6u);
  EXPECT_NEAR(seen.mean_latency.value, 0.7, 1e-9);
}

// n readers who begin at once at 0, of a device that serves one operation of 0.1 s after another until all that were in
// flight at `until` are done.
RawWindow in_turn(unsigned readers, double until) {
  RawWindow window;
  window.readers = readers;
  window.until = Seconds{until};
  const int n = static_cast<int>(readers), all = static_cast<int>(std::ceil(until * 10)) + 2 * n - 2;
  for (int i = 0; i < all; ++i) window.operations.push_back(op(std::max(0, i - n + 1) * 0.1, (i + 1) * 0.1));
  window.operations_in_all = window.operations.size();
  window.bytes_in_all = 1000 * window.operations.size();
  return window;
}

// 10 operations per second at any number in flight, and windows as short as one operation: by the parts of their time
// those that wait would be 18 per second of 8, and 20 of 32.
TEST(ProbeFit, OperationsThatWaitTheirTurnAreNoWork) {
  const RawWindow raw = in_turn(8, 0.3);
  EXPECT_GT(work_rate(raw.operations, raw.from, raw.until).operations, 17);
  std::vector<WindowDigest> windows;
  for (const unsigned n : {1u, 2u, 4u, 8u, 16u, 32u})
    for (const double length : {0.3, 1.0, 5.0}) windows.push_back(digest(in_turn(n, length)));
  for (const CurvePoint& point : fit_curve(ReadKind::kFile, ReadMode::kBuffered, false, windows).points)
    EXPECT_NEAR(point.rate.value, 10, 0.3) << point.concurrency;
}

// Latency alone: n / 0.1 s, whatever part of two turns the window has.
TEST(ProbeFit, FewTurnsOfIndependentOperationsKeepTheirRate) {
  std::vector<WindowDigest> windows;
  for (const unsigned n : {1u, 4u, 16u}) {
    RawWindow window = steady(n, 0.1, 0.2);
    window.until = Seconds{0.13};
    windows.push_back(digest(window));
    EXPECT_NEAR(windows.back().in_flight, n, 1e-9);
  }
  for (const CurvePoint& point : fit_curve(ReadKind::kFile, ReadMode::kBuffered, false, windows).points)
    EXPECT_NEAR(point.rate.value, 10 * point.concurrency, 1e-6);
}

// Latencies of an exponential law: most are done long before the longest, with fewer than n in flight on the average; the
// rate is n / mean all the same.
TEST(ProbeFit, WhatEndsFirstIsMadeUpFor) {
  Random random(7);
  std::vector<WindowDigest> windows;
  for (const unsigned n : {1u, 4u, 16u})
    for (int repeat = 0; repeat < 40; ++repeat) {
      RawWindow window;
      window.readers = n, window.until = Seconds{0.2};
      for (unsigned r = 0; r < n; ++r)
        for (double at = 0; at < 0.2;) {
          const double latency = -0.1 * std::log(1 - random.uniform());
          window.operations.push_back(op(at, at + latency));
          at += latency;
        }
      window.operations_in_all = window.operations.size();
      window.bytes_in_all = 1000 * window.operations.size();
      windows.push_back(digest(window));
    }
  for (const CurvePoint& point : fit_curve(ReadKind::kFile, ReadMode::kBuffered, false, windows).points) {
    if (point.concurrency == 1) continue;  // windows of three operations say nothing of it
    EXPECT_NEAR(point.rate.value / point.concurrency, 10, 1.5) << point.concurrency;
  }
}

// latency = 1 ms + size * 1 us/1000 B: mean size 2000 B, mean latency 3 ms, of which 2 ms go with the size:
// 2/3.
TEST(ProbeFit, FindsTheShareThatGoesWithTheSize) {
  RawWindow window;
  window.until = Seconds{1000};
  double at = 0;
  for (int i = 0; i < 200; ++i) {
    const std::uint64_t bytes = i % 2 ? 1000 : 3000;
    const double latency = 1e-3 + static_cast<double>(bytes) * 1e-6;
    window.operations.push_back(op(at, at + latency, bytes));
    at += latency;
  }
  const WindowDigest seen = digest(window);
  EXPECT_NEAR(seen.share, 2.0 / 3, 1e-9);
  EXPECT_GT(seen.share_weight, 0);
  EXPECT_TRUE(share_is_measured(std::vector{seen}));
  EXPECT_FALSE(share_is_measured(std::vector{digest(steady(1, 0.01, 1))}));
  const ReadCurve curve = fit_curve(ReadKind::kFile, ReadMode::kBuffered, false, std::vector{seen});
  EXPECT_NEAR(curve.size_share, 2.0 / 3, 1e-9);
  EXPECT_NEAR(curve.size, 2000, 1e-9);
}

// Rates 100, 110, 120 at 4 in flight: mean and median 110, spread 20 / 110. At 1 in flight measured once:
// spread 0.
TEST(ProbeFit, TakesTheMeanOfWindowsAndSaysHowFarTheyLieApart) {
  const std::vector<WindowDigest> windows{digest(steady(4, 4 / 100.0, 4)), digest(steady(1, 0.02, 4)),
                                          digest(steady(4, 4 / 120.0, 4)), digest(steady(4, 4 / 110.0, 4))};
  const ReadCurve curve = fit_curve(ReadKind::kStream, ReadMode::kDirect, false, windows);
  ASSERT_EQ(curve.points.size(), 2u);
  EXPECT_EQ(curve.points[0].concurrency, 1);
  EXPECT_NEAR(curve.points[0].rate.value, 50, 1e-6);
  EXPECT_EQ(curve.points[0].spread, 0);
  EXPECT_EQ(curve.points[1].concurrency, 4);
  EXPECT_NEAR(curve.points[1].rate.value, 110, 1e-6);
  EXPECT_NEAR(curve.points[1].spread, 20.0 / 110, 1e-6);
}

// Every eighth waits for eight: seven of eight took no time. Where each waits for itself nobody did.
TEST(ProbeFit, TellsWhatWasReadAhead) {
  RawWindow window;
  window.until = Seconds{10};
  for (int i = 0; i < 100; ++i)
    for (int k = 0; k < 8; ++k) {
      const double begin = i * 0.1 + (k == 0 ? 0 : 0.09 + k * 1e-3);
      window.operations.push_back(op(begin, k == 0 ? begin + 0.09 : begin + 1e-3));
    }
  EXPECT_TRUE(read_ahead(std::vector{digest(window)}));
  EXPECT_FALSE(read_ahead(std::vector{digest(steady(4, 0.01, 4))}));
  EXPECT_FALSE(read_ahead(std::vector{digest(independent(4, 0.01, 4, 1))}));
  EXPECT_FALSE(read_ahead({}));
}

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

// n readers with independent exponential latencies of mean `mean`, for `until` seconds.
RawWindow independent(unsigned readers, double mean, double until, std::uint64_t seed) {
  RawWindow window;
  window.readers = readers;
  window.until = Seconds{until};
  Random random(seed);
  for (unsigned r = 0; r < readers; ++r)
    for (double at = 0; at < until;) {
      const double latency = -mean * std::log(1 - random.uniform());
      window.operations.push_back(op(at, at + latency));
      at += latency;
    }
  return window;
}

// One reader that gets 100 operations at once at every beginning of `slice` and then waits for the next.
RawWindow in_slices(double slice, double until) {
  RawWindow window;
  window.until = Seconds{until};
  for (int i = 0; i * slice < until - 1e-9; ++i)
    for (int k = 0; k < 100; ++k) {
      const double begin = i * slice + k * 1e-5;
      window.operations.push_back(op(begin, k < 99 ? begin + 1e-5 : (i + 1) * slice));
    }
  return window;
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

// 10,000 operations/s in all, a quarter of them sixteen times as large and as long: in bytes every half is as the other,
// in operations chance decides how many large ones it has.
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

// 12 windows of 50 lognormal latencies of coefficient 1.3 each, by one or four readers: one time in a hundred, at most,
// random work is taken for paced.
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

// 1000 B take 1 ms, 3000 B 2 ms at 1 in flight: slope 0.5 us/B. Of 1 ms 0.5 go with size, of 2 ms 1.5.
TEST(ProbeFit, TellsTheShareFromTwoSizes) {
  std::vector<ReadCurve> curves(3);
  for (auto& curve : curves) curve.points.emplace_back();
  curves[0].size = 1000, curves[0].points[0].rate = PerSecond{1000};
  curves[1].size = 3000, curves[1].points[0].rate = PerSecond{500};
  curves[2].size = 2 << 20, curves[2].kind = ReadKind::kStream, curves[2].points[0].rate = PerSecond{9};
  const auto notes = set_size_shares(curves, {false, false, false});
  EXPECT_NEAR(curves[0].size_share, 0.5, 1e-12);
  EXPECT_NEAR(curves[1].size_share, 0.75, 1e-12);
  EXPECT_EQ(curves[2].size_share, 1);  // large, and no other size: assumed
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_NE(notes[0].find("not measured"), std::string::npos);
}

// Best 1000: the first with 950 or more.
TEST(ProbeFit, TheKneeIsWhereLittleIsLeftToGain) {
  ReadCurve curve;
  const double rates[] = {500, 949, 951, 1000};
  for (unsigned i = 0; i < 4; ++i) {
    curve.points.emplace_back();
    curve.points.back().concurrency = 1 << i;
    curve.points.back().rate = PerSecond{rates[i]};
  }
  EXPECT_EQ(knee_of(curve), 4);
}

WindowDigest costing(std::uint64_t operations, std::uint64_t bytes, double cpu) {
  WindowDigest w;
  w.operations_in_all = operations, w.bytes_in_all = bytes, w.cpu = Seconds{cpu};
  return w;
}

// 10 us per operation and 0.1 ns per byte: 1000 of 10 kB cost 0.011 s, 100 of 10 MB cost 0.101 s.
TEST(ProbeFit, SplitsTheClientsCpu) {
  const auto cost =
      client_cost(std::vector{costing(1000, 10'000'000, 0.011), costing(100, 1'000'000'000, 0.101)});
  EXPECT_TRUE(cost.split);
  EXPECT_NEAR(cost.per_operation.value, 10e-6, 1e-9);
  EXPECT_NEAR(cost.per_byte.value, 0.1e-9, 1e-13);
}

// One size only: small ones cost per operation, large ones per byte.
TEST(ProbeFit, DoesNotSplitWhatItCannot) {
  const auto small =
      client_cost(std::vector{costing(1000, 10'000'000, 0.01), costing(2000, 20'000'000, 0.02)});
  EXPECT_FALSE(small.split);
  EXPECT_NEAR(small.per_operation.value, 10e-6, 1e-12);
  EXPECT_EQ(small.per_byte.value, 0);
  const auto large = client_cost(std::vector{costing(10, 10'000'000, 0.01)});
  EXPECT_EQ(large.per_operation.value, 0);
  EXPECT_NEAR(large.per_byte.value, 1e-9, 1e-15);
}

// 1 MB asked, 0.9 MB fetched: a tenth came from the cache. Readahead fetches more than asked: 0, not less.
TEST(ProbeFit, TellsTheShareOfTheCache) {
  RawWindow window = steady(1, 0.001, 1);
  window.bytes_from_storage = 900'000;
  EXPECT_NEAR(*digest(window).cache_share, 0.1, 0.002);
  window.bytes_from_storage = 1'200'000;
  EXPECT_EQ(*digest(window).cache_share, 0);
  window.bytes_from_storage.reset();
  EXPECT_FALSE(digest(window).cache_share);
}

// Four significant digits, and no digits of the machine's own behind them.
TEST(ProbeFit, WritesFourSignificantDigits) {
  EXPECT_EQ(rounded_for_file(15425.971496630458), 15430);
  EXPECT_EQ(rounded_for_file(0.0034337), 0.003434);
  EXPECT_EQ(rounded_for_file(0.99964), 0.9996);
  EXPECT_EQ(rounded_for_file(7.0), 7);
  EXPECT_EQ(rounded_for_file(0.0), 0);
  ReadCurve curve;
  curve.points.push_back({8, PerSecond{13344.866}, 0.0339485, {0.24655041, 1.7534496}, 0});
  const CurvePoint point = rounded_for_file(curve).points[0];
  EXPECT_EQ(point.rate.value, 13340);
  EXPECT_EQ(point.spread, 0.03395);
  EXPECT_EQ(point.jitter, (std::vector<double>{0.2466, 1.753}));
}

}  // namespace
}  // namespace aforo
