#include "dataset/tar.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "dataset/bytes.h"

namespace aforo {
namespace {

using ::testing::HasSubstr;

// A header block; `size_field` is written as it stands.
std::string header(std::string_view name, std::string_view size_field, char type,
                   std::string_view prefix = "") {
  std::string block(512, '\0');
  const auto put = [&block](std::size_t at, std::string_view text) { block.replace(at, text.size(), text); };
  put(0, name);
  put(124, size_field);
  put(148, "        ");
  block[156] = type;
  put(257, std::string_view("ustar\0"
                            "00",
                            8));
  put(345, prefix);
  unsigned sum = 0;
  for (const char c : block) sum += static_cast<unsigned char>(c);
  put(148, fmt::format("{:06o}", sum));
  block[154] = '\0';
  return block;
}

std::string padded(std::string data) {
  data.resize((data.size() + 511) / 512 * 512);
  return data;
}

std::string member(std::string_view name, std::string_view data, char type = '0') {
  return header(name, fmt::format("{:011o}", data.size()), type) + padded(std::string(data));
}

const std::string kEnd(1024, '\0');

tl::expected<std::vector<TarMember>, std::string> scan_members(const std::string& file, std::size_t block) {
  TarScanner scanner;
  std::vector<TarMember> found;
  for (std::size_t at = 0; at < file.size(); at += block) {
    const auto fed = scanner.feed(as_bytes(std::string_view(file).substr(at, block)), found);
    if (!fed) return tl::unexpected(fed.error());
  }
  if (const auto finished = scanner.finish(); !finished) return tl::unexpected(finished.error());
  return found;
}

TEST(TarScanner, FindsMembersHoweverBlocksCutThem) {
  const std::string file =
      member("a.jpg", std::string(700, 'x')) + member("empty", "") + member("b.cls", "7") + kEnd;
  for (const std::size_t block : {1, 3, 511, 512, 513, 5000}) {
    const auto found = scan_members(file, block);
    ASSERT_TRUE(found) << block << found.error();
    ASSERT_EQ(found->size(), 3U);
    EXPECT_EQ((*found)[0].name, "a.jpg");
    EXPECT_EQ((*found)[0].data_offset, 512U);
    EXPECT_EQ((*found)[0].size, 700U);
    EXPECT_EQ((*found)[2].name, "b.cls");
    EXPECT_EQ((*found)[2].header_offset,
              512U + 1024 + 512);  // after 700 bytes padded to 1024, and a bare header
    EXPECT_EQ((*found)[2].size, 1U);
  }
}

TEST(TarScanner, ReadsPrefixesLongNamesPaxAndLargeSizes) {
  const std::string long_name(180, 'n');
  const std::string pax = "25 path=deep/inside/x.bin\n";  // 26 bytes: a record counts its own length wrong
  const std::string good_pax = "26 path=deep/inside/x.bin\n" + std::string("10 size=3\n");
  const std::string file = header("c", "00000000000", '0', "a/b") +  //
                           member("././@LongLink", long_name + '\0', 'L') + member("cut", "12345") +
                           member("PaxHeaders/x", good_pax, 'x') + header("x", "00000000007", '0') +
                           padded("abc") + member("dir/", "", '5') + kEnd;
  const auto found = scan_members(file, 100);
  ASSERT_TRUE(found) << found.error();
  ASSERT_EQ(found->size(), 4U);
  EXPECT_EQ((*found)[0].name, "a/b/c");
  EXPECT_EQ((*found)[1].name, long_name);
  EXPECT_EQ((*found)[1].header_offset, 512U);
  EXPECT_EQ((*found)[1].data_offset, 512U + 1024 + 512);
  EXPECT_EQ((*found)[2].name, "deep/inside/x.bin");
  EXPECT_EQ((*found)[2].size, 3U);
  EXPECT_FALSE((*found)[3].regular);
  EXPECT_TRUE(scan_members(member("PaxHeaders/x", pax, 'x') + member("kept", "1") + kEnd,
                           64));  // a bad record is not fatal
}

// GNU writes sizes of 8 GiB and more in base 256: 0x80, then the number. 9 GiB = 0x240000000.
TEST(TarScanner, ReadsBase256Sizes) {
  const std::string size = std::string("\x80\0\0\0\0\0\0\x02\x40\0\0\0", 12);
  TarScanner scanner;
  std::vector<TarMember> found;
  ASSERT_TRUE(scanner.feed(as_bytes(header("big", size, '0')), found));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].size, std::uint64_t{9} << 30);
  EXPECT_THAT(scanner.finish().error(), HasSubstr("ends inside the member at byte 0"));
}

