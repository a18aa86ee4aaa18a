#include "sizing/shelf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sizing/test_kit.h"

namespace aforo {
namespace {

Need need_with_samples(double bytes) {
  SizingAsk ask = plain_ask();
  ask.jobs[0].workload.dataset.sample_size.mean = bytes;
  return need_of(ask);
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

// Cut into eight fragments of 125 kB, each with a seek of its own: 5 + 40 ns. Fragments are of 128 KiB at least, so
// 200 kB are two: 5 + 1 / (100 kB x 200) = 55 ns. Streams are read ahead disk by disk.
TEST(Shelf, EveryFragmentSeeks) {
  EXPECT_DOUBLE_EQ(drive_seconds_per_byte(test_disk(), need_with_samples(1e6), 8), 45e-9);
  EXPECT_DOUBLE_EQ(drive_seconds_per_byte(test_disk(), need_with_samples(2e5), 8), 55e-9);
  EXPECT_DOUBLE_EQ(drive_seconds_per_byte(test_disk(), need_with_samples(1e5), 8),
                   drive_seconds_per_byte(test_disk(), need_with_samples(1e5), 1));
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

TEST(Shelf, AServersProcessorsMayCarryLessThanItsCards) {
  EXPECT_DOUBLE_EQ(node_network(test_disk_node(), test_nic()).value, 12e9);
}

// The loss of a server leaves redundancy: ceil((k + m) / (m - 1)); of copies a majority is left, and a place for
// the lost one.
TEST(Shelf, FewestServersOfAProtection) {
  EXPECT_EQ(fewest_nodes(4, 2), 6U);
  EXPECT_EQ(fewest_nodes(8, 2), 10U);
  EXPECT_EQ(fewest_nodes(16, 3), 10U);
  EXPECT_EQ(fewest_nodes(8, 3), 6U);
  EXPECT_EQ(fewest_nodes(1, 2), 4U);
  EXPECT_EQ(fewest_nodes(1, 1), 3U);
  EXPECT_EQ(fewest_nodes(1, 0), 1U);
  EXPECT_EQ(fewest_drives(test_flash_node()), 8U);  // a third of 24 bays
  EXPECT_EQ(fewest_drives(test_disk_node()), 20U);
}

TEST(Shelf, WhatItHolds) {
  // 6 x 15.36 x 4/6 x 2/3 = 40.96 TB: one of three servers may be lost; of six 0.8 x 61.44.
  EXPECT_EQ(shelf_usable(flash_shelf(6, 3)).value, 40'960'000'000'000U);
  EXPECT_EQ(shelf_usable(flash_shelf(6, 6)).value, 49'152'000'000'000U);
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

// 6 cards at 900, 6 ports at 300, 0.6 of a port behind each and 6 cables at 150: 5,400 + 1,800 + 1,080 + 900 USD.
// Without a price of a port, as within a host, there is nothing behind it.
TEST(Shelf, CardsAreJoinedByCablesPortsAndSpine) {
  Nic nic = test_nic();
  nic.cable_price = "cable.100";
  PriceBook prices = round_prices();
  prices.set("spine=0.6 x");
  prices.set("cable.100=150 USD");
  std::vector<CostLine> costs;
  add_link_costs(nic, 6, "network card", costs);
  double sum = 0;
  for (const CostLine& c : costs) {
    EXPECT_TRUE(c.purchase) << c.label;
    sum += c.quantity * prices.at(c.item).value * (c.markup.empty() ? 1 : prices.at(c.markup).value);
  }
  EXPECT_NEAR(sum, 9'180, 1e-9);
  nic.port_price.clear();
  costs.clear();
  add_link_costs(nic, 6, "network card", costs);
  EXPECT_EQ(costs.size(), 2U);
}

// 506.88 TB and 3 servers with the system's markup; a spare drive; 6 cards and ports as they are; 6 RU and 2.55 kW x 730 h a
// month. In the accelerators' hosts: drives and their power alone, without a markup.
TEST(Shelf, Costs) {
  std::vector<CostLine> costs;
  add_shelf_costs(flash_shelf(33, 3), costs);
  ASSERT_EQ(costs.size(), 8U);
  const auto is = [&](std::size_t i, const char* item, double quantity, const char* markup, bool purchase) {
    EXPECT_EQ(costs[i].item, item);
    EXPECT_NEAR(costs[i].quantity, quantity, 1e-9) << item;
    EXPECT_EQ(costs[i].markup, markup) << item;
    EXPECT_EQ(costs[i].purchase, purchase) << item;
  };
  is(0, "tlc", 506.88, "markup.flash", true);
  is(1, "tlc", 15.36, "", true);
  is(2, "server.flash24", 3, "markup.flash", true);
  is(3, "nic.100", 6, "", true);
  is(4, "port.100", 6, "", true);
  is(5, "port.100", 6, "spine", true);
  is(6, "rack_unit", 6, "", false);
  is(7, "power", 2.55 * 730, "pue", false);

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
