// The load-dependent station: what was measured at a constant number in flight comes out again.
#include <gtest/gtest.h>

#include <cmath>

#include "sim/station_harness.h"
#include "sim/test_storage.h"

namespace aforo {
namespace {

OperationCurve find(const ReadCurve& curve, double size) {
  const std::vector<ReadCurve> curves{curve};
  return *OperationCurve::find(curves, curve.kind, ReadMode::kBuffered, false, size);
}

// 1 in flight: 100/s; 4: 300/s; 16: 400/s.
ReadCurve rising() { return curve_of(ReadKind::kFile, 1000, {{1, 100}, {4, 300}, {16, 400}}); }

class CurveHarness : public StationHarness {
 public:
  void add_curve(const ReadCurve& curve, double size = 1000) {
    auto server = make_curve_server(clock, 1);
    server->add(std::make_shared<const OperationCurve>(find(curve, size)));
    add(std::move(server));
  }
};

// n customers that never leave it have the throughput of the curve at n, whatever their sizes' law.
TEST(CurveStation, HasTheThroughputOfTheCurve) {
  for (const int n : {1, 2, 4, 9, 16, 40}) {
    CurveHarness harness;
    harness.add_curve(rising());
    for (int i = 0; i < n; ++i) harness.circulate(Seconds{200}, {0, 1000, true, true, -1}, 0, n > 1);
    harness.run();
    const double rate = find(rising(), 1000).rate(n).value;
    EXPECT_NEAR(static_cast<double>(harness.rounds) / harness.clock.now().value, rate, 0.02 * rate) << n;
  }
}

// Two at once, X(2) = 2 / R(2), R linear from 10 ms to 13.33 ms: R(2) = 11.11 ms, X(2) = 180/s, 90/s each. A
// of one operation, B of two: at 11.11 ms A is done and B has one left, alone at 100/s: 21.11 ms.
TEST(CurveStation, ProgressesAtTheRateOfTheLoad) {
  CurveHarness harness;
  harness.add_curve(rising());
  double a = 0, b = 0;
  harness.send(Seconds{0}, {0, 1000, true, true, -1}, a);
  harness.send(Seconds{0}, {0, 2000, true, true, -1}, b);
  harness.run();
  EXPECT_NEAR(a, 1e-2 / 0.9, 1e-9);
  EXPECT_NEAR(b, 1e-2 / 0.9 + 1e-2, 1e-9);
}

// Classes of one tier slow each other down: X_1(2)/2 = 90/s beside X_2(2)/2 = 45/s with a curve half as fast.
TEST(CurveStation, AllClassesCountTowardsTheLoad) {
  StationHarness harness;
  auto server = make_curve_server(harness.clock, 1);
  CurveServer& curves = *server;
  curves.add(std::make_shared<const OperationCurve>(find(rising(), 1000)));
  curves.add(std::make_shared<const OperationCurve>(
      find(curve_of(ReadKind::kFile, 1000, {{1, 50}, {4, 150}, {16, 200}}), 1000)));
  harness.add(std::move(server));
  double fast = 0, slow = 0;
  harness.send(Seconds{0}, {0, 1000, true, true, -1}, fast);
  harness.send(Seconds{0}, {0, 1000, true, true, -1}, slow, 1);
  harness.run();
  EXPECT_NEAR(fast, 1 / 90.0, 1e-9);
  EXPECT_NEAR(slow, 1 / 90.0 + 0.5 / 50, 1e-9);  // half done when it is alone
}

// size_share 0.25: an operation of twice the size costs 0.75 + 0.25 x 2 = 1.25; in parts, opening 0.75 and
// then 0.25 per 1000 B.
TEST(CurveStation, PartsOfAFileCostWhatTheWholeDoes) {
  CurveHarness harness;
  harness.add_curve(curve_of(ReadKind::kFile, 1000, {{1, 100}}, 0.25));
  double whole = 0, opened = 0, first = 0, second = 0;
  harness.send(Seconds{0}, {0, 2000, true, true, -1}, whole);
  harness.send(Seconds{1}, {0, 0, true, true, -1}, opened);
  harness.send(Seconds{2}, {0, 1000, false, false, -1}, first);
  harness.send(Seconds{3}, {0, 1000, false, false, -1}, second);
  harness.run();
  EXPECT_NEAR(whole, 12.5e-3, 1e-9);
  EXPECT_NEAR(opened - 1 + first - 2 + second - 3, 12.5e-3, 1e-9);
}

// Half of the operations take 0.5, half 1.5 of the expected latency: one customer's latencies have that law,
// and the mean stays.
TEST(CurveStation, JitterKeepsTheMean) {
  ReadCurve curve = curve_of(ReadKind::kFile, 1000, {{1, 100}});
  curve.points[0].jitter = {0.5, 0.5, 1.5, 1.5};
  CurveHarness harness;
  harness.add_curve(curve);
  double fixed = 0;
  harness.send(Seconds{0}, {0, 1000, true, true, 0.1}, fixed);
  harness.run();
  EXPECT_NEAR(fixed, 5e-3, 1e-9);
  CurveHarness many;
  many.add_curve(curve);
  many.circulate(Seconds{200}, {0, 1000, true, true, -1}, 0, false);
  many.run();
  EXPECT_NEAR(static_cast<double>(many.rounds) / many.clock.now().value, 100, 1);
}

// A factor common to all, mean 1 and coefficient of variation 0.3, holds for 100 ms: with 10 ms operations
// the rate of a 100 ms period varies by 0.3, its mean does not change.
TEST(CurveStation, ACommonFactorMovesTheRateOfAllTogether) {
  ReadCurve curve = curve_of(ReadKind::kFile, 1000, {{1, 100}});
  curve.points[0].common = 0.3;
  CurveHarness harness;
  harness.add_curve(curve);
  harness.circulate(Seconds{400}, {0, 10, true, true, -1}, 0,
                    false);  // 10,000/s, so that counting adds no noise
  double sum = 0, squares = 0;
  std::uint64_t before = 0;
  const int periods = 4000;
  for (int i = 1; i <= periods; ++i) {
    harness.run_until(Seconds{0.1 * i});
    const auto rate = static_cast<double>(harness.rounds - before) / 0.1;
    before = harness.rounds;
    sum += rate, squares += rate * rate;
  }
  harness.run();
  const double mean = sum / periods;
  EXPECT_NEAR(mean, 10'000, 200);
  EXPECT_NEAR(std::sqrt(squares / periods - mean * mean) / mean, 0.3, 0.02);
}

}  // namespace
}  // namespace aforo
