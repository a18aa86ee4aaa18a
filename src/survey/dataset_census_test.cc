#include "survey/dataset_census.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/test_directory.h"
#include "dataset/bytes.h"
#include "dataset/format.h"
#include "storage/open_store.h"

namespace aforo {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
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

// Three JPEGs of 14 bytes, three PNGs of 18 bytes: bytes decide, and go on doing so beside five JPEGs more, as masks
// beside photographs do not outweigh them by their number.
TEST_F(CensusTest, TheKindOfMostBytesWins) {
  for (int i = 0; i < 3; ++i) {
    put(std::to_string(i) + ".jpg", kJpegFront);
    put(std::to_string(i) + ".png", std::string(kPngFront) + std::string(100, '!'));
  }
  EXPECT_EQ(choose().kind, FileKind::kPng);
  for (int i = 3; i < 8; ++i) put(std::to_string(i) + ".jpg", kJpegFront);
  const auto choice = choose();
  EXPECT_EQ(choice.kind, FileKind::kPng);
  EXPECT_THAT(choice.left_out, ElementsAre(HasSubstr("8 files *.jpg")));
}

// Texts and tables are samples where there is nothing else; two sorts of them are not one.
TEST_F(CensusTest, ADirectoryOfTextsHasTextsForSamples) {
  put("a.txt", "once upon a time");
  put("b.json", "{}");
  const auto choice = choose();
  EXPECT_EQ(choice.kind, FileKind::kOther);
  EXPECT_EQ(choice.files, 1u);
  EXPECT_THAT(choice.left_out, ElementsAre(HasSubstr("1 file *.json")));
}

// A study from a CD: 9 images of 200 bytes without a suffix; what else is there is larger.
TEST_F(CensusTest, UnknownFilesAreOneKindOnlyBySuffixOrFirstBytes) {
  const std::string image = std::string(128, '\0') + "DICM" + std::string(68, 'x');
  for (int i = 0; i < 9; ++i) put("DICOM/IM" + std::to_string(i), image);
  put("DICOMDIR", image);
  put("viewer.exe", "MZ" + std::string(5000, 'x'));
  put("qt.dll", "MZ" + std::string(5000, 'x'));
  put("AUTORUN.INF", "[autorun]");
  auto choice = choose();
  EXPECT_EQ(choice.kind, FileKind::kDicom);
  EXPECT_EQ(choice.files, 9u);
  EXPECT_EQ(choice.bytes, 9u * 200);
  EXPECT_THAT(choice.left_out, UnorderedElementsAre(HasSubstr("dicomdir"), HasSubstr("*.exe (program"),
                                                    HasSubstr("*.dll (program"), HasSubstr("autorun.inf")));
  // Of unknown bytes: .aa and .bb begin alike, .cc does not.
  const std::string front("\x01\xfe\x03\x04", 4);
  put("1.aa", front + std::string(9000, 'x'));
  put("1.bb", front + std::string(9000, 'x'));
  put("1.cc", std::string(9000, 'x'));
  choice = choose();
  EXPECT_THAT(choice.groups, UnorderedElementsAre(".aa", ".bb"));
}

// Numbers are no suffix: a series, or a DICOM UID whose last part is a number.
TEST(Extension, NumbersAndWellKnownNamesAreNone) {
  EXPECT_EQ(extension_of("1.2.840.113619.2.55.3.1007.8"), "");
  EXPECT_EQ(extension_of("frame.0001"), "");
  EXPECT_EQ(extension_of("a/README"), "readme");
  EXPECT_EQ(extension_of("Thumbs.db"), "thumbs.db");
  EXPECT_TRUE(is_side_extension("readme"));
  EXPECT_FALSE(is_side_extension(""));
}

// A download beside what was unpacked from it.
TEST_F(CensusTest, AnArchiveBesideItsContentsIsNoSample) {
  for (int i = 0; i < 4; ++i)
    put(std::to_string(i) + ".jpg", std::string(kJpegFront) + std::string(500, 'x'));
  put("all.zip", "PK\x03\x04" + std::string(2500, 'x'));
  EXPECT_EQ(choose().kind, FileKind::kJpeg);
}

std::string tar_of(std::size_t bytes) {
  std::vector<std::byte> tar;
  stored_format(LayoutKind::kWebdataset, Content::kRaw).encode({{1, 2}, 3}, bytes, tar);
  return std::string(as_text(std::span<const std::byte>(tar)));
}

// Four pictures of 514 bytes and a tar of as many: what was unpacked is meant, unless the workload says tar, and a
// workload of bytes takes the pictures too. Of 50,000 bytes the tar is the dataset, though not for who asks for files.
TEST_F(CensusTest, ATarBesideItsContentsIsNoSampleUnlessAsked) {
  for (int i = 0; i < 4; ++i)
    put(std::to_string(i) + ".jpg", std::string(kJpegFront) + std::string(500, 'x'));
  put("all.tar", tar_of(2500));
  EXPECT_EQ(choose().kind, FileKind::kJpeg);
  EXPECT_THAT(choose().warnings,
              Contains(AllOf(HasSubstr("taken to be 4 files *.jpg"), HasSubstr("could be 1 file *.tar"))));
  DatasetSpec asked;
  asked.layout = LayoutKind::kWebdataset;
  EXPECT_EQ(choose_samples(census_, &asked).kind, FileKind::kTar);
  put("more.tar", tar_of(50'000));
  EXPECT_EQ(choose().kind, FileKind::kTar);
  asked.layout = LayoutKind::kFilePerSample;
  asked.content = Content::kRaw;
  EXPECT_EQ(choose_samples(census_, &asked).kind, FileKind::kJpeg);
}

// One note beside two shards of 50,000 bytes is not what a workload of files means: it is told that these are tars.
TEST_F(CensusTest, AWorkloadDoesNotTakeOneStrayFile) {
  for (const char* name : {"a.tar", "b.tar"}) put(name, tar_of(50'000));
  put("notes.odd", "\x01\xfe odd");
  EXPECT_EQ(choose().kind, FileKind::kTar);
  DatasetSpec asked;
  asked.layout = LayoutKind::kFilePerSample;
  asked.content = Content::kRaw;
  EXPECT_EQ(choose_samples(census_, &asked).kind, FileKind::kTar);
}

// 30 photographs of 14 bytes and a model of 5,000; 30 texts of 20 bytes and a vocabulary of 5,000; but not 30 texts and
// what 10 million bytes are of, a thousandth of which is more than they have.
TEST_F(CensusTest, AFewLargeFilesDoNotOutweighMany) {
  for (int i = 0; i < 30; ++i) put(std::to_string(i) + ".jpg", kJpegFront);
  put("model.pth", "PK\x03\x04" + std::string(5000, 'x'));
  auto choice = choose();
  EXPECT_EQ(choice.kind, FileKind::kJpeg);
  EXPECT_THAT(choice.warnings, Contains(HasSubstr("could be 1 file *.pth (PyTorch file")));
  census_ = Census();
  for (int i = 0; i < 30; ++i) put(std::to_string(i) + ".txt", "once upon a time ...");
  put("a.vocab", std::string(5000, 'x'));
  EXPECT_THAT(choose().groups, ElementsAre(".txt"));
  census_.add("tokens.data", 10'000'000);
  put("tokens.data", "x");
  EXPECT_THAT(choose().groups, ElementsAre(".data"));
}

TEST_F(CensusTest, WhatHoldsManySamplesIsNamed) {
  const std::pair<const char*, std::string> kinds[] = {
      {"a.arrow", "ARROW1\0\0" + std::string(50, 'x')},
      {"a.jsonl", "{\"a\": 1}\n{\"a\": 2}\n"},
      {"a.tar.gz", std::string("\x1f\x8b\x08\0", 4) + std::string(50, 'x')},
      {"a.zst", "\x28\xb5\x2f\xfd" + std::string(50, 'x')},
      {"data.mdb", std::string(16, '\0') + "\xde\xc0\xef\xbe" + std::string(50, 'x')},
  };
  for (const auto& [name, content] : kinds) {
    Census census;
    put(name, content);
    census.add(name, content.size());
    census.probe(*open_store(base_));
    const auto choice = choose_samples(census);
    EXPECT_TRUE(hides_samples(choice.kind)) << name;
    EXPECT_THAT(choice.hidden_samples, HasSubstr("each file counts as one sample: probably wrong")) << name;
  }
  Census corpus;
  for (const auto& [name, content] :
       {std::pair{"c.bin", std::string(500, 'x')}, {"c.idx", std::string("MMIDIDX\0\0", 9)}}) {
    put(name, content);
    corpus.add(name, content.size());
  }
  corpus.probe(*open_store(base_));
  EXPECT_EQ(choose_samples(corpus).kind, FileKind::kMegatron);
}

TEST_F(CensusTest, SplitsPairsAndParallelFoldersAreSaid) {
  for (int i = 0; i < 4; ++i) {
    const std::string number = std::to_string(i);
    put("train/case_" + number + ".npy", "\x93NUMPY\x01");
    put("train/case_" + number + "_seg.npy", "\x93NUMPY\x01");
  }
  EXPECT_THAT(choose().warnings,
              ElementsAre(HasSubstr("2 times 4 files are named alike but for their end, such as "
                                    "train/case_0.npy and train/case_0_seg.npy: if a sample is "
                                    "one of each, there are 4 of them")));
  put("val2017/case_9.npy", "\x93NUMPY\x01");
  EXPECT_THAT(choose().warnings,
              Contains(HasSubstr("splits are counted together: train 8 files (56 B), val 1 file")));
}

TEST_F(CensusTest, ParallelFoldersAndShardsAreSaid) {
  for (int i = 0; i < 3; ++i)
    for (const char* folder : {"images/", "masks/"}) put(folder + std::to_string(i) + ".png", kPngFront);
  EXPECT_THAT(choose().warnings, ElementsAre(HasSubstr("folders of their own")));
  NamePatterns shards, classes;
  for (const char* number : {"000", "001"}) {
    for (const char* part : {"recording.", "features."}) shards.add(std::string(part) + number + ".tar", 1);
    for (const char* part : {"cats/", "dogs/"}) classes.add(std::string(part) + number + ".jpg", 1);
  }
  EXPECT_THAT(shards.sentences(true), ElementsAre(HasSubstr("2 times 2 files are parallel shards")));
  EXPECT_THAT(classes.sentences(false), IsEmpty());
}

TEST_F(CensusTest, ContentIsBelievedMoreThanTheName) {
  put("a.jpg", kPngFront);
  put("b.jpg", kPngFront);
  put("c.jpg", kJpegFront);
  const auto choice = choose();
  EXPECT_EQ(choice.kind, FileKind::kPng);
  EXPECT_THAT(choice.mixture, Contains(HasSubstr("of 3 files *.jpg looked into, 1 is not PNG")));
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
