#include "sizing/need.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "sizing/test_kit.h"

namespace aforo {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;

// 0.9 x 8 x 10 / 0.1 s = 720 samples/s of 1 MB, each one open and ceil(1 MB / 128 KiB) = 8 requests.
TEST(Need, OfOneJob) {
  const Need need = need_of(plain_ask());
  EXPECT_DOUBLE_EQ(need.read.value, 720e6);
  EXPECT_DOUBLE_EQ(need.opens.value, 720);
  EXPECT_DOUBLE_EQ(need.requests.value, 720 * 8);
  EXPECT_DOUBLE_EQ(need.request_bytes, 125'000);
  EXPECT_EQ(need.accelerators, 8U);
  EXPECT_EQ(need.hosts, 1U);
  EXPECT_DOUBLE_EQ(need.network_per_host.value, 800e6);
  EXPECT_EQ(need.datasets.value, 1'000'000'000'000U);
  EXPECT_EQ(need.checkpoint_write.value, 0);
}

// 1 TB + 10^6 files x 4,096 B = 1.004096 TB; 50 % a year for two years x 2.25; a fifth
// again as snapshots x 1.2.
TEST(Need, CapacityGrowsWithFilesAndSnapshots) {
  SizingAsk ask = plain_ask();
  EXPECT_EQ(need_of(ask).capacity.value, 1'004'096'000'000U);
  EXPECT_EQ(need_of(ask).objects.value, 1'000'000'000'000U);  // no inodes
  ask.growth = 0.5;
  ask.years = 2;
  ask.snapshots = 0.2;
  EXPECT_EQ(need_of(ask).capacity.value, 2'711'059'200'000U);  // 1.004096 x 2.25 x 1.2
  EXPECT_EQ(need_of(ask).objects.value, 2'700'000'000'000U);
  EXPECT_DOUBLE_EQ(need_of(ask).jobs[0].files_held, 2'250'000);
}

// 4 TB asked of the same files: four times as many of them.
TEST(Need, AGivenCapacityHoldsFilesAsTheJobsDo) {
  SizingAsk ask = plain_ask();
  ask.capacity = Bytes{4'000'000'000'000};
  EXPECT_EQ(need_of(ask).capacity.value, 4'016'384'000'000U);
}

// 8,192 B files take 4,096 B more: half as much again, which a reader should know.
TEST(Need, SmallFilesAreNoted) {
  SizingAsk ask = plain_ask();
  EXPECT_THAT(need_of(ask).notes, ::testing::Not(Contains(HasSubstr("small files"))));
  ask.jobs[0].workload.dataset.sample_size.mean = 8192;
  const Need need = need_of(ask);
  EXPECT_EQ(need.capacity.value, 12'288'000'000U);
  EXPECT_THAT(need.notes, Contains(HasSubstr("small files take 3.81 GiB")));
}

// Half as many accelerators on 100 kB samples beside it: 360 samples/s, 36 MB/s, one request each.
TEST(Need, JobsAddUp) {
  SizingAsk ask = plain_ask();
  Workload other = plain_job();
  other.accelerator.count = 4;
  other.dataset.sample_size.mean = 1e5;
  ask.jobs.push_back({other, 0.5});
  const Need need = need_of(ask);
  EXPECT_DOUBLE_EQ(need.read.value, 720e6 + 36e6);  // both at once, whatever their duty
  EXPECT_DOUBLE_EQ(need.opens.value, 720 + 360);
  EXPECT_DOUBLE_EQ(need.requests.value, 5760 + 360);
  EXPECT_DOUBLE_EQ(need.request_bytes, 756e6 / 6120);
  EXPECT_EQ(need.accelerators, 12U);
  EXPECT_EQ(need.hosts, 2U);
  EXPECT_DOUBLE_EQ(need.network_per_host.value, 800e6);  // the busier host
  EXPECT_EQ(need.datasets.value, 1'100'000'000'000U);
}

// 10^9 parameters x 14 B = 14 GB every 1,900 s: written within 1,900 x 0.05 / 0.95 = 100 s, so at
// 140 MB/s; two are kept.
TEST(Need, Checkpoints) {
  SizingAsk ask = plain_ask();
  ask.jobs[0].workload.checkpoint.parameters = 1e9;
  ask.jobs[0].workload.checkpoint.every = Seconds{1900};
  const Need need = need_of(ask);
  EXPECT_NEAR(need.checkpoint_write.value, 140e6, 1);
  EXPECT_EQ(need.capacity.value, 1'032'210'688'000U);  // 1.028 TB and 1.028 x 4.096 GB of files
}

// 10^6 samples in batches of 8 x 10 are 12,500 steps of 100 ms: 1,250 s. Twelve months of 730 h are 31,536,000
// s, 25,228.8 epochs; a quarter of the time 6,307.2. Whoever trains for more keeps that.
TEST(Need, AJobTrainsForAsLongAsTheProject) {
  SizingAsk ask = plain_ask();
  ask.project_months = SizingAsk{}.project_months;
  ask.jobs[0].workload.training.epochs = 3;
  const Need need = need_of(ask);
  EXPECT_EQ(need.jobs[0].workload.training.epochs, 25'228U);
  EXPECT_THAT(need.notes, Contains(HasSubstr("on the same data for 12 months")));
  ask.jobs[0].duty = 0.25;
  EXPECT_EQ(need_of(ask).jobs[0].workload.training.epochs, 6'307U);
  ask.project_months = 1e6;
  EXPECT_EQ(need_of(ask).jobs[0].workload.training.epochs, 1'000'000U) << "as many as a workload may say";
  ask.project_months = 1e-6;  // less than an epoch: it is begun
  EXPECT_EQ(need_of(ask).jobs[0].workload.training.epochs, 3U);
  ask.jobs[0].workload.training.epochs = 1;
  EXPECT_EQ(need_of(ask).jobs[0].workload.training.epochs, 1U);
  ask.jobs[0].workload.training.epochs = 100'000;
  ask.project_months = 12;
  EXPECT_EQ(need_of(ask).jobs[0].workload.training.epochs, 100'000U);
  ask.jobs[0].workload.training.epochs = 3;
  ask.project_months.reset();
  EXPECT_EQ(need_of(ask).jobs[0].workload.training.epochs, 3U);
  EXPECT_THAT(need_of(ask).notes, ::testing::Not(Contains(HasSubstr("epochs"))));
}

TEST(Need, RefusesWhatContradictsItself) {
  EXPECT_THAT(refusal_of([] { need_of({}); }), HasSubstr("at least one job"));
  SizingAsk idle = plain_ask();
  idle.jobs[0].duty = 0;
  EXPECT_EQ(refusal_of([&] { need_of(idle); }), "expected a duty above 0 and at most 1 for 'plain', found 0");
  SizingAsk place = plain_ask();
  place.place = Place::kOnPremises;
  place.provider = Provider::kAws;
  EXPECT_THAT(refusal_of([&] { need_of(place); }), HasSubstr("--provider with designs in the cloud"));
  place.provider.reset();
  place.family = Family::kCloudObject;
  EXPECT_EQ(refusal_of([&] { need_of(place); }),
            "expected a family on premises beside --where on-premises, found 'cloud object store'");
  place.place = Place::kCloud;
  place.family = Family::kHdd;
  EXPECT_EQ(refusal_of([&] { need_of(place); }),
            "expected a family in the cloud beside --where cloud, found 'HDD'");
  place.place = Place::kAny;
  place.provider = Provider::kAws;
  EXPECT_EQ(refusal_of([&] { need_of(place); }),
            "expected a family in the cloud beside --provider aws, found 'HDD'");
  SizingAsk tiny = plain_ask();
  tiny.jobs[0].workload.dataset.samples = 8 * tiny.jobs[0].workload.loader.batch_size - 1;
  tiny.jobs[0].workload.loader.batch_size = 7;
  tiny.jobs[0].workload.dataset.samples = 21;
  tiny.jobs[0].workload.dataset.sample_size = {.kind = LawKind::kConstant, .mean = 1.5e6};
  EXPECT_EQ(
      refusal_of([&] { need_of(tiny); }),
      "expected data for at least one step of 'plain', 56 samples for 8 accelerators of batch 7, found 21; what "
      "works: at most 3 accelerators, --batch-size 2, or --dataset-size 84MB");
  tiny.jobs[0].workload.dataset.samples = 5;
  EXPECT_THAT(refusal_of([&] { need_of(tiny); }), testing::EndsWith("what works: --dataset-size 84MB"));
  SizingAsk small = plain_ask();
  small.capacity = Bytes{500'000'000'000};
  EXPECT_THAT(refusal_of([&] { need_of(small); }),
              AllOf(HasSubstr("to hold the jobs, which need 931 GiB"), HasSubstr("found 466 GiB")));
  SizingAsk none = plain_ask();
  none.jobs[0].workload.accelerator.count = 0;
  EXPECT_THAT(refusal_of([&] { need_of(none); }), HasSubstr("at least one accelerator"));
}

// 1.004 TB x 11^7 = 19.6 EB; x 11^6.7 = 9.5 EB is beyond a signed 64-bit number, but is still a size.
TEST(Need, CapacityBeyondTenExabytesIsRefused) {
  SizingAsk ask = plain_ask();
  ask.growth = 10;
  ask.years = 7;
  EXPECT_THAT(refusal_of([&] { need_of(ask); }), HasSubstr("below 10 EB"));
  ask.years = 6.7;
  EXPECT_NEAR(static_cast<double>(need_of(ask).capacity.value), 1.004096e12 * std::pow(11, 6.7), 1e12);
}

}  // namespace
}  // namespace aforo
