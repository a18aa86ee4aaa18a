#include "sizing/jobs_yaml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sizing/test_kit.h"
#include "workload/parse.h"

namespace aforo {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string jobs_refusal(const std::string& text) {
  return refusal_of([&] { parse_jobs(text, "jobs.yaml"); });
}
std::string portfolio_refusal(const std::string& text) {
  return refusal_of([&] { parse_portfolio(text, "p.yaml"); });
}

TEST(JobsYaml, Jobs) {
  const SizingAsk ask = parse_jobs(R"(
capacity: 300 TB
growth: 30 %
years: 3
snapshots: 0.2
jobs:
  - {workload: resnet50_h100, accelerators: 16, duty: 50 %}
  - workload: unet3d_h100
    dataset_size: 40 TB
)",
                                   "jobs.yaml");
  EXPECT_EQ(ask.capacity->value, 300'000'000'000'000U);
  EXPECT_DOUBLE_EQ(ask.growth, 0.3);
  EXPECT_DOUBLE_EQ(ask.years, 3);
  EXPECT_DOUBLE_EQ(ask.snapshots, 0.2);
  ASSERT_EQ(ask.jobs.size(), 2U);
  EXPECT_EQ(ask.jobs[0].workload.accelerator.count, 16U);
  EXPECT_DOUBLE_EQ(ask.jobs[0].duty, 0.5);
  EXPECT_EQ(ask.jobs[1].workload.name, "unet3d_h100");
  EXPECT_EQ(ask.jobs[1].workload.accelerator.count, 1U);
  EXPECT_EQ(ask.jobs[1].duty, 1);
}

