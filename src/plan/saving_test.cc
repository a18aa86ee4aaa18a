#include "plan/saving.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/error.h"
#include "model/curve.h"
#include "plan/predict.h"
#include "plan/predict_test_case.h"
#include "workload/checkpoint_shape.h"

namespace aforo {
namespace {

using ::testing::HasSubstr;

constexpr double kMiB = 1 << 20;

// A job that storage keeps busy, on 8 accelerators, whose model of 100 M parameters is dealt to all: 1.4 GB every 100 steps.
PredictOptions saving_case() {
  PredictOptions options = pipe_case(8000);
  Workload& w = options.workload;
  w.accelerator.count = 8;
  w.checkpoint.parameters = 100e6;
  w.checkpoint.every_steps = 100;
  WriteCurve writes;
  writes.per_file = Seconds{0.02};
  writes.points = {{1, {500 * kMiB}, 0.04}, {8, {2000 * kMiB}, 0.04}};
  options.storage.tiers[0].writes = {writes};
  return options;
}

TEST(Saving, ASynchronousCheckpointStopsTrainingUntilItIsWhole) {
  const PredictOptions options = saving_case();
  PredictOptions without = options;
  without.workload.checkpoint = {};
  const Prediction p = predict(options), alone = predict(without);
  ASSERT_TRUE(p.saving);
  const double bytes = 14 * 100e6;
  EXPECT_NEAR(static_cast<double>(p.saving->bytes.value), bytes, 1e4);
  EXPECT_EQ(p.saving->writers, 8u);
  // Bytes at what eight get, what each file takes, and the commit's own file.
  EXPECT_NEAR(p.saving->slowest.value, bytes / (2000 * kMiB) + 0.02, 1e-3);
  EXPECT_NEAR(p.saving->whole.value, p.saving->slowest.value + 0.02, 1e-3);
  EXPECT_EQ(p.saving->pause, p.saving->whole);
  EXPECT_NEAR(p.saving->whole_high / p.saving->whole, 1 + kSavingSpread, 1e-9);
  EXPECT_NEAR(p.saving->whole / p.saving->whole_low, 1 + kSavingSpread, 1e-9);
  EXPECT_DOUBLE_EQ(p.saving->au_without, alone.au);
  const double every = p.saving->every.value;
  EXPECT_NEAR(every, 100 * law_mean(options.workload.accelerator.step_time) / alone.au, 1e-9);
  EXPECT_NEAR(p.au, alone.au * every / (every + p.saving->whole.value), 1e-9);
  EXPECT_NEAR(p.samples / alone.samples, p.au / alone.au, 1e-9);
  EXPECT_LT(p.au_low / alone.au_low, p.au / alone.au);
  EXPECT_GT(p.au_high / alone.au_high, p.au / alone.au);
  EXPECT_LE(p.au_low, p.au);
  EXPECT_GE(p.au_high, p.au);
  EXPECT_NEAR(p.stalls->compute / p.stalls->total, p.au, 0.01);
}

TEST(Saving, TheVerdictNamesThemWhereTheyAreWhyTheTargetIsMissed) {
  PredictOptions options = saving_case();
  ASSERT_GE(predict(options).saving->au_without, 0.9);
  Prediction p = predict(options);
  EXPECT_LT(p.au, 0.9);
  EXPECT_EQ(p.verdict.limit, Limit::kCheckpoints);
  EXPECT_EQ(p.limit, "checkpoints");
  EXPECT_THAT(p.verdict.text, HasSubstr("stands still for checkpoints"));
  options.workload.checkpoint.every_steps = 100'000;
  p = predict(options);
  EXPECT_GT(p.au, 0.9);
  EXPECT_NE(p.verdict.limit, Limit::kCheckpoints);
}

TEST(Saving, TimeBetweenCheckpointsIsInSteps) {
  PredictOptions options = saving_case();
  options.workload.checkpoint.every_steps = 0;
  options.workload.checkpoint.every = Seconds{10};
  const Prediction p = predict(options);
  ASSERT_TRUE(p.saving);
  EXPECT_EQ(p.saving->every_steps, 1000u) << "as a run takes it: at full pace";
  EXPECT_NEAR(p.saving->every.value, 10 / p.saving->au_without, 1e-9);
}

TEST(Saving, WithoutAWriteCurveItIsSaidAndLeftOut) {
  PredictOptions options = saving_case();
  options.workload.checkpoint.fsync = false;
  PredictOptions without = options;
  without.workload.checkpoint = {};
  const Prediction p = predict(options);
  EXPECT_FALSE(p.saving);
  EXPECT_EQ(p.au, predict(without).au);
  EXPECT_THAT(p.notes, ::testing::Contains(HasSubstr("does not say what buffered unsynced writing takes")));
}

// Written beside reads: the storage has nothing to spare for either, so that both get their share.
TEST(Saving, AnAsynchronousOneSlowsTheReadsMeanwhile) {
  PredictOptions options = saving_case();
  ReadCurve reads;
  reads.kind = ReadKind::kFile;
  reads.size = law_mean(options.workload.dataset.sample_size);
  const double rate = 8000 * 1e6 / reads.size;
  reads.points = {{1, {rate / 4}, 0, {}, 0}, {8, {rate}, 0, {}, 0}};
  options.storage.tiers[0].curves = {reads};
  options.storage.tiers[0].stations.clear();
  options.workload.checkpoint.mode = CheckpointMode::kAsync;
  options.workload.checkpoint.copy_rate = Bytes{1'000'000'000};
  const Prediction p = predict(options);
  ASSERT_TRUE(p.saving);
  EXPECT_NEAR(p.saving->copy.value, 14 * 100e6 / 8 / 1e9, 1e-3);
  EXPECT_EQ(p.saving->pause, p.saving->copy);
  EXPECT_LT(p.saving->writes_left, 1);
  EXPECT_LE(p.saving->reads_left, 1);
  EXPECT_LT(p.au, p.saving->au_without);
  const double whole = p.saving->whole.value / p.saving->writes_left;
  EXPECT_NEAR(p.au,
              p.saving->au_without *
                  au_share_beside(p.saving->every, p.saving->copy, Seconds{whole}, p.saving->pace_beside),
              1e-9);
}

TEST(Saving, ParallelismThatDoesNotFitIsRefused) {
  PredictOptions options = saving_case();
  options.workload.checkpoint.ranks = 8;
  options.workload.checkpoint.tensor_parallel = 3;
  EXPECT_THROW(predict(options), UserError);
}

// 100 s of training between two: 10 s of copying, 40 s of writing at half the pace, which cost 20 s.
TEST(Saving, WhatBesideCosts) {
  EXPECT_NEAR(au_share_beside(Seconds{100}, Seconds{10}, Seconds{40}, 0.5), 100.0 / 130, 1e-12);
  EXPECT_NEAR(au_share_beside(Seconds{100}, Seconds{0}, Seconds{40}, 1), 1, 1e-12);
  EXPECT_NEAR(au_share_beside(Seconds{100}, Seconds{0}, Seconds{300}, 1), 100.0 / 300, 1e-12)
      << "the next one waits";
  EXPECT_NEAR(au_share_beside(Seconds{100}, Seconds{5}, Seconds{300}, 0.1), 100.0 / (5 + 300 + 70), 1e-12);
}

// What was published of a checkpoint follows from one number, the rate of a rank: the slowest rank gives it, and what
// another rank took is then foretold by the bytes of its role. A pipe that all share would have it differently.
TEST(Saving, PublishedRanks) {
  constexpr double kGiB = 1 << 30;
  std::ifstream file(AFORO_SOURCE_DIR "/data/published/checkpoints.csv");
  std::string line;
  int rows = 0;
  while (std::getline(file, line)) {
    if (line.find(",write,") == std::string::npos) continue;
    std::istringstream words(line);
    std::vector<std::string> at(11);
    for (std::string& word : at) std::getline(words, word, ',');
    ASSERT_EQ(at[3], "llama3-1t") << line;
    const double rate = std::stod(at[7]) * kGiB, least = std::stod(at[9]), most = std::stod(at[10]);
    PredictOptions options = saving_case();
    Workload& w = options.workload;
    w.accelerator.count = static_cast<std::uint32_t>(std::stoul(at[4]));
    w.dataset.samples = 8192;
    w.checkpoint = {};
    w.checkpoint.model = CheckpointModel::kLlama1t;
    w.checkpoint.files = CheckpointFiles::kDlioV3;
    w.checkpoint.every_steps = 100;
    const auto shape = CheckpointShape::make(w.checkpoint, w.accelerator.count);
    ASSERT_TRUE(shape);
    const auto share = [&](bool of_a_rank) {
      WriteCurve writes;
      const double one = of_a_rank ? 1 : 1.0 / 1024;
      writes.points = {{1, {rate / 1024}, 0}, {1024, {rate * one}, 0}};
      options.storage.tiers[0].writes = {writes};
      const Prediction p = predict(options);
      return p.saving->fastest / p.saving->slowest;
    };
    const double slowest = static_cast<double>(shape->bytes().value) / rate;
    EXPECT_GE(share(true) * slowest, least);
    EXPECT_LE(share(true) * slowest, most);
    EXPECT_GT(share(false) * slowest, most);
    ++rows;
  }
  EXPECT_EQ(rows, 1);
}

}  // namespace
}  // namespace aforo
