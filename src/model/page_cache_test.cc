#include "model/page_cache.h"

#include <gtest/gtest.h>

namespace aforo {
namespace {

// mm/vmscan.c's own table: 1 at 100 MB, 3 at 1 GB, 10 at 10 GB, 31 at 100 GB.
TEST(PageCache, LargeOnesHaveSmallInactiveLists) {
  EXPECT_EQ(active_per_inactive(100_MiB), 1);
  EXPECT_EQ(active_per_inactive(Bytes{(std::uint64_t{1} << 30) - 1}), 1);
  EXPECT_EQ(active_per_inactive(1_GiB), 3);
  EXPECT_EQ(active_per_inactive(10_GiB), 10);
  EXPECT_EQ(active_per_inactive(100_GiB), 31);
}

// Kernel memory per file, measured, and 256 B of an inode as it was read: 1337 B of files of a page, 1930 of five (XFS 1830), 1960 of 25, 3170 of 100,
// 4310 of 256.
TEST(PageCache, AFileCostsWholePagesAndWhatTheKernelKnowsOfIt) {
  EXPECT_EQ(in_pages(1), 4096);
  EXPECT_EQ(in_pages(20480), 20480);
  EXPECT_EQ(in_pages(20481), 24576);
  EXPECT_NEAR(kernel_bytes(4096), 1337 + 256, 80);
  EXPECT_NEAR(kernel_bytes(20480), 1930 + 256, 80);
  EXPECT_NEAR(kernel_bytes(102400), 1960 + 256, 80);
  EXPECT_NEAR(kernel_bytes(409600), 3170 + 256, 120);
  EXPECT_NEAR(kernel_bytes(1 << 20), 4310 + 256, 120);
}

TEST(PageCache, KernelMemoryLeavesLessToPages) {
  EXPECT_EQ(room_for_pages(Bytes{100'000'000}, 10'000, 4000).value, 100'000'000u - 15'960'000u);
  EXPECT_EQ(room_for_pages(Bytes{100'000'000}, 1e9, 4000).value, 10'000'000u);
}

}  // namespace
}  // namespace aforo
