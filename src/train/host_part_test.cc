// What hosts measured goes to the first as bytes and comes together there: as if one process had seen it all.
#include "train/host_part.h"

#include <gtest/gtest.h>

#include "base/carry.h"
#include "train/host_part_test_kit.h"
#include "train/host_record.h"

namespace aforo {
namespace {

HostPart carried(HostPart part) {
  Packer packer;
  packer(part);
  const std::string bytes = packer.take();
  HostPart out;
  Unpacker unpacker(bytes);
  unpacker(out);
  EXPECT_TRUE(unpacker.ok());
  return out;
}

TEST(HostPart, ComeTogetherAsOneProcessWouldHaveSeenIt) {
  const MeasuredJob alone = made_job(8, 500, 0.01);
  std::vector<HostPart> parts;
  for (std::uint32_t h = 0; h < 4; ++h)
    parts.push_back(carried(made_part(h, {2 * h, 2, 8}, 500, 0.01, h < 2 ? "m" : "n")));
  const MeasuredJob all = merged(std::move(parts));
  EXPECT_EQ(all.result.ranks, alone.result.ranks);
  EXPECT_EQ(all.result.samples_delivered, alone.result.samples_delivered);
  ASSERT_EQ(all.result.epochs[0].size(), 8u);
  EXPECT_EQ(all.result.epochs[0][5].load_wait.value, alone.result.epochs[0][5].load_wait.value);
  for (const double q : {0.01, 0.5, 0.9, 0.99, 1.0}) {
    EXPECT_EQ(all.watch->load_wait().quantile(q).value, alone.watch->load_wait().quantile(q).value);
    EXPECT_EQ(all.watch->barrier_wait().quantile(q).value, alone.watch->barrier_wait().quantile(q).value);
    EXPECT_EQ(all.result.readers.sample_read.quantile(q).value,
              alone.result.readers.sample_read.quantile(q).value);
  }
  EXPECT_EQ(all.watch->step_seconds().count(), 4000u);
  EXPECT_EQ(all.watch->steps().size(), alone.watch->steps().size());
  EXPECT_EQ(all.watch->series().steps(), alone.watch->series().steps());
  EXPECT_NEAR(all.watch->overdue_share(), alone.watch->overdue_share(), 1e-12);
  EXPECT_EQ(all.watch->timeline().json()["rows"], alone.watch->timeline().json()["rows"]);
}

// Two processes on m, one on n: the machine's device is counted once for m, the processes' CPU twice.
TEST(HostPart, CountAMachineOnce) {
  std::vector<HostPart> parts;
  for (std::uint32_t h = 0; h < 3; ++h) {
    parts.push_back(made_part(h, {h, 1, 3}, 10, 0.01, h < 2 ? "m" : "n"));
    parts.back().job.usage.device = DeviceUsage{"nvme0", 1000, 10, Seconds{0.5}};
    parts.back().job.usage.machine_cpu = Seconds{4};
    parts.back().job.usage.process_bytes_read = 300;
  }
  const MeasuredJob all = merged(std::move(parts));
  EXPECT_EQ(all.usage.device->bytes_read, 2000u);
  EXPECT_EQ(all.usage.machine_cpu->value, 8);
  EXPECT_EQ(all.usage.cpu_user.value, 3);
  EXPECT_EQ(all.usage.process_bytes_read, 900u);
  EXPECT_EQ(all.cores, 4u) << "two of each machine";
}

// Hosts 0 and 2 of three: ranks 0, 1 and 4, 5 of six.
TEST(HostPart, MayMissAHost) {
  std::vector<HostPart> parts;
  parts.push_back(made_part(0, {0, 2, 6}, 50, 0.01, "m"));
  parts.push_back(made_part(2, {4, 2, 6}, 50, 0.01, "n"));
  const MeasuredJob all = merged(std::move(parts));
  EXPECT_EQ(all.result.epochs[0].size(), 4u);
  EXPECT_EQ(all.watch->step_seconds().count(), 200u);
}

TEST(HostPart, BytesThatAreNotWholeAreToldApart) {
  HostPart part = made_part(0, 1, 5, 0.01, "m");
  Packer packer;
  packer(part);
  const std::string bytes = packer.take();
  for (const std::size_t size : {std::size_t{0}, std::size_t{3}, bytes.size() / 2, bytes.size() - 1}) {
    HostPart out;
    Unpacker unpacker(std::string_view(bytes).substr(0, size));
    unpacker(out);
    EXPECT_FALSE(unpacker.ok()) << size;
  }
}

// Host 1 waits 10 ms for data at the mean, the others 1 ms; its steps take 20 ms.
TEST(HostRecord, NamesTheSlowHostAndWhy) {
  JobPlan plan;
  plan.ranks = {0, 1, 3};
  std::vector<HostPart> parts;
  for (std::uint32_t h = 0; h < 3; ++h)
    parts.push_back(made_part(h, {h, 1, 3}, 400, h == 1 ? 0.02 : 0.002, "m"));
  Json record{{"warnings", Json::array()}};
  add_hosts(record, parts, {}, plan);
  ASSERT_EQ(record["hosts"].size(), 3u);
  EXPECT_EQ(record["slow_host"]["name"], "node1");
  EXPECT_EQ(record["slow_host"]["cause"], "storage");
  EXPECT_NEAR(record["slow_host"]["behind_seconds"].get<double>(), 0.009, 0.001);
  EXPECT_NEAR(record["slow_host"]["behind_share"].get<double>(), 0.45, 0.05);
  EXPECT_EQ(record["warnings"].size(), 1u);

  parts[1].job.usage.cpu_user = parts[1].job.usage.wall * 1.95;  // of two cores
  Json busy{{"warnings", Json::array()}};
  add_hosts(busy, parts, {"node3"}, plan);
  EXPECT_EQ(busy["slow_host"]["cause"], "host");
  EXPECT_EQ(busy["hosts_missing"], Json({"node3"}));
}

TEST(HostRecord, NamesNobodyWhereAllAreAlike) {
  JobPlan plan;
  plan.ranks = {0, 1, 3};
  std::vector<HostPart> parts;
  for (std::uint32_t h = 0; h < 3; ++h) parts.push_back(made_part(h, {h, 1, 3}, 400, 0.002, "m"));
  Json record{{"warnings", Json::array()}};
  add_hosts(record, parts, {}, plan);
  EXPECT_FALSE(record.contains("slow_host"));
  EXPECT_FALSE(record.contains("slow_rank"));
  EXPECT_TRUE(record["warnings"].empty());
}

}  // namespace
}  // namespace aforo
