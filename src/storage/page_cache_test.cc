#include "storage/page_cache.h"

#include <unistd.h>

#include <fstream>

#include "storage/counters.h"
#include "storage/engine_contract.h"

namespace aforo {
namespace {

class PageCache : public testing::Test {
 protected:
  void SetUp() override {
    std::ofstream file(path_, std::ios::binary);
    const auto bytes = content(kSize);
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(kSize));
    file.close();
    sync();
  }
  bool on_memory_filesystem() const { return describe_filesystem(directory_.path()).type == "tmpfs"; }

  static constexpr std::size_t kSize = 100'000;  // 24.4 pages
  TemporaryDirectory directory_;
  const std::string path_ = directory_ / "file";
};

TEST_F(PageCache, AWrittenFileIsThereAndAForgottenOneIsNot) {
  const auto written = residency(path_);
  ASSERT_TRUE(written);
  EXPECT_EQ(written->size.value, kSize);
  EXPECT_EQ(written->cached.value, kSize);
  ASSERT_TRUE(advise_dontneed(path_));
  if (on_memory_filesystem()) GTEST_SKIP() << "a memory filesystem forgets nothing";
  EXPECT_EQ(residency(path_)->cached.value, 0u);
}

TEST_F(PageCache, BothWaysAgree) {
  const auto counted = residency_by(path_, ResidencySource::kCachestat);
  const auto mapped = residency_by(path_, ResidencySource::kMincore);
  ASSERT_TRUE(mapped);
  EXPECT_EQ(mapped->cached.value, kSize);
  EXPECT_STREQ(mapped->source, "mincore");
  if (!counted) GTEST_SKIP() << "this kernel has no cachestat";
  EXPECT_EQ(counted->cached.value, kSize);
  EXPECT_STREQ(counted->source, "cachestat");
}

TEST_F(PageCache, WhatIsNoFileHasNoResidency) {
  EXPECT_FALSE(residency(directory_ / "missing"));
  EXPECT_FALSE(residency(directory_.path()));
  EXPECT_FALSE(advise_dontneed(directory_ / "missing"));
}

TEST_F(PageCache, SaysWhyTheCacheCannotBeDropped) {
  const CacheDrop drop = drop_caches();
  if (geteuid() != 0) {
    EXPECT_FALSE(drop.done);
    EXPECT_NE(drop.reason.find("EACCES"), std::string::npos) << drop.reason;
    return;
  }
  if (!drop.done) GTEST_SKIP() << "this root may not: " << drop.reason;
  if (on_memory_filesystem()) GTEST_SKIP() << "a memory filesystem forgets nothing";
  EXPECT_EQ(residency(path_)->cached.value, 0u);
}

}  // namespace
}  // namespace aforo
