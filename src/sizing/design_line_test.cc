#include "sizing/design_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sizing/money.h"
#include "sizing/test_kit.h"

namespace aforo {
namespace {

Need need_of_samples(double bytes, double capacity) {
  SizingAsk ask = plain_ask();
  ask.jobs[0].workload.dataset.sample_size.mean = bytes;
  Need out = need_of(ask);
  out.capacity = Bytes{static_cast<std::uint64_t>(capacity)};
  return out;
}

DesignLine flash_line(std::uint32_t per_node, std::uint32_t data = 4, std::uint32_t parity = 2) {
  DesignLine out;
  out.main = {&test_flash(), &test_flash_node(), &test_nic(), data, parity};
  out.per_node = per_node;
  out.client_nic = &test_nic();
  return out;
}

DesignLine disk_line(std::uint32_t per_node) {
  DesignLine out = flash_line(per_node);
  out.family = Family::kHdd;
  out.main = {&test_disk(), &test_disk_node(), &test_nic(), 8, 3};
  return out;
}

// 250 TB at 4+2 and 80 % of 15.36 TB: 8.192 TB a drive. Six servers at least, so that one holds a single
// fragment of six: six drives each are 294.9 TB. Of four each, 32.8 TB, it takes eight.
TEST(DesignLine, ServersForACapacity) {
  const Need need = need_of_samples(1e6, 250e12);
  EXPECT_EQ(least_size(flash_line(6), need)->main, 6U);
  EXPECT_EQ(design_of(flash_line(6), need, {6, 0}).usable.value, 294'912'000'000'000U);
  EXPECT_EQ(least_size(flash_line(4), need)->main, 8U);
  // Copies in three servers: a third stays free. 2 x 10.24 TB a drive and server, so 5 x 20.48 TB hold 100.
  EXPECT_EQ(least_size(flash_line(4, 1, 1), need_of_samples(1e6, 60e12))->main, 3U);
  EXPECT_EQ(least_size(flash_line(4, 1, 1), need_of_samples(1e6, 62e12))->main, 4U);
  EXPECT_FALSE(least_size(flash_line(4), need_of_samples(1e6, 1e18)));
}

// Of every line the least size holds what is asked, and one server fewer does not, or is below the fewest.
TEST(DesignLine, TheLeastIsJustEnough) {
  for (const double capacity : {1e12, 30e12, 500e12, 7e15})
    for (const std::uint32_t per_node : {4U, 9U, 24U})
      for (const auto& [data, parity] : {std::pair{4U, 2U}, {8U, 2U}, {16U, 3U}, {1U, 1U}}) {
        const Need need = need_of_samples(1e6, capacity);
        const DesignLine line = flash_line(per_node, data, parity);
        const std::uint32_t n = least_size(line, need)->main;
        EXPECT_GE(design_of(line, need, {n, 0}).usable, need.capacity);
        if (n > fewest_nodes(data, parity)) {
          EXPECT_LT(design_of(line, need, {n - 1, 0}).usable, need.capacity);
        }
      }
}

// A job of 0.8 GB/s and 800 opens/s. A server of flash carries 23 GB/s and opens 100,000: utilisation is
// bound by neither. One of ten disks reads 1 MB samples, cut into 8, at 22.2 MB/s each: 0.2778 of the job;
// full utilisation takes 3.6 servers' worth, and half as much behind a cache that answers half.
TEST(DesignLine, WhatMeanFiguresAllow) {
  const Need need = need_of_samples(1e6, 1e12);
  const LineLimits flash = limits_of(flash_line(6), need), disks = limits_of(disk_line(10), need);
  EXPECT_NEAR(flash.main, 23e9 / 0.8e9, 1e-9);
  EXPECT_NEAR(disks.main, 10 / 45e-9 / 0.8e9, 1e-9);
  EXPECT_EQ(servers_for(disks, 1, 1, 0), 4U);
  EXPECT_EQ(servers_for(disks, 1, 0.5, 0), 2U);
  EXPECT_EQ(servers_for(disks, 1, 1, 0.5), 2U);
  EXPECT_EQ(servers_for(disks, 9, 0.5, 0), 9U);
  EXPECT_NEAR(utilisation_bound(disks, disk_line(10), need, {2, 0}, 0), 2 * disks.main, 1e-12);
  EXPECT_NEAR(utilisation_bound(disks, disk_line(10), need, {2, 0}, 0.2), 2.5 * disks.main, 1e-12);
  EXPECT_EQ(utilisation_bound(disks, disk_line(10), need, {40, 0}, 0), 1);
}

// Opens bound it where samples are small: 100 B at the same rate of steps are 800 opens/s of 200.
TEST(DesignLine, OpensAreAFigureLikeAnother) {
  const Need need = need_of_samples(100, 1e12);
  static const StorageNode slow{"slow", true, 24, 2, 600, 2, {80e9}, {200}, "server.flash24", {}};
  DesignLine line = flash_line(6);
  line.main.node = &slow;
  EXPECT_NEAR(limits_of(line, need).main, 0.25, 1e-9);
  EXPECT_EQ(servers_for(limits_of(line, need), 1, 1, 0), 4U);
}

// A tier of 1 TB in drives of 15.36 TB: one drive, but a server has a third of its bays filled, eight. Of 300
// TB 25 drives; they fill three servers as far as that, and no more than three are offered. All of the data may
// be spread over any number.
TEST(DesignLine, DrivesOfATier) {
  const Need need = need_of_samples(1e6, 1e12);
  DesignLine line = disk_line(10);
  line.tier = {&test_flash(), &test_flash_node(), &test_nic(), 1, 0};
  line.tier_holds = Bytes{300'000'000'000'000};
  EXPECT_EQ(tier_drives(line, 2), 26U);
  EXPECT_EQ(tier_drives(line, 6), 48U);
  EXPECT_EQ(most_tier_servers(line, need), kMostNodes);  // of the million samples, 1 TB
  Need large = need;
  large.datasets = Bytes{600'000'000'000'000};
  EXPECT_EQ(most_tier_servers(line, large), 3U);
  line.tier_holds = Bytes{1'000'000'000'000};
  EXPECT_EQ(tier_drives(line, 2), 16U);
  EXPECT_EQ(most_tier_servers(line, large), kFewestTierNodes);
}

}  // namespace
}  // namespace aforo
