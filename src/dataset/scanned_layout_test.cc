#include "dataset/scanned_layout.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include "base/error.h"
#include "base/random.h"

namespace aforo {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> paths(const Layout& layout) {
  std::vector<std::string> all;
  for (FileId file = 0; file < layout.files(); ++file) all.push_back(layout.path(file));
  return all;
}

TEST(ScannedLayout, OrdersByDirectoryThenName) {
  ScannedLayoutBuilder builder(LayoutKind::kFilePerSample, Content::kJpeg);
  builder.add("train/b/2.jpg", 20);
  builder.add("top.jpg", 5);
  builder.add("train/a/9.jpg", 30);
  builder.add("train/b/1.jpg", 0);
  builder.add("train/x.jpg", 7);
  const auto layout = builder.build();
  EXPECT_THAT(paths(*layout),
              ElementsAre("top.jpg", "train/x.jpg", "train/a/9.jpg", "train/b/1.jpg", "train/b/2.jpg"));
  EXPECT_EQ(layout->samples(), 5U);
  EXPECT_EQ(layout->locate(2).length, 30U);
  EXPECT_EQ(layout->locate(3).length, 0U);  // unknown: read to the end
  EXPECT_TRUE(layout->locate(3).whole_file);
  EXPECT_EQ(layout->total_bytes(), 62U);
  EXPECT_EQ(layout->largest_sample(), 30U);
  EXPECT_EQ(layout->samples_in(4), 1U);
  EXPECT_EQ(layout->first_sample(4), 4U);
  EXPECT_EQ(layout->kind(), LayoutKind::kFilePerSample);
  EXPECT_EQ(layout->content(), Content::kJpeg);
}

TEST(ScannedLayout, TheOrderOfWalkingDoesNotMatter) {
  std::vector<std::string> all;
  for (int i = 0; i < 500; ++i) all.push_back(fmt::format("d{}/{}/f{}.bin", i % 7, i % 3, i));
  std::vector<std::vector<std::string>> found;
  for (const std::uint64_t seed : {1, 2, 3}) {
    ScannedLayoutBuilder builder(LayoutKind::kFilePerSample, Content::kRaw);
    const Permutation order(all.size(), seed);
    for (std::size_t i = 0; i < all.size(); ++i) builder.add(all[order(i)], 1);
    found.push_back(paths(*builder.build()));
  }
  EXPECT_EQ(found[0], found[1]);
  EXPECT_EQ(found[0], found[2]);
  EXPECT_EQ(found[0].size(), 500U);
}

// Bytes that malloc has given out; 0 under sanitizers, which have their own.
std::uint64_t allocated() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

TEST(ScannedLayout, TakesAMillionFilesInTwentyFourBytesEachBesideTheirNames) {
  constexpr std::uint64_t kFiles = 1'000'000;
  const std::uint64_t before = allocated();
  ScannedLayoutBuilder builder(LayoutKind::kFilePerSample, Content::kJpeg);
  std::uint64_t names = 0;
  for (std::uint64_t i = 0; i < kFiles; ++i) {
    const auto path = fmt::format("n{:08}/n{:08}_{}.JPEG", i % 1000, i % 1000, i);
    names += path.size() - 10;  // without "n00000000/"
    builder.add(path, 114'000);
  }
  const auto layout = builder.build();
  EXPECT_LE(allocated(), before + names + 24 * kFiles);
  EXPECT_EQ(layout->path(0), "n00000000/n00000000_0.JPEG");
  EXPECT_EQ(layout->total_bytes(), 114'000 * kFiles);
}

// Shards of 2, 0 and 3 records, added out of order.
TEST(ScannedLayout, PackedSamplesKeepTheirShardAndPlace) {
  ScannedLayoutBuilder builder(LayoutKind::kTfrecord, Content::kRaw);
  const std::vector<Extent> c = {{0, 30}, {30, 40}, {70, 50}}, a = {{0, 10}, {10, 20}};
  builder.add_shard("c.tfrecord", 120, c);
  builder.add_shard("b.tfrecord", 0, {});
  builder.add_shard("a.tfrecord", 30, a);
  const auto layout = builder.build();
  EXPECT_THAT(paths(*layout), ElementsAre("a.tfrecord", "b.tfrecord", "c.tfrecord"));
  EXPECT_EQ(layout->samples(), 5U);
  EXPECT_EQ(layout->samples_in(1), 0U);
  EXPECT_EQ(layout->first_sample(2), 2U);
  EXPECT_EQ(layout->locate(1).file, 0U);
  EXPECT_EQ(layout->locate(1).offset, 10U);
  EXPECT_EQ(layout->locate(2).file, 2U);
  EXPECT_EQ(layout->locate(4).offset, 70U);
  EXPECT_EQ(layout->locate(4).length, 50U);
  EXPECT_EQ(layout->total_bytes(), 150U);
  EXPECT_EQ(layout->largest_sample(), 50U);
}

// A record of 5 GiB between small ones, as of a video.
TEST(ScannedLayout, RecordsMayBeAsLargeAsFiles) {
  constexpr std::uint64_t kHuge = std::uint64_t{5} << 30;
  ScannedLayoutBuilder builder(LayoutKind::kTfrecord, Content::kRaw);
  const std::vector<Extent> b = {{0, 10}, {10, kHuge}, {10 + kHuge, 0xffffffff}}, a = {{0, 7}};
  builder.add_shard("b.tfrecord", 0, b);
  builder.add_shard("a.tfrecord", 0, a);
  const auto layout = builder.build();
  EXPECT_EQ(layout->locate(1).length, 10U);
  EXPECT_EQ(layout->locate(2).length, kHuge);
  EXPECT_EQ(layout->locate(3).length, 0xffffffffU);
  EXPECT_EQ(layout->largest_sample(), kHuge);
  EXPECT_EQ(layout->total_bytes(), 17 + kHuge + 0xffffffff);
}

// Files of 100 and 75 bytes in records of 30: 3 and 2 samples; the rests of 10 and 15 bytes are none.
TEST(ScannedLayout, FixedRecordsNeedNoIndex) {
  ScannedLayoutBuilder builder(LayoutKind::kRecords, Content::kRaw, 30);
  builder.add("b.bin", 75);
  builder.add("a.bin", 100);
  const auto layout = builder.build();
  EXPECT_EQ(layout->samples(), 5U);
  EXPECT_EQ(layout->samples_in(0), 3U);
  EXPECT_EQ(layout->locate(3).file, 1U);
  EXPECT_EQ(layout->locate(4).offset, 30U);
  EXPECT_EQ(layout->locate(4).length, 30U);
  EXPECT_EQ(layout->total_bytes(), 150U);
}

TEST(ScannedLayout, RefusesWhatItCannotHold) {
  ScannedLayoutBuilder builder(LayoutKind::kTfrecord, Content::kRaw);
  EXPECT_THROW(builder.build(), UserError);
  const std::vector<Extent> outside = {{0, 31}};
  EXPECT_THROW(builder.add_shard("a", 30, outside), UserError);
  EXPECT_THROW(builder.add("", 1), UserError);
  EXPECT_THROW(builder.add(std::string(Layout::kMaxPath, 'x'), 1), UserError);
  EXPECT_NO_THROW(builder.add(std::string(Layout::kMaxPath - 1, 'x'), 1));
}

}  // namespace
}  // namespace aforo
