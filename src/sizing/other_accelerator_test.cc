#include "sizing/other_accelerator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sizing/test_kit.h"
#include "workload/parse.h"

namespace aforo {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

const Catalogue& shipped() { return Catalogue::shipped(); }

double rate(const std::string& workload, const std::string& accelerator, const std::string& set) {
  for (const IngestRate& r : shipped().rates())
    if (r.workload == workload && r.accelerator == accelerator && r.set == set) return r.samples.value;
  throw std::logic_error(workload + accelerator + set);
}

double step(const Workload& w) { return law_mean(w.accelerator.step_time); }

// Both sets know ResNet-50 on H100 and A100; the training logs' are taken, unless the
// benchmark's are asked for.
TEST(Swap, StepTimesGoWithTheRatesOfOneSet) {
  const Workload h100 = load_preset("resnet50_h100");
  const Workload a100 = on_accelerator(h100, "a100", "", shipped());
  EXPECT_EQ(a100.accelerator.type, "a100");
  EXPECT_NEAR(step(a100), 0.224 * rate("resnet50", "h100", "training") / rate("resnet50", "a100", "training"),
              1e-9);
  EXPECT_NEAR(step(on_accelerator(h100, "a100", "benchmark", shipped())),
              0.224 * rate("resnet50", "h100", "benchmark") / rate("resnet50", "a100", "benchmark"), 1e-9);
  EXPECT_EQ(a100.dataset, h100.dataset);
  EXPECT_EQ(a100.provenance.back().field, "accelerator.step_time");
}

// There and back is where it was.
TEST(Swap, ThereAndBack) {
  const Workload h100 = load_preset("resnet50_h100");
  const Workload back = on_accelerator(on_accelerator(h100, "a100", "", shipped()), "h100", "", shipped());
  EXPECT_NEAR(step(back), step(h100), 1e-12);
  EXPECT_EQ(on_accelerator(h100, "H100 80GB SXM", "", shipped()), h100);  // its own: nothing changes
}

// A job of no named accelerator takes the rate itself: 400 samples at 7,117.2 /s.
TEST(Swap, AJobWithoutAnAcceleratorTakesTheRate) {
  Workload w = load_preset("resnet50_h100");
  w.accelerator.type.clear();
  EXPECT_NEAR(step(on_accelerator(w, "h100", "", shipped())), 400 / rate("resnet50", "h100", "training"),
              1e-9);
}

TEST(Swap, AtRates) {
  const Workload w = load_preset("resnet50_h100");
  EXPECT_NEAR(step(at_rates(w, "training", shipped())), 400 / rate("resnet50", "h100", "training"), 1e-9);
  EXPECT_NEAR(step(at_rates(w, "benchmark", shipped())), 400 / rate("resnet50", "h100", "benchmark"), 1e-9);
  EXPECT_THAT(refusal_of([&] { at_rates(plain_job(), "training", shipped()); }),
              HasSubstr("expected a training rate for 'plain' on h100, found none"));
}

// Twice as fast: the spread halves with the mean, whatever the law.
TEST(Swap, ASpreadStepTimeKeepsItsShape) {
  Workload w = load_preset("resnet50_h100");
  w.accelerator.step_time = {.kind = LawKind::kLognormal, .mean = 0.2, .stddev = 0.05};
  const double factor = rate("resnet50", "h100", "training") / rate("resnet50", "a100", "training");
  Law swapped = on_accelerator(w, "a100", "", shipped()).accelerator.step_time;
  EXPECT_NEAR(law_mean(swapped), 0.2 * factor, 1e-9);
  EXPECT_NEAR(law_cv(swapped), 0.25, 1e-9);
  w.accelerator.step_time = {.kind = LawKind::kEmpirical, .maximum = 0.3, .quantiles = {0.1, 0.2, 0.3}};
  swapped = on_accelerator(w, "a100", "", shipped()).accelerator.step_time;
  EXPECT_NEAR(law_mean(swapped), 0.2 * factor, 1e-9);
  EXPECT_NEAR(swapped.maximum, 0.3 * factor, 1e-9);
}

// No rate of ResNet-50 on a B200: the median gain of eight others. By hand from rates.csv: bert 1.518,
// dlrm_dcnv2 1.655, retinanet 1.693, llama31_405b 2.089, stable_diffusion 2.162, rgat 2.527,
// llama2_70b_lora 2.791, llama31_8b 3.829.
TEST(Swap, WhatOthersGainWhereNothingIsKnown) {
  const Workload b200 = on_accelerator(load_preset("resnet50_h100"), "b200", "", shipped());
  EXPECT_EQ(b200.accelerator.type, "b200");
  EXPECT_NEAR(step(b200), 0.224 / ((2.0887 + 2.1615) / 2), 1e-4);
  ASSERT_EQ(b200.warnings.size(), 1u);
  EXPECT_THAT(b200.warnings[0], AllOf(HasSubstr("no rate of 'resnet50_h100' on b200 is known"),
                                      HasSubstr("median of 8 workloads"), HasSubstr("from 1.5 to 3.8")));
  EXPECT_EQ(b200.provenance.back().kind, "estimated");
}

TEST(Swap, TheLongestNameCounts) {
  Workload w;
  w.name = "my_resnet50_run";
  EXPECT_EQ(rated_workload(w, shipped()), "resnet50");
  w.name = "other";
  EXPECT_EQ(rated_workload(w, shipped()), "");
}

TEST(Swap, Refusals) {
  EXPECT_THAT(refusal_of([] { on_accelerator(plain_job(), "h10", "", shipped()); }),
              AllOf(HasSubstr("found 'h10'"), HasSubstr("did you mean 'h100'")));
  EXPECT_THAT(refusal_of([] { on_accelerator(plain_job(), "b200", "benchmark", shipped()); }),
              HasSubstr("expected a step time for b200 in workload 'plain', found one for h100 only"));
  Workload untimed = plain_job();
  untimed.accelerator.step_time = {.kind = LawKind::kConstant, .mean = 0};
  EXPECT_THAT(refusal_of([&] { on_accelerator(untimed, "b200", "", shipped()); }),
              HasSubstr("expected a step time for b200"));
  EXPECT_THAT(
      refusal_of([] { on_accelerator(load_preset("resnet50_h100"), "gb200", "benchmark", shipped()); }),
      HasSubstr("or choose among"));
}

}  // namespace
}  // namespace aforo
