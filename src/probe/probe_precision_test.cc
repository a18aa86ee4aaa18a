// When a probe has seen enough, on a probe of paper: what it promises follows from the length of its windows.
#include "probe/probe_precision.h"

#include <gmock/gmock.h>

#include <cmath>

namespace aforo {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// Windows of L s whose half width is `of_one` / sqrt(L), beside `least`; a round is nine of them, a promise takes no time.
struct PaperProbe {
  double of_one = 0.1, least = 0;
  Seconds window{0.25}, spent{5};
  bool stop = false;
  std::size_t windows = 3;
  std::vector<double> lengths = {};

  Precision narrow_to(double half_width, double most) {
    return narrow(
        half_width, Seconds{most},
        {[this] {
           return Promise{0.5, std::hypot(of_one / std::sqrt(window.value), least), least, 8, windows};
         },
         [this](const Promise&, Seconds length) {
           lengths.push_back(length.value);
           window = length, spent += length * 9, windows = 3;
         },
         [this](const Promise&) { return window; }, [this] { return spent; }, [this] { return stop; }});
  }
};

TEST(ProbePrecision, AJobThatIsKnownAtOnceTakesTheFirstLookAlone) {
  PaperProbe probe{0.01};
  const Precision out = probe.narrow_to(0.03, 60);
  EXPECT_EQ(out.end, PrecisionEnd::kReached);
  EXPECT_EQ(out.rounds, 0u);
  EXPECT_DOUBLE_EQ(out.spent.value, 5);
}

// 0.02 / sqrt(0.25) = 0.04; 0.5 s: 0.028.
TEST(ProbePrecision, WindowsGrowUntilItIsNarrowEnough) {
  PaperProbe probe{0.02};
  const Precision out = probe.narrow_to(0.03, 60);
  EXPECT_EQ(out.end, PrecisionEnd::kReached);
  EXPECT_THAT(probe.lengths, ElementsAre(0.5));
  EXPECT_NEAR(out.promise.half_width, 0.0283, 1e-4);
  EXPECT_DOUBLE_EQ(out.spent.value, 9.5);
}

// 0.2 at 0.25 s: twice as long, and again, 5 + 4.5 + 9 + 18 s; of the 23.5 s left nine windows
// would have 2.6 s each, which is not worth it.
TEST(ProbePrecision, TheTimeIsTheMostItTakes) {
  PaperProbe probe{0.1};
  const Precision out = probe.narrow_to(0.01, 60);
  EXPECT_EQ(out.end, PrecisionEnd::kTime);
  EXPECT_THAT(probe.lengths, ElementsAre(0.5, 1, 2));
  EXPECT_LE(probe.spent.value, 60);
}

// 0.05 is what no probe gets below; 0.054 is near enough to it to stop.
TEST(ProbePrecision, WhatNoProbeReachesEndsItEarly) {
  PaperProbe probe{0.01, 0.05};
  const Precision out = probe.narrow_to(0.03, 600);
  EXPECT_EQ(out.end, PrecisionEnd::kLeast);
  EXPECT_LE(out.rounds, 1u);
}

// 0.02 would do, but of one window nobody knows how far the next lies: a round of the same length tells.
TEST(ProbePrecision, OneWindowPromisesNothing) {
  PaperProbe probe{0.01};
  probe.windows = 1;
  const Precision out = probe.narrow_to(0.03, 60);
  EXPECT_EQ(out.end, PrecisionEnd::kReached);
  EXPECT_THAT(probe.lengths, ElementsAre(0.25));
  PaperProbe late{0.01};
  late.windows = 1;
  EXPECT_EQ(late.narrow_to(0.03, 6).end, PrecisionEnd::kTime);
}

TEST(ProbePrecision, AStopEndsIt) {
  PaperProbe probe{0.1};
  probe.stop = true;
  EXPECT_EQ(probe.narrow_to(0.01, 60).end, PrecisionEnd::kStopped);
  EXPECT_TRUE(probe.lengths.empty());
}

// By ratio: 11 lies nearer to 8 than to 16, 12 nearer to 16.
TEST(ProbePrecision, RoundsLookWhereTheJobIs) {
  const std::vector<unsigned> levels{1, 2, 4, 8, 16, 32};
  EXPECT_THAT(levels_near(levels, 11), ElementsAre(4, 8, 16));
  EXPECT_THAT(levels_near(levels, 12), ElementsAre(8, 16, 32));
  EXPECT_THAT(levels_near(levels, 0.2), ElementsAre(1, 2));
  EXPECT_THAT(levels_near(levels, 1000), ElementsAre(16, 32));
  EXPECT_TRUE(levels_near({}, 1).empty());
}

WindowDigest window_of_length(unsigned readers, double length) {
  WindowDigest w;
  w.readers = readers, w.length = Seconds{length};
  return w;
}

// Level 1: two of 1 s make those of 0.2 s go; level 2: one long one alone says nothing of a spread.
TEST(ProbePrecision, LongWindowsReplaceShortOnes) {
  const std::vector<WindowDigest> windows{window_of_length(1, 0.2), window_of_length(2, 0.2),
                                          window_of_length(1, 1), window_of_length(1, 0.5),
                                          window_of_length(2, 1)};
  std::vector<std::pair<unsigned, double>> kept;
  for (const WindowDigest& w : settled(windows)) kept.emplace_back(w.readers, w.length.value);
  EXPECT_THAT(kept,
              ElementsAre(std::pair(2u, 0.2), std::pair(1u, 1.0), std::pair(1u, 0.5), std::pair(2u, 1.0)));
}

TEST(ProbePrecision, CountsTheWindowsWhereTheJobIs) {
  const std::vector<WindowDigest> windows{window_of_length(1, 0.2), window_of_length(8, 1),
                                          window_of_length(8, 2), window_of_length(16, 3)};
  EXPECT_EQ(windows_near(windows, 7), 2u);
  EXPECT_EQ(windows_near(windows, 100), 1u);
  EXPECT_EQ(windows_near({}, 1), 0u);
  EXPECT_EQ(longest_at(std::vector<unsigned>{1, 8}, windows), Seconds{2});
}

TEST(ProbePrecision, SaysWhatWasReachedAndWhatWouldHelp) {
  const PrecisionAsk ask{0.03, "job on 2 accelerators", {}};
  ReadCurve curve;
  for (const double n : {4.0, 8.0}) curve.points.push_back({n, PerSecond{100}, n / 36, {}, 0});
  Precision out{{0.6, 0.0244, 0.01, 7, 3}, PrecisionEnd::kReached, Seconds{14}, 1};
  EXPECT_EQ(precision_sentence(out, ask, curve),
            "95 % interval of job on 2 accelerators: AU 60.0 % +- 2.4 points after 14 s (asked: 3)");
  out.promise.half_width = 0.051, out.end = PrecisionEnd::kTime;
  EXPECT_THAT(precision_sentence(out, ask, curve),
              AllOf(HasSubstr("+- 5.1 points after 14 s (asked: 3); windows at 8 in flight lie 22.2 % apart"),
                    HasSubstr("--budget"), HasSubstr("below +- 1.0 points")));
  out.promise.least = 0.05, out.end = PrecisionEnd::kLeast;
  EXPECT_THAT(precision_sentence(out, ask, curve),
              AllOf(HasSubstr("no probe narrows it below +- 5.0 points"), Not(HasSubstr("--budget"))));
  out.promise.windows = 1, out.end = PrecisionEnd::kTime;
  EXPECT_THAT(precision_sentence(out, ask, curve), HasSubstr("8 in flight were measured once"));
}

}  // namespace
}  // namespace aforo
