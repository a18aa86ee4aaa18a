// Whole jobs on a small real directory: what is measured must agree with what was laid down.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <thread>
#include <utility>

#include "base/error.h"
#include "dataset/generated_layout.h"
#include "measure/series.h"
#include "pipeline/plan_job.h"
#include "storage/open_store.h"
#include "train/run_evidence.h"
#include "train/train_test.h"
#include "train/trials.h"

namespace aforo {
namespace {

namespace fs = std::filesystem;

struct Case {
  const char* name;
  LayoutKind layout;
  Content content;
  EngineKind engine;
  ReadMode mode;
};

class Train : public testing::TestWithParam<Case> {};

// 240 samples, 2 ranks x batch 10: 12 steps an epoch, 2 epochs: 480 samples delivered and,
// with --verify, proved.
TEST_P(Train, ReadsEverySampleOfEveryEpochAndProvesIt) {
  DataDirectory directory;
  GenerateOptions generate_options;
  generate_options.workload = small_job(GetParam().layout, GetParam().content);
  generate_options.directory = directory.path();
  generate(generate_options, {}, {});
  RunOptions options;
  options.workload = generate_options.workload;
  options.workload.loader.read_mode = GetParam().mode;
  options.directory = directory.path();
  options.engine = GetParam().engine;
  options.verify = true;
  options.diagnose = false;
  const Json record = trained(options, {});
  EXPECT_EQ(record["errors"]["count"], 0) << record["errors"].dump();
  EXPECT_EQ(record["samples"], 480);
  EXPECT_EQ(record["steps"], 24);
  EXPECT_EQ(record["engine"], to_string(GetParam().engine));
  EXPECT_FALSE(record["partial"]);
  EXPECT_GT(record["au"].get<double>(), 0);
  EXPECT_LE(record["au"].get<double>(), 1);
  EXPECT_EQ(record["verified_samples"], 480);
  EXPECT_GE(record["bytes_requested"].get<double>(), 480 * 15'000.0);
}

INSTANTIATE_TEST_SUITE_P(
    All, Train,
    testing::Values(
        Case{"RawUring", LayoutKind::kFilePerSample, Content::kRaw, EngineKind::kUring, ReadMode::kBuffered},
        Case{"RawThreads", LayoutKind::kFilePerSample, Content::kRaw, EngineKind::kThreads,
             ReadMode::kBuffered},
        Case{"RawDirect", LayoutKind::kFilePerSample, Content::kRaw, EngineKind::kUring, ReadMode::kDirect},
        Case{"RawDirectThreads", LayoutKind::kFilePerSample, Content::kRaw, EngineKind::kThreads,
             ReadMode::kDirect},
        Case{"Jpeg", LayoutKind::kFilePerSample, Content::kJpeg, EngineKind::kUring, ReadMode::kBuffered},
        Case{"Npz", LayoutKind::kFilePerSample, Content::kNpz, EngineKind::kUring, ReadMode::kBuffered},
        Case{"Tfrecord", LayoutKind::kTfrecord, Content::kRaw, EngineKind::kUring, ReadMode::kBuffered},
        Case{"Npy", LayoutKind::kNpy, Content::kRaw, EngineKind::kUring, ReadMode::kBuffered},
        Case{"NpyDirect", LayoutKind::kNpy, Content::kRaw, EngineKind::kUring, ReadMode::kDirect},
        Case{"TfrecordDirect", LayoutKind::kTfrecord, Content::kRaw, EngineKind::kUring, ReadMode::kDirect},
        Case{"TfrecordThreads", LayoutKind::kTfrecord, Content::kRaw, EngineKind::kThreads,
             ReadMode::kBuffered}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Faults, AFlippedByteIsFoundAndTheFileNamed) {
  LaidDataset laid;
  const fs::path victim = laid.some_file();
  std::fstream file(victim, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(3000);
  const char before = static_cast<char>(file.get());
  file.seekp(3000);
  file.put(static_cast<char>(before ^ 1));
  file.close();
  laid.options.verify = true;
  laid.options.skip_errors = true;
  const Json record = trained(laid.options, {});
  EXPECT_EQ(record["errors"]["by_kind"]["corrupt"], 2);  // once per epoch
  EXPECT_NE(record["errors"]["examples"][0].get<std::string>().find(victim.filename()), std::string::npos);
  EXPECT_EQ(record["samples"], 478);
}

TEST(Faults, AVanishedAndATruncatedFileAreCounted) {
  LaidDataset laid;
  fs::remove(laid.some_file());
  fs::resize_file(laid.some_file(), 100);
  laid.options.skip_errors = true;
  const Json record = trained(laid.options, {});
  EXPECT_EQ(record["errors"]["by_kind"]["open failed"], 2);
  EXPECT_EQ(record["errors"]["by_kind"]["short file"], 2);
}

TEST(Faults, StopAtTheFirstWhereAsked) {
  LaidDataset laid;
  fs::remove(laid.some_file());
  laid.options.skip_errors = false;
  laid.options.workload.training.epochs = 50;
  const Json record = trained(laid.options, {});
  EXPECT_TRUE(record["partial"]);
  EXPECT_TRUE(record["failed"]);
  EXPECT_GE(record["errors"]["count"].get<int>(), 1);
  EXPECT_LE(record["errors"]["count"].get<int>(), 8);  // at most one per reader
  laid.options.skip_errors = true;
  const Json whole = trained(laid.options, {});
  EXPECT_FALSE(whole["partial"]);
  EXPECT_EQ(whole["errors"]["count"].get<int>(), 50);  // once per epoch
}

// A foreign TFRecord directory with one shard cut in half: refused by name, or counted and
// trained on as far as sound.
TEST(Faults, ADamagedShardIsRefusedOrCounted) {
  DataDirectory directory;
  GenerateOptions generate_options;
  generate_options.workload = small_job(LayoutKind::kTfrecord, Content::kRaw);
  generate_options.directory = directory.path();
  generate(generate_options, {}, {});
  fs::remove(directory.path() + "/aforo-dataset.json");
  fs::path victim;
  for (const auto& entry : fs::recursive_directory_iterator(directory.path())) {
    if (entry.path().extension() == ".idx") fs::remove(entry.path());
    if (entry.path().extension() == ".tfrecord") victim = entry.path();
  }
  fs::resize_file(victim, fs::file_size(victim) / 2);
  RunOptions options;
  options.workload = generate_options.workload;
  options.directory = directory.path();
  options.diagnose = false;
  try {
    trained(options, {});
    FAIL() << "a damaged shard went unnoticed";
  } catch (const UserError& error) {
    EXPECT_NE(std::string(error.what()).find(victim.filename()), std::string::npos) << error.what();
  }
  options.skip_errors = true;
  const Json record = trained(options, {});
  EXPECT_EQ(record["errors"]["by_kind"]["damaged shard"], 1);
  EXPECT_NE(record["verdict"]["text"].get<std::string>().find("FAILED"), std::string::npos);
}

TEST(Stop, GivesAPartialRecord) {
  LaidDataset laid;
  laid.options.workload.training.steps = 1'000'000;
  std::stop_source source;
  std::jthread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    source.request_stop();
  });
  const Json record = trained(laid.options, source.get_token());
  EXPECT_TRUE(record["partial"]);
  EXPECT_GT(record["steps"].get<int>(), 0);
  EXPECT_GT(record["au"].get<double>(), 0);
}

TEST(Setup, RefusesADatasetSmallerThanAStep) {
  LaidDataset laid;
  laid.options.workload.accelerator.count = 100;
  EXPECT_THROW(trained(laid.options, {}), UserError);
}

TEST(Setup, RefusesBatchesThatDoNotFitIntoMemory) {
  LaidDataset laid;
  laid.options.workload.loader.deliver = Deliver::kBatch;
  laid.options.workload.loader.prefetch = 100'000'000;
  EXPECT_THROW(trained(laid.options, {}), UserError);
}

TEST(NullStorage, ShowsTheClientsCeiling) {
  LaidDataset laid;
  laid.options.engine = EngineKind::kNull;
  const Json record = trained(laid.options, {});
  EXPECT_EQ(record["engine"], "null");
  EXPECT_EQ(record["samples"], 480);
  for (const char* key : {"bytes_from_storage", "bytes_requested", "bytes_per_second", "device"})
    EXPECT_FALSE(record.contains(key)) << key;
  EXPECT_EQ(record["read_requests"], 480);  // samples of 20 kB are one request each
  const std::string verdict = record["verdict"]["text"];
  EXPECT_NE(verdict.find("nothing was read"), std::string::npos) << verdict;
  EXPECT_EQ(verdict.find("meets the target"), std::string::npos) << verdict;
  EXPECT_TRUE(record.contains("not_judged"));
}

// The page leads with the mean over epochs; the evidence must not name a second throughput.
TEST(Evidence, NamesTheThroughputOfTheRecord) {
  LaidDataset laid;
  const Json record = trained(laid.options, {});
  const std::string rate = format_count(record["samples_per_second"].get<double>()) + " samples/s";
  EXPECT_NE(record["verdict"]["evidence"].dump().find(rate), std::string::npos) << record["verdict"].dump();
}

// One accelerator whose four workers read shards.
Workload shards_of(std::uint64_t samples) {
  Workload w = small_job(LayoutKind::kWebdataset, Content::kRaw);
  w.dataset.samples_per_file = samples;
  w.loader.workers = 4;
  w.accelerator.count = 1;
  return w;
}

// The re-runs of a job on data that are laid already.
ReaderTrials trials_of(const Workload& job, const LaidDataset& laid) {
  const GeneratedLayout layout(job.dataset, dataset_id_of(job.dataset));
  const auto store = open_store(laid.options.directory);
  JobSettings settings;
  settings.store = store.get();
  return try_readers(plan_job(job, layout, "shards"), settings, laid.options, {}, {});
}

// Of 4 workers two have a shard: 16 would read no more, so no re-run is made of them.
TEST(Evidence, OfShardsCountsTheReadersThatHaveOne) {
  const Workload job = shards_of(120);
  const LaidDataset laid(job);
  const std::string evidence = trained(laid.options, {})["verdict"]["evidence"].dump();
  EXPECT_NE(evidence.find("readers of one accelerator: 2 of 4 workers have a shard"), std::string::npos)
      << evidence;
  EXPECT_FALSE(trials_of(job, laid).more.has_value());
}

// Four workers have four shards of 60 samples: more would find none, and half of them are tried. Of four accelerators with
// a worker and a shard each it is half of these. Where one worker has all four shards there is room for more.
TEST(Trials, WhereMoreReadersFindNothingFewerAreTried) {
  const Workload job = shards_of(60);
  const LaidDataset laid(job);
  const ReaderTrials four = trials_of(job, laid);
  EXPECT_FALSE(four.more);
  ASSERT_TRUE(four.fewer);
  EXPECT_EQ(four.fewer->change, "2 workers instead of 4");
  EXPECT_GT(four.fewer->baseline, 0);
  EXPECT_GT(four.fewer->samples_per_second, 0);
  Workload each = job;
  each.loader.workers = 1, each.accelerator.count = 4;
  const ReaderTrials ranks = trials_of(each, laid);
  ASSERT_TRUE(ranks.fewer);
  EXPECT_EQ(ranks.fewer->change, "2 accelerators instead of 4");
  Workload one = job;
  one.loader.workers = 1;
  const ReaderTrials more = trials_of(one, laid);
  EXPECT_FALSE(more.fewer);
  ASSERT_TRUE(more.more);
  EXPECT_EQ(more.more->change, "4 workers instead of 1");
}

TEST(Outcome, SaysWhatTheRecordSays) {
  LaidDataset laid;
  const OpenedRun opened = open_run(laid.options, {});
  const RunOutcome whole = train(laid.options, opened, {}, {});
  EXPECT_DOUBLE_EQ(whole.au.value(), whole.record["au"].get<double>());
  EXPECT_FALSE(whole.failed);
  EXPECT_TRUE(whole.failures.empty());
  EXPECT_EQ(whole.steps_incomplete, "");
  laid.options.steps_csv = "/dev/full";
  const RunOutcome full = train(laid.options, opened, {}, {});  // the same opened dataset serves a second run
  EXPECT_EQ(full.steps_incomplete, "the step file /dev/full is incomplete: ENOSPC (no space left on device)");
  EXPECT_TRUE(full.record["steps_csv_incomplete"]);
}

// 24 steps of 2 ranks: 48 steps and waits, 480 samples; a row for each rank over the whole run.
TEST(Pictures, StandInTheRecordOfARun) {
  const LaidDataset data;
  const Json record = trained(data.options, {});
  std::map<std::string, Series> series;
  for (Series& one : series_of(record)) series[one.name] = std::move(one);
  EXPECT_EQ(series["steps"].points, 24u);
  EXPECT_EQ(series["step distribution"].points, 48u);
  EXPECT_EQ(series["load wait distribution"].points, 48u);
  EXPECT_EQ(series["read distribution"].points, 480u);
  EXPECT_GT(series["open distribution"].points, 0u);
  const Json& timeline = record["timeline"];
  ASSERT_EQ(timeline["rows"].size(), 2u);
  EXPECT_EQ(timeline["rows"][1]["first_rank"], 1);
  const double begin = timeline["begin_seconds"].get<double>(), end = timeline["end_seconds"].get<double>();
  EXPECT_LE(begin, 0);
  EXPECT_GE(end - begin, 24 * 2e-3);
  EXPECT_NEAR(end - begin, timeline["bins"].get<double>() * timeline["bin_seconds"].get<double>(), 1e-6);
  const std::size_t bytes = 2 * 4 * timeline["bins"].get<std::size_t>();
  EXPECT_EQ(timeline["shares"].get<std::string>().size(), (bytes + 2) / 3 * 4);
}

TEST(StepsCsv, HoldsEveryStepOfEveryRank) {
  LaidDataset laid;
  const std::string path = laid.directory.path() + "/../steps.csv";
  laid.options.steps_csv = path;
  trained(laid.options, {});
  std::ifstream file(path);
  std::string line;
  int lines = 0;
  while (std::getline(file, line)) ++lines;
  EXPECT_EQ(lines, 1 + 2 * 24);
}

TEST(FindMax, FindsTheKneeOfAJobWhoseWorkersAreTooSlow) {
  LaidDataset laid;
  // A worker computes 1 ms per sample, so a batch takes it 10 ms; with 1 worker a rank gets 100 batches/s,
  // and steps of 5 ms can never be met: not even one accelerator.
  laid.options.workload.loader.workers = 1;
  laid.options.workload.loader.preprocess.mean = 1e-3;
  laid.options.workload.accelerator.step_time.mean = 5e-3;
  laid.options.max_accelerators = 2;
  const Json none = searched(laid.options);
  EXPECT_EQ(none["max_accelerators"], 0);
  EXPECT_EQ(none["ramp"].size(), 2u);  // one accelerator missed, twice
  // Steps of 50 ms are met by every count up to the limit.
  laid.options.workload.loader.preprocess.mean = 1e-4;
  laid.options.workload.accelerator.step_time.mean = 0.05;
  const Json all = searched(laid.options);
  EXPECT_EQ(all["max_accelerators"], 2);
  EXPECT_EQ(all["ramp"].size(), 3u);  // 1, and 2 twice
  EXPECT_TRUE(all["at_limit"]);
}

}  // namespace
}  // namespace aforo
