#include "train/step_watch.h"

#include <gtest/gtest.h>

namespace aforo {
namespace {

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
