#include "generate/generate_space.h"
#include "storage/open_store.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace aforo {
namespace {

Space thousand_blocks() {
  Space space;
  space.filesystem = "ext4";
  space.free = {1000 * 4096};
  space.free_inodes = 200;
  return space;
}

// 990 blocks and 1 % are 999.9 blocks: they fit in 1000. 991 and 1 % are 1000.91: they do not.
TEST(GenerateSpace, OnePercentIsLeftForTheFileSystem) {
  EXPECT_EQ(why_not_fitting({{990 * 4096}, 10}, thousand_blocks(), "/d", LayoutKind::kWebdataset),
            std::nullopt);
  const auto sentence = why_not_fitting({{991 * 4096}, 10}, thousand_blocks(), "/d", LayoutKind::kWebdataset);
  ASSERT_TRUE(sentence);
  EXPECT_NE(sentence->find("/d (ext4)"), std::string::npos) << *sentence;
}

// 198 x 1.01 = 199.98, 199 x 1.01 = 200.99.
TEST(GenerateSpace, InodesCountToo) {
  EXPECT_EQ(why_not_fitting({{4096}, 198}, thousand_blocks(), "/d", LayoutKind::kWebdataset), std::nullopt);
  const auto sentence = why_not_fitting({{4096}, 199}, thousand_blocks(), "/d", LayoutKind::kWebdataset);
  ASSERT_TRUE(sentence);
  EXPECT_NE(sentence->find("inodes"), std::string::npos) << *sentence;
  EXPECT_NE(sentence->find("a packed layout such as webdataset"), std::string::npos) << *sentence;
  Space endless = thousand_blocks();
  endless.free_inodes.reset();  // btrfs makes them as needed
  EXPECT_EQ(why_not_fitting({{4096}, 1'000'000}, endless, "/d", LayoutKind::kWebdataset), std::nullopt);
}

TEST(GenerateSpace, ADirectoryThatIsNotThereYetIsAskedAtItsParent) {
  const Space here = space_at(*open_store(std::filesystem::temp_directory_path()));
  const Space there = space_at(*open_store(std::filesystem::temp_directory_path() / "aforo-not/there/yet"));
  EXPECT_EQ(here.filesystem, there.filesystem);
  EXPECT_EQ(here.block.value, there.block.value);
  EXPECT_GT(there.free.value, 0u);
}

}  // namespace
}  // namespace aforo