TEST(TarScanner, DamageAndTruncationAreNamed) {
  std::string file = member("a", "1") + member("b", "2") + kEnd;
  EXPECT_THAT(scan_members(file.substr(0, 1200), 100).error(), HasSubstr("ends inside the member at byte 0"));
  EXPECT_THAT(scan_members(file.substr(0, 1700), 100).error(),
              HasSubstr("ends inside the member at byte 1024"));
  file[1024] = 'c';
  EXPECT_EQ(scan_members(file, 100).error(), "expected a tar header at byte 1024, found other bytes");
}

// Two files of sample 7, a directory, then two samples of one file each: 1024 + 1024, 512 skipped, 1024, 512.
TEST(WebdatasetSamples, GroupsNeighboursByTheirKey) {
  const std::string file = member("d.x/7.jpg", "abc") + member("d.x/7.cls", "1") + member("d.y/", "", '5') +
                           member("d.y/7.jpg", "abc") + member("d.y/8.seg.png", "") + kEnd;
  const auto members = scan_members(file, 512);
  ASSERT_TRUE(members);
  EXPECT_THAT(webdataset_samples(*members),
              ::testing::ElementsAre(Extent{0, 2048}, Extent{2560, 1024}, Extent{3584, 512}));
  EXPECT_TRUE(webdataset_samples({}).empty());
}

// A generated member: 512 bytes of header, the content, zeros to the next multiple of 512.
// As WebDataset's own readers choose: AppleDouble files of macOS, names without an extension and metadata are
// passed over, and nothing else.
TEST(WebdatasetSamples, HoldsTheReadersRules) {
  const auto taken = [](const char* name) { return is_webdataset_member({.name = name}); };
  for (const char* name : {"a.jpg", "d/a.seg.png", "__desc__.json", "d/__x__/a.jpg", ".d/a.jpg", "_a.jpg"})
    EXPECT_TRUE(taken(name)) << name;
  for (const char* name :
       {"._a.jpg", "d/._a.jpg", "README", "d.x/README", "__meta__", "__MACOSX__/a.jpg", ".a"})
    EXPECT_FALSE(taken(name)) << name;
  EXPECT_FALSE(is_webdataset_member({.name = "a.jpg", .regular = false}));
  const std::string file = member("._0.jpg", "xx") + member("0.jpg", "a") + member("._0.cls", "xx") +
                           member("0.cls", "b") + member("._1.jpg", "xx") + member("1.jpg", "c") + kEnd;
  const auto found = scan_members(file, 512);
  ASSERT_TRUE(found);
  const auto samples = webdataset_samples(*found);
  ASSERT_EQ(samples.size(), 2U);
  EXPECT_EQ(samples[0].offset, 1024U);
  EXPECT_EQ(samples[0].length, 3 * 1024U);
  EXPECT_EQ(samples[1].length, 1024U);
}

std::string with_checksum(std::string block) {
  block.replace(148, 8, "        ");
  unsigned sum = 0;
  for (const char c : block) sum += static_cast<unsigned char>(c);
  block.replace(148, 6, fmt::format("{:06o}", sum));
  block[154] = '\0';
  return block;
}

