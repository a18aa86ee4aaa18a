#include "plan/requirement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "workload/access.h"

namespace aforo {
namespace {

using ::testing::HasSubstr;

struct Job {
  double sample, stddev;
  std::uint64_t batch;
  double step;
  double target = 0.9;
};

Workload workload(const Job& job) {
  Workload w;
  w.name = "job";
  w.dataset.samples = 1'000'000;
  w.dataset.sample_size = {
      job.stddev > 0 ? LawKind::kNormal : LawKind::kConstant, job.sample, job.stddev, 0, 0, {}};
  w.loader.batch_size = job.batch;
  w.accelerator.step_time = {LawKind::kConstant, job.step, 0, 0, 0, {}};
  w.training.au_target = job.target;
  return w;
}

constexpr double kGiB = 1024.0 * 1024 * 1024;

// Demand per emulated accelerator as tabulated for the benchmark's workloads: samples/s, GiB/s at 100 %
// utilisation, GiB/s at its threshold, and how many a 100 Gbit/s link (12.5e9 B/s = 11.64 GiB/s) feeds at 100
// %.
struct Row {
  const char* name;
  Job job;
  double samples, full, at_target;
  double per_link;
};
const Row kRows[] = {
    {"unet3d V100", {146600628, 0, 4, 1.3604}, 2.94, 0.401, 0.361, 0},
    {"unet3d A100", {146600628, 0, 7, 0.636}, 11.0, 1.503, 1.352, 0},
    {"unet3d H100", {146600628, 0, 7, 0.323}, 21.7, 2.959, 2.663, 0},
    {"unet3d B200", {146600628, 0, 7, 0.162}, 43.2, 5.900, 5.310, 0},
    {"resnet50 A100", {114660.07, 0, 400, 0.435}, 919.5, 0.098, 0.088, 0},
    {"resnet50 H100", {114660.07, 0, 400, 0.224}, 1785.7, 0.191, 0.172, 0},
    {"cosmoflow A100", {2828486, 0, 1, 0.00551, 0.7}, 181.5, 0.478, 0.335, 0},
    {"cosmoflow H100", {2828486, 0, 1, 0.00350, 0.7}, 285.7, 0.753, 0.527, 0},
    {"retinanet B200", {322957, 0, 24, 0.04755, 0.85}, 504.7, 0.152, 0.129, 0},
    {"retinanet MI355", {322957, 0, 32, 0.0634, 0.85}, 504.7, 0.152, 0.129, 0},
    {"flux B200", {2164832, 0, 48, 1.35}, 35.6, 0.072, 0.065, 0},
};

TEST(Requirement, ReproducesTheDemandTableOfTheBenchmarksWorkloads) {
  for (const Row& row : kRows) {
    const Requirement r = requirement(workload(row.job), {});
    EXPECT_NEAR(r.samples_full.value, row.samples, 0.05) << row.name;
    EXPECT_NEAR(r.read_full.value / kGiB, row.full, 0.0006) << row.name;
    EXPECT_NEAR(r.read.value / kGiB, row.at_target, 0.0006) << row.name;
  }
}

TEST(Requirement, DemandOfDlrmIsThirtyOneGiBPerSecond) {
  // 16384 / 0.000375 s = 43.69 M samples/s; x 761 B = 33.25e9 B/s = 30.97 GiB/s; x 0.7 = 21.68.
  const Requirement r = requirement(workload({761, 0, 16384, 0.000375, 0.7}), {});
  EXPECT_NEAR(r.samples_full.value, 43.69e6, 0.01e6);
  EXPECT_NEAR(r.read_full.value / kGiB, 30.97, 0.01);
  EXPECT_NEAR(r.read.value / kGiB, 21.68, 0.01);
}

TEST(Requirement, GrowsWithAcceleratorsAndTarget) {
  Workload w = workload({1e6, 0, 10, 0.1, 1.0});
  w.accelerator.count = 4;  // 4 x 10 / 0.1 s = 400 samples/s = 400 MB/s
  EXPECT_DOUBLE_EQ(requirement(w, {}).read.value, 400e6);
  w.training.au_target = 0.5;
  EXPECT_DOUBLE_EQ(requirement(w, {}).read.value, 200e6);
}

TEST(Requirement, BufferedReadsOfWholeFilesComeInReadaheadWindows) {
  Workload w = workload({1048576, 0, 8, 1.0, 1.0});  // 1 MiB in 128 KiB windows: 8 requests; 8 samples/s
  EXPECT_DOUBLE_EQ(requirement(w, {}).requests_per_sample, 8);
  EXPECT_DOUBLE_EQ(requirement(w, {}).iops.value, 64);
  EXPECT_DOUBLE_EQ(requirement(w, {}).request_bytes, 131072);
  w.loader.transfer_size = 64_KiB;  // smaller than the window: the kernel still reads windows
  EXPECT_DOUBLE_EQ(requirement(w, {}).iops.value, 64);
  w.loader.transfer_size = 256_KiB;
  EXPECT_DOUBLE_EQ(requirement(w, {}).iops.value, 32);
}

TEST(Requirement, DirectReadsAreAsLargeAsAsked) {
  Workload w = workload({1048576, 0, 8, 1.0, 1.0});
  w.loader.read_mode = ReadMode::kDirect;
  EXPECT_DOUBLE_EQ(requirement(w, {}).iops.value, 8);  // one request a sample
  w.loader.transfer_size = 64_KiB;
  EXPECT_DOUBLE_EQ(requirement(w, {}).iops.value, 128);
}

TEST(Requirement, ASpreadOfSizesCostsHalfARequestPerSample) {
  // Whatever remains after whole windows is on average half a window: 1 MiB / 128 KiB + 1/2.
  const Requirement r = requirement(workload({1048576, 500000, 8, 1.0, 1.0}), {});
  EXPECT_NEAR(r.requests_per_sample, 8.5, 1e-4);
}

TEST(Requirement, TensorflowReadsPackedFilesInItsBuffer) {
  Workload w = workload({114660, 0, 400, 0.224});
  w.dataset.layout = LayoutKind::kTfrecord;
  w.dataset.samples_per_file = 1251;
  w.loader.framework = Framework::kTensorflow;
  const Requirement r = requirement(w, {});
  // 1607.14 samples/s x 114660 B / 262144 B = 702.9 requests/s; 10,000 samples lie in 8 files.
  EXPECT_NEAR(r.iops.value, 702.9, 0.1);
  EXPECT_NEAR(r.opens.value, 1607.14 * 8 / 10'000, 0.0001);
}

// 64 x 256 / 144 ms x 0.9 = 102,400 samples/s. WebDataset's reader takes shards front to back under any
// shuffle: 102,400 / 2000 = 51.2 opens/s, and 102,400 x 150 kB in requests of 256 KiB: 58,594 requests/s.
TEST(Requirement, WebdatasetIsReadFrontToBackWithTheDefaultShuffle) {
  Workload w = workload({150e3, 0, 256, 0.144});
  w.dataset.samples = 2'000'000;
  w.dataset.layout = LayoutKind::kWebdataset;
  w.dataset.samples_per_file = 2000;
  w.loader.workers = 8;
  w.loader.prefetch = 2;
  w.accelerator.count = 64;
  const Requirement r = requirement(w, {});
  EXPECT_NEAR(r.opens.value, 51.2, 1e-9);
  EXPECT_NEAR(r.iops.value, 58'593.75, 1e-6);
  EXPECT_NEAR(r.request_bytes, 262'144, 1e-6);
}

// A torch sampler asks for one row of 1 KiB after another, in dataset order too: one request each. Read front
// to back by tf.data, 4096 rows of a file of 4 MiB come in 16 requests.
TEST(Requirement, ARowOfAPackedFileIsARequestOrAShareOfOne) {
  Workload w = workload({1024, 0, 100, 1.0, 1.0});
  w.dataset.layout = LayoutKind::kRecords;
  w.dataset.samples_per_file = 4096;
  for (const ShuffleKind shuffle : {ShuffleKind::kEpoch, ShuffleKind::kNone}) {
    w.loader.shuffle = shuffle;
    EXPECT_EQ(requirement(w, {}).requests_per_sample, 1);
    EXPECT_EQ(access_of(w).requests_per_sample, 1);
  }
  w.loader.framework = Framework::kTensorflow;
  EXPECT_DOUBLE_EQ(requirement(w, {}).requests_per_sample, 16.0 / 4096);
  EXPECT_DOUBLE_EQ(access_of(w).requests_per_sample, 16.0 / 4096);
}

TEST(Requirement, FilePerSampleOpensOneFilePerSample) {
  const Requirement r = requirement(workload({322957, 0, 24, 0.04755, 1.0}), {});
  EXPECT_NEAR(r.opens.value, 504.7, 0.05);  // "retinanet: 505 opens/s per accelerator"
  EXPECT_DOUBLE_EQ(r.metadata.value, 3 * r.opens.value);
}

TEST(Requirement, PackedFilesInRandomOrderStayOpen) {
  // 1000 files, 4 workers: 4000 opens in an epoch of 1,000,000 samples at 100 samples/s = 10,000 s: 0.4/s.
  Workload w = workload({2000, 0, 100, 1.0, 1.0});
  w.dataset.layout = LayoutKind::kRecords;
  w.dataset.samples_per_file = 1000;
  EXPECT_DOUBLE_EQ(requirement(w, {}).opens.value, 0.4);
}

TEST(Requirement, LittlesLawBoundsTheTimePerSample) {
  // 8 workers read one sample each at a time: 8 / (0.8 x 100 samples/s) = 100 ms a sample.
  Workload w = workload({1e6, 0, 100, 1.0, 0.8});
  w.loader.workers = 8;
  EXPECT_DOUBLE_EQ(requirement(w, {}).sample_latency.value, 0.1);
  w.accelerator.count = 16;  // sixteen times the workers and the rate: unchanged
  EXPECT_DOUBLE_EQ(requirement(w, {}).sample_latency.value, 0.1);
  w.loader.preprocess = {LawKind::kConstant, 0.03, 0, 0, 0, {}};
  EXPECT_NEAR(requirement(w, {}).sample_latency.value, 0.07, 1e-12);
}

TEST(Requirement, ARequestsShareOfTheSampleTime) {
  Workload w = workload({1048576, 0, 100, 1.0, 0.8});
  w.loader.workers = 8;
  EXPECT_DOUBLE_EQ(requirement(w, {}).request_latency.value, 0.1 / 8);
  // Packed, read front to back in requests of 4 MiB: each brings four samples and has the time of four.
  w.dataset.layout = LayoutKind::kTfrecord;
  w.dataset.samples_per_file = 1000;
  w.loader.framework = Framework::kTensorflow;
  w.loader.transfer_size = {4 * 1048576};
  EXPECT_DOUBLE_EQ(requirement(w, {}).request_latency.value, 0.1 * 4);
}

TEST(Requirement, WithoutWorkersTheAcceleratorWaitsForEveryRead) {
  // t = Z / (Z + B l): 0.8 = 1 / (1 + 100 l), l = 2.5 ms.
  Workload w = workload({1e6, 0, 100, 1.0, 0.8});
  w.loader.workers = 0;
  EXPECT_NEAR(requirement(w, {}).sample_latency.value, 0.0025, 1e-12);
  EXPECT_EQ(requirement(w, {}).concurrency, 0);
}

TEST(Requirement, AnIdealLoaderReadsItsWholeWindowAtOnce) {
  Workload w = workload({1e6, 0, 100, 1.0, 0.8});
  w.loader.framework = Framework::kIdeal;
  w.loader.prefetch = 2;  // 200 samples in flight at 80/s
  EXPECT_DOUBLE_EQ(requirement(w, {}).sample_latency.value, 2.5);
}

TEST(Requirement, SaysWhenPreprocessingAloneIsTooSlow) {
  Workload w = workload({1e6, 0, 100, 1.0, 0.8});
  w.loader.workers = 1;  // 12.5 ms a sample
  w.loader.preprocess = {LawKind::kConstant, 0.02, 0, 0, 0, {}};
  const Requirement r = requirement(w, {});
  EXPECT_EQ(r.sample_latency.value, 0);
  ASSERT_FALSE(r.warnings.empty());
  EXPECT_THAT(r.warnings.front(), HasSubstr("no storage is fast enough"));
}

// Exact expectations of the largest of n standard normals (Tippett 1925): n = 2: 1/sqrt(pi), 10: 1.53875,
// 100: 2.50759, 1000: 3.24144.
TEST(Requirement, LargestOfManyNormals) {
  EXPECT_EQ(expected_largest_normal(1), 0);
  EXPECT_NEAR(expected_largest_normal(2), 1 / std::sqrt(M_PI), 0.03);
  EXPECT_NEAR(expected_largest_normal(10), 1.53875, 0.01);
  EXPECT_NEAR(expected_largest_normal(100), 2.50759, 0.015);
  EXPECT_NEAR(expected_largest_normal(1000), 3.24144, 0.015);
}

TEST(Requirement, StragglersOfA3dUnet) {
  // Seven files of cv 0.334: a batch of cv 0.126. The largest of 8 ranks without prefetch: +18 %.
  Workload w = workload({146600628, 0.334 * 146600628, 7, 0.323});
  w.loader.workers = 0;
  w.accelerator.count = 8;
  EXPECT_NEAR(requirement(w, {}).straggler, 1.18, 0.005);
  w.training.synchronous = false;
  EXPECT_EQ(requirement(w, {}).straggler, 1);
}

TEST(Requirement, PrefetchSmoothsStragglers) {
  Workload w = workload({146600628, 0.334 * 146600628, 7, 0.323});
  w.accelerator.count = 64;
  w.loader.workers = 4;
  w.loader.prefetch = 2;  // 256 producers, 2.5 x 2 - 1 = 4 batches each: half the spread
  const Requirement r = requirement(w, {});
  EXPECT_NEAR(r.straggler, 1 + 2.83 * 0.334 / std::sqrt(7.0) / 2, 0.003);
  EXPECT_DOUBLE_EQ(r.read_with_headroom.value, r.read.value * r.straggler);
}

TEST(Requirement, HostsNetworkAndMemory) {
  // 20 accelerators, 8 a host: 3 hosts. A full host: 8 x 100 MB/s = 6.4 Gbit/s on a 10 Gbit/s link.
  Workload w = workload({1e6, 0, 100, 1.0, 0.5});
  w.accelerator.count = 20;
  w.loader.workers = 4;
  w.loader.prefetch = 2;
  const Requirement r = requirement(w, {});
  EXPECT_EQ(r.hosts, 3U);
  EXPECT_DOUBLE_EQ(r.network_per_host_full.value, 800e6);
  EXPECT_DOUBLE_EQ(r.network_per_host.value, 400e6);
  EXPECT_EQ(r.link_gbit, 10.0);
  EXPECT_EQ(r.window_per_accelerator, 800_MB);  // 4 x 2 x 100 x 1 MB
  EXPECT_EQ(r.memory_per_host, 6400_MB);
  EXPECT_EQ(r.startup_burst, 16'000_MB);
  EXPECT_DOUBLE_EQ(r.startup_fill.value, 16.0);  // at 1 GB/s
}

TEST(Requirement, NoLinkIsNamedWhereNoneSuffices) {
  const Requirement r = requirement(workload({1e9, 0, 1000, 1.0, 1.0}), {});
  EXPECT_FALSE(r.link_gbit.has_value());
}

TEST(Requirement, EpochsAreWholeGlobalBatches) {
  Workload w = workload({1e6, 0, 300, 1.0, 0.5});
  w.accelerator.count = 10;  // 1,000,000 / 3000 = 333 steps of 2 s
  EXPECT_EQ(requirement(w, {}).steps_per_epoch, 333U);
  EXPECT_DOUBLE_EQ(requirement(w, {}).epoch->value, 666);
  w.loader.drop_last = false;
  EXPECT_EQ(requirement(w, {}).steps_per_epoch, 334U);
  w.training.steps = 7;
  EXPECT_EQ(requirement(w, {}).steps_per_epoch, 7U);
}

TEST(Requirement, LeavesEpochsOutWhereTheDatasetIsSmallerThanAStep) {
  Workload w = workload({1e6, 0, 300, 1.0});
  w.dataset.samples = 100;
  const Requirement r = requirement(w, {});
  EXPECT_FALSE(r.epoch.has_value());
  ASSERT_EQ(r.warnings.size(), 1U);
  EXPECT_THAT(r.warnings[0], HasSubstr("100 samples"));
  EXPECT_FALSE(to_json(explain(w, {}, r)).contains("epoch_seconds"));
}

TEST(Requirement, CheckpointsOfAnEightBillionParameterModel) {
  // 8.03e9 x 14 B = 112.4 GB = 104.7 GiB, as the benchmark's table has it.
  Workload w = workload({1e6, 0, 300, 1.0});
  w.checkpoint.parameters = 8.03e9;
  w.checkpoint.every = Seconds{1900};
  const Requirement r = requirement(w, {});
  EXPECT_NEAR(static_cast<double>(r.checkpoint->value) / kGiB, 104.7, 0.05);
  // 5 % of the run: 1900 s x 0.05 / 0.95 = 100 s to write it.
  EXPECT_NEAR(r.checkpoint_write->value, 1.1242e9, 1e5);
  EXPECT_EQ(r.capacity.value, r.dataset.value + 2 * r.checkpoint->value);
}

TEST(Requirement, CapacityIsWhatWasAskedUnlessTooSmall) {
  const Workload w = workload({1e6, 0, 300, 1.0});  // 1e6 x 1 MB = 1 TB
  RequirementAsk ask;
  ask.capacity = 2000_GB;
  EXPECT_EQ(requirement(w, ask).capacity, 2000_GB);
  ask.capacity = 999_GB;
  try {
    requirement(w, ask);
    FAIL() << "999 GB held 1 TB";
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr("expected --capacity to hold the job 'job', which needs 931 GiB"));
    EXPECT_THAT(error.what(), HasSubstr("found 930 GiB"));
  }
}

TEST(Requirement, RefusesWhatCannotBe) {
  Workload w = workload({1e6, 0, 300, 1.0, 1.5});
  EXPECT_THROW(requirement(w, {}), UserError);
  w.training.au_target = 0;
  EXPECT_THROW(requirement(w, {}), UserError);
  w.training.au_target = 0.9;
  RequirementAsk ask;
  ask.accelerators_per_host = 0;
  EXPECT_THROW(requirement(w, ask), UserError);
  w.dataset.samples = 0;
  EXPECT_THROW(requirement(w, {}), UserError);
}

TEST(Requirement, EveryFigureSaysHowItCameAbout) {
  Workload w = workload({1e6, 5e5, 300, 1.0});
  w.checkpoint.parameters = 8e9;
  w.checkpoint.every = Seconds{1800};
  w.provenance = {{"accelerator.step_time", "published", "a paper", "2025-01"}};
  RequirementAsk ask;
  ask.capacity = 9000_GB;
  const auto figures = explain(w, ask, requirement(w, ask));
  EXPECT_GE(figures.size(), 25U);
  for (const auto& figure : figures) {
    EXPECT_FALSE(figure.label.empty() || figure.formula.empty() || figure.inputs.empty() ||
                 figure.source.empty())
        << figure.key;
    EXPECT_FALSE(format_figure(figure).empty()) << figure.key;
    EXPECT_TRUE(std::isfinite(figure.value)) << figure.key;
  }
  EXPECT_THAT(figures.front().source, HasSubstr("a paper (published, 2025-01)"));
}

TEST(Explain, AFactorHasNoMoreDigitsThanItMeans) {
  Figure figure;
  figure.unit = FigureUnit::kFactor;
  figure.value = 1118.974;
  EXPECT_EQ(format_figure(figure), format_count(1118.974));
  EXPECT_EQ(format_figure(figure).find('.'), std::string::npos);
  figure.value = 1.0625;
  EXPECT_EQ(format_figure(figure), "1.062");
}

}  // namespace
}  // namespace aforo
