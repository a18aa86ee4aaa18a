#include "sizing/staging.h"

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
#include "sizing/test_kit.h"

namespace aforo {
namespace {

using ::testing::HasSubstr;

constexpr std::uint64_t kTb = 1'000'000'000'000;

// 20 TB of 1 MB samples, 100 epochs; 8 accelerators in a host.
SizingAsk twenty_terabytes(std::uint32_t accelerators = 8) {
  SizingAsk ask = plain_ask();
  ask.jobs[0].workload.dataset.samples = 20'000'000;
  ask.jobs[0].workload.training.epochs = 100;
  ask.jobs[0].workload.accelerator.count = accelerators;
  ask.jobs[0].workload.checkpoint = {};
  return ask;
}

std::vector<Design> designs_of(SizingAsk ask, Family family) {
  ask.family = family;
  std::vector<Design> out = some_designs(ask);
  std::erase_if(out, [&](const Design& d) { return d.family != family; });
  return out;
}

// Of a family the cheapest that serves.
std::optional<Ranked> best_of(Screening& screening, const PriceBook& prices) {
  const auto ranked = screening.rank(prices, Grouping::kFamily);
  return ranked.empty() ? std::nullopt : std::optional(ranked.front());
}

const Station* named(const std::vector<Station>& stations, const std::string& name) {
  const auto found =
      std::find_if(stations.begin(), stations.end(), [&](const Station& s) { return s.name == name; });
  return found == stations.end() ? nullptr : &*found;
}

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

std::string absence(SizingAsk ask, Family family) {
  ask.family = family;
  return why_not_offered(ask, need_of(ask), Catalogue::shipped());
}

TEST(NotOffered, SaysWhyAndWhatDoes) {
  SizingAsk held = twenty_terabytes(), large = twenty_terabytes(), two = twenty_terabytes();
  held.capacity = Bytes{300 * kTb};
  EXPECT_THAT(absence(held, Family::kHostNvme),
              HasSubstr("301.2 TB are to be held; 'host NVMe + HDD archive'"));
  large.jobs[0].workload.dataset.samples = 4'000'000'000;
  EXPECT_THAT(absence(large, Family::kHotHost),
              HasSubstr("a host must hold 4 PB of what it trains on, and its drives"
                        " hold "));
  EXPECT_THAT(absence(large, Family::kHotHost), HasSubstr("'hot flash + HDD archive' does it"));
  // 30.4 TB of flash in a p5.48xlarge, four fifths of it for use.
  EXPECT_THAT(absence(large, Family::kCloudHotHost), HasSubstr("24.32 TB at most"));
  two.extras.copies = two.sites = 2;
  EXPECT_THAT(absence(two, Family::kHostMemory), HasSubstr("take another family with --copies"));
  EXPECT_THAT(absence(twenty_terabytes(), Family::kHostMemory), HasSubstr("memory is not counted on"));
  SizingAsk small = twenty_terabytes();
  small.host_memory = Bytes{10 * kTb};
  EXPECT_THAT(absence(small, Family::kHostMemory),
              HasSubstr("a host must hold 20 TB, and its jobs leave 7."));
  EXPECT_EQ(absence(twenty_terabytes(), Family::kHdd),
            "Nothing in the catalogue is offered for what was asked.");
}

// The copy holds what is trained on, the archive what is held; bought and rented alike.
TEST(HotCopy, CopyAndArchiveHoldWhatTheyShould) {
  SizingAsk ask = twenty_terabytes();
  ask.capacity = Bytes{3000 * kTb};
  ask.jobs[0].workload.checkpoint = {1e11, Seconds{1800}};  // of 14 B each, 1.4 TB
  const Need need = need_of(ask);
  EXPECT_EQ(hot_bytes(need), Bytes{20 * kTb + 2'800'000'000'000 + 20'000'000 * 4096ULL});
  for (const Family family :
       {Family::kHotFlash, Family::kHotHost, Family::kCloudHotHost, Family::kCloudHotFile}) {
    const auto designs = designs_of(ask, family);
    ASSERT_FALSE(designs.empty()) << to_string(family);
    for (const Design& d : designs) {
      ASSERT_TRUE(d.staged);
      ASSERT_GE(d.usable, to_hold(d, need)) << d.name;
      ASSERT_GT(d.staging.value, 0) << d.name;
      ASSERT_EQ(d.losses > 0, staged_in_hosts(d)) << d.name;
      if (family == Family::kHotFlash) {
        ASSERT_GE(shelf_usable(d.fast), hot_bytes(need)) << d.name;
        ASSERT_GT(d.fast.parity, 0U) << d.name;
        ASSERT_EQ(d.write, shelf_write(d.fast)) << d.name;
      }
      if (staged_in_hosts(d)) {
        ASSERT_GE(d.local_cache, need.datasets) << d.name;
      }
      if (family == Family::kCloudHotFile) {
        ASSERT_EQ(d.archive->provider, d.service->provider) << d.name;
        ASSERT_GE(d.bought, hot_bytes(need)) << d.name;
      }
    }
  }
}

// A second copy is one of what is held, not of what is trained on: 3 PB at the store's price.
TEST(HotCopy, ASecondCopyIsTheArchives) {
  SizingAsk ask = twenty_terabytes();
  ask.capacity = Bytes{3000 * kTb};
  ask.extras.copies = 2;
  ask.place = Place::kCloud;
  const Need need = need_of(ask);
  const std::vector<Served> served{Served{1, 1, 1, "", 1, ""}};
  for (const Design& d : designs_of(ask, Family::kCloudHotFile)) {
    double kept = 0;
    for (const BillLine& line : bill_of(d, need, served, PriceBook::shipped(), 0).lines)
      if (line.label.starts_with("second copy: ") && line.item.starts_with(d.archive->name))
        kept += line.quantity;
    ASSERT_GE(kept, 3000e12 / 1.0738e9) << d.name;
  }
}

// No more than the slowest of the three.
TEST(HotCopy, StagingIsTheSlowestOfThree) {
  const Need need = need_of(twenty_terabytes());
  Design d;
  d.hosts = 1;
  set_staging(d, need, Bytes{25 * kTb}, {{4e9}, "the archive"}, {{2e9}, "the network"},
              {{5e9}, "the drives"});
  EXPECT_NEAR(d.staging.value, 10'000, 1e-6);
  EXPECT_THAT(schedule_of(d, need), HasSubstr("limited by the network"));
  set_staging(d, need, Bytes{25 * kTb}, {{1e9}, "the archive"}, {{2e9}, "the network"},
              {{5e9}, "the drives"});
  EXPECT_NEAR(d.staging.value, 20'000, 1e-6);
  EXPECT_THAT(schedule_of(d, need), HasSubstr("limited by the archive"));
}

// 174 million photographs of 115 kB: a store of 1,200 objects a second takes 40.4 h for them, where their 20 TB pass
// in 4.4 h at its 1.25 GB/s.
TEST(HotCopy, ObjectsLimitACopyAsBytesDo) {
  SizingAsk ask = twenty_terabytes();
  ask.place = Place::kCloud;
  DatasetSpec& data = ask.jobs[0].workload.dataset;
  data.samples = 174'428'745;
  data.sample_size = constant_law(114'660);
  const CloudService* store = nullptr;
  for (const Design& d : designs_of(ask, Family::kCloudHotHost)) {
    if (d.requests.value != 1200) continue;
    store = d.service;
    EXPECT_NEAR(d.staging.value / 3600, 40.38, 0.01) << d.name;
    EXPECT_THAT(schedule_of(d, need_of(ask)), HasSubstr("limited by the object store's requests"));
  }
  ASSERT_NE(store, nullptr);
  data.samples = 20'000;
  data.sample_size = constant_law(1e9);
  for (const Design& d : designs_of(ask, Family::kCloudHotHost)) {
    if (d.service != store) continue;
    EXPECT_NEAR(d.staging.value, 20e12 / 1.25e9, 1) << d.name;
  }
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
    ASSERT_EQ(oversized(d, need.capacity), d.main.drives > 8 && d.usable > need.capacity * 4) << d.name;
  }
}

// 20 M samples at 800/s are 25,000 s an epoch at full speed, 2.5 Ms in all: 1 h of copying is 3,600 / 2,503,600.
// Drives that are lost ten times a year (31.536 Ms) are copied again 0.793 times meanwhile.
TEST(HotCopy, StagingCountsOnceAProject) {
  const Need need = need_of(twenty_terabytes());
  EXPECT_NEAR(project_time(need.jobs[0]).value, 2.5e6, 1e-6);
  Design d;
  d.family = Family::kHotFlash;
  d.staged = true;
  d.staging = {3600};
  Served served{1, 1, 1, "nothing", 0, ""};
  subtract_pauses(d, need.jobs[0], served);
  EXPECT_NEAR(served.au, 2.5e6 / 2'503'600, 1e-9);
  EXPECT_EQ(served.limit, "staging");
  d.losses = 10;
  EXPECT_NEAR(staging_share(d, need.jobs[0], 1), 1 - 2.5e6 / (2.5e6 + 3600 * (1 + 10 * 2.5e6 / 31.536e6)),
              1e-9);
  EXPECT_EQ(staging_share(Design{}, need.jobs[0], 1), 0);
}

// Of one epoch nothing is saved; and copying for 2.6 Ms takes longer than all 100 of them.
TEST(HotCopy, StagingThatSavesNothingIsRefused) {
  SizingAsk ask = twenty_terabytes();
  Design d;
  d.family = Family::kHotFlash;
  d.staged = true;
  d.usable = d.copy = Bytes{100 * kTb};
  d.read = {1e12};
  d.opens = {1e9};
  d.client_network = {1e12};
  d.archive_read = {1e9};
  d.staging = {2.4e6};
  EXPECT_TRUE(check_figures(d, need_of(ask)).serves()) << check_figures(d, need_of(ask)).reason;
  d.staging = {2.6e6};
  const Judgement refused = check_figures(d, need_of(ask));
  EXPECT_EQ(refused.check, "staging");
  EXPECT_THAT(refused.reason, HasSubstr("copying 20 TB takes 30 d"));
  EXPECT_THAT(refused.reason, HasSubstr("and all epochs 28 d"));
  ask.jobs[0].workload.training.epochs = 1;
  d.staging = {60};
  EXPECT_THAT(check_figures(d, need_of(ask)).reason, HasSubstr("reads them once, as the only epoch does"));
}

// A design of another scenario: its copy is too small, or lies in too few hosts; what is copied is their data, at the
// rate that it has, and memory is left by their jobs.
TEST(HotCopy, BesideOtherJobs) {
  const auto designs = designs_of(twenty_terabytes(), Family::kHostNvme);
  ASSERT_FALSE(designs.empty());
  SizingAsk larger = twenty_terabytes(), wider = twenty_terabytes(16);
  larger.jobs[0].workload.dataset.samples = 40'000'000;
  larger.host_memory = Bytes{4 * kTb};
  const Design& d = designs.front();  // 2 x 15.36 TB
  const Design there = seen_by(need_of(larger), d);
  EXPECT_NEAR(there.staging.value, 2 * d.staging.value, 1e-6);
  EXPECT_EQ(there.page_cache, need_of(larger).page_cache);
  Design held = there;
  held.usable = Bytes{100 * kTb};
  EXPECT_EQ(check_figures(held, need_of(larger)).check, "copy") << d.name;
  EXPECT_EQ(check_figures(d, need_of(wider)).check, "hosts");
  EXPECT_TRUE(check_figures(d, need_of(twenty_terabytes())).serves());
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

// 300 GB trained on of 300 TB held: one host's memory takes them, so slow disks behind it keep the
// accelerators busy and cost less than flash for all.
TEST(HostCaches, ASmallDatasetOfALargeArchiveFitsIntoMemory) {
  SizingAsk ask = plain_ask();
  ask.jobs[0].workload.dataset.samples = 300'000;
  ask.jobs[0].workload.training.epochs = 1000;
  ask.capacity = Bytes{300 * kTb};
  ask.host_memory = Bytes{2 * kTb};
  ask.place = Place::kOnPremises;
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
  SizingAsk ask = plain_ask();
  ask.jobs[0].workload.dataset.samples = 300'000;
  ask.project_months = 12;
  ask.host_memory = Bytes{2 * kTb};
  ask.place = Place::kOnPremises;
  Screening screening(ask, Catalogue::shipped(), 1);
  const auto best = best_of(screening, PriceBook::shipped());
  ASSERT_TRUE(best);
  const Design& d = screening.designs()[best->design];
  EXPECT_EQ(d.family, Family::kHostMemory);
  EXPECT_EQ(best->bill.storage, 0);
  EXPECT_NEAR(staging_share(d, screening.need().jobs[0], 1), 13 * 3e11 / 1.1e9 / 31.536e6, 2e-6);
  ask.jobs[0].workload.checkpoint = {1e9, Seconds{1800}};  // which memory does not keep
  ask.family = Family::kHostMemory;
  EXPECT_FALSE(best_of(*std::make_unique<Screening>(ask, Catalogue::shipped(), 1), PriceBook::shipped()));
}

// 16 drives of 15.36 TB in two servers, unprotected, before 60 disks that give 60 / 45 ns = 1.333 GB/s of 1 MB
// samples in 8+3. Of 1 TB a drive holds a sixteenth: 62.5 GB, read again in 46.875 s, 0.16 times a year. Eight
// accelerators at 2 USD an hour wait 0.16 x 46.875 / 3,600 x 8 / 12 = 0.00139 h a month.
TEST(CacheLoss, ATierThatNothingProtects) {
  const SizingAsk ask = plain_ask();
  const Need need = need_of(ask);
  DesignLine line;
  line.family = Family::kHybrid;
  line.main = {&test_disk(), &test_disk_node(), &test_nic(), 8, 3};
  line.per_node = 10;
  line.client_nic = &test_nic();
  Nic fast = test_nic();
  fast.gbit = 400;
  line.tier = {&test_flash(), &test_flash_node(), &fast, 1, 0};
  line.tier_holds = Bytes{kTb};
  const Design d = design_of(line, need, {6, 2});
  EXPECT_EQ(d.lost.value, 62'500'000'000U);
  EXPECT_NEAR(d.refill.value, 46.875, 1e-6);
  EXPECT_DOUBLE_EQ(d.losses, 0.16);
  ASSERT_EQ(d.notes.size(), 1U);
  EXPECT_EQ(
      d.notes[0],
      "nothing protects the flash tier: 0.16 times a year training waits up to 46.9 s for 62.5 GB to be read "
      "again; the disks keep the data");
  EXPECT_EQ(
      d.name,
      "16 x 15.36 TB TLC flash in 2 servers, 400 Gbit/s + 60 x 24 TB HDD in 6 servers, 8+3, 100 Gbit/s");

  const std::vector<Served> served{Served{1, 1, 1, "", 0}};
  const auto waiting = [&](const Need& of) {
    double sum = 0;
    for (const BillLine& l : bill_of(d, of, served, round_prices(), 2).lines)
      if (l.idle && l.label.find("waiting for lost flash") != std::string::npos) sum += l.month;
    return sum;
  };
  EXPECT_NEAR(waiting(need), 2 * 0.08 * 93.75 / 3600 * 8 / 12, 1e-9);
  Need half = need;  // drives fail whether the job runs or not
  half.jobs[0].duty = 0.5;
  EXPECT_NEAR(waiting(half), waiting(need), 1e-9);
  EXPECT_NEAR(paid_utilisations(d, need, served)[0], 1 - 0.08 * 93.75 / (365 * 86400.0), 1e-12);
}

// A host reads over all of its drives: with one goes all that it caches. Of every family with a cache on drives, and
// of no other.
TEST(CacheLoss, OfEveryCacheAndOfNothingElse) {
  SizingAsk ask = twenty_terabytes(16);
  for (const Family family : kFamilies) {
    const bool cached =
        family == Family::kHybrid || family == Family::kLocalHdd || family == Family::kCloudObjectLocal;
    for (const Design& d : designs_of(ask, family)) {
      ASSERT_EQ(d.refill.value > 0, cached) << d.name;
      const auto said = std::count_if(d.notes.begin(), d.notes.end(), [](const std::string& note) {
        return note.starts_with("nothing protects the flash");
      });
      ASSERT_EQ(said, cached ? 1 : 0) << d.name;
      if (family == Family::kHybrid || !cached) continue;
      ASSERT_EQ(d.lost, std::min(d.local_cache, need_of(ask).datasets)) << d.name;
      ASSERT_GE(d.refill.value, in_bytes(d.lost) / d.client_network.value) << d.name;
    }
  }
}

}  // namespace
}  // namespace aforo
