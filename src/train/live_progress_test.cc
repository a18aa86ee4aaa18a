// What the displays are told while a job runs agrees with what its Record says of it.
#include "train/live_progress.h"

#include <gtest/gtest.h>

#include "train/train_test.h"

namespace aforo {
namespace {

TEST(LiveProgress, TheLastLookIsTheWholeRun) {
  const LaidDataset laid;
  Progress last;
  const Json record =
      train(laid.options, open_run(laid.options, {}), {}, [&](const Progress& p) { last = p; }).record;
  ASSERT_TRUE(last.job.has_value());
  EXPECT_EQ(last.job->workload, "small");
  EXPECT_EQ(last.job->place, laid.options.directory);
  EXPECT_EQ(last.job->engine, record["engine"].get<std::string>());
  EXPECT_EQ(last.job->accelerators, 2U);
  EXPECT_EQ(last.job->epochs, 2U);
  EXPECT_DOUBLE_EQ(last.fraction, 1);
  EXPECT_EQ(last.job->bytes_read, record["bytes_requested"].get<double>());
  EXPECT_EQ(last.job->in_flight, 0U);
  EXPECT_EQ(last.job->failed, 0U);
  ASSERT_EQ(last.job->ranks.size(), 2U);
  double accelerators = 0, load = 0;
  for (const RankStates& ranks : last.job->ranks) {
    EXPECT_EQ(ranks.ranks, 1U);
    accelerators += (ranks.compute + ranks.load_wait + ranks.barrier_wait).value;
    load += ranks.load_wait.value;
  }
  EXPECT_NEAR(load, record["stalls"]["load_wait_seconds"].get<double>(), 1e-9);
  EXPECT_GT(accelerators, 24 * 2 * 2e-3);
}

TEST(LiveProgress, AnAbsentFileIsARequestThatFailed) {
  LaidDataset laid;
  laid.options.skip_errors = true;
  std::filesystem::remove(laid.some_file());
  Progress last;
  train(laid.options, open_run(laid.options, {}), {}, [&](const Progress& p) { last = p; });
  ASSERT_TRUE(last.job.has_value());
  EXPECT_EQ(last.job->failed, 2U) << "once an epoch";
}

// However many ranks there are: rows of equally many, the last of what is left.
TEST(LiveProgress, ManyRanksShareRows) {
  WatchOptions options;
  options.ranks = 130;
  options.first_rank = 1000;
  StepWatch watch(options);
  for (std::uint32_t rank = 0; rank < 130; ++rank) {
    StepTimes step;
    step.rank = 1000 + rank;
    step.compute = Seconds{1};
    step.load_wait = Seconds{0.5};
    watch.on_step(step);
  }
  const std::vector<RankStates> rows = watch.live_ranks();
  ASSERT_EQ(rows.size(), 44U) << "of three";
  EXPECT_EQ(rows[1].first, 1003U);
  EXPECT_DOUBLE_EQ(rows[1].compute.value, 3);
  EXPECT_EQ(rows.back().ranks, 1U);
  EXPECT_DOUBLE_EQ(rows.back().load_wait.value, 0.5);
}

}  // namespace
}  // namespace aforo
