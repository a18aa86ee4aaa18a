// From windows made by hand to curves: every expected number is worked out in the comment beside it.
#include "model/curve_fit.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "model/curve.h"
#include "model/test_windows.h"

namespace aforo {
namespace {

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

// Storage that has room for all: 0.1 s each, exponential, 2 windows of 4 s at each of five levels. One level alone knows
// its rate to (1.5 / 80)^(1/2) = 14 %; what each operation takes is one thing at all of them.
TEST(ProbeFit, FewAreServedAsFastAsSomeWhereThereIsRoom) {
  double alone = 0, together = 0;
  constexpr int kProbes = 100;
  for (std::uint64_t probe = 0; probe < kProbes; ++probe) {
    std::vector<WindowDigest> windows;
    for (const unsigned readers : {1u, 2u, 4u, 8u, 16u})
      for (std::uint64_t i = 0; i < 2; ++i)
        windows.push_back(digest(independent(readers, 0.1, 4, probe * 100 + readers * 2 + i)));
    const double rate = fit_curve(ReadKind::kFile, ReadMode::kDirect, false, windows).points[0].rate.value;
    together += std::pow(rate / 10 - 1, 2);
    alone += std::pow((windows[0].rate.value + windows[1].rate.value) / 20 - 1, 2);
  }
  EXPECT_GT(std::sqrt(alone / kProbes), 0.12);
  EXPECT_LT(std::sqrt(together / kProbes), 0.7 * std::sqrt(alone / kProbes));
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
