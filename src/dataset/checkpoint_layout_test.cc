#include "dataset/checkpoint_layout.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

namespace aforo {
namespace {

TEST(CheckpointLayout, NamesSayWhoseTheyAre) {
  const CheckpointLayout layout(64, 2);
  EXPECT_EQ(layout.path(layout.id({7, 12, 1})), "checkpoint-000007.rank-00012.part-01.bin");
}

// 3 checkpoints of 5 ranks with 2 files: 30 numbers from 0 on, 30 names, sorted as the numbers are.
TEST(CheckpointLayout, NumbersAndNamesEveryFileOnce) {
  const CheckpointLayout layout(5, 2);
  std::vector<std::string> names;
  FileId next = 0;
  for (std::uint64_t checkpoint = 0; checkpoint < 3; ++checkpoint)
    for (std::uint32_t rank = 0; rank < 5; ++rank)
      for (std::uint32_t part = 0; part < 2; ++part) {
        const CheckpointLayout::File file{checkpoint, rank, part};
        EXPECT_EQ(layout.id(file), next++);
        EXPECT_EQ(layout.file(layout.id(file)), file);
        names.push_back(layout.path(layout.id(file)));
      }
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), 30u);
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
}

}  // namespace
}  // namespace aforo
