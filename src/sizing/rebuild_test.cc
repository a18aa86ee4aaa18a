#include "sizing/rebuild.h"

#include <gtest/gtest.h>

#include "sizing/shelf.h"
#include "sizing/test_kit.h"

namespace aforo {
namespace {

// 4+2 in six servers, one fragment of a stripe in each: what a drive held, 15.36 x 0.8 = 12.288 TB, has room on the
// five other drives of its own server alone. They write 25 GB/s, the server takes 23, a quarter of that 5.75.
TEST(Rebuild, OnlyTheOwnServerHasRoom) {
  const Rebuild six = rebuild_of(flash_shelf(36, 6));
  EXPECT_EQ(six.targets, 5U);
  EXPECT_EQ(six.target_nodes, 1U);
  EXPECT_NEAR(six.spread.value, 12.288e12 / 5.75e9, 1e-6);
  // Two of the five fewer: 3 x 5 GB/s / 4.
  EXPECT_NEAR(rebuild_of(flash_shelf(24, 6)).spread.value, 12.288e12 / 3.75e9, 1e-6);
  // A new drive takes all of its own 5 GB/s.
  EXPECT_NEAR(six.into_one.value, 12.288e12 / 5e9, 1e-6);
}

// One server more: all 41 drives write. Four fragments of six servers' 36 drives are read at a quarter of
// 6 x 23 GB/s: 49.152 TB at 34.5 GB/s.
TEST(Rebuild, AServerMoreIsRoomForAll) {
  const Rebuild seven = rebuild_of(flash_shelf(42, 7));
  EXPECT_EQ(seven.targets, 41U);
  EXPECT_EQ(seven.sources, 36U);
  EXPECT_NEAR(seven.spread.value, 49.152e12 / 34.5e9, 1e-6);
}

// Who has room, by protection: 8+2 fills ten servers, 9+3 with two in a server six; 8+3 leaves one place of twelve in
// six, 16+3 one of twenty in ten; n copies have a server without any.
TEST(Rebuild, RoomByProtection) {
  const auto targets = [](std::uint32_t data, std::uint32_t parity, std::uint32_t nodes) {
    Shelf shelf = flash_shelf(6 * nodes, nodes);
    shelf.data = data, shelf.parity = parity;
    return rebuild_of(shelf).targets;
  };
  EXPECT_EQ(targets(8, 2, 10), 5U);
  EXPECT_EQ(targets(8, 2, 11), 65U);
  EXPECT_EQ(targets(8, 3, 6), 35U);
  EXPECT_EQ(targets(9, 3, 6), 5U);
  EXPECT_EQ(targets(16, 3, 10), 59U);
  EXPECT_EQ(targets(1, 1, 3), 17U);
  EXPECT_EQ(targets(1, 2, 4), 23U);
  EXPECT_EQ(targets(1, 2, 3), 5U);
  EXPECT_EQ(targets(4, 2, 3), 5U);  // fewer than the fewest
}

// A disk seeks every 4 MiB: 1 / (1 / 200 MB/s + 1 / (4 MiB x 200 /s)) = 161.5 MB/s. Of 8+3 in six servers what a
// disk held, 19.2 TB, is read eight times from 35 disks at a quarter.
TEST(Rebuild, DisksSeek) {
  const Rebuild found = rebuild_of(disk_shelf(36, 6));
  const double rate = 1 / (5e-9 + 1 / (4'194'304.0 * 200));
  EXPECT_NEAR(found.source.value, rate, 1e-3);
  EXPECT_NEAR(rate, 161.5e6, 0.1e6);
  EXPECT_NEAR(found.spread.value, 8 * 19.2e12 / (35 * rate / 4), 1e-3);
}

// 288 drives in 72 servers with two ports of 46 GB/s: they read 284 x 10 GB/s / 4 = 710 GB/s and send more, but a
// server decodes 0.3 x 80 GB/s: 49.152 TB at 72 x 24 / 4 = 432 GB/s.
TEST(Rebuild, DecodingIsALimit) {
  Nic fast = test_nic();
  fast.payload = {46e9};
  Shelf shelf = flash_shelf(288, 72);
  shelf.nic = &fast;
  const Rebuild found = rebuild_of(shelf);
  EXPECT_NEAR(found.read.value, 710e9, 1);
  EXPECT_NEAR(found.decode.value, 432e9, 1);
  EXPECT_NEAR(found.spread.value, 49.152e12 / 432e9, 1e-6);
  shelf.data = 1;  // three copies are copied
  EXPECT_EQ(rebuild_of(shelf).decode.value, 0);
}

TEST(Rebuild, NothingProtectedIsNothingRebuilt) {
  Shelf bare = flash_shelf(36, 6);
  bare.data = 1, bare.parity = 0;
  EXPECT_EQ(rebuild_of(bare).spread.value, 0);
  EXPECT_EQ(rebuild_of({&test_flash(), nullptr, nullptr, 16, 2, 1, 1}).spread.value, 0);
}

}  // namespace
}  // namespace aforo
