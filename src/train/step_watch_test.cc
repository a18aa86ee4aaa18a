#include "train/step_watch.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace aforo {
namespace {

// Host h of three, each with two ranks: 100 steps that took up to a millisecond longer on some rank.
void watch_steps(StepWatch& watch, std::uint32_t host) {
  Random random(host);
  Seconds begin{10};
  for (std::uint64_t s = 0; s < 100; ++s, begin += Seconds{0.02})
    for (std::uint32_t rank = 0; rank < 2; ++rank) {
      StepTimes step;
      step.rank = 2 * host + rank;
      step.step = s;
      step.begin = begin;
      step.asked = Seconds{0.010};
      step.compute = Seconds{0.010 + random.uniform() * 1e-3};
      step.load_wait = Seconds{random.exponential() * 1e-3};
      watch.on_step(step);
    }
}

StepWatch& watched(StepWatch& watch, std::initializer_list<std::uint32_t> hosts) {
  for (const std::uint32_t host : hosts) watch_steps(watch, host);
  return watch;
}

WatchOptions two_ranks(std::uint32_t host) {
  WatchOptions options;
  options.ranks = 2;
  options.first_rank = 2 * host;
  options.batch_size = 4;
  return options;
}

void expect_same(const StepWatch& a, const StepWatch& b) {
  for (const double q : {0.01, 0.5, 0.99, 1.0}) {
    EXPECT_EQ(a.step_seconds().quantile(q), b.step_seconds().quantile(q)) << q;
    EXPECT_EQ(a.load_wait().quantile(q), b.load_wait().quantile(q)) << q;
    EXPECT_EQ(a.timing_error().quantile(q), b.timing_error().quantile(q)) << q;
  }
  EXPECT_NEAR(a.compute_excess(), b.compute_excess(), 1e-12);
  EXPECT_NEAR(a.live().au, b.live().au, 1e-12);
  EXPECT_EQ(a.live().samples, b.live().samples);
}

// Of three hosts, in either grouping: quantiles, sums and AU are those of one watch that saw all ranks, and a
// step of the job ends with the last rank of all.
TEST(StepWatch, MergesHosts) {
  StepWatch a(two_ranks(0)), b(two_ranks(1)), c(two_ranks(2));
  watched(a, {0}), watched(b, {1}), watched(c, {2});
  const Series own_b = b.curve().series(), own_c = c.curve().series();
  std::vector<double> ends;
  for (std::size_t i = 0; i < 100; ++i)
    ends.push_back(std::max({a.steps()[i].end.value, b.steps()[i].end.value, c.steps()[i].end.value}));
  WatchOptions six_ranks = two_ranks(0);
  six_ranks.ranks = 6;
  StepWatch left(two_ranks(0)), right(two_ranks(0)), all(six_ranks);
  watched(left, {0}).merge(b);
  left.merge(c);
  b.merge(c);
  watched(right, {0}).merge(b);
  expect_same(left, right);
  const Series one = left.curve().series(), other = right.curve().series();
  EXPECT_EQ(one.points, 100u);
  EXPECT_EQ(one.x.values, other.x.values);
  EXPECT_EQ(one.y[0].values, other.y[0].values);
  for (std::size_t i = 0; i < one.y[2].values.size(); ++i) {
    const double longest =
        std::max({a.curve().series().y[0].values[i], own_b.y[0].values[i], own_c.y[0].values[i]});
    EXPECT_EQ(one.y[0].values[i], longest) << i;
    EXPECT_NEAR(one.y[2].values[i], other.y[2].values[i], 1e-12) << i;
  }
  expect_same(left, watched(all, {0, 1, 2}));
  EXPECT_EQ(left.timeline().json().dump(), all.timeline().json().dump());
  EXPECT_EQ(right.timeline().json().dump(), all.timeline().json().dump());
  for (const StepWatch* watch : {&left, &right}) {
    ASSERT_EQ(watch->steps().size(), 100u);
    for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(watch->steps()[i].end.value, ends[i]) << i;
    EXPECT_EQ(watch->live().steps, 100u);
    EXPECT_EQ(watch->series().steps(), 100u);
  }
}

// 5,000 steps on one host, of which the latest 4,096 or fewer are kept, and 4,999 on the other, which failed:
// what both still know is kept, with the right numbers.
TEST(StepWatch, MergesTheStepsThatBothKnow) {
  const auto count = [](StepWatch& watch, std::uint64_t steps, double took) {
    for (std::uint64_t s = 0; s < steps; ++s) {
      StepTimes step;
      step.step = s;
      step.begin = Seconds{static_cast<double>(s)};
      step.compute = Seconds{took};
      watch.on_step(step);
    }
  };
  StepWatch a(WatchOptions{}), b(WatchOptions{});
  count(a, 5000, 0.25), count(b, 4999, 0.5);
  a.merge(b);
  EXPECT_EQ(a.steps_forgotten() + a.steps().size(), 4999u);
  EXPECT_EQ(a.steps().front().begin.value, static_cast<double>(a.steps_forgotten()));
  EXPECT_EQ(a.steps().back().end.value, 4998.5);
  EXPECT_EQ(a.steps().back().compute.value, 0.75);
}

// Two steps of 10 ms asked that took 10 and 13.4 ms: 23.4 / 20 - 1 = 0.17.
TEST(StepWatch, TellsHowMuchLongerThanAskedStepsTook) {
  StepWatch watch(WatchOptions{});
  EXPECT_EQ(watch.compute_excess(), 0);
  StepTimes step;
  step.asked = Seconds{0.010};
  for (const double took : {0.010, 0.0134}) {
    step.compute = Seconds{took};
    watch.on_step(step);
  }
  EXPECT_NEAR(watch.compute_excess(), 0.17, 1e-9);
}

// Two steps of 10 ms and one that stood still for 20 ms beside: 20 of 50.
TEST(StepWatch, TellsWhatAcceleratorsLostToTheirHost) {
  StepWatch watch(WatchOptions{});
  EXPECT_EQ(watch.overdue_share(), 0);
  StepTimes step;
  step.asked = step.compute = Seconds{0.010};
  watch.on_step(step), watch.on_step(step);
  step.late = Seconds{0.030}, step.overdue = step.load_wait = Seconds{0.020};
  watch.on_step(step);
  EXPECT_NEAR(watch.overdue_share(), 0.4, 1e-9);
  EXPECT_EQ(watch.compute_excess(), 0);
}

// Rank 6 of all, 8 s from 16 s on in the order of a step: 2 s each at bins of 2^-6 s, so 128 of each.
TEST(StepWatch, TellsWhatItsRanksDidByTime) {
  WatchOptions options;
  options.first_rank = 6;
  StepWatch watch(options);
  StepTimes step;
  step.rank = 6;
  step.begin = Seconds{16};
  step.load_wait = step.compute = step.barrier_wait = step.checkpoint = Seconds{2};
  watch.on_step(step);
  const Json timeline = watch.timeline().json();
  EXPECT_EQ(timeline["begin_seconds"], 0);
  EXPECT_EQ(timeline["end_seconds"], 8);
  EXPECT_EQ(timeline["bins"], 512);
  EXPECT_EQ(timeline["rows"][0]["first_rank"], 6);
  // 128 bins of (0, 255, 0, 0), then of (255, 0, 0, 0), (0, 0, 255, 0) and (0, 0, 0, 255): twelve bytes are three bins.
  const std::string shares = timeline["shares"];
  ASSERT_EQ(shares.size(), 2732u);
  EXPECT_EQ(shares.substr(0, 16), "AP8AAAD/AAAA/wAA");
  EXPECT_EQ(shares.substr(688, 16), "/wAAAP8AAAD/AAAA");
  EXPECT_EQ(shares.substr(1376, 16), "AAD/AAAA/wAAAP8A");
  EXPECT_EQ(shares.substr(2064, 16), "AAAA/wAAAP8AAAD/");
}

// Two ranks, two steps: from 10 to 12 s with 2 and 1 s of compute, AU 3 / (2 x 2); then, counted from the end
// of the first, to 16 s with 4 and 2 s: 6 / (2 x 4).
TEST(StepWatch, StepsOfAllRanksAreOnePointOfTheCurve) {
  WatchOptions options;
  options.ranks = 2;
  StepWatch watch(options);
  const auto step = [&](double begin, double wait, double compute) {
    StepTimes times;
    times.begin = Seconds{begin};
    times.load_wait = Seconds{wait};
    times.compute = Seconds{compute};
    watch.on_step(times);
  };
  step(10, 0, 2);
  step(10, 0.5, 1);
  step(12, 0, 4);
  step(12.5, 1, 2);
  const Series curve = watch.curve().series();
  EXPECT_EQ(curve.points, 2U);
  EXPECT_EQ(curve.x.values, (std::vector<double>{0, 2}));
  EXPECT_EQ(curve.y[0].values, (std::vector<double>{2, 4}));
  EXPECT_EQ(curve.y[2].values, (std::vector<double>{0.75, 0.75}));
}

}  // namespace
}  // namespace aforo
