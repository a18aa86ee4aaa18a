// Values by hand from the published figure beside each.
#include "sizing/cloud_limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/units.h"
#include "sizing/build.h"
#include "sizing/judge.h"
#include "sizing/money.h"
#include "sizing/test_kit.h"

namespace aforo {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr double kTibibyte = 1099511627776.0;

const CloudService& shipped_service(const std::string& name) {
  const auto all = Catalogue::shipped().services();
  return *std::find_if(all.begin(), all.end(), [&](const CloudService& s) { return s.name == name; });
}

std::vector<Design> designs_of(const SizingAsk& ask, const std::string& name) {
  std::vector<Design> out;
  for (Design& d : build_designs(ask, need_of(ask), Catalogue::shipped()))
    if (d.service->name == name) out.push_back(std::move(d));
  return out;
}

SizingAsk cloud_ask(std::uint32_t accelerators = 8) {
  SizingAsk ask = plain_ask();
  ask.place = Place::kCloud;
  ask.jobs[0].workload.accelerator.count = accelerators;
  return ask;
}

// So much of it, before its limits are set.
Design rented(const CloudService& s, double bytes, double rate) {
  Design d;
  d.family = s.kind == ServiceKind::kObject ? Family::kCloudObject
             : s.kind == ServiceKind::kFile ? Family::kCloudFile
                                            : Family::kCloudBlock;
  d.service = &s;
  d.bought = Bytes{static_cast<std::uint64_t>(bytes)};
  d.usable = d.bought;
  d.provisioned = {rate};
  d.client_network = {12.5e9};
  return d;
}

Design limited(const std::string& name, double bytes, double rate, const SizingAsk& ask = cloud_ask()) {
  Design d = rented(shipped_service(name), bytes, rate);
  set_limits(ServiceClasses(Catalogue::shipped()), need_of(ask), 1, d);
  return d;
}

// Sold from 12 to 100 TiB: of 300 TB it holds four fifths of 100 TiB, and says so.
TEST(CloudLimits, NoFileSystemIsLargerThanWhatIsSold) {
  SizingAsk ask = cloud_ask();
  ask.jobs[0].workload.dataset.samples = 300'000'000;
  const auto designs = designs_of(ask, "gcp-parallelstore");
  ASSERT_FALSE(designs.empty());
  for (const Design& d : designs) {
    EXPECT_DOUBLE_EQ(static_cast<double>(d.bought.value), 100 * kTibibyte) << d.name;
    const Judgement found = check_figures(d, need_of(ask));
    EXPECT_EQ(found.check, "capacity");
    EXPECT_THAT(found.reason, HasSubstr("holds 87.96 TB where 301.2 TB is needed"));
  }
}

// Eight volumes of 64 TiB are the 512 TiB that a host of Google has.
TEST(CloudLimits, NoMoreVolumesThanAHostHas) {
  SizingAsk ask = cloud_ask();
  ask.capacity = Bytes{3'000'000'000'000'000};
  for (const Design& d : designs_of(ask, "gcp-hyperdisk-ml")) {
    EXPECT_DOUBLE_EQ(static_cast<double>(d.bought.value), 512 * kTibibyte);
    EXPECT_EQ(check_figures(d, need_of(ask)).check, "capacity");
  }
}

// 1.15 GiB/s of reads and 0.5 of writes with each of 20 TiB; 200 and 100 MB/s with each of 10.
TEST(CloudLimits, WritesAreNotReads) {
  const Design parallel = limited("gcp-parallelstore", 20 * kTibibyte, 20 * 1.15 * 1073741824);
  EXPECT_NEAR(parallel.read.value / 1073741824, 23, 0.01);
  EXPECT_NEAR(parallel.write.value / 1073741824, 10, 0.01);
  EXPECT_DOUBLE_EQ(parallel.requests.value, 600'000);
  EXPECT_DOUBLE_EQ(parallel.writes.value, 200'000);
  EXPECT_DOUBLE_EQ(limited("aws-fsx-lustre-scratch", 10 * kTibibyte, 2e9).write.value, 1e9);
  // 20 GiB/s of reads, 5 of writes
  EXPECT_DOUBLE_EQ(limited("aws-efs-standard", 1e15, 21.475e9).write.value, 5.369e9);
}

// Parts of 8 MiB: 6.4 TB/s are 762,939 PUT/s. 64 accelerators read 5,760 files a second, which keeps two prefixes
// of 5,500 reads and 3,500 writes warm, not all 128.
TEST(CloudLimits, CheckpointsAreRequestsThatWrite) {
  Need need = need_of(cloud_ask(64));
  need.checkpoint_write = {6.4e12};
  Design d = limited("aws-s3-standard", 500e12, 0, cloud_ask(64));
  d.hosts = 512;
  d.write = {512 * 12.5e9};
  EXPECT_DOUBLE_EQ(d.requests.value, 128 * 5500);
  EXPECT_DOUBLE_EQ(d.writes.value, 2 * 3500);
  const Judgement found = check_figures(d, need);
  EXPECT_EQ(found.check, "writes");
  EXPECT_NEAR(found.reach, 7000 / 762'939.453125, 1e-9);
  EXPECT_EQ(found.reason, "writes: takes writes at 7,000 /s where 762,939 /s are needed");
  need.checkpoint_write = {58e9};  // 6,914 /s
  EXPECT_TRUE(check_figures(d, need).serves()) << check_figures(d, need).reason;
}

// A store as large as what is kept up has made it: of 5.67 TB every 1,800 s and few reads, 376 PUT/s on the mean, it
// is one prefix, which takes 3,500 x 8 MiB = 29.4 GB/s: a pause of 193 s, whatever 512 hosts could send. A bucket
// of Google's starts at 1,000 writes: 8.39 GB/s.
TEST(CloudLimits, ABurstFindsWhatTheSteadyLoadKeepsWarm) {
  SizingAsk ask = cloud_ask(4096);
  Workload& job = ask.jobs[0].workload;
  job.accelerator.step_time = constant_law(1000);  // 41 reads/s
  job.checkpoint.parameters = 405e9;
  job.checkpoint.every = Seconds{1800};
  const Need need = need_of(ask);
  for (const auto& [name, prefix] : {std::pair{"aws-s3-standard", 3500.0}, {"gcp-gcs-standard", 1000.0}}) {
    Design d = rented(shipped_service(name), 500e12, 0);
    d.hosts = 512;
    set_limits(ServiceClasses(Catalogue::shipped()), need, 1, d);
    EXPECT_DOUBLE_EQ(d.writes.value, prefix) << name;
    EXPECT_DOUBLE_EQ(d.write.value, prefix * (8 << 20)) << name;
    const double pause = 5.67e12 / (prefix * (8 << 20));
    EXPECT_NEAR(paused_share(d, need.jobs[0]), pause / (1800 + pause), 1e-9) << name;
    EXPECT_THAT(d.notes,
                Contains(HasSubstr(" takes a checkpoint at " + format_count(prefix) + " writes/s, ")));
  }
  // Azure states one limit of an account, there at once.
  Design azure = rented(shipped_service("azure-blob-hot"), 500e12, 0);
  azure.hosts = 512;
  set_limits(ServiceClasses(Catalogue::shipped()), need, 1, azure);
  EXPECT_DOUBLE_EQ(azure.writes.value, 20'000);
  EXPECT_THAT(azure.notes, IsEmpty());
}

// Requests of 1 MB at 800 MB/s are 3,052 of 256 KiB: they carry 800 MB/s, not the 4.19 GB/s of the volume.
TEST(CloudLimits, IopsThatArePaidBoundTheBandwidth) {
  SizingAsk ask = cloud_ask();
  ask.jobs[0].workload.loader.transfer_size = Bytes{1 << 20};
  bool any = false;
  for (const Design& d : designs_of(ask, "aws-ebs-io2")) {
    double paid = 0;
    for (const CostLine& line : d.costs)
      if (line.item == "aws-ebs-io2.iops") paid += line.quantity;
    EXPECT_DOUBLE_EQ(d.requests.value, paid);
    EXPECT_LE(d.read.value, paid * 262'144 * (1 + 1e-12)) << d.name;
    any = any || std::abs(d.read.value - 800e6) < 1;
  }
  EXPECT_TRUE(any);
}

// A million files of 4 KiB, 10.24 GB of volumes. 64 accelerators ask for 6,400 a second, io2 has 1,000 with each
// GiB: 9.54 GiB hold them. Eight times that, for readers that wait less, take 51.2 GiB.
TEST(CloudLimits, IopsTakeASize) {
  SizingAsk ask = cloud_ask(64);
  ask.jobs[0].workload.dataset.sample_size = constant_law(4096);
  double most = 0;
  for (const Design& d : designs_of(ask, "aws-ebs-io2")) {
    const double gib = in_bytes(d.bought) / 1073741824;
    EXPECT_LE(d.requests.value, 1000 * gib * (1 + 1e-9)) << d.name;
    EXPECT_NEAR(gib, std::max(10.24e9 / 1073741824, d.requests.value / 1000), 1e-6) << d.name;
    most = std::max(most, gib);
  }
  EXPECT_GT(most, 51.2);
  // gp3 has 3,000 whatever its size; a copy of each host takes 800.
  for (const Design& d : designs_of(ask, "aws-ebs-gp3")) EXPECT_GE(d.requests.value, 8 * 3000.0) << d.name;
}

// 4 TiB come with 256 x 4 = 1,024 opens/s. 64 accelerators open 6,400 files a second at full speed: 5,376 more
// at two metadata IOPS each.
TEST(CloudLimits, OpensAreBought) {
  const Design d = limited("aws-fsx-lustre-1000", 4 * kTibibyte, 4e9, cloud_ask(64));
  EXPECT_DOUBLE_EQ(d.opens.value, 6400);
  ASSERT_EQ(d.costs.size(), 1U);
  EXPECT_EQ(d.costs[0].item, "aws-fsx-lustre.metadata");
  EXPECT_DOUBLE_EQ(d.costs[0].quantity, 10'752);
  // 192,000 metadata IOPS are the most there are.
  EXPECT_DOUBLE_EQ(limited("aws-fsx-lustre-1000", 4 * kTibibyte, 4e9, cloud_ask(1024)).opens.value, 96'000);
  // Scratch sells none: what comes with it, 750 at least.
  EXPECT_DOUBLE_EQ(limited("aws-fsx-lustre-scratch", kTibibyte, 2e8, cloud_ask(64)).opens.value, 750);
}

// 115,000 creates a second with each 72 GB/s: 72,000 GiB are 70.3 TiB, and at 1,000 MB/s per TiB 70.3 GB/s, which
// bring 112,289; at 125 an eighth of that, 14,062. Twice the size twice as many.
TEST(CloudLimits, OpensGrowWithAFileSystem) {
  const double tib = 72'000.0 / 1024;
  const auto opens = [&](const char* name, double times) {
    return limited(name, times * tib * kTibibyte, 1e9).opens.value;
  };
  EXPECT_NEAR(opens("gcp-managed-lustre-1000", 1), 115e3 / 72 * tib, 50);
  EXPECT_NEAR(opens("gcp-managed-lustre-125", 1), 115e3 / 72 / 8 * tib, 50);
  EXPECT_NEAR(opens("gcp-managed-lustre-1000", 2), 2 * opens("gcp-managed-lustre-1000", 1), 1);
}

// Of all object stores S3 Express states the fewest writes beside its reads, a tenth; of file services EFS the
// slowest writing, a quarter of its reading.
TEST(CloudLimits, UnknownIsTheWorstOfItsKind) {
  const Design backblaze = limited("backblaze-b2", 1e12, 0);
  EXPECT_DOUBLE_EQ(backblaze.writes.value, 120);
  EXPECT_TRUE(backblaze.estimated);
  EXPECT_THAT(backblaze.notes,
              Contains("Backblaze B2 states no limit of writes: 120 /s, the least of its kind, is taken"));
  const Design ontap = limited("aws-fsx-ontap", 100e12, 8e9);
  EXPECT_NEAR(ontap.write.value, 2e9, 1e6);
  EXPECT_THAT(ontap.notes, Contains(HasSubstr("states no rate of writing: ")));
  EXPECT_THAT(limited("aws-s3-standard", 1e12, 0).notes, IsEmpty());
}

// A service that states nothing at all gets all of it, and the size of the smallest.
TEST(CloudLimits, NothingStatedIsNotNothingLimited) {
  CloudService s = shipped_service("gcp-parallelstore");
  s.title = "silent";
  s.durability = Durability::kZone;
  s.write_per_tib = {0}, s.requests_per_tib = {0}, s.writes_per_tib = {0}, s.metadata = {0},
  s.volume = Bytes{0};
  const ServiceClasses classes(Catalogue::shipped());
  Design d = rented(s, 1e15, 1e12);
  limit_size(classes, 0.8, d);
  EXPECT_LT(d.bought.value, 1e15);
  set_limits(classes, need_of(cloud_ask()), 1, d);
  for (const double figure : {d.write.value, d.requests.value, d.writes.value, d.opens.value})
    EXPECT_GT(figure, 0);
  EXPECT_EQ(d.notes.size(), 5U);
  EXPECT_TRUE(d.estimated);
}

// 5,760 reads a second at 90 %: a bucket starts at 5,000, and has twice that after 20 minutes.
TEST(CloudLimits, WhatComesLateIsSaid) {
  EXPECT_THAT(limited("gcp-gcs-standard", 1e12, 0).notes, IsEmpty());
  const Design d = limited("gcp-gcs-standard", 1e12, 0, cloud_ask(64));
  ASSERT_EQ(d.notes.size(), 1U);
  EXPECT_THAT(
      d.notes[0],
      HasSubstr("starts at 5,000 reads and 1,000 writes/s, and doubles that in 20 min: enough after 20"));
}

// 512 hosts could write 6.4 TB/s. They read 368,640 files a second, which keeps 68 prefixes warm: 238,000 parts of
// 8 MiB a second.
TEST(CloudLimits, RequestsBoundWhatIsWritten) {
  Design d = rented(shipped_service("aws-s3-standard"), 500e12, 0);
  d.hosts = 512;
  set_limits(ServiceClasses(Catalogue::shipped()), need_of(cloud_ask(4096)), 1, d);
  EXPECT_DOUBLE_EQ(d.write.value, 238'000.0 * (8 << 20));
}

// 64 TiB of NetApp bring 16, 64 and 128 MiB/s with each TiB; a Rapid Bucket 15 TB/s and 20 million requests; Premium
// SSD v2 3,000 IOPS and 125 MB/s of a volume that are not paid for, at most 1,200 MB/s of it.
TEST(CloudLimits, NewerServices) {
  const Need need = need_of(cloud_ask());
  for (const auto& [name, mib] : {std::pair{"azure-netapp-standard", 16.0},
                                  {"azure-netapp-premium", 64.0},
                                  {"azure-netapp-ultra", 128.0}})
    EXPECT_NEAR(shipped_service(name).per_tib.value / 1048576, mib, 0.05) << name;
  Design rapid = rented(shipped_service("gcp-gcs-rapid"), 1e15, 0);
  rapid.hosts = 2000;
  set_limits(ServiceClasses(Catalogue::shipped()), need, 1, rapid);
  EXPECT_DOUBLE_EQ(rapid.read.value, 15e12);
  EXPECT_DOUBLE_EQ(rapid.requests.value, 20e6);
  EXPECT_THAT(rapid.notes, Contains(HasSubstr("states no limit of writes")));
  const auto disks = designs_of(cloud_ask(), "azure-premium-v2");
  ASSERT_FALSE(disks.empty());
  for (const Design& d : disks) {
    for (const CostLine& line : d.costs)
      if (line.item == "azure-premium-v2.throughput") {
        const double volumes = std::ceil(d.provisioned.value / 1.2e9);
        EXPECT_NEAR(line.quantity, d.provisioned.value / 1e6 - 125 * volumes, 1e-6) << d.name;
      }
    EXPECT_GE(d.requests.value, 3000) << d.name;
  }
}

// What leaves an account and what enters it: 50 and 25 Gbit/s.
TEST(CloudLimits, AnAccountSendsTwiceWhatItTakes) {
  for (const char* const name : {"azure-blob-hot", "azure-blob-premium"}) {
    const Design d = limited(name, 1e15, 0);
    EXPECT_DOUBLE_EQ(d.read.value, 50e9 / 8) << name;
    EXPECT_DOUBLE_EQ(d.write.value, 25e9 / 8) << name;
    EXPECT_DOUBLE_EQ(d.requests.value, 20'000) << name;
  }
}

// Hosts' networks are what is left where a store states no throughput: 2 x 12.5 GB/s.
TEST(CloudLimits, NoStatedThroughputIsThatOfTheNetworks) {
  Design d = rented(shipped_service("aws-s3-standard"), 1e12, 0);
  d.hosts = 2;
  set_limits(ServiceClasses(Catalogue::shipped()), need_of(cloud_ask(16)), 1, d);
  EXPECT_DOUBLE_EQ(d.read.value, 25e9);
  EXPECT_DOUBLE_EQ(d.write.value, 25e9);
}

// Two thirds of 3 TB lie beside the job's own data and nowhere else: not on scratch. The job's data alone may, as
// a copy.
TEST(CloudLimits, ScratchIsNoArchive) {
  SizingAsk ask = cloud_ask();
  ask.capacity = Bytes{3'000'000'000'000};
  EXPECT_EQ(need_of(ask).held_beside, Bytes{2'000'000'000'000});
  EXPECT_EQ(need_of(cloud_ask()).held_beside, Bytes{0});
  for (const char* const name : {"aws-fsx-lustre-scratch", "gcp-parallelstore"}) {
    const auto all = designs_of(ask, name), copy = designs_of(cloud_ask(), name);
    ASSERT_FALSE(all.empty() || copy.empty()) << name;
    for (const Design& d : all)  // behind it an object store is the archive
      if (d.archive != nullptr) {
        EXPECT_NE(check_figures(d, need_of(ask)).check, "durability") << d.name;
      }
    const Judgement found = check_figures(all.front(), need_of(ask));
    EXPECT_EQ(found.check, "durability") << name;
    EXPECT_THAT(found.reason, HasSubstr("2 TB beside the jobs' own data would lie nowhere else"));
    EXPECT_TRUE(check_figures(copy.back(), need_of(cloud_ask())).serves());
    EXPECT_THAT(copy.back().notes[0], HasSubstr(" is scratch: what lies there is a copy"));
  }
  for (const Design& d : designs_of(ask, "aws-fsx-lustre-1000")) EXPECT_THAT(d.notes, IsEmpty());
}

// Four hosts mount one io2 volume to read; one host alone writes to its own.
TEST(CloudLimits, WhatIsSharedIsReadOnly) {
  SizingAsk ask = cloud_ask(32);
  ask.jobs[0].workload.checkpoint.parameters = 1e9;
  ask.jobs[0].workload.checkpoint.every = Seconds{1800};
  for (const Design& d : designs_of(ask, "aws-ebs-io2")) {
    EXPECT_EQ(check_figures(d, need_of(ask)).check, "write") << d.name;
    EXPECT_THAT(d.notes, Contains(HasSubstr("is read-only while 4 hosts mount it")));
  }
  for (const Design& d : designs_of(cloud_ask(), "aws-ebs-io2")) EXPECT_GT(d.write.value, 0);
}

}  // namespace
}  // namespace aforo
