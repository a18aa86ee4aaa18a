#include "sizing/host_limits.h"

#include <gtest/gtest.h>

#include "sizing/build.h"
#include "sizing/design_storage.h"
#include "sizing/shelf.h"
#include "sizing/test_kit.h"

namespace aforo {
namespace {

// 400 GB/s of memory; slots of the fourth generation: 16 lanes 29.62 GB/s, 4 lanes 7.405 GB/s.
AcceleratorHost fourth() {
  AcceleratorHost host;
  host.memory = {400e9};
  host.pcie = 4;
  host.cores = 128;
  return host;
}

Nic card(double payload) {
  Nic out = test_nic();
  out.payload = {payload};
  return out;
}

Drive flash_of(std::uint32_t generation, double read) {
  Drive out = test_flash();
  out.pcie = generation;
  out.read = {read};
  return out;
}

// A card of 400 Gbit/s in a slot of the fourth generation brings what the slot does; one of 100 all of its
// own.
TEST(HostLimits, ACardIsNoFasterThanItsSlot) {
  EXPECT_DOUBLE_EQ(host_cards(fourth(), card(11.5e9), 1).value, 11.5e9);
  EXPECT_NEAR(host_cards(fourth(), card(46e9), 1).value, 29.62e9, 1e7);
  EXPECT_NEAR(host_cards(fourth(), card(46e9), 2).value, 59.24e9, 1e7);
}

// A byte crosses the memory four times: 400 GB/s take in 100.
TEST(HostLimits, MemoryLimitsWhatAHostTakesIn) {
  EXPECT_DOUBLE_EQ(memory_limit(fourth()).value, 100e9);
  EXPECT_DOUBLE_EQ(host_cards(fourth(), card(46e9), 4).value, 100e9);
  EXPECT_DOUBLE_EQ(host_drives(fourth(), flash_of(4, 7e9), 16).value, 100e9);
}

TEST(HostLimits, ADriveIsNoFasterThanTheOlderLink) {
  EXPECT_NEAR(host_drives(fourth(), flash_of(5, 14e9), 2).value, 14.81e9, 1e7);
  EXPECT_DOUBLE_EQ(host_drives(fourth(), flash_of(4, 7e9), 2).value, 14e9);
}

// 28 GB/s of the sixth generation in bays of the fifth: 14.81; 24 of them behind 32 lanes of the fifth,
// 118.5 GB/s, and a server that carries 200 through two slots of 16 lanes, which give 2 x 59.24.
TEST(HostLimits, ServersOfAnOlderGenerationSlowDrivesAndCards) {
  const Drive drive = flash_of(6, 28e9);
  StorageNode node = test_flash_node();
  node.most = {200e9};
  node.pcie = 5;
  node.drive_lanes = 32;
  EXPECT_DOUBLE_EQ(drive_read(drive, nullptr).value, 28e9);
  EXPECT_NEAR(drive_read(drive, &node).value, 14.81e9, 1e7);
  EXPECT_DOUBLE_EQ(drive_write(drive, &node).value, 5e9);
  const Nic fast = card(92e9);
  EXPECT_NEAR(node_network(node, fast).value, 118.5e9, 1e8);
  node.drive_lanes = 16;
  EXPECT_NEAR(node_network(node, fast).value, 59.24e9, 1e7);
  const Shelf shelf{&drive, &node, &fast, 24, 1, 1, 0};
  EXPECT_NEAR(shelf_read(shelf, need_of(plain_ask())).value, 59.24e9, 1e7);
  const Shelf few{&drive, &node, &fast, 2, 1, 1, 0};
  EXPECT_NEAR(shelf_read(few, need_of(plain_ask())).value, 29.62e9, 1e7);
}

// What the shipped catalogue builds keeps to it: no server reads a drive faster than its bay, whoever sells
// it.
TEST(HostLimits, DesignsOnPremisesKeepToTheirLinks) {
  SizingAsk ask = plain_ask();
  ask.place = Place::kOnPremises;
  for (const Design& d : some_designs(ask)) {
    const Shelf& front = d.fast.drives > 0 ? d.fast : d.main;
    if (d.main.node != nullptr) {
      ASSERT_NE(d.main.node->pcie, 0U);
    }
    EXPECT_LE(d.read.value, (d.staged ? front : d.main).drives * 14.82e9) << d.name;
    EXPECT_EQ(d.cores, 112U - 8U) << d.name;  // a DGX H100
    if (d.local_read.value > 0) {
      EXPECT_LE(d.local_read.value, static_cast<double>(front.drives) / d.hosts * 14.82e9) << d.name;
    }
  }
}

// An H100 host on premises has 112 cores, of AWS 96, of Google 104; its training processes have one each.
TEST(HostLimits, DesignsStandWhereTheirHostsDo) {
  SizingAsk ask = plain_ask();
  ask.place = Place::kCloud;
  for (const Design& d : build_designs(ask, need_of(ask), Catalogue::shipped())) {
    const AcceleratorHost& host = Catalogue::shipped().host_of("h100", d.service->provider);
    EXPECT_EQ(d.cores, host.cores - 8) << d.name;
    EXPECT_LE(d.client_network.value, network_to(host, *d.service).value) << d.name;
    EXPECT_LE(d.client_network.value, host.memory.value / 4) << d.name;
    if (d.local_cache.value > 0) {
      EXPECT_LE(d.local_cache.value, host.nvme.value) << d.name;
    }
    const StorageSpec spec = storage_of_design(d);
    EXPECT_EQ(spec.client.front().servers, host.cores - 8) << d.name;
  }
  ask.host_cores = 40;
  for (const Design& d : build_designs(ask, need_of(ask), Catalogue::shipped())) EXPECT_EQ(d.cores, 32U);
}

}  // namespace
}  // namespace aforo