// Without magic and prefix, as tar --format=v7 writes; a block of zeros and one of text are no headers.
TEST(TarScanner, ReadsTarsOfBeforePosix) {
  std::string old = header("a.bin", "00000000003", '0');
  old.replace(257, 8, std::string(8, '\0'));
  old = with_checksum(old);
  EXPECT_TRUE(is_tar_header(as_bytes(std::string_view(old))));
  const auto found = scan_members(old + padded("abc") + member("b.bin", "defg") + kEnd, 700);
  ASSERT_TRUE(found) << found.error();
  ASSERT_EQ(found->size(), 2U);
  EXPECT_EQ((*found)[0].name, "a.bin");
  EXPECT_EQ((*found)[0].size, 3U);
  const std::string zeros = with_checksum(std::string(512, '\0'));
  EXPECT_FALSE(is_tar_header(as_bytes(std::string_view(zeros))));
}

// A file with holes: its map goes on in two more blocks, then 700 stored bytes.
TEST(TarScanner, ReadsFilesWithHoles) {
  std::string head = header("holes.bin", fmt::format("{:011o}", 700), 'S');
  head[482] = 1;
  head = with_checksum(head);
  std::string map(512, '\0');
  map[504] = 1;
  const std::string file =
      head + map + std::string(512, '\0') + padded(std::string(700, 'x')) + member("b.bin", "1") + kEnd;
  for (const std::size_t block : {1, 100, 512, 4000}) {
    const auto found = scan_members(file, block);
    ASSERT_TRUE(found) << found.error();
    ASSERT_EQ(found->size(), 2U);
    EXPECT_EQ((*found)[0].size, 700U);
    EXPECT_EQ((*found)[0].header_offset, 0U);
    EXPECT_EQ((*found)[0].data_offset, 3 * 512U);
    EXPECT_EQ((*found)[1].header_offset, 3 * 512U + 1024);
  }
  EXPECT_FALSE(scan_members(head + map, 512));
}

TEST(TarFormat, IsAMemberThatTheScannerReads) {
  std::vector<std::byte> bytes;
  tar_format(Content::kJpeg).encode({{1, 2}, 17}, 1000, bytes);
  ASSERT_EQ(bytes.size(), 512U + 1024);
  TarScanner scanner;
  std::vector<TarMember> found;
  ASSERT_TRUE(scanner.feed(bytes, found));
  ASSERT_TRUE(scanner.finish());
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].name, "0000000017.jpg");
  EXPECT_EQ(found[0].size, 1000U);
  EXPECT_TRUE(jpeg_format().verify({{1, 2}, 17}, 1000, std::span(bytes).subspan(512, 1000)));
}

// Of six members readers take four: img_1.0.jpg to img_1.2.jpg are one sample, of which .jpg comes three times, and
// img_2.cls is another; then img_1 comes again. Links are passed over, a directory is no file.
TEST(Tar, OddNamesAndLinksAreCounted) {
  std::vector<TarMember> members;
  for (const char* name : {"img_1.0.jpg", "img_1.1.jpg", "img_1.2.jpg", "img_2.cls", "img_1.txt"})
    members.push_back({name, 0, 512, 10, true, false});
  members.push_back({"link.jpg", 0, 512, 0, false, false});
  members.push_back({"folder", 0, 512, 0, false, true});
  members.push_back({"README", 0, 512, 7, true, false});
  ShardOddities odd;
  EXPECT_EQ(webdataset_samples(members, &odd).size(), 3u);
  EXPECT_EQ(odd.passed_over, 2u);
  EXPECT_EQ(odd.passed_over_bytes, 7u);
  EXPECT_EQ(odd.alike, 1u);
  EXPECT_EQ(odd.alike_such_as, "img_1.0.jpg and img_1.1.jpg");
  EXPECT_EQ(odd.again, 1u);
  EXPECT_EQ(odd.again_such_as, "img_1");
}

}  // namespace
}  // namespace aforo
