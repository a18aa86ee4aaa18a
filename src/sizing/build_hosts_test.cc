#include "sizing/build.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "sizing/cloud_limits.h"
#include "sizing/design_storage.h"
#include "sizing/judge.h"
#include "sizing/money.h"
#include "sizing/not_offered.h"
#include "sizing/screening.h"
#include "sizing/shelf.h"
#include "sizing/staging.h"
#include "sizing/staging_test_case.h"

namespace aforo {
namespace {

using ::testing::HasSubstr;

// Two drives of 15.36 TB hold 24.6 TB: 12,288 USD at 400 USD/TB, which five years at 6 % with 15 % support
// make 396.7 USD a month (12,288 x (0.237396 + 0.15) / 12); 50 W at 0.10 USD and 1.3 add 4.7. No server
// and no card: two servers with one drive each were the least before, at 2,296 USD.
TEST(HostNvme, TwentyTerabytesForEightAccelerators) {
  SizingAsk ask = twenty_terabytes();
  ask.family = Family::kHostNvme;
  Screening screening(ask, Catalogue::shipped(), 1);
  const auto best = best_of(screening, round_prices());
  ASSERT_TRUE(best);
  EXPECT_LT(best->bill.storage, 410);  // QLC is cheaper still
  bool found = false;
  for (const Design& d : screening.designs()) {
    ASSERT_EQ(d.client_nic, nullptr);
    EXPECT_THAT(schedule_of(d, screening.need()), HasSubstr("20 TB are copied"));
    EXPECT_NEAR(d.staging.value, 18'182, 1);  // 20 TB at 1.1 GB/s
    if (d.main.drives != 2 || d.product != "Micron 9650 PRO") continue;
    found = true;
    EXPECT_NEAR(fixed_costs(d, round_prices()), 396.7 + 4.7, 0.5);
  }
  EXPECT_TRUE(found);
}

// Every host holds all that it shuffles: 8 hosts take 8 times as much as one.
TEST(HostNvme, EveryHostHoldsAllThatItShuffles) {
  const auto designs = designs_of(twenty_terabytes(64), Family::kHostNvme);
  ASSERT_FALSE(designs.empty());
  for (const Design& d : designs) {
    ASSERT_EQ(d.main.nodes, 8U);
    ASSERT_GE(d.main.raw().value, 8 * 20 * kTb) << d.name;
    ASSERT_GE(d.usable, Bytes{20 * kTb});
  }
  // Read in one order, each host reads the same part in every epoch.
  SizingAsk in_order = twenty_terabytes(64);
  in_order.jobs[0].workload.loader.shuffle = ShuffleKind::kNone;
  EXPECT_EQ(copy_in_host(need_of(in_order)), Bytes{20 * kTb / 8});
}

// Nothing behind the hosts keeps what is not trained on.
TEST(HostNvme, HoldsNoMoreThanIsTrainedOn) {
  SizingAsk ask = twenty_terabytes();
  EXPECT_FALSE(designs_of(ask, Family::kHostNvme).empty());
  ask.capacity = Bytes{300 * kTb};
  EXPECT_TRUE(designs_of(ask, Family::kHostNvme).empty());
  EXPECT_FALSE(designs_of(ask, Family::kHotHost).empty());
}

// What is in hosts may grow as far as one host's part of it: memory of 2 TB to twice a terabyte whatever the number of
// hosts, and neither it nor a single drive a host is far beyond what was asked, since there is no less.
TEST(HostNvme, HoldsWhatOneHostMayGrowTo) {
  SizingAsk ask = twenty_terabytes(64);
  ask.jobs[0].workload.dataset.samples = 2'000'000;
  const Need need = need_of(ask);
  for (const Design& d : designs_of(ask, Family::kHostNvme)) {
    ASSERT_EQ(d.hosts, 8U);
    ASSERT_GE(d.usable, need.capacity) << d.name;
    ASSERT_LE(static_cast<double>(d.usable.value), 1.01 * static_cast<double>(d.local_cache.value)) << d.name;
    const bool least = d.main.drives <= 8 && d.main.drive->capacity <= Bytes{8 * kTb};
    ASSERT_EQ(oversized(d, need.capacity), !least && d.usable > need.capacity * 4) << d.name;
  }
}

// A hit in memory or on a drive of the host passes neither the network nor an object store's client.
TEST(HostCaches, HitsCostWhatLiesOnTheirWay) {
  const auto designs = designs_of(twenty_terabytes(), Family::kCloudObjectLocal);
  ASSERT_FALSE(designs.empty());
  for (Design d : designs) {
    d.page_cache = Bytes{kTb};
    const StorageSpec storage = storage_of_design(d);
    ASSERT_EQ(storage.client.size(), 1U);
    ASSERT_EQ(storage.client[0].per_byte, kFileCpuPerByte);
    ASSERT_EQ(storage.caches.size(), 2U);
    ASSERT_EQ(storage.caches[0].name, "page cache");
    ASSERT_EQ(named(storage.caches[1].stations, "client network"), nullptr);
    ASSERT_NE(named(storage.tiers[0].stations, "client network"), nullptr);
    ASSERT_EQ(named(storage.tiers[0].stations, "object client CPU")->per_byte,
              kObjectCpuPerByte - kFileCpuPerByte);
  }
}

// 2 TB less a quarter and what the loaders hold; not where reads go around it, nor before an object store.
TEST(HostCaches, PageCacheIsWhatJobsLeave) {
  SizingAsk ask = plain_ask();
  ask.host_memory = Bytes{2 * kTb};
  const std::uint64_t left = 1'500'000'000'000 - need_of(ask).jobs[0].requirement.memory_per_host.value;
  EXPECT_EQ(need_of(ask).page_cache.value, left);
  for (const Design& d : some_designs(ask)) {
    const bool none =
        d.family == Family::kHostMemory || (d.service && d.service->kind == ServiceKind::kObject);
    ASSERT_EQ(d.page_cache.value, none ? 0 : left) << d.name;
  }
  ask.jobs[0].workload.loader.read_mode = ReadMode::kDirect;
  for (const Design& d : some_designs(ask)) ASSERT_EQ(d.page_cache.value, 0U) << d.name;
  ask.jobs[0].workload.loader.read_mode = ReadMode::kBuffered;
  ask.jobs[0].workload.dataset.samples = 31'000'000;  // 1.5 TB are less than a twentieth
  EXPECT_EQ(need_of(ask).page_cache.value, 0U);
}

// 300 GB trained on.
SizingAsk in_two_terabytes_of_memory() {
  SizingAsk ask = plain_ask();
  ask.jobs[0].workload.dataset.samples = 300'000;
  ask.host_memory = Bytes{2 * kTb};
  ask.place = Place::kOnPremises;
  return ask;
}

// 300 GB trained on of 300 TB held: one host's memory takes them, so slow disks behind it keep the
// accelerators busy and cost less than flash for all.
TEST(HostCaches, ASmallDatasetOfALargeArchiveFitsIntoMemory) {
  SizingAsk ask = in_two_terabytes_of_memory();
  ask.jobs[0].workload.training.epochs = 1000;
  ask.capacity = Bytes{300 * kTb};
  Screening screening(ask, Catalogue::shipped(), 1);
  const auto best = best_of(screening, PriceBook::shipped());
  ASSERT_TRUE(best);
  const Design& d = screening.designs()[best->design];
  EXPECT_EQ(d.main.drive->media, Media::kHdd) << d.name;
  EXPECT_GT(mean_au(screening.judgement(best->design).served, screening.need()), 0.97);
  EXPECT_LT(best->bill.idle, 0.1 * best->bill.storage);
}

// 300 GB and nothing else to hold: memory takes a copy, and nothing is bought. A host that starts again once a
// month copies again: 273 s at 1.1 GB/s, 12 times in a year of training, 1.04e-4 of it.
TEST(HostMemory, IsEnoughForWhatFits) {
  SizingAsk ask = in_two_terabytes_of_memory();
  ask.project_months = 12;
  Screening screening(ask, Catalogue::shipped(), 1);
  const auto best = best_of(screening, PriceBook::shipped());
  ASSERT_TRUE(best);
  const Design& d = screening.designs()[best->design];
  EXPECT_EQ(d.family, Family::kHostMemory);
  EXPECT_EQ(best->bill.storage, 0);
  EXPECT_NEAR(staging_share(d, screening.need().jobs[0], 1), 13 * 3e11 / 1.1e9 / 31.536e6, 2e-6);
  ask.jobs[0].workload.checkpoint.parameters = 1e9;  // which memory does not keep
  ask.jobs[0].workload.checkpoint.every = Seconds{1800};
  ask.family = Family::kHostMemory;
  EXPECT_FALSE(best_of(*std::make_unique<Screening>(ask, Catalogue::shipped(), 1), PriceBook::shipped()));
}

}  // namespace
}  // namespace aforo
