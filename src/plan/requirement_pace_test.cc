#include <gtest/gtest.h>

#include "base/error.h"
#include "plan/requirement.h"

namespace aforo {
namespace {

struct PacedJob {
  double sample, stddev;
  std::uint64_t batch;
  double step;
};

Workload paced_workload(const PacedJob& job) {
  Workload w;
  w.name = "job";
  w.dataset.samples = 1'000'000;
  w.dataset.sample_size = {LawKind::kConstant, job.sample, job.stddev, 0, 0, {}};
  w.loader.batch_size = job.batch;
  w.accelerator.step_time = {LawKind::kConstant, job.step, 0, 0, 0, {}};
  return w;
}

// 8.03e9 x 14 B = 112.42 GB. A failure every 20 h: writing may take 2 x 72,000 s x (0.05 / 0.95)^2 = 398.9 s,
// so 281.8 MB/s; Young's interval is sqrt(2 x 398.9 x 72,000) = 7,579 s, of which writing is 398.9 / (398.9 +
// 7,579) = 5.0 %.
TEST(Requirement, WithoutAnIntervalFailuresSetTheCheckpointsPace) {
  Workload w = paced_workload({1e6, 0, 2, 1.0});
  w.checkpoint.parameters = 8.03e9;
  w.checkpoint.every = Seconds{0};
  RequirementAsk ask;
  EXPECT_FALSE(requirement(w, ask).checkpoint_write);
  ask.failures = Seconds{72'000};
  const Requirement r = requirement(w, ask);
  EXPECT_NEAR(r.checkpoint_write->value, 281.8e6, 0.1e6);
  EXPECT_NEAR(r.checkpoint_every->value, 7'579, 1);
  EXPECT_NEAR(r.checkpoint_read->value, 112.42e9 / 300, 1e6);
  EXPECT_NEAR(r.network_checkpoint.value, 281.8e6, 0.1e6);  // one host
  ask.failures = Seconds{0};
  EXPECT_THROW(requirement(w, ask), UserError);
}

// What is asked for wins over what the workload states, and is said; without either there is nothing to say
// of writing.
TEST(Requirement, FailuresReplaceAStatedInterval) {
  Workload w = paced_workload({1e6, 0, 2, 1.0});
  w.checkpoint.parameters = 8.03e9;
  w.checkpoint.every = Seconds{1800};
  RequirementAsk ask;
  EXPECT_EQ(requirement(w, ask).checkpoint_every->value, 1800);
  ask.failures = Seconds{72'000};
  const Requirement r = requirement(w, ask);
  EXPECT_NEAR(r.checkpoint_every->value, 7'579, 1);
  ASSERT_FALSE(r.warnings.empty());
  EXPECT_NE(r.warnings.back().find("Young's interval"), std::string::npos);
  w.checkpoint.every = Seconds{0};
  ask.failures.reset();
  EXPECT_NE(requirement(w, ask).warnings.back().find("nothing says how often"), std::string::npos);
}

// 4 accelerators, a batch of 2 samples of 1 MB, 1 s a step, 100 steps an epoch, target 0.8: an epoch lasts
// 125 s and may lose 12.5 s at its start. A shuffle buffer of 498 samples: 4 x 500 MB / 12.5 s = 160 MB/s,
// above 8 MB/s at 100 %.
TEST(Requirement, APeakAtTheStartOfAnEpochFillsTheShuffleBuffers) {
  Workload w = paced_workload({1e6, 0, 2, 1.0});
  w.accelerator.count = 4;
  w.dataset.samples = 800;
  w.dataset.layout = LayoutKind::kWebdataset;
  w.dataset.samples_per_file = 100;
  w.loader.shuffle = ShuffleKind::kBuffer;
  w.loader.shuffle_buffer = 498;
  w.training.au_target = 0.8;
  w.training.steps = 0;
  EXPECT_NEAR(requirement(w, {}).read_peak->value, 160e6, 1);
  w.loader.shuffle = ShuffleKind::kEpoch;
  EXPECT_NEAR(requirement(w, {}).read_peak->value, 8e6, 1);
}

// Files of one sample each are not read through a buffer, so none is filled or held: 4 workers x 2 batches of
// 2 samples of 1 MB.
TEST(Requirement, ABufferThatIsNotHeldCostsNothing) {
  Workload w = paced_workload({1e6, 0, 2, 1.0});
  w.loader.workers = 4, w.loader.prefetch = 2;
  w.dataset.samples = 800;
  w.loader.shuffle = ShuffleKind::kBuffer;
  w.loader.shuffle_buffer = 498;
  const Requirement r = requirement(w, {});
  EXPECT_EQ(r.window_per_accelerator, 16_MB);
  for (const Figure& figure : explain(w, {}, r)) {
    if (figure.key == "read_bytes_per_second_peak") {
      EXPECT_NE(figure.inputs.find("x (2 + 0) x"), std::string::npos);
    }
  }
}

// Two shards for four accelerators: each reads both, 4 MB for each of its samples of 1 MB. Half of 8 samples/s
// are 4 x 4 MB/s, a quarter of it each host's. A window of 2 batches of 2 samples holds 4 MB and takes 16 MB to
// read, and four begin at once: 64 MB in 4 s. The dataset stays 800 MB.
TEST(Requirement, EveryByteThatEveryAcceleratorReadsIsAskedFor) {
  Workload w = paced_workload({1e6, 0, 2, 1.0});
  w.accelerator.count = 4;
  w.dataset.samples = 800;
  w.dataset.layout = LayoutKind::kWebdataset;
  w.dataset.samples_per_file = 400;
  w.loader.workers = 8, w.loader.prefetch = 2;
  w.training.au_target = 0.5;
  RequirementAsk ask;
  ask.accelerators_per_host = 1;
  const Requirement r = requirement(w, ask);
  EXPECT_DOUBLE_EQ(r.read.value, 16e6);
  EXPECT_DOUBLE_EQ(r.read_full.value, 32e6);
  EXPECT_DOUBLE_EQ(r.network_per_host.value, 4e6);
  EXPECT_DOUBLE_EQ(r.iops.value * r.request_bytes, r.read.value);
  EXPECT_EQ(r.window_per_accelerator, 4_MB);
  EXPECT_EQ(r.startup_burst, 64_MB);
  EXPECT_DOUBLE_EQ(r.startup_fill.value, 4);
  EXPECT_EQ(r.dataset, 800_MB);
  EXPECT_EQ(r.concurrency, 4 * 2);  // two shards keep two of the eight workers busy
  for (const Figure& figure : explain(w, ask, r)) {
    if (figure.key == "read_bytes_per_second") {
      EXPECT_EQ(figure.formula, "X N s");
    }
  }
}

// pytorch with 8 workers and 2 batches each: 16 batches of 144 ms / 0.9 are ready: 2.56 s. None without
// workers.
TEST(Requirement, ASlowReadMayLastAsLongAsTheBatchesAhead) {
  Workload w = paced_workload({1e6, 0, 2, 1.0});
  w.accelerator.step_time.mean = 0.144;
  w.loader.framework = Framework::kPytorch;
  w.loader.workers = 8;
  w.loader.prefetch = 2;
  w.training.au_target = 0.9;
  EXPECT_NEAR(requirement(w, {}).sample_latency_p99->value, 2.56, 1e-9);
  w.loader.workers = 0;
  EXPECT_FALSE(requirement(w, {}).sample_latency_p99);
}

}  // namespace
}  // namespace aforo
