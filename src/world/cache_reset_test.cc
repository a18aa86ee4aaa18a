// What is dropped from the page cache, and what stays. Needs a filesystem that a file can be dropped from.
#include "world/cache_reset.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/test_directory.h"
#include "dataset/scanned_layout.h"
#include "storage/open_store.h"
#include "storage/store.h"

namespace aforo {
namespace {

namespace fs = std::filesystem;

class CacheResetTest : public testing::Test {
 protected:
  void SetUp() override {
    ScannedLayoutBuilder builder(LayoutKind::kFilePerSample, Content::kRaw);
    for (const char* file : {"a", "b", "c"}) {
      std::ofstream(path_ + "/" + file) << std::string(kSize, 'x');
      builder.add(file, kSize);
    }
    layout_ = builder.build();
    store_ = open_store(path_);
    store_->cache()->flush();
    if (!store_->cache()->drop("a") || cached(0) != 0)
      GTEST_SKIP() << "a memory filesystem: nothing can be dropped";
    read_all();
    ASSERT_EQ(cached(0), kSize);
  }

  void read_all() {
    for (FileId file = 0; file < 3; ++file) {
      std::ifstream in(path_ + "/" + std::string(layout_->path(file)));
      const std::string all{std::istreambuf_iterator<char>(in), {}};
    }
  }
  std::uint64_t cached(FileId file) {
    const auto known = store_->cache()->residency(layout_->path(file));
    return known ? known->cached.value : 0;
  }

  static constexpr std::uint64_t kSize = 40'960;
  TestDirectory directory_;
  std::string path_ = directory_.path();
  std::unique_ptr<Store> store_;
  std::unique_ptr<Layout> layout_;
};

TEST_F(CacheResetTest, DropsTheFirstFiles) {
  CacheReset reset(*store_, *layout_);
  reset.drop_data(2);
  EXPECT_EQ(cached(0), 0u);
  EXPECT_EQ(cached(1), 0u);
  EXPECT_EQ(cached(2), kSize);
  EXPECT_EQ(reset.note(), "");
}

TEST_F(CacheResetTest, DropsTheNamedFilesAndSaysWhichFailed) {
  CacheReset reset(*store_, *layout_);
  reset.drop_files(std::vector<FileId>{1});
  EXPECT_EQ(cached(0), kSize);
  EXPECT_EQ(cached(1), 0u);
  fs::remove(path_ + "/c");
  reset.drop_files(std::vector<FileId>{0, 2});
  EXPECT_EQ(cached(0), 0u);
  EXPECT_NE(reset.note().find("1 of 2 files"), std::string::npos) << reset.note();
}

TEST_F(CacheResetTest, StopsWhenAsked) {
  std::stop_source source;
  source.request_stop();
  CacheReset reset(*store_, *layout_);
  reset.drop_data(3, source.get_token());
  reset.drop_files(std::vector<FileId>{0}, source.get_token());
  EXPECT_EQ(cached(0), kSize);
}

}  // namespace
}  // namespace aforo
