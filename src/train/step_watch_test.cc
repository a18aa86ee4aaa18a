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

}  // namespace
}  // namespace aforo
