#include "sizing/shelf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "sizing/test_kit.h"

namespace aforo {
namespace {

constexpr Bytes kTb{1'000'000'000'000};

Need need_with_samples(double bytes) {
  SizingAsk ask = plain_ask();
  ask.jobs[0].workload.dataset.sample_size.mean = bytes;
  return need_of(ask);
}
ShelfParts flash_parts(std::uint32_t data, std::uint32_t parity) {
  return {&test_flash(), &test_flash_node(), &test_nic(), data, parity};
}

// Flash: requests of at most 128 KiB; 1 MB samples are bound by transfer, 4 KiB samples by requests.
TEST(Shelf, SecondsPerByteOfFlash) {
  EXPECT_DOUBLE_EQ(drive_seconds_per_byte(test_flash(), need_with_samples(1e6)), 1e-10);
  EXPECT_DOUBLE_EQ(drive_seconds_per_byte(test_flash(), need_with_samples(4096)), 1.0 / 4096 / 1e6);
}

// A disk seeks once a sample: 1 / 200 MB/s + 1 / (1 MB x 200 /s) = 5 + 5 ns per byte, so 100 MB/s. Of 20 MB
// it reads 4 MiB a seek: 5 + 1 / (4,194,304 x 200) = 6.19 ns.
TEST(Shelf, SecondsPerByteOfADisk) {
  EXPECT_DOUBLE_EQ(drive_seconds_per_byte(test_disk(), need_with_samples(1e6)), 10e-9);
  EXPECT_NEAR(drive_seconds_per_byte(test_disk(), need_with_samples(20e6)), 6.192e-9, 1e-12);
}

// Jobs of 0.72 GB/s in 1 MB and 0.72 GB/s in 100 kB samples: half 10 ns, half 5 + 50 ns.
TEST(Shelf, SecondsPerByteOfAMixAreWeightedByBytes) {
  SizingAsk ask = plain_ask();
  Workload small = plain_job();
  small.dataset.sample_size.mean = 1e5;
  small.loader.batch_size = 100;
  ask.jobs.push_back({small, 1});
  EXPECT_NEAR(drive_seconds_per_byte(test_disk(), need_of(ask)), 0.5 * 10e-9 + 0.5 * 55e-9, 1e-15);
}

// 250 TB at 4+2 and 80 % of 15.36 TB: 8.192 TB a drive, 30.5 drives; three servers, so that one holds no more
// than two fragments of six; evenly filled: 11 each.
TEST(Shelf, DrivesForACapacity) {
  const Need need = need_with_samples(1e6);
  const auto shelf = shelf_for(flash_parts(4, 2), Bytes{250'000'000'000'000}, BytesPerSecond{0}, need);
  ASSERT_TRUE(shelf);
  EXPECT_EQ(shelf->nodes, 3U);
  EXPECT_EQ(shelf->drives, 33U);
  EXPECT_EQ(shelf_usable(*shelf).value, 270'336'000'000'000U);  // 33 x 8.192 TB
}

// 33 drives of 5 GB/s at 4+2 write 110 GB/s, but three servers of 23 GB/s take 46 of them: 200 GB/s are 300
// GB/s raw, 13.04 servers' worth, so 14; and 60 drives, 5 each.
TEST(Shelf, DrivesAndServersForWriting) {
  const Need need = need_with_samples(1e6);
  const Bytes usable{250'000'000'000'000};
  const auto shelf = shelf_writing(flash_parts(4, 2), usable, BytesPerSecond{0}, BytesPerSecond{200e9}, need);
  ASSERT_TRUE(shelf);
  EXPECT_EQ(shelf->nodes, 14U);
  EXPECT_EQ(shelf->drives, 70U);
  EXPECT_GE(shelf_write(*shelf).value, 200e9);
  const auto enough = shelf_writing(flash_parts(4, 2), usable, BytesPerSecond{0}, BytesPerSecond{40e9}, need);
  EXPECT_EQ(enough->drives, 33U);  // as many as hold the data
  EXPECT_FALSE(shelf_writing(flash_parts(4, 2), usable, BytesPerSecond{0}, BytesPerSecond{1e15}, need));
}

// 161.8 GB/s are 8 servers of 23 GB/s (two ports of 11.5), whatever the drives could;
// 30.5 drives on 8: 4 each.
TEST(Shelf, ServersForABandwidth) {
  const Need need = need_with_samples(1e6);
  EXPECT_DOUBLE_EQ(node_network(test_flash_node(), test_nic()).value, 23e9);
  const auto shelf = shelf_for(flash_parts(4, 2), Bytes{250'000'000'000'000}, BytesPerSecond{161.8e9}, need);
  ASSERT_TRUE(shelf);
  EXPECT_EQ(shelf->nodes, 8U);
  EXPECT_EQ(shelf->drives, 32U);
  EXPECT_DOUBLE_EQ(shelf_read(*shelf, need).value, 8 * 23e9);
}

TEST(Shelf, AServersProcessorsMayCarryLessThanItsCards) {
  EXPECT_DOUBLE_EQ(node_network(test_disk_node(), test_nic()).value, 12e9);
}

// No server may hold more fragments than may be lost: ceil((k + m) / m); a copy each on a server of its own.
TEST(Shelf, FewestServersOfAProtection) {
  const Need need = need_with_samples(1e6);
  const auto servers = [&](std::uint32_t data, std::uint32_t parity) {
    return shelf_for(flash_parts(data, parity), kTb, BytesPerSecond{0}, need)->nodes;
  };
  EXPECT_EQ(servers(4, 2), 3U);
  EXPECT_EQ(servers(8, 2), 5U);
  EXPECT_EQ(servers(16, 3), 7U);
  EXPECT_EQ(servers(8, 3), 4U);
  EXPECT_EQ(servers(1, 2), 3U);
  EXPECT_EQ(servers(1, 1), 2U);
  EXPECT_EQ(servers(1, 0), 1U);
}

// Whole drives' worth of bytes needs just those drives, and holds what was asked to the byte.
TEST(Shelf, HoldsWhatItWasMadeFor) {
  const Need need = need_with_samples(1e6);
  for (const auto& [data, parity] : {std::pair{4U, 2U}, {8U, 2U}, {16U, 3U}, {8U, 3U}, {1U, 1U}, {1U, 2U}})
    for (std::uint64_t drives = 24; drives < 2000; drives += 7) {
      Shelf exact = flash_shelf(static_cast<std::uint32_t>(drives), 24);
      exact.data = data;
      exact.parity = parity;
      const Bytes asked = shelf_usable(exact);
      const auto made = shelf_for(flash_parts(data, parity), asked, BytesPerSecond{0}, need);
      ASSERT_TRUE(made);
      EXPECT_GE(shelf_usable(*made), asked) << drives << " of " << data << "+" << parity;
    }
  // 6 x 15.36 x 4/6 x 0.8 = 49.152 TB
  EXPECT_EQ(shelf_usable(flash_shelf(6, 3)).value, 49'152'000'000'000U);
}

// 11.5 GB/s of disks at 100 MB/s of 1 MB samples: 115, in 60-bay servers 2, but 8+3 wants 4: 29 each.
TEST(Shelf, DisksForRandomReads) {
  const Need need = need_with_samples(1e6);
  const auto shelf =
      shelf_for({&test_disk(), &test_disk_node(), &test_nic(), 8, 3}, kTb, BytesPerSecond{11.5e9}, need);
  ASSERT_TRUE(shelf);
  EXPECT_EQ(shelf->nodes, 4U);
  EXPECT_EQ(shelf->drives, 116U);
  EXPECT_NEAR(shelf_read(*shelf, need).value, 11.6e9, 1);
}

TEST(Shelf, NothingBeyondTheMostDrives) {
  const Need need = need_with_samples(1e6);
  // 50,001 disks at 100 MB/s are 5,000.1 GB/s.
  EXPECT_FALSE(shelf_for({&test_disk(), &test_disk_node(), &test_nic(), 8, 3}, kTb, {5000.1e9}, need));
  EXPECT_FALSE(shelf_for(flash_parts(4, 2), kTb, {4001 * 23e9}, need));
}

// 33 drives, 3 servers, 4+2: writes min(33 x 5, 69) x 4/6 = 46 GB/s; 33 x 20 + 3 x (600 + 2
// x 15) = 2,550 W; 6 RU.
TEST(Shelf, WhatItGivesAndTakes) {
  const Shelf shelf = flash_shelf(33, 3);
  EXPECT_NEAR(shelf_write(shelf).value, 46e9, 1);
  EXPECT_DOUBLE_EQ(shelf_requests(shelf).value, 33e6);
  EXPECT_DOUBLE_EQ(shelf_watts(shelf), 2550);
  EXPECT_DOUBLE_EQ(shelf_rack_units(shelf), 6);
}

// A lost drive's 12.288 TB from 4 fragments each: 49.152 TB at a quarter of 69 GB/s = 2,849 s.
TEST(Shelf, Rebuild) {
  EXPECT_NEAR(shelf_rebuild(flash_shelf(33, 3)).value, 49.152e12 / 17.25e9, 1e-6);
  Shelf bare = flash_shelf(33, 3);
  bare.data = 1;
  bare.parity = 0;
  EXPECT_EQ(shelf_rebuild(bare).value, 0);
}

// 506.88 TB and 3 servers with the system's markup; 6 cards and ports as they are; 6 RU and 2.55 kW x 730 h a
// month. In the accelerators' hosts: drives and their power alone, without a markup.
TEST(Shelf, Costs) {
  std::vector<CostLine> costs;
  add_shelf_costs(flash_shelf(33, 3), costs);
  ASSERT_EQ(costs.size(), 6U);
  const auto is = [&](std::size_t i, const char* item, double quantity, const char* markup, bool purchase) {
    EXPECT_EQ(costs[i].item, item);
    EXPECT_NEAR(costs[i].quantity, quantity, 1e-9) << item;
    EXPECT_EQ(costs[i].markup, markup) << item;
    EXPECT_EQ(costs[i].purchase, purchase) << item;
  };
  is(0, "tlc", 506.88, "markup.flash", true);
  is(1, "server.flash24", 3, "markup.flash", true);
  is(2, "nic.100", 6, "", true);
  is(3, "port.100", 6, "", true);
  is(4, "rack_unit", 6, "", false);
  is(5, "power", 2.55 * 730, "pue", false);

  costs.clear();
  add_shelf_costs({&test_flash(), nullptr, nullptr, 16, 2, 1, 0}, costs);
  ASSERT_EQ(costs.size(), 2U);
  is(0, "tlc", 16 * 15.36, "", true);
  is(1, "power", 0.32 * 730, "pue", false);
}

TEST(Shelf, NamesOfProtectionsAndSizes) {
  Shelf shelf = flash_shelf(6, 3);
  EXPECT_EQ(protection_text(shelf), "4+2");
  shelf.data = 1;
  EXPECT_EQ(protection_text(shelf), "3 copies");
  shelf.parity = 0;
  EXPECT_EQ(protection_text(shelf), "no protection");
  EXPECT_EQ(bytes_decimal(Bytes{30'720'000'000'000}), "30.72 TB");
  EXPECT_EQ(bytes_decimal(Bytes{2'500'000'000'000'000}), "2.5 PB");
}

}  // namespace
}  // namespace aforo
