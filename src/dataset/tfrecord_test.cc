#include "dataset/tfrecord.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"
#include "dataset/bytes.h"
#include "dataset/checksum.h"

namespace aforo {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::byte> record(std::string_view data) {
  std::vector<std::byte> bytes(data.size() + kTfrecordFraming);
  store_le<std::uint64_t>(&bytes[0], data.size());
  store_le(&bytes[8], mask_crc(crc32c(std::span(bytes).first(8))));
  std::copy(as_bytes(data).begin(), as_bytes(data).end(), bytes.begin() + 12);
  store_le(&bytes[12 + data.size()], mask_crc(crc32c(as_bytes(data))));
  return bytes;
}

std::vector<std::byte> join(std::initializer_list<std::string_view> data) {
  std::vector<std::byte> file;
  for (const auto text : data) {
    const auto one = record(text);
    file.insert(file.end(), one.begin(), one.end());
  }
  return file;
}

// Feeds `file` in blocks of `block` bytes.
tl::expected<std::vector<Extent>, RecordError> scan_records(const std::vector<std::byte>& file,
                                                            std::size_t block, bool check_data = true) {
  TfrecordScanner scanner(check_data);
  std::vector<Extent> found;
  for (std::size_t at = 0; at < file.size(); at += block) {
    const auto fed = scanner.feed(std::span(file).subspan(at, std::min(block, file.size() - at)), found);
    if (!fed) return tl::unexpected(fed.error());
  }
  if (const auto finished = scanner.finish(); !finished) return tl::unexpected(finished.error());
  return found;
}

// Records of 3, 0 and 6 data bytes take 19, 16 and 22 bytes.
TEST(TfrecordScanner, FindsRecordsHoweverBlocksCutThem) {
  const auto file = join({"abc", "", "abcdef"});
  for (std::size_t block = 1; block <= file.size(); ++block) {
    const auto found = scan_records(file, block);
    ASSERT_TRUE(found) << block;
    EXPECT_THAT(*found, ElementsAre(Extent{0, 19}, Extent{19, 16}, Extent{35, 22})) << block;
  }
}

TEST(TfrecordScanner, EveryTruncationIsFound) {
  const auto file = join({"abc", "abcdef"});
  for (std::size_t kept = 1; kept < file.size(); ++kept) {
    if (kept == 19) continue;  // a whole record: a shorter file, not a truncated one
    const auto found = scan_records({file.begin(), file.begin() + kept}, 5);
    ASSERT_FALSE(found) << kept;
    EXPECT_EQ(found.error(), (RecordError{RecordFault::kTruncated, kept < 19 ? 0U : 19U})) << kept;
  }
}

TEST(TfrecordScanner, EveryBitFlipIsFoundAndNamed) {
  const auto file = join({"abc", "abcdef"});
  for (std::size_t bit = 0; bit < 8 * file.size(); ++bit) {
    auto damaged = file;
    damaged[bit / 8] ^= std::byte{1} << bit % 8;
    const std::size_t offset = bit / 8 < 19 ? 0 : 19, within = bit / 8 - offset;
    const auto found = scan_records(damaged, 7);
    ASSERT_FALSE(found) << bit;
    const auto fault = within < 12 ? RecordFault::kBadLengthChecksum : RecordFault::kBadDataChecksum;
    EXPECT_EQ(found.error(), (RecordError{fault, offset})) << bit;
  }
}

TEST(TfrecordScanner, LeavesDataUncheckedOnRequestAndKeepsItsError) {
  auto file = join({"abc", "abcdef"});
  file[13] ^= std::byte{1};
  EXPECT_TRUE(scan_records(file, 10, false));
  TfrecordScanner scanner(true);
  std::vector<Extent> found;
  ASSERT_FALSE(scanner.feed(file, found));
  EXPECT_FALSE(scanner.feed(join({"abc"}), found));
  EXPECT_FALSE(scanner.finish());
  EXPECT_TRUE(found.empty());
}

TEST(CheckTfrecord, NamesTheFault) {
  const auto good = record("abcdef");
  EXPECT_TRUE(check_tfrecord(good));
  EXPECT_EQ(check_tfrecord(std::span(good).first(10)).error(), RecordFault::kTruncated);
  EXPECT_EQ(check_tfrecord(std::span(good).first(20)).error(), RecordFault::kTruncated);
  auto bad = good;
  bad[0] ^= std::byte{1};
  EXPECT_EQ(check_tfrecord(bad).error(), RecordFault::kBadLengthChecksum);
  bad = good;
  bad[14] ^= std::byte{1};
  EXPECT_EQ(check_tfrecord(bad).error(), RecordFault::kBadDataChecksum);
}

TEST(Example, GeneratedRecordHoldsLabelAndContent) {
  for (const std::uint64_t size : {1, 100, 127, 128, 16384, 114000, 3000000}) {
    std::vector<std::byte> bytes;
    tfrecord_format(Content::kRaw).encode({{1, 2}, 345}, size, bytes);
    ASSERT_TRUE(check_tfrecord(bytes)) << size;
    const auto features = parse_example(std::span(bytes).subspan(12, bytes.size() - 16));
    ASSERT_TRUE(features) << size;
    ASSERT_EQ(features->size(), 2U);
    EXPECT_EQ((*features)[0].name, "image/class/label");
    EXPECT_EQ((*features)[0].kind, Feature::Kind::kInt64);
    EXPECT_EQ((*features)[1].name, "image/encoded");
    EXPECT_EQ((*features)[1].kind, Feature::Kind::kBytes);
    EXPECT_TRUE(raw_format().verify({{1, 2}, 345}, size, (*features)[1].value)) << size;
    EXPECT_GE(bytes.size(), size + 60) << size;
    EXPECT_LE(bytes.size(), size + 96) << size;
  }
}

TEST(Example, OtherBytesAreRefusedOrHoldNothing) {
  EXPECT_THAT(parse_example(as_bytes("\x0a\xff")).error(), HasSubstr("expected a tf.train.Example"));
  EXPECT_THAT(parse_example(as_bytes("\x0a\x02\x0a\x05")).error(), HasSubstr("expected the features"));
  EXPECT_TRUE(parse_example({})->empty());
}

TEST(RecordIndex, IsTfrecord2idxText) {
  const std::vector<Extent> records = {{0, 19}, {19, 16}, {35, 22}};
  EXPECT_EQ(write_record_index(records), "0 19\n19 16\n35 22\n");
  EXPECT_EQ(parse_record_index("0 19\n19 16\n35 22\n"), records);
  EXPECT_EQ(parse_record_index("0 19\n19 16\n35 22"), records);
  EXPECT_TRUE(parse_record_index("")->empty());
}

TEST(RecordIndex, NamesTheBadLine) {
  for (const char* text : {"0 19\nx\n", "0 19\n19\n", "0 19\n19 16 3\n", "0 19\n\n", "0 19\n-1 5\n",
                           "0 19\n18446744073709551615 2\n", "0 19\n99999999999999999999 2\n"}) {
    EXPECT_EQ(parse_record_index(text).error(), "record index, line 2: expected \"offset length\"") << text;
  }
}

TEST(Formats, RefuseWhatCannotBeMade) {
  EXPECT_THROW(content_format(Content::kPng), UserError);
  EXPECT_THROW(tfrecord_format(Content::kOther), UserError);
  EXPECT_THROW(stored_format(LayoutKind::kParquet, Content::kRaw), UserError);
}

}  // namespace
}  // namespace aforo