// 40 TB of 146,600,628 B on average are 272,850 whole samples.
TEST(JobsYaml, AsManySamplesAsTheDatasetsSizeTakes) {
  Workload w = plain_job();
  w.dataset.sample_size.mean = 146'600'628;
  set_dataset_size(w, Bytes{40'000'000'000'000});
  EXPECT_EQ(w.dataset.samples, 272'850U);
  EXPECT_THAT(refusal_of([&] { set_dataset_size(w, Bytes{1000}); }),
              HasSubstr("at least one sample of 'plain'"));
}

// 168 samples are 3 steps of 8 x 7; 500 are 28,000 samples, of 146,600,628 B 4.1 TB. On 64 they are none.
TEST(JobsYaml, AShortEpochIsLengthened) {
  const auto samples = [](const std::string& text) {
    return parse_jobs(text, "j").jobs.front().workload.dataset.samples;
  };
  const std::string eight = "jobs: [{workload: unet3d_h100, accelerators: 8}]";
  const Workload w = parse_jobs(eight, "j").jobs.front().workload;
  EXPECT_EQ(w.dataset.samples, 28'000U);
  EXPECT_THAT(w.warnings,
              Contains(HasSubstr("the 168 samples of 'unet3d_h100' make 3 steps of 56 an epoch")));
  EXPECT_THAT(w.warnings, Contains(HasSubstr("500 steps' worth, 4.105 TB")));
  EXPECT_EQ(samples("jobs: [{workload: unet3d_h100, accelerators: 64}]"), 224'000U);
  EXPECT_EQ(samples("capacity: 5 TB\n" + eight), 28'000U);
  EXPECT_EQ(samples(eight + "\ncapacity: 4 TB"), 168U);  // would not fit
  EXPECT_EQ(samples("jobs: [{workload: unet3d_h100, accelerators: 8, dataset_size: 1 TB}]"), 6'821U);
  EXPECT_EQ(samples("jobs: [{workload: resnet50_h100, accelerators: 4}]"), 1'281'024U);
}

// The benchmark's rates of U-Net: 21.672 samples/s on an H100, 43.2099 on a B200, but
// training logs know no B200.
TEST(JobsYaml, OrderOfKeysDoesNotMatter) {
  const SizingAsk one = parse_jobs("jobs: [{accelerator_type: b200, workload: unet3d_h100}]", "j");
  const SizingAsk two = parse_jobs("jobs: [{workload: unet3d_h100, accelerator_type: b200}]", "j");
  EXPECT_EQ(one.jobs[0].workload, two.jobs[0].workload);
  EXPECT_EQ(one.jobs[0].workload.accelerator.type, "b200");
  EXPECT_NEAR(law_mean(one.jobs[0].workload.accelerator.step_time), 0.323 * 21.672 / 43.2099, 1e-6);
}

TEST(JobsYaml, EveryRefusalNamesFileAndLine) {
  EXPECT_EQ(
      jobs_refusal("jobs:\n  - workload: resnet50_h100\n    accelerator: 4\n"),
      "jobs.yaml:3: expected one of accelerator_type, accelerators, dataset_size, duty, workload, found "
      "'accelerator'; did you mean 'accelerators'?");
  EXPECT_EQ(jobs_refusal("jobs:\n  - workload: resnet50_h100\n    accelerators: 0\n"),
            "jobs.yaml:3: expected at least one accelerator, found 0");
  EXPECT_EQ(jobs_refusal("jobs:\n  - {workload: resnet50_h100, accelerators: 4294967297}\n"),
            "jobs.yaml:2: expected at most 10,000,000 accelerators, found '4294967297'");
  EXPECT_EQ(jobs_refusal("jobs:\n  - workload: resnet50_h100\n    duty: 0\n"),
            "jobs.yaml:3: expected 0.001 to 1 for 'duty', found '0'");
  EXPECT_THAT(jobs_refusal("jobs:\n  - workload: resnet50_h100\n    duty: half\n"),
              StartsWith("jobs.yaml:3: "));
  EXPECT_THAT(jobs_refusal("capacity: 300\njobs:\n  - workload: resnet50_h100\n"),
              AllOf(StartsWith("jobs.yaml:1: expected"), HasSubstr("'capacity'")));
  EXPECT_THAT(jobs_refusal("capacity: 3 TB\n"),
              HasSubstr("expected 'jobs', a list of at least one, found none"));
  EXPECT_THAT(jobs_refusal("jobs: []\n"), HasSubstr("expected at least one job, found an empty list"));
  EXPECT_THAT(jobs_refusal("jobs: 3\n"), StartsWith("jobs.yaml:1: expected a list of jobs"));
  EXPECT_THAT(jobs_refusal("capacity: 3 TB\njobs:\n  - {duty: 1}\n"),
              StartsWith("jobs.yaml:3: expected a 'workload'"));
}

TEST(JobsYaml, WhatOtherPartsRefuseIsPlacedToo) {
  EXPECT_THAT(jobs_refusal("jobs:\n  - duty: 1\n    workload: resnet50_h10\n"),
              AllOf(StartsWith("jobs.yaml:3: "), HasSubstr("did you mean 'resnet50_h100'")));
  EXPECT_THAT(jobs_refusal("jobs:\n  - workload: resnet50_h100\n    accelerator_type: h10\n"),
              AllOf(StartsWith("jobs.yaml:3: expected an accelerator"), HasSubstr("did you mean")));
  EXPECT_THAT(jobs_refusal("jobs:\n  - workload: unet3d_h100\n\n    dataset_size: 1 MB\n"),
              StartsWith("jobs.yaml:4: expected a dataset of at least one sample of 'unet3d_h100'"));
}

TEST(Portfolio, ScenariosWithOneOrSeveralJobs) {
  const Portfolio p = parse_portfolio(R"(
portfolio: ours
scenarios:
  - {name: a, weight: 60 %, workload: resnet50_h100, accelerators: 8, capacity: 10 TB}
  - weight: 0.4
    jobs: [{workload: unet3d_h100}, {workload: resnet50_h100}]
)",
                                      "p.yaml");
  EXPECT_EQ(p.name, "ours");
  ASSERT_EQ(p.scenarios.size(), 2U);
  EXPECT_DOUBLE_EQ(p.scenarios[0].weight, 0.6);
  EXPECT_EQ(p.scenarios[0].ask.jobs[0].workload.accelerator.count, 8U);
  EXPECT_EQ(p.scenarios[1].name, "unet3d_h100");
  EXPECT_EQ(p.scenarios[1].ask.jobs.size(), 2U);
}

// Three thirds written as 33.3 % are meant to be all.
TEST(Portfolio, WeightsAddUp) {
  const std::string third = "  - {weight: 33.3 %, workload: resnet50_h100}\n";
  const Portfolio p = parse_portfolio("scenarios:\n" + third + third + third, "p.yaml");
  EXPECT_DOUBLE_EQ(p.scenarios[2].weight, 1.0 / 3);
  EXPECT_EQ(portfolio_refusal("scenarios:\n" + third + third),
            "p.yaml:1: expected weights that add up to 100 %, found 66.6 %");
}

TEST(Portfolio, EveryRefusalNamesFileAndLine) {
  EXPECT_THAT(portfolio_refusal("scenarios:\n  - workload: resnet50_h100\n    wieght: 1\n"),
              AllOf(StartsWith("p.yaml:3: "), HasSubstr("did you mean 'weight'")));
  EXPECT_THAT(portfolio_refusal("scenarios:\n  - workload: resnet50_h100\n"),
              StartsWith("p.yaml:2: expected a weight above 0 for scenario 'resnet50_h100'"));
  EXPECT_THAT(portfolio_refusal("scenarios:\n  - {workload: resnet50_h100, weight: 40}\n"),
              StartsWith("p.yaml:2: expected 0 to 1 for 'weight', found '40'"));
  EXPECT_THAT(portfolio_refusal(
                  "scenarios:\n  - {workload: resnet50_h100, weight: 1, jobs: [{workload: unet3d_h100}]}\n"),
              StartsWith("p.yaml:2: expected either 'jobs' or one 'workload'"));
  EXPECT_THAT(portfolio_refusal("portfolio: x\n"), HasSubstr("'scenarios', a list of at least one"));
  EXPECT_THAT(portfolio_refusal("scenarios: []\n"), HasSubstr("'scenarios', a list of at least one"));
  EXPECT_THAT(portfolio_refusal("scenarios: many\n"), StartsWith("p.yaml:1: expected a list of scenarios"));
}

// 1,281,024 samples make 50 steps of 64 x 400, of the benchmark's job 500; a job with the same data keeps them.
TEST(JobsYaml, TheBenchmarksRuleIsForItsOwnJobs) {
  Workload benchmark = load_preset("resnet50_h100"), real = load_preset("imagenet_resnet50_h100");
  benchmark.accelerator.count = real.accelerator.count = 64;
  EXPECT_THAT(lengthen_epoch(benchmark), HasSubstr("fewer than the 500 of the storage benchmark's rule"));
  EXPECT_EQ(benchmark.dataset.samples, 500U * 64 * 400);
  const std::uint64_t own = real.dataset.samples;
  EXPECT_EQ(lengthen_epoch(real), "");
  EXPECT_EQ(real.dataset.samples, own);
}

TEST(Portfolio, ShippedOnesAreRead) {
  EXPECT_THAT(portfolio_names(), Contains("medical-imaging"));
  for (const std::string& name : portfolio_names()) {
    double sum = 0;
    for (const Scenario& s : load_portfolio(name).scenarios) {
      sum += s.weight;
      EXPECT_GT(need_of(s.ask).read.value, 0) << name << ' ' << s.name;
    }
    EXPECT_NEAR(sum, 1, 1e-12) << name;
  }
  EXPECT_THAT(refusal_of([] { load_portfolio("medical-imagin"); }),
              HasSubstr("did you mean 'medical-imaging'"));
  EXPECT_THAT(refusal_of([] { load_portfolio("./none.yaml"); }),
              HasSubstr("./none.yaml: expected a portfolio file, found none"));
}

}  // namespace
}  // namespace aforo
