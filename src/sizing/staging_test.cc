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
#include "sizing/staging_test_case.h"

namespace aforo {
namespace {

using ::testing::HasSubstr;

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
  SizingAsk huge = twenty_terabytes();
  huge.capacity = Bytes{5'000'000 * kTb};
  EXPECT_THAT(absence(huge, Family::kHdd),
              HasSubstr("5020 PB are to be held, and 50,000 drives, the most of one design, hold"));
}

// 20 TB that are read once: no copy that is the only place to read from pays, whatever the drives.
TEST(HotCopy, ACopyForOneEpochIsRefusedWithWhatWorks) {
  SizingAsk ask = twenty_terabytes();
  ask.jobs[0].workload.training.epochs = 1;
  ask.project_months.reset();
  const Need need = need_of(ask);
  for (Design& d : designs_of(ask, Family::kHostNvme))
    EXPECT_THAT(staging_refusal(d, need),
                testing::AllOf(HasSubstr("staging: copying 20 TB takes"), HasSubstr("and the only epoch"),
                               HasSubstr("take a storage that the job reads from")));
  ask.jobs[0].workload.training.epochs = 1000;
  for (Design& d : designs_of(ask, Family::kHostNvme)) EXPECT_EQ(staging_refusal(d, need_of(ask)), "");
}

// The copy holds what is trained on, the archive what is held; bought and rented alike.
TEST(HotCopy, CopyAndArchiveHoldWhatTheyShould) {
  SizingAsk ask = twenty_terabytes();
  ask.capacity = Bytes{3000 * kTb};
  ask.jobs[0].workload.checkpoint.parameters = 1e11;  // of 14 B each, 1.4 TB
  ask.jobs[0].workload.checkpoint.every = Seconds{1800};
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
  d.restaging = {3600};
  EXPECT_NEAR(staging_share(d, need.jobs[0], 1), 1 - 2.5e6 / (2.5e6 + 3600 * (1 + 10 * 2.5e6 / 31.536e6)),
              1e-9);
  EXPECT_EQ(staging_share(Design{}, need.jobs[0], 1), 0);
}

// Of 20 TB that two hosts shuffle, each has all of them; that they read in one order, each its half, which is what has
// to come again with it.
TEST(HotCopy, AHostTakesAlongWhatItHeld) {
  SizingAsk ask = twenty_terabytes(16);
  ask.host_memory = Bytes{60 * kTb};
  const auto check = [&](double part) {
    for (const Family family : {Family::kHostMemory, Family::kHostNvme, Family::kHotHost}) {
      const auto designs = designs_of(ask, family);
      ASSERT_FALSE(designs.empty()) << to_string(family);
      for (const Design& d : designs) {
        ASSERT_NEAR(d.restaging.value, part * d.staging.value, 1e-6) << d.name;
        ASSERT_NEAR(seen_by(need_of(ask), d).restaging.value, d.restaging.value, 1e-6) << d.name;
        const bool said = std::any_of(d.notes.begin(), d.notes.end(), [](const std::string& note) {
          return note.starts_with("nothing protects the copy in the hosts");
        });
        ASSERT_EQ(said, family == Family::kHotHost)
            << d.name << ": of the others the answer says that it is all there is";
      }
    }
  };
  check(1);
  ask.jobs[0].workload.loader.shuffle = ShuffleKind::kNone;
  check(0.5);
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

// Servers of ten disks in 8+3, and what stands in front of them still to be said.
DesignLine before_disks(Family family) {
  DesignLine line;
  line.family = family;
  line.main = {&test_disk(), &test_disk_node(), &test_nic(), 8, 3};
  line.per_node = 10;
  line.client_nic = &test_nic();
  return line;
}

// 16 drives of 15.36 TB in two servers, unprotected, before 60 disks that give 60 / 45 ns = 1.333 GB/s of 1 MB
// samples in 8+3. Of 1 TB a drive holds a sixteenth: 62.5 GB, read again in 46.875 s, 0.16 times a year. Eight
// accelerators at 2 USD an hour wait 0.16 x 46.875 / 3,600 x 8 / 12 = 0.00139 h a month.
TEST(CacheLoss, ATierThatNothingProtects) {
  const SizingAsk ask = plain_ask();
  const Need need = need_of(ask);
  DesignLine line = before_disks(Family::kHybrid);
  Nic fast = test_nic();
  fast.gbit = 400;
  line.tier = {&test_flash(), &test_flash_node(), &fast, 1, 0};
  line.tier_holds = Bytes{kTb};
  const Design d = design_of(line, need, {6, 2});
  EXPECT_EQ(d.failed_drive.lost.value, 62'500'000'000U);
  EXPECT_NEAR(d.failed_drive.refill.value, 46.875, 1e-6);
  EXPECT_DOUBLE_EQ(d.failed_drive.times, 0.16);
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

// 60 disks that give 1.333 GB/s, behind the memory of a host that holds all of 1 TB: 12 times a year it starts anew
// and reads that again in 750 s. Eight accelerators at 2 USD an hour wait 12 x 750 / 3,600 x 8 / 12 h a month for it,
// 3.33 USD; where they read no faster than the disks give, they do not.
TEST(CacheLoss, AHostThatStartsAnewHasLostItsPageCache) {
  SizingAsk ask = plain_ask();
  ask.jobs[0].workload.accelerator.step_time = constant_law(0.01);
  ask.host_memory = Bytes{2 * kTb};
  const Need need = need_of(ask);
  const DesignLine line = before_disks(Family::kHdd);
  const Design d = design_of(line, need, {6, 0});
  EXPECT_EQ(d.restarted_host.lost.value, kTb);
  EXPECT_DOUBLE_EQ(d.restarted_host.times, 12);
  EXPECT_NEAR(d.restarted_host.refill.value, 750, 1e-6);
  EXPECT_THAT(d.notes,
              ::testing::ElementsAre(
                  "a host that starts anew has lost what it cached in memory: some 12 times a year training "
                  "waits up to 12 min 30 s for 1 TB to be read again"));
  const std::vector<Served> served{Served{1, 1, 1, "", 0}};
  const Bill bill = bill_of(d, need, served, round_prices(), 2);
  EXPECT_NEAR(bill.idle, 2 * 12 * 750 / 3600.0 * 8 / 12, 1e-9);
  EXPECT_THAT(bill.lines.back().label, HasSubstr("waiting for the memory of a host that started anew"));
  EXPECT_NEAR(paid_utilisations(d, need, served)[0], 1 - 12 * 750 / (365 * 86400.0), 1e-12);

  // A sixteenth of the data in each of sixteen hosts that read in one order.
  SizingAsk ordered = ask;
  ordered.jobs[0].workload.accelerator.count = 128;
  ordered.jobs[0].workload.loader.shuffle = ShuffleKind::kNone;
  EXPECT_EQ(design_of(line, need_of(ordered), {6, 0}).restarted_host.lost.value, kTb / 16);

  ask.jobs[0].workload.accelerator.step_time = constant_law(0.1);
  const Design slower = design_of(line, need_of(ask), {6, 0});
  EXPECT_DOUBLE_EQ(slower.restarted_host.times, 12);
  EXPECT_EQ(slower.restarted_host.refill.value, 0);
  EXPECT_TRUE(slower.notes.empty());
}

// Flash in the host that holds all of it survives a restart, and is as fast as the job reads; half of it answers
// 1 - 0.5 ln(0.5 + 0.5 e^2) = 28.3 % and leaves the rest to the disks.
TEST(CacheLoss, FlashOutlivesARestart) {
  SizingAsk ask = plain_ask();
  ask.jobs[0].workload.accelerator.step_time = constant_law(0.01);
  ask.host_memory = Bytes{2 * kTb};
  DesignLine line = before_disks(Family::kLocalHdd);
  line.tier.drive = &test_flash();
  line.host_drives = 1;
  line.hosts = 1;
  EXPECT_EQ(design_of(line, need_of(ask), {6, 0}).restarted_host.refill.value, 0);
  line.cache = Bytes{kTb / 2};
  EXPECT_NEAR(design_of(line, need_of(ask), {6, 0}).restarted_host.refill.value, 0.71689 * 750, 0.01);
}

// A host reads over all of its drives: with one goes all that it caches. Of every family with a cache on drives, and
// of no other; memory of every one that has a page cache. What is waited for is in the notes and in the bill.
TEST(CacheLoss, OfEveryCacheAndOfNothingElse) {
  SizingAsk ask = twenty_terabytes(16);
  ask.jobs[0].workload.accelerator.step_time = constant_law(0.001);
  ask.host_memory = Bytes{4 * kTb};
  const std::vector<Served> served{Served{0.9, 0.9, 0.9, "", 0.1}};
  const Need need = need_of(ask);
  int waits = 0;
  for (const Family family : kFamilies) {
    const bool cached =
        family == Family::kHybrid || family == Family::kLocalHdd || family == Family::kCloudObjectLocal;
    bool waited = false;
    for (const Design& d : designs_of(ask, family)) {
      ASSERT_EQ(d.failed_drive.times > 0, cached) << d.name;
      ASSERT_EQ(d.restarted_host.times > 0, d.page_cache.value > 0) << d.name;
      const auto said = [&](std::string_view begin) {
        return std::count_if(d.notes.begin(), d.notes.end(),
                             [&](const std::string& note) { return note.starts_with(begin); });
      };
      const Bill bill = bill_of(d, need, served, round_prices(), 2);
      const auto paid = [&](std::string_view what) {
        return std::count_if(bill.lines.begin(), bill.lines.end(), [&](const BillLine& line) {
          return line.idle && line.label.find(what) != std::string::npos && line.month > 0;
        });
      };
      const bool drive = d.failed_drive.refill.value > 0, host = d.restarted_host.refill.value > 0;
      ASSERT_EQ(said("nothing protects the flash"), drive ? 1 : 0) << d.name;
      ASSERT_EQ(paid("waiting for lost flash"), drive ? 1 : 0) << d.name;
      ASSERT_EQ(said("a host that starts anew"), host ? 1 : 0) << d.name;
      ASSERT_EQ(paid("waiting for the memory"), host ? 1 : 0) << d.name;
      ASSERT_EQ(drive, cached) << d.name;
      waited = waited || host;
      if (family == Family::kHybrid || !drive) continue;
      ASSERT_EQ(d.failed_drive.lost, std::min(d.local_cache, need.datasets)) << d.name;
      ASSERT_GE(d.failed_drive.refill.value, in_bytes(d.failed_drive.lost) / d.client_network.value)
          << d.name;
    }
    waits += waited ? 1 : 0;
  }
  EXPECT_GT(waits, 2) << "of families that rely on memory";
}

}  // namespace
}  // namespace aforo
