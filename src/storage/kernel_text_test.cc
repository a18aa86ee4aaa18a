#include "storage/kernel_text.h"

#include <gtest/gtest.h>

namespace aforo {
namespace {

TEST(KernelText, FindsANamedNumberAndItsUnit) {
  const char* text =
      "MemTotal:       24684084 kB\nMemFree:        100 kB\nread_bytes: 4096\ninactive_file 7\n";
  EXPECT_EQ(named_number(text, "MemTotal"), 24684084ull * 1024);
  EXPECT_EQ(named_number(text, "read_bytes"), 4096u);
  EXPECT_EQ(named_number(text, "inactive_file"), 7u);
  EXPECT_EQ(named_number(text, "Mem"), std::nullopt);
}

TEST(KernelText, ReadsMountsWithAndWithoutOptionalFields) {
  const auto mounts = parse_mountinfo(
      "22 1 254:0 / / rw,relatime shared:1 master:2 - ext4 /dev/vda rw\n"
      "30 22 0:25 / /mnt/my\\040data rw - nfs4 server:/export rw,vers=4.2\n"
      "31 22 0:26 / /mnt/my\\040data/scratch rw - tmpfs tmpfs rw\n"
      "a line that is none\n");
  ASSERT_EQ(mounts.size(), 3u);
  EXPECT_EQ(mounts[0].device_major, 254u);
  EXPECT_EQ(mounts[0].type, "ext4");
  EXPECT_EQ(mounts[0].source, "/dev/vda");
  EXPECT_EQ(mounts[1].mount_point, "/mnt/my data");
  EXPECT_EQ(mount_of(mounts, "/mnt/my data/x")->type, "nfs4");
  EXPECT_EQ(mount_of(mounts, "/mnt/my data/scratch")->type, "tmpfs");
  EXPECT_EQ(mount_of(mounts, "/mnt/my database")->type, "ext4");  // not below "/mnt/my data"
  EXPECT_EQ(mount_of({}, "/"), nullptr);
}

TEST(KernelText, OfTwoMountsAtOnePlaceTheLaterCovers) {
  const auto mounts =
      parse_mountinfo("1 0 8:1 / /data rw - ext4 /dev/sda1 rw\n2 1 8:2 / /data rw - xfs /dev/sda2 rw\n");
  EXPECT_EQ(mount_of(mounts, "/data")->type, "xfs");
}

TEST(KernelText, AMountSaysWhetherFilesLieCompressed) {
  const auto of = [](const std::string& rest) {
    return compresses(parse_mountinfo("44 27 0:39 / /data rw,relatime - " + rest + "\n").at(0));
  };
  EXPECT_TRUE(of("btrfs /dev/loop0 rw,compress-force=zstd:3,space_cache=v2"));
  EXPECT_TRUE(of("btrfs /dev/loop0 rw,compress=lzo"));
  EXPECT_TRUE(of("f2fs /dev/sda rw,compress_algorithm=lz4"));
  EXPECT_TRUE(of("bcachefs /dev/sda rw,compression=zstd"));
  EXPECT_TRUE(of("squashfs /dev/loop1 ro"));
  EXPECT_FALSE(of("btrfs /dev/loop0 rw,compress=no,discard=async"));
  EXPECT_FALSE(of("bcachefs /dev/sda rw,compression=none"));
  EXPECT_FALSE(of("ext4 /dev/vda rw,nocompress"));
  EXPECT_FALSE(of("ext4 /dev/vda"));
}

TEST(KernelText, ReadsBlockCounters) {
  // reads merged sectors ms | writes merged sectors ms | in flight, busy ms, queue ms
  const auto stat = parse_block_stat("   100  5  2048  300   7 8 9 10   3   250  900  0 0 0 0 1 2\n");
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->reads, 100u);
  EXPECT_EQ(stat->sectors_read, 2048u);
  EXPECT_EQ(stat->in_flight, 3u);
  EXPECT_EQ(stat->busy_ms, 250u);
  EXPECT_EQ(stat->queue_ms, 900u);
  EXPECT_FALSE(parse_block_stat("1 2 3"));
}

// user 100 + nice 1 + system 50 + irq 2 + softirq 3 + steal 4; idle 9000 and iowait 70 do not
// work, guest is in user.
TEST(BusyTicks, CountsWorkAndNeitherIdleNorWaiting) {
  EXPECT_EQ(busy_ticks("cpu  100 1 50 9000 70 2 3 4 11 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n"), 160u);
  EXPECT_EQ(busy_ticks("cpu  100 1 50"), std::nullopt);
  EXPECT_EQ(busy_ticks("intr 1 2 3 4 5 6 7 8"), std::nullopt);
  EXPECT_EQ(interrupt_ticks("cpu  100 1 50 9000 70 2 3 4 11 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n"), 5u);
  EXPECT_EQ(interrupt_ticks("cpu  100 1 50"), std::nullopt);
}

TEST(KernelText, AProcessIsNamedInBrackets) {
  const auto stat = parse_process_stat(
      "4711 (kworker/u4:1-lo) o) I 2 0 0 0 -1 69238880 0 0 0 0 7 935 0 0 20 0 1 0 36 0 0\n");
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->name, "kworker/u4:1-lo) o");
  EXPECT_EQ(stat->parent, 2u);
  EXPECT_EQ(stat->ticks, 942u);
  for (const char* text :
       {"", "4711 (sh", "4711 (sh) S 1 2", ") (", "1 (a) S x 0 0 0 -1 6 0 0 0 0 7 935 0 0"})
    EXPECT_FALSE(parse_process_stat(text)) << text;
}

}  // namespace
}  // namespace aforo
