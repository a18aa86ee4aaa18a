#include "sizing/requirement_curve.h"

#include <gtest/gtest.h>

#include "sizing/test_kit.h"

namespace aforo {
namespace {

// 800 samples/s of 1 MB at full utilisation, 64 workers: 64 / (800 t) per sample.
TEST(RequirementCurve, OneJob) {
  const auto curve = requirement_curve(plain_ask());
  ASSERT_EQ(curve.size(), 6U);
  EXPECT_DOUBLE_EQ(curve[0].target, 0.5);
  EXPECT_NEAR(curve[0].read.value, 400e6, 1e-3);
  EXPECT_NEAR(curve[0].opens.value, 400, 1e-9);
  EXPECT_NEAR(curve[0].sample_latency.value, 0.16, 1e-12);
  EXPECT_DOUBLE_EQ(curve[5].target, 0.99);
  EXPECT_NEAR(curve[5].read.value, 792e6, 1e-3);
}

// Sums of both, the time of the one with fewer workers; a target of its own is a point more, in its place.
TEST(RequirementCurve, SeveralJobsAndAChosenTarget) {
  SizingAsk ask = plain_ask();
  ask.jobs.push_back(ask.jobs.front());
  ask.jobs[1].workload.loader.workers = 4;
  for (SizedJob& job : ask.jobs) job.workload.training.au_target = 0.85;
  const auto curve = requirement_curve(ask);
  ASSERT_EQ(curve.size(), 7U);
  EXPECT_DOUBLE_EQ(curve[3].target, 0.85);
  EXPECT_NEAR(curve[3].read.value, 2 * 680e6, 1e-3);
  EXPECT_NEAR(curve[3].sample_latency.value, 32 / 680.0, 1e-12);
}

}  // namespace
}  // namespace aforo
