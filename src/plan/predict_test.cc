#include "plan/predict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "plan/advice.h"
#include "plan/predict_max.h"
#include "plan/predict_record.h"
#include "plan/predict_test_case.h"
#include "plan/sweep.h"

namespace aforo {
namespace {

using testing::Contains;
using testing::HasSubstr;

std::string refusal(const PredictOptions& options) {
  try {
    predict(options);
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

// 100 steps of 8 MB over 400 MB/s: 2 s, of which 1 s is compute; the last batches are there before they are
// asked for, so AU lies a little above one half.
TEST(Predict, APipeOfHalfTheDemandGivesHalfTheUtilisation) {
  const Prediction p = predict(pipe_case(400));
  EXPECT_NEAR(p.au, 0.5, 0.01);
  EXPECT_NEAR(p.bytes.value, 400e6, 8e6);
  EXPECT_NEAR(p.samples.value, 400, 8);
  EXPECT_LE(p.au_low, p.au);
  EXPECT_GE(p.au_high, p.au);
  EXPECT_THAT(p.limit, HasSubstr("'pipe'"));
  EXPECT_EQ(p.limit_station, "pipe");
  EXPECT_EQ(p.verdict.limit, Limit::kStorageBandwidth) << p.verdict.text;
  EXPECT_EQ(p.method, PredictMethod::kSimulate);
  EXPECT_THAT(p.notes, Contains(HasSubstr("no spread")));
}

// Every utilisation and throughput of a page is of the same seconds: 25 s of compute in 120 s (see
// SimulatedCase.AColdEpochCountsByTheTimeThatItTakes), by both methods.
TEST(Predict, AColdCacheIsOneRatioOnOnePage) {
  PredictOptions options = pipe_case(40);
  options.workload.dataset.samples = 4000;
  options.workload.training.epochs = 5;
  options.storage.caches.push_back(
      {"memory", Bytes{4'200'000'000}, CachePolicy::kPinned, StationScope::kShared, false, {}});
  const Prediction p = predict(options);
  EXPECT_NEAR(p.au, 25.0 / 120, 0.002);
  EXPECT_NEAR(p.samples.value, 20'000.0 / 120, 1);
  EXPECT_NEAR(p.stalls->compute / p.stalls->total, p.au, 1e-12);
  EXPECT_EQ(p.verdict.limit, Limit::kColdCache) << p.verdict.text;
  EXPECT_THAT(p.verdict.text, testing::Not(HasSubstr("find-max")));
  options.method = PredictMethod::kClosed;
  const Prediction closed = predict(options);
  EXPECT_NEAR(closed.au, 25.0 / 120, 0.002);
  EXPECT_NEAR(closed.samples.value, 20'000.0 / 120, 1);
  EXPECT_EQ(closed.limit, "cold cache");
  EXPECT_EQ(closed.verdict.limit, Limit::kColdCache);
}

// Two epochs of which the page cache of a host serves the second: buffered it does, direct the pipe's half is all.
TEST(Predict, DirectReadsPassThePageCache) {
  PredictOptions options = pipe_case();
  options.workload.training.epochs = 2;
  options.storage.caches.push_back(
      {"page cache", Bytes{4'200'000'000}, CachePolicy::kRandom, StationScope::kHost, true, {}});
  EXPECT_NEAR(predict(options).au, 1, 0.02);
  options.workload.loader.read_mode = ReadMode::kDirect;
  for (const PredictMethod method : {PredictMethod::kSimulate, PredictMethod::kClosed}) {
    options.method = method;
    const Prediction direct = predict(options);
    EXPECT_NEAR(direct.au, 0.5, 0.01);
    EXPECT_THAT(direct.notes, testing::Contains(HasSubstr("pass the page cache")));
  }
}

// A hundred steps of 10 ms, then a second in which all stand still: half the time.
TEST(Predict, PausesForCheckpointsAreNamed) {
  PredictOptions options = pipe_case(8000);
  options.workload.training.steps = 400;
  options.every_step = true;
  options.checkpoint_steps = 100;
  options.checkpoint_pause = Seconds{1};
  const Prediction p = predict(options);
  EXPECT_NEAR(p.au, 0.5, 0.02);
  EXPECT_EQ(p.verdict.limit, Limit::kCheckpoints) << p.verdict.text;
}

TEST(Predict, StallsAddUp) {
  const Prediction p = predict(pipe_case(400));
  ASSERT_TRUE(p.stalls.has_value());
  const StallTimes& t = *p.stalls;
  EXPECT_NEAR(t.compute / t.total, p.au, 1e-3);
  EXPECT_NEAR((t.compute + t.load_wait + t.barrier_wait + t.checkpoint).value, t.total.value,
              0.01 * t.total.value);
  EXPECT_GT(t.epoch_start.value, 0);
  EXPECT_LE(t.epoch_start.value, t.load_wait.value);
}

TEST(Predict, StorageWithRoomKeepsThemBusy) {
  const Prediction p = predict(pipe_case(8000));
  EXPECT_GT(p.au, 0.97);
  EXPECT_EQ(p.verdict.limit, Limit::kNone);
}

TEST(Predict, TheSameWhateverTheThreads) { expect_the_same_with_any_threads(curve_case(100, 500, 0.1)); }

// 400 files/s of the 800 wanted: AU 0.5. A spread of 20 % puts the storage at 360 and 440
// files/s: 0.45 and 0.55.
TEST(Predict, TheStoragesOwnSpreadIsInTheInterval) {
  const Prediction p = predict(curve_case(400, 400, 0.2));
  EXPECT_NEAR(p.au, 0.5, 0.015);
  EXPECT_EQ(p.spread, 0.2);
  EXPECT_NEAR(p.au_low, 0.45, 0.02);
  EXPECT_NEAR(p.au_high, 0.55, 0.02);
  EXPECT_THAT(p.limit, HasSubstr("measured curve of 'disk'"));
}

// A pause of 50 ms after every 10 steps of 10 ms: with storage to spare AU is 100 / 150.
TEST(Predict, CheckpointsStopTheRanks) {
  PredictOptions options = pipe_case(8000);
  options.checkpoint_steps = 10;
  options.checkpoint_pause = Seconds{0.05};
  const Prediction p = predict(options);
  EXPECT_NEAR(p.au, 100.0 / 150, 0.02);
  EXPECT_NEAR(p.stalls->checkpoint / p.stalls->total, 1.0 / 3, 0.02);
}

// Two equal jobs share a pipe that feeds one of them fully.
TEST(Predict, AnotherJobTakesItsShare) {
  PredictOptions options = pipe_case(800);
  const double alone = predict(options).au;
  options.beside = {options.workload};
  const Prediction p = predict(options);
  EXPECT_GT(alone, 0.9);
  EXPECT_NEAR(p.au, 0.5, 0.05);
  ASSERT_EQ(p.beside.size(), 1U);
  EXPECT_EQ(p.beside[0].accelerators, 2U);
}

// Two jobs of 4 GB each on hosts of their own, whose caches of 4.2 GB hold what their own job reads: nobody
// asks the pipe, which would feed a tenth of one. With both jobs' data in them half the reads would.
TEST(Predict, AHostsCacheHoldsItsOwnJobsData) {
  PredictOptions options = pipe_case(40);
  options.workload.dataset.samples = 4000;
  options.workload.training.epochs = 1;
  options.ranks_per_host = 2;
  options.storage.caches.push_back(
      {"drives", Bytes{4'200'000'000}, CachePolicy::kRandom, StationScope::kHost, true, {}});
  options.beside = {options.workload};
  const Prediction p = predict(options);
  EXPECT_GT(p.au, 0.99);
  ASSERT_EQ(p.beside.size(), 1U);
  EXPECT_GT(p.beside[0].au, 0.99);
}

TEST(Predict, BadJobsAreOneSentence) {
  PredictOptions options = pipe_case();
  options.workload.accelerator.step_time.mean = 0;
  EXPECT_THAT(refusal(options), HasSubstr("step time above 0"));
  options = pipe_case();
  options.host_memory = 1_MB;
  EXPECT_THAT(refusal(options), HasSubstr("fit into a host's memory"));
  options = curve_case(100, 200, 0);
  options.workload.loader.read_mode = ReadMode::kDirect;
  EXPECT_THAT(refusal(options), HasSubstr("direct"));
  options = pipe_case();
  options.method = PredictMethod::kClosed;
  options.beside = {options.workload};
  EXPECT_THAT(refusal(options), HasSubstr("--method simulate"));
}

// A pipe of 2 GB/s feeds 2 GB/s / 400 MB/s = 5 accelerators at full speed; at a target of 0.8, 6 (5/6 = 0.83)
// but not 7 (5/7 = 0.71).
TEST(PredictMax, WhereTheTargetIsMissed) {
  PredictOptions options = pipe_case(2000);
  options.workload.dataset.samples = 8000;
  options.workload.training.au_target = 0.8;
  const PredictedMax found = predict_max(options, 0);
  EXPECT_EQ(found.accelerators, 6U);
  EXPECT_LE(found.low, 6U);
  EXPECT_GE(found.high, 6U);
  EXPECT_FALSE(found.at_limit);
  EXPECT_EQ(found.answer.accelerators, 6U);
  EXPECT_EQ(found.tries.count(7), 1U);
}

// Shards read buffered from a probed pipe of 2 GB/s: 8 points of the model's own error. Of 7 accelerators AU
// is 5/7 = 0.71, which one replication would put below a target of 0.79; with its interval (2.9 points for 4
// % of the rates, and 8) it reaches to 0.80. 6 reach down to 0.75, 5 do not.
TEST(PredictMax, WhatTheModelMayBeOffByJoinsTheInterval) {
  PredictOptions options = pipe_case(2000);
  options.storage.probed = "2026-01-01T00:00:00Z";
  options.workload.dataset.samples = 8000;
  options.workload.dataset.layout = LayoutKind::kRecords;
  options.workload.dataset.samples_per_file = 4;
  options.workload.loader.framework = Framework::kTensorflow;
  options.workload.training.au_target = 0.79;
  const PredictedMax found = predict_max(options, 0);
  EXPECT_EQ(found.accelerators, 6U);
  EXPECT_EQ(found.low, 5U);
  EXPECT_EQ(found.high, 7U);
}

TEST(PredictMax, EndsAtTheNumberGiven) {
  PredictOptions options = pipe_case(8000);
  const PredictedMax found = predict_max(options, 3);
  EXPECT_EQ(found.accelerators, 3U);
  EXPECT_TRUE(found.at_limit);
}

TEST(PredictSweep, OneRowForEachValueInOrder) {
  const PredictOptions options = pipe_case(400);
  const auto points = predict_sweep(options, parse_sweep("accelerators=1,2,4"));
  ASSERT_EQ(points.size(), 3U);
  EXPECT_NEAR(points[0].prediction.au, 0.97, 0.04);
  EXPECT_NEAR(points[1].prediction.au, 0.5, 0.02);
  EXPECT_NEAR(points[2].prediction.au, 0.25, 0.02);
}

TEST(Advise, AFullPipeWantsAWiderPipe) {
  const auto advice = advise(pipe_case(400));
  ASSERT_FALSE(advice.empty());
  for (const Advice& a : advice) EXPECT_GE(a.gain, kWorthSaying) << a.change;
  EXPECT_TRUE(std::is_sorted(advice.begin(), advice.end(),
                             [](const Advice& a, const Advice& b) { return a.gain > b.gain; }));
  const auto twice = std::find_if(advice.begin(), advice.end(),
                                  [](const Advice& a) { return a.change == "storage twice as fast"; });
  ASSERT_NE(twice, advice.end());
  EXPECT_GT(twice->gain, 0.4);
  for (const Advice& a : advice) EXPECT_THAT(a.change, testing::Not(HasSubstr("workers"))) << a.gain;
}

// One worker reads 100 files/s alone, and two 200: latency, which workers hide.
TEST(Advise, LatencyWantsWorkers) {
  PredictOptions options = curve_case(100, 800, 0);
  options.workload.loader.workers = 1;
  const auto advice = advise(options);
  EXPECT_THAT(advice, Contains(testing::Field(&Advice::how, "--workers 2")));
}

TEST(PredictRecord, SaysWhatProgramsRelyOn) {
  Json record = new_record("predict", "", Json::object());
  add_prediction(record, predict(pipe_case(400)));
  for (const char* key :
       {"predicted", "accelerators", "au", "au_interval", "samples_per_second", "bytes_per_second", "steps",
        "step_seconds", "stall_seconds", "stalls", "verdict", "method", "limit"})
    EXPECT_TRUE(record.contains(key)) << key;
  EXPECT_NO_THROW(to_text(record));
}

}  // namespace
}  // namespace aforo
