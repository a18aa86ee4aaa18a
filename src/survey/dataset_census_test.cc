#include "survey/dataset_census.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/test_directory.h"
#include "storage/open_store.h"

namespace aforo {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

// A tree described file by file, walked into a census and probed.
class CensusTest : public testing::Test {
 protected:
  void put(const std::string& name, std::string_view content) {
    fs::create_directories((base_ / name).parent_path());
    std::ofstream(base_ / name, std::ios::binary) << content;
    census_.add(name, content.size());
  }
  SampleChoice choose() {
    EXPECT_EQ(census_.probe(*open_store(base_)), 0u);
    return choose_samples(census_);
  }

  TestDirectory directory_of_test_;
  fs::path base_{directory_of_test_.path()};
  Census census_;
};

constexpr std::string_view kJpegFront = "\xff\xd8\xff\xe0 and so on";
constexpr std::string_view kPngFront = "\x89PNG\r\n\x1a\n and so on";

TEST(Extension, IsLowerCaseAndOfTheFileNotTheDirectory) {
  EXPECT_EQ(extension_of("n01440764/n01440764_10026.JPEG"), ".jpeg");
  EXPECT_EQ(extension_of("v1.2/data"), "");
  EXPECT_EQ(extension_of("train-00001-of-01024"), "");
  EXPECT_EQ(extension_of("a/.DS_Store"), ".hidden");
}

TEST_F(CensusTest, LabelsBesideImagesAreLeftOutAndNamed) {
  for (int i = 0; i < 5; ++i) {
    put("a/" + std::to_string(i) + ".jpg", kJpegFront);
    put("a/" + std::to_string(i) + ".txt", "7 0.5 0.5 0.1 0.1");
    put("a/" + std::to_string(i) + "b.txt", "twice as many labels as images");
  }
  put("B.JPEG", kJpegFront);
  put(".hidden", "x");
  const auto choice = choose();
  EXPECT_EQ(choice.kind, FileKind::kJpeg);
  EXPECT_THAT(choice.groups, UnorderedElementsAre(".jpg", ".jpeg"));
  EXPECT_EQ(choice.files, 6u);
  ASSERT_THAT(choice.left_out, testing::SizeIs(2));
  EXPECT_THAT(choice.left_out[0], HasSubstr("10 files *.txt"));
  EXPECT_THAT(choice.left_out[1], HasSubstr("1 file hidden"));
  EXPECT_THAT(choice.warnings, Contains(HasSubstr("left out")));
}

// Three JPEGs of 14 bytes, three PNGs of 18 bytes: bytes decide. One more JPEG: the number decides.
TEST_F(CensusTest, TheMostFrequentKindWinsAndBytesDecideATie) {
  for (int i = 0; i < 3; ++i) {
    put(std::to_string(i) + ".jpg", kJpegFront);
    put(std::to_string(i) + ".png", std::string(kPngFront) + "!!!!");
  }
  EXPECT_EQ(choose().kind, FileKind::kPng);
  put("4.jpg", kJpegFront);
  EXPECT_EQ(choose().kind, FileKind::kJpeg);
}

TEST_F(CensusTest, ADirectoryOfTextsHasTextsForSamples) {
  put("a.txt", "once upon a time");
  put("b.json", "{}");
  const auto choice = choose();
  EXPECT_EQ(choice.kind, FileKind::kOther);
  EXPECT_EQ(choice.files, 2u);
  EXPECT_THAT(choice.left_out, IsEmpty());
}

TEST_F(CensusTest, ContentIsBelievedMoreThanTheName) {
  put("a.jpg", kPngFront);
  put("b.jpg", kPngFront);
  put("c.jpg", kJpegFront);
  const auto choice = choose();
  EXPECT_EQ(choice.kind, FileKind::kPng);
  EXPECT_THAT(choice.warnings, Contains(HasSubstr("of 3 files *.jpg looked into, 1 is not PNG")));
}

// 1000 extensions: 64 have a group of their own, and the sum is kept.
TEST(Census, MemoryIsBoundedWhateverTheNames) {
  Census census;
  for (int i = 0; i < 1000; ++i) census.add("f.x" + std::to_string(i), 1);
  EXPECT_EQ(census.files(), 1000u);
  EXPECT_EQ(census.groups().size(), Census::kMostGroups + 1);
  EXPECT_EQ(census.groups().at(".*").files, 1000u - Census::kMostGroups);
}

// Two threads' counts, 900 and 100 files: the sum, and probes from both.
TEST(Census, MergesAsIfOneHadCountedAll) {
  Census a(1), b(2);
  for (int i = 0; i < 900; ++i) a.add("a/" + std::to_string(i) + ".bin", 10);
  for (int i = 0; i < 100; ++i) b.add("b/" + std::to_string(i) + ".bin", 20);
  b.add("c.png", 5);
  a.merge(b);
  const FileGroup& bin = a.groups().at(".bin");
  EXPECT_EQ(bin.files, 1000u);
  EXPECT_EQ(bin.bytes, 900u * 10 + 100 * 20);
  EXPECT_EQ(bin.probes.size(), Census::kProbes);
  EXPECT_THAT(bin.probes, Contains(testing::StartsWith("a/")));
  EXPECT_THAT(a.groups().at(".png").probes, ElementsAre("c.png"));
}

}  // namespace
}  // namespace aforo
