// How each framework's loader touches each layout: every number worked by hand. That the coroutines do so is
// held by plan/access_agreement_test.cc.
#include "workload/access.h"

#include <gtest/gtest.h>

namespace aforo {
namespace {

Workload job(LayoutKind layout, Framework framework, double sample = 100e3, std::uint64_t per_file = 1000) {
  Workload w;
  w.dataset.layout = layout;
  w.dataset.samples = 1'000'000;
  w.dataset.sample_size.mean = sample;
  w.dataset.samples_per_file = layout == LayoutKind::kFilePerSample ? 1 : per_file;
  w.loader.framework = framework;
  w.loader.batch_size = 32;
  w.loader.workers = 8;
  w.loader.prefetch = 2;
  w.accelerator.count = 4;
  return w;
}

// 8 workers build a batch each, 2 ahead: 16 batches; one file of 2.5 MB is three requests of 1 MiB.
TEST(Access, PytorchWorkersBuildBatchesAlone) {
  const Access a = access_of(job(LayoutKind::kFilePerSample, Framework::kPytorch, 2.5e6));
  EXPECT_EQ(a.kind, ReadKind::kFile);
  EXPECT_EQ(a.order, BatchOrder::kByWorker);
  EXPECT_EQ(a.readers, 8u);
  EXPECT_EQ(a.producers, 8u);
  EXPECT_EQ(a.window_batches, 16u);
  EXPECT_EQ(a.requests_per_sample, 3);
  EXPECT_EQ(a.operations_per_sample(), 1);
  EXPECT_EQ(a.operation_bytes(), 2.5e6);
  EXPECT_EQ(a.opens_per_sample, 1);
}

TEST(Access, WithoutWorkersTheRankReadsWhenItAsks) {
  Workload w = job(LayoutKind::kFilePerSample, Framework::kPytorch);
  w.loader.workers = 0;
  const Access a = access_of(w);
  EXPECT_EQ(a.order, BatchOrder::kOnDemand);
  EXPECT_EQ(a.readers, 1u);
  EXPECT_EQ(a.window_batches, 1u);
}

// 16 parallel calls are 16 readers whatever the batch, and hold 16 samples beyond the 8 batches.
TEST(Access, TensorflowReadsAcrossBatchBorders) {
  Workload w = job(LayoutKind::kFilePerSample, Framework::kTensorflow);
  w.loader.batch_size = 1, w.loader.workers = 16, w.loader.prefetch = 8;
  const Access a = access_of(w);
  EXPECT_EQ(a.order, BatchOrder::kInOrder);
  EXPECT_EQ(a.readers, 16u);
  EXPECT_EQ(a.producers, 1u);
  EXPECT_EQ(a.window_batches, 8u);
  EXPECT_EQ(a.ahead_samples, 16);
}

TEST(Access, TheIdealLoaderHasItsWindowInFlight) {
  const Access a = access_of(job(LayoutKind::kFilePerSample, Framework::kIdeal));
  EXPECT_EQ(a.order, BatchOrder::kBatchWhole);
  EXPECT_EQ(a.readers, 64u);  // 2 batches of 32
  EXPECT_EQ(a.readers_per_batch(), 32u);
}

// A sample of 100 kB is 0.3815 of a request of 256 KiB; each of 8 readers is ahead of its
// turn by two hand-overs of 1 MiB: 2^24 / 100,000 samples.
TEST(Access, ShardsAreReadFrontToBackWhateverTheShuffle) {
  for (const ShuffleKind shuffle : {ShuffleKind::kEpoch, ShuffleKind::kBuffer, ShuffleKind::kNone})
    for (const auto& [layout, framework] : {std::pair{LayoutKind::kWebdataset, Framework::kPytorch},
                                            {LayoutKind::kWebdataset, Framework::kTensorflow},
                                            {LayoutKind::kTfrecord, Framework::kTensorflow},
                                            {LayoutKind::kRecords, Framework::kTensorflow}}) {
      Workload w = job(layout, framework);
      w.loader.shuffle = shuffle;
      if (shuffle == ShuffleKind::kBuffer) w.loader.shuffle_buffer = 64;
      const Access a = access_of(w);
      EXPECT_EQ(a.shuffle_samples, w.loader.shuffle_buffer);
      EXPECT_FALSE(a.every_rank_reads_all);
      EXPECT_EQ(a.kind, ReadKind::kStream);
      EXPECT_EQ(a.request_bytes, 262144);
      EXPECT_DOUBLE_EQ(a.requests_per_sample, 100e3 / 262144);
      EXPECT_DOUBLE_EQ(a.opens_per_sample, 1e-3);
      EXPECT_EQ(a.whole_bytes, 100e6);
      EXPECT_EQ(a.readers, 8u);
      EXPECT_EQ(a.window_batches, 2u);
      EXPECT_DOUBLE_EQ(a.ahead_samples, 16777216 / 100e3);
    }
}

// 1000 files that each of 8 workers opens once.
TEST(Access, TorchSamplersAskForOneSampleOfAPackedFile) {
  const Access a = access_of(job(LayoutKind::kTfrecord, Framework::kPytorch));
  EXPECT_EQ(a.kind, ReadKind::kRange);
  EXPECT_EQ(a.requests_per_sample, 1);
  EXPECT_EQ(a.opens_per_sample, 0);
  EXPECT_EQ(a.first_opens, 8000);
}

// Two shards for four ranks: each rank reads both and keeps every fourth record.
TEST(Access, WithFewerShardsThanRanksEverybodyReadsAll) {
  Workload w = job(LayoutKind::kTfrecord, Framework::kTensorflow, 100e3, 500'000);
  const Access a = access_of(w);
  EXPECT_TRUE(a.every_rank_reads_all);
  EXPECT_EQ(a.readers, 2u);  // of 8 workers: the others find no shard
  EXPECT_EQ(a.bytes_per_sample, 400e3);
  EXPECT_DOUBLE_EQ(a.opens_per_sample, 4.0 / 500'000);
}

// 10 shards dealt to 4 ranks: 3 at most, for 8 workers.
TEST(Access, NoMoreReadersThanARankHasShards) {
  const Access a = access_of(job(LayoutKind::kWebdataset, Framework::kPytorch, 100e3, 100'000));
  EXPECT_EQ(a.readers, 3u);
  EXPECT_DOUBLE_EQ(a.ahead_samples, 3 * 2097152 / 100e3);
}

// Only shards are read through a buffer.
TEST(Access, SamplesByThemselvesPassNoShuffleBuffer) {
  for (const LayoutKind layout : {LayoutKind::kFilePerSample, LayoutKind::kTfrecord}) {
    Workload w = job(layout, Framework::kPytorch);
    w.loader.shuffle = ShuffleKind::kBuffer;
    w.loader.shuffle_buffer = 64;
    EXPECT_EQ(access_of(w).shuffle_samples, 0u);
  }
}

// Of sizes that differ: the mean of ceil(size / limit) over 2 million lognormal draws, by hand with another
// program.
TEST(Access, RequestsOfAPiece) {
  EXPECT_EQ(requests_for(100, 100, 0), 1);
  EXPECT_EQ(requests_for(101, 100, 0), 2);
  EXPECT_EQ(requests_for(300, 100, 0), 3);
  EXPECT_DOUBLE_EQ(requests_for(100, 1000, 10), 1) << "none is ten times the mean";
  EXPECT_NEAR(requests_for(90, 100, 5), 1.0272, 0.0005) << "1 in 37 takes a second request";
  EXPECT_NEAR(requests_for(1.04e6, 1048576, 5e5), 1.446, 0.002) << "nothing jumps";
  EXPECT_NEAR(requests_for(1.06e6, 1048576, 5e5), 1.466, 0.002) << "where the mean passes the limit";
  EXPECT_NEAR(requests_for(3e6, 1e5, 6e6), 30.5, 0.05) << "a long tail";
}

TEST(Access, ARequestSizeCutsSamplesUp) {
  Workload w = job(LayoutKind::kRecords, Framework::kPytorch);
  w.loader.transfer_size = Bytes{30'000};  // 100 kB in four
  EXPECT_EQ(access_of(w).requests_per_sample, 4);
  w.dataset.sample_size.kind = LawKind::kLognormal;
  w.dataset.sample_size.stddev = 10e3;  // about the half of a request more than 3.33
  EXPECT_NEAR(access_of(w).requests_per_sample, 3.873, 0.002);
}

TEST(Access, PackedLayoutsHaveTheirUsualReader) {
  LoaderSpec loader;
  read_as_usual(loader, LayoutKind::kWebdataset);
  EXPECT_EQ(loader.framework, Framework::kPytorch);
  EXPECT_EQ(packed_layout_of(loader), LayoutKind::kWebdataset);
  read_as_usual(loader, LayoutKind::kTfrecord);
  EXPECT_EQ(loader.framework, Framework::kTensorflow);
  EXPECT_EQ(packed_layout_of(loader), LayoutKind::kTfrecord);
}

}  // namespace
}  // namespace aforo
