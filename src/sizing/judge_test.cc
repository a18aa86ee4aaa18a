#include "sizing/judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "sizing/shelf.h"
#include "sizing/test_kit.h"

namespace aforo {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// 33 drives in 3 servers: 270 TB, 69 GB/s.
Design flash_design(const Need& need) {
  Design d;
  d.family = Family::kFlashTlc;
  d.product = "flash";
  d.name = "33 x flash";
  d.main = flash_shelf(33, 3);
  d.hosts = need.hosts;
  d.client_network = {11.5e9};
  d.usable = shelf_usable(d.main);
  d.read = shelf_read(d.main, need);
  d.write = shelf_write(d.main);
  d.opens = {300'000};
  d.latency = Seconds{2e-4};
  return d;
}

// Four disks at 100 MB/s of 1 MB samples, and `terabytes` of flash in the host that reads 2 GB/s.
Design cached_design(const Need& need, double terabytes) {
  Design d = flash_design(need);
  d.family = Family::kLocalHdd;
  d.main = disk_shelf(4, 4);
  d.main.data = 1;  // whole samples on one disk
  d.main.parity = 0;
  d.fast = {&test_flash(), nullptr, nullptr, 2, need.hosts, 1, 0};
  d.usable = shelf_usable(d.main);
  d.read = shelf_read(d.main, need);
  d.fast_read = {2e9};
  d.local_cache = Bytes{static_cast<std::uint64_t>(terabytes * 1e12)};
  d.local_read = {2e9};
  return d;
}

TEST(Judge, FiguresThatSuffice) {
  const Need need = need_of(plain_ask());
  const Judgement found = check_figures(flash_design(need), need);
  EXPECT_TRUE(found.serves());
  EXPECT_EQ(found.reach, 1);
}

// 0.5 TB of 1.004096 TB; 0.36 of 0.72 GB/s; 180 of 720 opens/s.
TEST(Judge, FiguresThatFallShort) {
  const Need need = need_of(plain_ask());
  Design d = flash_design(need);
  d.usable = Bytes{500'000'000'000};
  Judgement found = check_figures(d, need);
  EXPECT_EQ(found.check, "capacity");
  EXPECT_EQ(found.reason, "capacity: holds 500 GB where 1.004 TB is needed");
  EXPECT_NEAR(found.reach, 0.497960, 1e-6);

  d = flash_design(need);
  d.read = {0.36e9};
  found = check_figures(d, need);
  EXPECT_EQ(found.reason, "read: reads 343 MiB/s where 687 MiB/s are needed");
  EXPECT_DOUBLE_EQ(found.reach, 0.5);

  d = flash_design(need);
  d.opens = {180};
  found = check_figures(d, need);
  EXPECT_EQ(found.reason, "opens: opens 180 /s where 720 /s are needed");
  EXPECT_DOUBLE_EQ(found.reach, 0.25);

  d = flash_design(need);
  d.client_network = {360e6};  // 0.72 GB/s at the target
  found = check_figures(d, need);
  EXPECT_EQ(found.check, "network");
  EXPECT_DOUBLE_EQ(found.reach, 0.5);
}

// Half of what is to be held, and a hundredth of what is to be read: it lacks the latter most.
TEST(Judge, WhatItLacksMostIsNamed) {
  const Need need = need_of(plain_ask());
  Design d = flash_design(need);
  d.usable = Bytes{502'048'000'000};
  d.read = {0.0072e9};
  const Judgement found = check_figures(d, need);
  EXPECT_EQ(found.check, "read");
  EXPECT_NEAR(found.reach, 0.01, 1e-9);
}

// 720 samples/s in WebDataset shards of 1000: 0.72 opens/s under the default shuffle, and not one per sample.
TEST(Judge, ShardsReadFrontToBackNeedFewOpens) {
  SizingAsk ask = plain_ask();
  ask.jobs[0].workload.dataset.layout = LayoutKind::kWebdataset;
  ask.jobs[0].workload.dataset.samples_per_file = 1000;
  const Need need = need_of(ask);
  EXPECT_NEAR(need.opens.value, 0.72, 1e-9);
  Design d = flash_design(need);
  d.opens = {1};
  EXPECT_TRUE(check_figures(d, need).serves());
}

// A cache takes reads away, so its disks' bandwidth alone decides nothing.
TEST(Judge, FiguresThatDecideNothing) {
  const Need need = need_of(plain_ask());
  EXPECT_TRUE(check_figures(cached_design(need, 0.5), need).serves());
}

// What has no figure does not serve without limit: 0 is nothing.
TEST(Judge, FiguresOfNothing) {
  const Need need = need_of(plain_ask());
  for (const auto& [name, without] :
       {std::pair<std::string, void (*)(Design&)>{"read", [](Design& d) { d.read = {0}; }},
        {"opens", [](Design& d) { d.opens = {0}; }},
        {"network", [](Design& d) { d.client_network = {0}; }}}) {
    Design d = flash_design(need);
    without(d);
    const Judgement found = check_figures(d, need);
    EXPECT_EQ(found.check, name);
    EXPECT_GT(found.reach, 0);
  }
}

// At 90 % a host takes 0.72 GB/s, at 50 % 0.4 GB/s: each job by its own target.
TEST(Judge, TheNetworkOfEveryJobAtItsOwnTarget) {
  SizingAsk ask = plain_ask();
  ask.jobs.push_back(ask.jobs[0]);
  ask.jobs[0].workload.training.au_target = 0.5;
  const Need need = need_of(ask);
  Design d = flash_design(need);
  d.client_network = {0.6e9};
  const Judgement found = check_figures(d, need);
  EXPECT_EQ(found.check, "network");
  EXPECT_NEAR(found.reach, 0.6 / 0.72, 1e-12);
}

// A million reads/s of 1 MB in ranges: one GET each of 720 /s; 20 MiB files take 2.5.
TEST(Judge, RequestsOfAnObjectStore) {
  SizingAsk ask = plain_ask();
  Design d = flash_design(need_of(ask));
  CloudService s;
  s.kind = ServiceKind::kObject;
  d.family = Family::kCloudObject;
  d.main = {};
  d.service = &s;
  d.requests = {1000};
  d.writes = {1000};
  EXPECT_TRUE(check_figures(d, need_of(ask)).serves());
  ask.jobs[0].workload.dataset.sample_size.mean = 20.0 * (1 << 20);
  const Judgement found = check_figures(d, need_of(ask));
  EXPECT_EQ(found.reason, "requests: serves requests at 1,000 /s where 1,800 /s are needed");
}

// (1 + 9 (1 - 0.28311)) / 10 = 0.7452 of all reads get past the cache; all but the first
// epoch where it holds all.
TEST(Judge, TheShareThatACacheMisses) {
  const Need need = need_of(plain_ask());
  EXPECT_NEAR(served_by(cached_design(need, 0.5), need, 8)[0].missed, 0.745201, 1e-6);
  EXPECT_NEAR(served_by(cached_design(need, 1), need, 8)[0].missed, 0.1, 1e-12);
  EXPECT_EQ(served_by(flash_design(need), need, 8)[0].missed, 1);
}

// A flash tier of 1 TB for two jobs of 1 TB each holds half of either, as two tiers of half the size.
TEST(Judge, JobsShareAFlashTier) {
  SizingAsk ask = plain_ask();
  ask.jobs.push_back(ask.jobs[0]);
  const Need need = need_of(ask);
  Design d = cached_design(need, 0);
  d.family = Family::kHybrid;
  static const Drive half_terabyte = [] {
    Drive drive = test_flash();
    drive.capacity = Bytes{625'000'000'000};  // 0.5 TB at 80 %
    return drive;
  }();
  d.fast = {&half_terabyte, &test_flash_node(), &test_nic(), 2, 1, 1, 0};
  for (const Served& served : served_by(d, need, 8)) EXPECT_NEAR(served.missed, 0.745201, 1e-6);
}

// What no utilisation can pass where a share x of the data is held: h = 1 - x ln(x + (1 - x)
// e^{1/x}) of the reads hit, the first epoch comes from disks at 0.4 / 0.8, the nine others
// at 0.4 / (0.8 (1 - h)), and what hits at 2 / (0.8 h). Of half: h = 0.28311, (0.5 + 9 x
// 0.69746) / 10 = 0.67771.
double bound_with_share_held(double x) {
  const double hits = 1 - x * std::log(x + (1 - x) * std::exp(1 / x));
  const double from_disks = hits < 1 ? 0.5 / (1 - hits) : 1, from_cache = 2.5 / hits;
  return (0.5 + 9 * std::min({1.0, from_disks, from_cache})) / 10;
}

TEST(Judge, NoUtilisationBeyondTheBound) {
  EXPECT_NEAR(bound_with_share_held(0.5), 0.677711, 1e-5);
  EXPECT_NEAR(bound_with_share_held(1), 0.95, 1e-12);
  const Need need = need_of(plain_ask());
  for (const double terabytes : {0.1, 0.3, 0.5, 0.8, 1.0}) {
    const Design d = cached_design(need, terabytes);
    EXPECT_LE(served_by(d, need, 8)[0].au, bound_with_share_held(terabytes) + 0.01) << terabytes;
  }
}

// Two jobs of 0.72 GB/s: of 2 GB/s the other leaves 1 - 0.36 = 0.64; of 1 GB/s 0.28, but a fair half is had.
TEST(Judge, WhatOtherJobsLeave) {
  SizingAsk ask = plain_ask();
  EXPECT_EQ(left_for(flash_design(need_of(ask)), need_of(ask), 0), 1);
  ask.jobs.push_back(ask.jobs[0]);
  const Need need = need_of(ask);
  Design d = flash_design(need);
  d.read = {2e9};
  EXPECT_NEAR(left_for(d, need, 0), 0.64, 1e-12);
  d.read = {1e9};
  EXPECT_NEAR(left_for(d, need, 1), 0.5, 1e-12);
}

// (8 x 1 x 0.9 + 24 x 0.5 x 0.6) / (8 + 12) = 0.72
TEST(Judge, MeanUtilisationByAcceleratorsAndDuty) {
  SizingAsk ask = plain_ask();
  ask.jobs.push_back(ask.jobs[0]);
  ask.jobs[1].workload.accelerator.count = 24;
  ask.jobs[1].duty = 0.5;
  EXPECT_NEAR(mean_au({{0.9, 0, 0, "", 1}, {0.6, 0, 0, "", 1}}, need_of(ask)), 0.72, 1e-12);
  EXPECT_EQ(mean_au({}, need_of(ask)), 0);
}

TEST(Judge, EnoughOfEverythingServes) {
  const Need need = need_of(plain_ask());
  const Judgement found = judge_design(flash_design(need), need, 8);
  EXPECT_TRUE(found.serves()) << found.reason;
  ASSERT_EQ(found.served.size(), 1U);
  EXPECT_GE(found.served[0].au, 0.9);
  EXPECT_LE(found.served[0].low, found.served[0].au);
}

// 64 samples in reading at 720 /s: 88.9 ms a sample. Flash that answers in 120 ms is too late, alone in the
// room. 64 readers for 720 samples/s have 88.9 ms each, 50 of which a sample takes to prepare: 38.9 are
// left to read it. A read of 30 ms fits, one of 50 does not.
TEST(Judge, PreparingIsNoPartOfTheTimeToRead) {
  SizingAsk ask = plain_ask();
  ask.jobs[0].workload.loader.preprocess = constant_law(0.05);
  const Need need = need_of(ask);
  Design d = flash_design(need);
  d.latency = Seconds{0.03};
  EXPECT_NE(judge_design(d, need, 8).check, "latency");
  d.latency = Seconds{0.05};
  EXPECT_THAT(judge_design(d, need, 8).reason, HasSubstr("where 38.9 ms are allowed"));
}

// A simulation that is cut short may say more than the hosts allow; it is no more, and they are the limit.
TEST(Judge, NothingIsBusierThanTheHostsAllow) {
  JobNeed job = need_of(plain_ask()).jobs[0];
  Served served{0.6, 0.55, 0.65, "not limited; busiest: station 'disks', 60 % busy", 0.1, "disks"};
  hold_to_host(job, served);
  EXPECT_EQ(served.au, 0.6);
  job.host.pace = 0.5;
  hold_to_host(job, served);
  EXPECT_EQ(served.au, 0.5);
  EXPECT_EQ(served.high, 0.5);
  EXPECT_EQ(served.limit, "the hosts' CPU");
  EXPECT_EQ(served.limit_station, "");
  served = {0.49, 0.48, 0.5, "disks", 0.1, "disks"};  // so near that disks are not what holds it back
  hold_to_host(job, served);
  EXPECT_EQ(served.limit, "the hosts' CPU");
  served = {0.4, 0.39, 0.41, "disks", 0.1, "disks"};
  hold_to_host(job, served);
  EXPECT_EQ(served.limit, "disks");
}

// Cores that allow half of full speed are the target, which readers that wait for them do not reach: 0.85 of it
// is enough. A target of one's own is.
TEST(Judge, ATargetThatCoresSetIsNotHeldAgainstStorage) {
  JobNeed job = need_of(plain_ask()).jobs[0];
  job.requirement.target = 0.5;
  EXPECT_EQ(least_utilisation(job), 0.5);
  job.host.pace = 0.5;
  EXPECT_NEAR(least_utilisation(job), 0.425, 1e-12);
}

TEST(Judge, LatencyThatNoReaderHides) {
  const Need need = need_of(plain_ask());
  Design d = flash_design(need);
  d.latency = Seconds{0.12};
  const Judgement found = judge_design(d, need, 8);
  EXPECT_EQ(found.check, "latency");
  EXPECT_THAT(found.reason, AllOf(HasSubstr("'plain'"), HasSubstr("where 88.9 ms are allowed")));
  EXPECT_LT(found.reach, 0.75);
  EXPECT_GT(found.reach, 0.7);
}

// 100 GB written at 1 GB/s every 1,900 s: a pause of 100 s, 5 % of the time. Twice as fast: 50 of 1,950 s.
TEST(Judge, CheckpointsPauseTraining) {
  SizingAsk ask = plain_ask();
  ask.jobs[0].workload.checkpoint.parameters = 1e11 / 14;
  ask.jobs[0].workload.checkpoint.every = Seconds{1900};
  const Need need = need_of(ask);
  Design d;
  d.write = {1e9};
  EXPECT_NEAR(paused_share(d, need.jobs[0]), 0.05, 1e-9);
  Served served{0.98, 0.97, 0.99, "disks", 1, "disks"};
  subtract_pauses(d, need.jobs[0], served);
  EXPECT_NEAR(served.au, 0.98 * 0.95, 1e-9);
  EXPECT_NEAR(served.low, 0.97 * 0.95, 1e-9);
  EXPECT_NEAR(served.high, 0.99 * 0.95, 1e-9);
  EXPECT_EQ(served.limit, "checkpoint writes");
  EXPECT_EQ(served.limit_station, "") << "no station is named any more";
  d.write = {2e9};
  EXPECT_NEAR(paused_share(d, need.jobs[0]), 50.0 / 1950, 1e-9);
  Served waiting{0.6, 0.5, 0.7, "disks", 1, "disks"};
  subtract_pauses(d, need.jobs[0], waiting);
  EXPECT_EQ(waiting.limit, "disks");
  EXPECT_EQ(waiting.limit_station, "disks");
  d.write = {0};  // not known
  EXPECT_EQ(paused_share(d, need.jobs[0]), 0);
  d.write = {1e9};
  EXPECT_NEAR(pause_costs(d, need, round_prices(), 0), 0.05 * 8 * 730 * 1.99856, 0.01);  // of one's own
  EXPECT_NEAR(pause_costs(d, need, round_prices(), 10), 0.05 * 8 * 730 * 10, 1e-6);
}

// Half the rate that is consumed: half the utilisation, and that is what the reason says.
TEST(Judge, UtilisationThatFallsShort) {
  const Need need = need_of(plain_ask());
  const Design d = cached_design(need, 0.01);
  const Judgement found = judge_design(d, need, 8);
  EXPECT_EQ(found.check, "utilisation");
  EXPECT_THAT(found.reason, AllOf(HasSubstr("utilisation: would reach"), HasSubstr("where 90.0 % are wanted"),
                                  HasSubstr("limited by disks")));
  EXPECT_NEAR(found.served[0].au, 0.5, 0.05);
  EXPECT_NEAR(found.reach, found.served[0].au / 0.9, 1e-12);
}

}  // namespace
}  // namespace aforo
