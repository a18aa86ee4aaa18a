#include "sizing/design_storage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "plan/closed_predict.h"
#include "sizing/build.h"
#include "sizing/shelf.h"
#include "sizing/test_kit.h"
#include "workload/parse.h"

namespace aforo {
namespace {

const Station* station(const std::vector<Station>& stations, const std::string& name) {
  for (const Station& s : stations)
    if (s.name == name) return &s;
  return nullptr;
}

Design flash() {
  Design d;
  d.main = flash_shelf(33, 3);
  d.latency = Seconds{2e-4};
  d.client_network = {11.5e9};
  return d;
}

// 33 drives: 33 million requests/s, 330 GB/s; 3 servers: 3 x 100,000 opens/s, 69 GB/s.
// Others leave half of each.
TEST(DesignStorage, FlashServers) {
  const StorageSpec spec = storage_of_design(flash());
  ASSERT_EQ(spec.tiers.size(), 1U);
  const auto& stations = spec.tiers[0].stations;
  EXPECT_EQ(station(stations, "metadata")->servers, 3U);
  EXPECT_DOUBLE_EQ(station(stations, "metadata")->rate.value, 1e5);
  EXPECT_DOUBLE_EQ(station(stations, "latency")->latency.mean, 2e-4);
  EXPECT_DOUBLE_EQ(station(stations, "requests")->rate.value, 33e6);
  EXPECT_DOUBLE_EQ(station(stations, "drives")->bandwidth.value, 330e9);
  EXPECT_DOUBLE_EQ(station(stations, "network")->bandwidth.value, 69e9);
  EXPECT_DOUBLE_EQ(station(spec.client, "client network")->bandwidth.value, 11.5e9);
  EXPECT_EQ(station(spec.client, "client network")->scope, StationScope::kHost);
  const auto left = storage_of_design(flash(), 0.5).tiers[0].stations;
  EXPECT_DOUBLE_EQ(station(left, "network")->bandwidth.value, 34.5e9);
  EXPECT_DOUBLE_EQ(station(left, "requests")->rate.value, 16.5e6);
  EXPECT_DOUBLE_EQ(station(left, "drives")->bandwidth.value, 165e9);
  EXPECT_DOUBLE_EQ(station(left, "metadata")->rate.value, 5e4);
}

// 200 seeks/s at a deep queue are 5 ms each; of the 12 ms that one read takes alone, 7 are
// waited for beside it.
TEST(DesignStorage, Disks) {
  Design d;
  d.main = disk_shelf(44, 4);
  const auto stations = storage_of_design(d).tiers[0].stations;
  EXPECT_NEAR(station(stations, "latency")->latency.mean, 7e-3, 1e-12);
  EXPECT_NEAR(station(stations, "disks")->seek.value, 5e-3, 1e-12);
  EXPECT_EQ(station(stations, "disks")->servers, 44U);
  EXPECT_EQ(station(storage_of_design(d, 0.5).tiers[0].stations, "disks")->servers, 22U);
}

// A tier for all is one cache of 33 x 15.36 TB x 4/6 x 2/3, since one of three servers may be lost; flash
// in every host one in each.
TEST(DesignStorage, Caches) {
  Design d = flash();
  d.main = disk_shelf(44, 4);
  d.fast = flash_shelf(33, 3);
  StorageSpec spec = storage_of_design(d);
  ASSERT_EQ(spec.caches.size(), 1U);
  EXPECT_EQ(spec.caches[0].scope, StationScope::kShared);
  EXPECT_EQ(spec.caches[0].size.value, 225'280'000'000'000U);
  d.fast = {&test_flash(), nullptr, nullptr, 2, 1, 1, 0};
  d.local_cache = Bytes{24'576'000'000'000};
  d.local_read = {20e9};
  spec = storage_of_design(d);
  ASSERT_EQ(spec.caches.size(), 1U);
  EXPECT_EQ(spec.caches[0].scope, StationScope::kHost);
  EXPECT_EQ(spec.caches[0].size.value, 24'576'000'000'000U);
  EXPECT_DOUBLE_EQ(station(spec.caches[0].stations, "local drives")->bandwidth.value, 20e9);
}

// A stream's 256 KiB requests are read ahead: 4 MiB of servers, 8 MiB ranges of an object
// store. Files are not.
TEST(DesignStorage, StreamsAreReadAhead) {
  SizingAsk ask = plain_ask();
  ask.jobs[0].workload = load_preset("resnet50_h100");
  const Need need = need_of(ask);
  EXPECT_DOUBLE_EQ(as_read(need.jobs[0], flash()).read.operation_bytes(), 4 << 20);
  CloudService object;
  Design d;
  d.family = Family::kCloudObject;
  d.service = &object;
  EXPECT_DOUBLE_EQ(as_read(need.jobs[0], d).read.operation_bytes(), 8 << 20);
  const Need files = need_of(plain_ask());
  EXPECT_DOUBLE_EQ(as_read(files.jobs[0], d).read.operation_bytes(), 1e6);
}

// gp3's copies carry their own host's reads: of 4 x 720 MB/s each host has 720, whatever other jobs do.
TEST(DesignStorage, ACopyForEveryHost) {
  CloudService block;
  block.kind = ServiceKind::kBlock;
  Design d;
  d.family = Family::kCloudBlock;
  d.service = &block;
  d.hosts = d.copies = 4;
  d.provisioned = {2.88e9};
  auto stations = storage_of_design(d, 0.5).tiers[0].stations;
  EXPECT_EQ(station(stations, "throughput")->scope, StationScope::kHost);
  EXPECT_DOUBLE_EQ(station(stations, "throughput")->bandwidth.value, 0.72e9);
  d.copies = 1;
  stations = storage_of_design(d, 0.5).tiers[0].stations;
  EXPECT_EQ(station(stations, "throughput")->scope, StationScope::kShared);
  EXPECT_DOUBLE_EQ(station(stations, "throughput")->bandwidth.value, 1.44e9);
}

// Whatever is built can be predicted, however the job reads.
TEST(DesignStorage, EveryDesignCanBePredicted) {
  for (const char* name :
       {"resnet50_h100", "unet3d_h100", "mimic_cxr_densenet_h100", "llama31_8b_tokens_h100"}) {
    SizingAsk ask;
    ask.jobs.push_back({load_preset(name), 1});
    ask.jobs[0].workload.accelerator.count = 8;
    ask.host_memory = Bytes{100'000'000'000'000};  // holds any of them
    const Need need = need_of(ask);
    const auto designs = some_designs(ask);
    std::set<Family> seen;
    for (std::size_t i = 0; i < designs.size(); ++i) {
      const bool first = seen.insert(designs[i].family).second;
      if (!first && i % (designs.size() / 60 + 1) != 0) continue;
      const ClosedPrediction found =
          predict_closed(as_read(need.jobs[0], designs[i]).workload, storage_of_design(designs[i]), 0, {});
      ASSERT_GE(found.au, 0) << name << ' ' << designs[i].name;
      ASSERT_LE(found.au, 1 + 1e-9) << name << ' ' << designs[i].name;
      ASSERT_LE(found.au_low, found.au_high) << name << ' ' << designs[i].name;
      ASSERT_FALSE(found.limit.empty()) << name << ' ' << designs[i].name;
    }
    EXPECT_EQ(seen.size(), kFamilies.size()) << name;
  }
}

}  // namespace
}  // namespace aforo
