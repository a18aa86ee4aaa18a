#include "generate/file_share.h"

#include <gtest/gtest.h>

#include <map>

#include "generate/generate_files.h"

namespace aforo {
namespace {

TEST(FileShare, AllOfThemAlone) {
  const FileShare all;
  EXPECT_EQ(all.below(17), 17);
  EXPECT_EQ(all[16], 16);
}

TEST(FileShare, EveryFileIsOneHosts) {
  for (const std::uint64_t unit : {1, 3, 10})
    for (const std::uint32_t hosts : {2, 3, 8}) {
      std::map<FileId, int> owners;
      for (std::uint32_t host = 0; host < hosts; ++host) {
        const FileShare share(unit, host, hosts);
        std::uint64_t before = 0;
        for (FileId end = 0; end <= 100; ++end) {
          const std::uint64_t below = share.below(end);
          if (below > before) {
            EXPECT_EQ(share[before], end - 1) << unit << " " << hosts << " " << host;
          }
          before = below;
        }
        for (std::uint64_t n = 0; n < share.below(100); ++n) ++owners[share[n]];
      }
      EXPECT_EQ(owners.size(), 100);
      for (const auto& [file, times] : owners) EXPECT_EQ(times, 1) << file;
    }
}

// Files 0 1 | 2 3 | 4 5 to three hosts in turn, then again: the second has 2 3 8 9.
TEST(FileShare, IsDealtInTurn) {
  const FileShare share(2, 1, 3);
  EXPECT_EQ(share[0], 2);
  EXPECT_EQ(share[1], 3);
  EXPECT_EQ(share[2], 8);
  EXPECT_EQ(share.below(9), 3);
  EXPECT_EQ(share.below(3), 1);
}

GeneratedLayout layout_of(std::uint64_t samples, double bytes, std::uint64_t per_directory) {
  DatasetSpec spec;
  spec.samples = samples;
  spec.sample_size.mean = bytes;
  spec.files_per_directory = per_directory;
  return GeneratedLayout(spec, dataset_id_of(spec));
}

TEST(FileShare, ADirectoryIsOneHostsWhereThereAreEnough) {
  const GeneratedLayout many = layout_of(10'000, 1000, 100);
  EXPECT_EQ(share_of(many, 1, 4)[0], 100);
  const GeneratedLayout few = layout_of(1600, 1000, 1000);  // dealt 8 times at least: 50 at a time
  EXPECT_EQ(share_of(few, 1, 4)[0], 50);
  const GeneratedLayout large = layout_of(1600, 8 << 20, 1000);  // 8 MiB at a time
  EXPECT_EQ(share_of(large, 1, 4)[0], 1);
}

TEST(FilesToWrite, SaysUpToWhereItsShareIsWritten) {
  // Of 20 files the second host of two, 5 at a time, has 5..9 and 15..19; below 12 it writes 7 again.
  const FilesToWrite work{{7}, 12, 20, FileShare(5, 1, 2)};
  EXPECT_EQ(work.size(), 6);
  EXPECT_EQ(work[0], 7);
  EXPECT_EQ(work[1], 15);
  EXPECT_EQ(work.mark(0), 12);
  EXPECT_EQ(work.mark(1), 15);
  EXPECT_EQ(work.mark(3), 17);
  EXPECT_EQ(work.mark(6), 20);
}

}  // namespace
}  // namespace aforo
