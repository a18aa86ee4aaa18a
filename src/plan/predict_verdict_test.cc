// What a prediction says limits a job whose readers own shards.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan/advice.h"
#include "plan/closed_predict.h"
#include "plan/predict.h"
#include "plan/predict_test_case.h"
#include "plan/requirement.h"

namespace aforo {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::Field;
using testing::HasSubstr;
using testing::Not;

// One accelerator that wants 400 samples of 1 MB a second, in `shards` WebDataset shards, on storage that answers
// each request of 256 KiB after 30 ms: a reader gets a sample in some 0.12 s, two of them 17 a second.
PredictOptions far_shards(std::uint64_t shards, std::uint32_t workers, double megabytes = 8000) {
  PredictOptions options = pipe_case(megabytes);
  Workload& w = options.workload;
  w.dataset.layout = LayoutKind::kWebdataset;
  w.dataset.samples_per_file = (w.dataset.samples + shards - 1) / shards;
  w.loader.workers = workers;
  w.accelerator.count = 1;
  Station latency;
  latency.name = "latency";
  latency.kind = StationKind::kLatency;
  latency.latency.mean = 0.03;
  options.storage.tiers.front().stations.push_back(latency);
  return options;
}

void expect_few_shards(const Prediction& p, const char* sentence) {
  EXPECT_LT(p.au, 0.2);
  EXPECT_EQ(p.verdict.limit, Limit::kFewShards) << p.verdict.text;
  EXPECT_THAT(p.verdict.text, AllOf(HasSubstr(sentence), Not(HasSubstr("more --workers"))));
  EXPECT_THAT(p.verdict.advice, Contains(HasSubstr("more, smaller shards")));
  EXPECT_THAT(p.verdict.advice, Each(AllOf(Not(HasSubstr("more --workers")), Not(HasSubstr("devices")))));
}

TEST(PredictVerdict, WorkersWithoutAShardAreNamed) {
  PredictOptions options = far_shards(2, 8);
  const Prediction simulated = predict(options);
  expect_few_shards(simulated, "only 2 of 8 workers have a shard");
  EXPECT_THAT(simulated.verdict.text, HasSubstr("more, smaller shards: 8 or more for every accelerator"));
  EXPECT_THAT(simulated.verdict.evidence,
              AllOf(Contains("readers of one accelerator: 2 of 8 workers have a shard"),
                    Each(Not(HasSubstr("instead of")))));
  options.method = PredictMethod::kClosed;
  const Prediction closed = predict(options);
  expect_few_shards(closed, "too few shards, only 2 of 8 workers have a shard");
  EXPECT_EQ(closed.limit, "too few shards");
}

// 6 workers of 8 shards: two more could be had, which would show no more than a third.
TEST(PredictVerdict, AlmostAsManyWorkersAsShardsLackShardsToo) {
  PredictOptions options = far_shards(8, 6);
  expect_few_shards(predict(options), "an accelerator has 8 shards, and no more workers than that find one");
  options.method = PredictMethod::kClosed;
  expect_few_shards(predict(options), "an accelerator has 8 shards");
}

// 2 workers of 100 shards: twice as many read twice as much; of 3 shards a third one may be read.
TEST(PredictVerdict, WorkersAreAdvisedAsFarAsShardsGo) {
  PredictOptions options = far_shards(100, 2);
  EXPECT_THAT(predict(options).verdict.text, HasSubstr("try --set loader.workers=4"));
  options.method = PredictMethod::kClosed;
  const Prediction closed = predict(options);
  EXPECT_EQ(closed.verdict.limit, Limit::kLoaderSettings);
  EXPECT_THAT(closed.verdict.advice, Contains("more --workers"));
  const Prediction three = predict(far_shards(3, 2));
  EXPECT_EQ(three.verdict.limit, Limit::kLoaderSettings) << three.verdict.text;
  EXPECT_THAT(three.verdict.text,
              AllOf(HasSubstr("3 workers instead of 2"), HasSubstr("try --set loader.workers=3")));
}

// 1 MB/s is 4 requests a second: two readers fill that, although each spends 30 ms of its 0.5 s elsewhere.
TEST(PredictVerdict, AFullPipeIsTheLimitHoweverFewTheShards) {
  PredictOptions options = far_shards(2, 8, 1);
  const Prediction simulated = predict(options);
  EXPECT_EQ(simulated.limit_station, "pipe");
  EXPECT_EQ(simulated.verdict.limit, Limit::kStorageBandwidth) << simulated.verdict.text;
  options.method = PredictMethod::kClosed;
  const Prediction closed = predict(options);
  EXPECT_EQ(closed.limit, "pipe");
  EXPECT_EQ(closed.verdict.limit, Limit::kStorageBandwidth) << closed.verdict.text;
}

// 8 readers of 100 samples each for 2 of 400; of 2 workers, twice the shards and as many workers.
TEST(PredictVerdict, AdviceMakesSmallerShardsInsteadOfMoreWorkers) {
  const auto advice = advise(far_shards(2, 8));
  ASSERT_FALSE(advice.empty());
  EXPECT_THAT(advice, Contains(AllOf(Field(&Advice::change, "8 shards for every accelerator instead of 2"),
                                     Field(&Advice::how, "--set dataset.samples_per_file=100"))));
  EXPECT_THAT(advice, Each(Field(&Advice::how, Not(HasSubstr("--workers")))));
  EXPECT_THAT(advise(far_shards(2, 2)),
              Contains(AllOf(Field(&Advice::how, "--set dataset.samples_per_file=200 --workers 4"),
                             Field(&Advice::change, HasSubstr("and as many workers")))));
}

// An ideal loader reads as many samples as its window holds, whatever its workers.
TEST(PredictVerdict, ALoaderWithoutWorkersWantsADeeperWindow) {
  PredictOptions options = far_shards(2, 8);
  options.workload.dataset.layout = LayoutKind::kFilePerSample;
  options.workload.dataset.samples_per_file = 1;
  options.workload.loader.framework = Framework::kIdeal;
  for (const PredictMethod method : {PredictMethod::kSimulate, PredictMethod::kClosed}) {
    options.method = method;
    const Prediction p = predict(options);
    EXPECT_LT(p.au, 0.9);
    EXPECT_NE(p.verdict.limit, Limit::kStorageBandwidth) << p.verdict.text;
    EXPECT_THAT(p.verdict.advice, AllOf(Contains(HasSubstr("prefetch")), Each(Not(HasSubstr("workers")))));
  }
}

// 10 ms of preprocessing of the 5 ms that two readers may take for a sample.
TEST(PredictVerdict, ARequirementAsksForShardsWhereWorkersWouldFindNone) {
  Workload w = far_shards(2, 8).workload;
  w.loader.preprocess.mean = 0.01;
  EXPECT_THAT(requirement(w, {}).warnings,
              Contains(HasSubstr("more, smaller shards: only 2 of 8 workers have a shard")));
  w.dataset.samples_per_file = 4;
  w.loader.workers = 2;
  EXPECT_THAT(requirement(w, {}).warnings, Contains(HasSubstr("; more workers")));
}

// One metadata server of 20 opens a second, of the 400 samples that are wanted.
TEST(PredictVerdict, FilesAreToBePackedAsTheFrameworkReadsThem) {
  PredictOptions options = pipe_case(8000);
  options.workload.accelerator.count = 1;
  Station opens;
  opens.name = "opens";
  opens.kind = StationKind::kMetadata;
  opens.rate = {20};
  options.storage.tiers.front().stations.push_back(opens);
  const Prediction torch = predict(options);
  EXPECT_EQ(torch.verdict.limit, Limit::kMetadata) << torch.verdict.text;
  EXPECT_THAT(torch.verdict.text, HasSubstr("--set dataset.layout=webdataset"));
  options.workload.loader.framework = Framework::kTensorflow;
  EXPECT_THAT(predict(options).verdict.text, HasSubstr("--set dataset.layout=tfrecord"));
}

// Files of 1 MB in requests of 4 KiB: 245 of them, of 4,082 B in the mean. The reads are small, not the files.
TEST(PredictVerdict, ReadsAreRequestsNotFiles) {
  PredictOptions options = pipe_case(400);
  options.workload.loader.transfer_size = 4_KiB;
  const Prediction p = predict(options);
  EXPECT_EQ(p.verdict.limit, Limit::kStorageBandwidth) << p.verdict.text;
  EXPECT_THAT(p.verdict.text, HasSubstr("in reads of 3.99 KiB"));
  EXPECT_THAT(p.verdict.advice.front(), HasSubstr("transfer_size"));
}

TEST(PredictVerdict, TheClosedFormNamesItsLimitAsData) {
  const auto limit = [](const PredictOptions& options) {
    return predict_closed(options.workload, options.storage).limited_by;
  };
  EXPECT_EQ(limit(far_shards(2, 8)), Limit::kFewShards);
  EXPECT_EQ(limit(far_shards(100, 2)), Limit::kLoaderSettings);
  EXPECT_EQ(limit(pipe_case(400)), Limit::kStorageBandwidth);
  EXPECT_EQ(limit(pipe_case(8000)), Limit::kNone);
  PredictOptions named = pipe_case(400);
  named.storage.tiers.front().stations.front().name = "epoch start";  // a station may be called so
  EXPECT_EQ(limit(named), Limit::kStorageBandwidth);
  named.method = PredictMethod::kClosed;
  EXPECT_EQ(predict(named).verdict.limit, Limit::kStorageBandwidth);
  EXPECT_THAT(predict(named).verdict.advice, testing::IsEmpty());
}

}  // namespace
}  // namespace aforo
