#include "pipeline/plan_job.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "dataset/generated_layout.h"

namespace aforo {
namespace {

Workload small() {
  Workload w;
  w.dataset.samples = 100;
  w.dataset.sample_size.mean = 1000;
  w.loader.batch_size = 8;
  w.accelerator.count = 3;
  w.accelerator.step_time.mean = 0.01;
  w.training.epochs = 2;
  return w;
}

GeneratedLayout layout_of(const Workload& w) { return {w.dataset, dataset_id_of(w.dataset)}; }

TEST(PlanJob, WholeStepsOfAllRanks) {
  const Workload w = small();
  const GeneratedLayout layout = layout_of(w);
  const JobPlan plan = plan_job(w, layout, "data");
  EXPECT_EQ(plan.steps, 4U);  // 100 / (3 x 8) = 4.17
  EXPECT_EQ(plan.ranks, 3U);
  EXPECT_EQ(plan.epochs, 2U);
  EXPECT_EQ(plan.loader.batch_size, 8U);
  EXPECT_EQ(plan.step_time.mean, 0.01);
  EXPECT_EQ(plan.layout, &layout);
}

TEST(PlanJob, StepsAskedForMayReadTheDataSeveralTimes) {
  Workload w = small();
  w.training.steps = 50;
  const GeneratedLayout layout = layout_of(w);
  EXPECT_EQ(plan_job(w, layout, "data").steps, 50U);
}

TEST(PlanJob, TooFewSamplesForOneStepIsSaid) {
  Workload w = small();
  w.accelerator.count = 13;  // 13 x 8 = 104 > 100
  const GeneratedLayout layout = layout_of(w);
  try {
    plan_job(w, layout, "the place");
    FAIL();
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("at least 104 samples in the place"));
  }
}

}  // namespace
}  // namespace aforo
