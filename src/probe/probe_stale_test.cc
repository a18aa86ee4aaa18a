// The test that tells a changed storage from a short look, on noise whose law is known.
#include "probe/probe_stale.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "measure/interval.h"

namespace aforo {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

double normal(Random& random) {
  double sum = -6;
  for (int i = 0; i < 12; ++i) sum += random.uniform();
  return sum;
}

// 8 readers at 1000 /s whose rate a window varies by `noise` (log-normal); three windows at each of four levels.
ReadCurve probed(Random& random, double noise) {
  ReadCurve curve;
  curve.kind = ReadKind::kFile, curve.mode = ReadMode::kDirect, curve.size = 100e3;
  for (const double n : {1.0, 2.0, 4.0, 8.0}) {
    std::vector<double> rates;
    for (int i = 0; i < 3; ++i) rates.push_back(125 * n * std::exp(noise * normal(random)));
    CurvePoint point;
    point.concurrency = n;
    point.rate = PerSecond{*median(rates)};
    point.spread = *relative_spread(rates);
    curve.points.push_back(point);
  }
  return curve;
}

// Eight readers, one operation after another, all of `each`: a look of 0.18 s, a tenth of it ramp.
RawWindow look(double each) {
  RawWindow raw;
  raw.readers = 8;
  raw.from = Seconds{0.018}, raw.until = Seconds{0.18};
  for (int reader = 0; reader < 8; ++reader)
    for (double at = -each * reader / 8; at < 0.18; at += each)
      raw.operations.push_back({Seconds{at}, Seconds{at + each}, 100'000});
  raw.operations_in_all = raw.operations.size();
  return raw;
}

// As a check looks. Noise is in a look as a whole: what its slices do not show.
bool alarm(Random& random, double noise, double factor) {
  const ReadCurve curve = probed(random, noise);
  std::vector<StaleLook> looks;
  while (looks.size() < kStaleLooks) {
    const double rate = 1000 * factor * std::exp(noise * normal(random));
    looks.push_back(compare(look(8 / rate), {{&curve, 1}, curve.kind, curve.mode}).value());
    if (!looks.front().is_off()) return false;
  }
  return has_changed(looks);
}

double alarms(double noise, double factor) {
  Random random(7);
  int found = 0;
  constexpr int kTrials = 1000;
  for (int i = 0; i < kTrials; ++i) found += alarm(random, noise, factor);
  return found / double{kTrials};
}

TEST(ProbeStale, FalseAlarmsAreRare) {
  for (const double noise : {0.02, 0.05, 0.1, 0.2, 0.3}) EXPECT_LE(alarms(noise, 1), 0.005) << noise;
}

TEST(ProbeStale, HalfAndTwiceTheRateAreFound) {
  for (const double noise : {0.02, 0.05, 0.1}) {
    const double most = noise < 0.1 ? 0.99 : 0.9;
    EXPECT_GE(alarms(noise, 0.5), most) << noise;
    EXPECT_GE(alarms(noise, 2), most) << noise;
  }
}

// A fifth is no news, however quiet the storage.
TEST(ProbeStale, ALittleIsNoChange) { EXPECT_EQ(alarms(0.001, 0.82), 0); }

TEST(ProbeStale, LooksWhereTheJobIs) {
  Random random(1);
  const ReadCurve curve = probed(random, 0);
  EXPECT_THAT(levels_to_check(curve, 5, Seconds{0.2}), ElementsAre(1, 4));
  EXPECT_THAT(levels_to_check(curve, 1, Seconds{0.2}), ElementsAre(1));
  // 16 operations of 125 /s take 0.128 s.
  EXPECT_THAT(levels_to_check(curve, 100, Seconds{0.1}), ElementsAre(2, 8));
  EXPECT_THAT(levels_to_check(curve, 100, Seconds{0.01}), IsEmpty());
}

TEST(ProbeStale, ACurveOfOtherSizesSaysNothing) {
  Random random(1);
  const ReadCurve curve = probed(random, 0);
  const CurvesOfReads of{{&curve, 1}, ReadKind::kFile, ReadMode::kDirect};
  EXPECT_NE(nearest(of, 190e3), nullptr);
  EXPECT_EQ(nearest(of, 210e3), nullptr);
  EXPECT_EQ(nearest({of.curves, ReadKind::kRange, ReadMode::kDirect}, 100e3), nullptr);
  EXPECT_EQ(nearest({of.curves, ReadKind::kFile, ReadMode::kBuffered}, 100e3), nullptr);
}

TEST(ProbeStale, SaysWhatReadsTakeNowAndThen) {
  StaleLook seen;
  seen.readers = 4, seen.bytes = 65'536, seen.now = Seconds{2.1e-3}, seen.then = Seconds{0.9e-3};
  EXPECT_EQ(words_of(seen, ReadKind::kRange),
            "ranges of 64.0 KiB take 2.1 ms now, 900 us then, with 4 in flight");
}

TEST(ProbeStale, OneHostLooksAtWhatOneHostGot) {
  Random random(1);
  std::vector<ReadCurve> curves(3, probed(random, 0.01));
  curves[0].hosts = 4;
  curves[1].scope = StationScope::kHost, curves[1].size *= 1.3;
  curves[2].hosts = 4, curves[2].size *= 1.1;
  const CurvesOfReads of{curves, curves[0].kind, curves[0].mode};
  EXPECT_EQ(nearest(of, curves[0].size), &curves[1]);
  EXPECT_EQ(nearest(of, 3 * curves[0].size), nullptr);
  curves.erase(curves.begin() + 1);
  EXPECT_EQ(nearest({curves, of.kind, of.mode}, curves[0].size), &curves[0]);
}

}  // namespace
}  // namespace aforo
