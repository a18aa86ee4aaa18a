#include "generate/generate_files.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <thread>

#include "base/test_directory.h"
#include "storage/open_store.h"
#include "storage/store.h"

namespace aforo {
namespace {

namespace fs = std::filesystem;

class GenerateFilesTest : public testing::Test {
 protected:
  WriteOptions at(const std::string& name, unsigned threads) {
    owned_.push_back(open_store(base_ / name)->own("marker"));
    return {owned_.back().get(), threads, false};
  }

  WriteOutcome write(const GeneratedLayout& layout, const WriteOptions& options, FilesToWrite work) {
    FileClaims claims(0, work.size(), files_per_claim(layout), options.threads);
    auto outcome = write_files(layout, work, options, claims, {}, counters_);
    if (!outcome.failure) {
      EXPECT_EQ(claims.low_water(), work.size());
    }
    return outcome;
  }
  WriteOutcome write(const GeneratedLayout& layout, const WriteOptions& options) {
    return write(layout, options, {{}, 0, layout.files()});
  }

  std::map<std::string, std::string> content(const std::string& name) const {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(base_ / name)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream in(entry.path(), std::ios::binary);
      std::ostringstream text;
      text << in.rdbuf();
      files[fs::relative(entry.path(), base_ / name)] = text.str();
    }
    return files;
  }

  TestDirectory directory_of_test_;
  fs::path base_{directory_of_test_.path()};
  std::vector<std::unique_ptr<Owned>> owned_;
  GenerateCounters counters_;
};

DatasetSpec small_files(std::uint64_t samples, double mean) {
  DatasetSpec spec;
  spec.samples = samples;
  spec.sample_size = {LawKind::kLognormal, mean, mean / 3, 0, 0, {}};
  spec.files_per_directory = 10;
  return spec;
}

GeneratedLayout layout_of_spec(const DatasetSpec& spec) { return {spec, dataset_id_of(spec)}; }

TEST_F(GenerateFilesTest, TheBytesDoNotDependOnTheNumberOfThreads) {
  DatasetSpec packed = small_files(60, 3000);
  packed.layout = LayoutKind::kTfrecord;
  packed.samples_per_file = 7;
  DatasetSpec jpeg = small_files(25, 20'000);
  jpeg.content = Content::kJpeg;
  int trial = 0;
  for (const DatasetSpec& spec : {small_files(103, 5000), packed, jpeg}) {
    const auto layout = layout_of_spec(spec);
    const std::string one = "one" + std::to_string(trial), many = "many" + std::to_string(trial);
    EXPECT_FALSE(write(layout, at(one, 1)).failure);
    EXPECT_FALSE(write(layout, at(many, 5)).failure);
    const auto expected = content(one);
    EXPECT_EQ(expected.size(), layout.files() * (layout.has_index() ? 2 : 1));
    EXPECT_TRUE(expected == content(many)) << trial;
    ++trial;
  }
}

// 2.5 MiB: more than one block of 1 MiB, and no whole number of them.
TEST_F(GenerateFilesTest, FilesLargerThanABlockAreTheSameBytes) {
  DatasetSpec spec = small_files(3, 2.5 * 1024 * 1024);
  spec.content = Content::kNpz;
  const auto layout = layout_of_spec(spec);
  auto options = at("buffered", 2);
  EXPECT_FALSE(write(layout, options).failure);
  options = at("direct", 2);
  options.direct = true;
  EXPECT_FALSE(write(layout, options).failure);
  const auto files = content("buffered");
  EXPECT_TRUE(files == content("direct"));
  for (FileId file = 0; file < layout.files(); ++file) {
    std::vector<std::byte> expected;
    layout.format().encode(layout.identity(file)->identity, layout.target_of(file), expected);
    const std::string& found = files.at(layout.path(file));
    EXPECT_EQ(found, std::string(reinterpret_cast<const char*>(expected.data()), expected.size()));
  }
}

// Of 100 files: one removed, one cut short, one cut and emptied by a crash. Three are found, and written again.
TEST_F(GenerateFilesTest, WhatIsMissingOrTornIsFoundAndWrittenAgain) {
  const auto layout = layout_of_spec(small_files(100, 2000));
  const auto options = at("d", 2);
  ASSERT_FALSE(write(layout, options).failure);
  const auto before = content("d");
  EXPECT_TRUE(find_incomplete(layout, 100, options, {}, counters_).incomplete.empty());
  EXPECT_EQ(counters_.checked, 100u);

  fs::remove(base_ / "d" / layout.path(7));
  fs::resize_file(base_ / "d" / layout.path(42), layout.file_size(42) - 1);
  std::ofstream(base_ / "d" / layout.path(99)) << std::string(layout.file_size(99) - 1, '\0');
  const FilesFound found = find_incomplete(layout, 100, options, {}, counters_);
  EXPECT_EQ(found.foreign, 0u);
  const auto again = found.incomplete;
  EXPECT_EQ(again, (std::vector<FileId>{7, 42, 99}));
  EXPECT_EQ(find_incomplete(layout, 50, options, {}, counters_).incomplete, (std::vector<FileId>{7, 42}));

  ASSERT_FALSE(write(layout, options, {again, 100, 100}).failure);
  EXPECT_TRUE(before == content("d"));
}

TEST_F(GenerateFilesTest, AMissingIndexMakesItsShardIncomplete) {
  DatasetSpec spec = small_files(20, 500);
  spec.layout = LayoutKind::kTfrecord;
  spec.samples_per_file = 5;
  const auto layout = layout_of_spec(spec);
  const auto options = at("t", 1);
  ASSERT_FALSE(write(layout, options).failure);
  fs::remove(base_ / "t" / layout.index_path(2));
  EXPECT_EQ(find_incomplete(layout, 4, options, {}, counters_).incomplete, (std::vector<FileId>{2}));
}

// Grown by a byte, another's text in its place, a directory, a link: none is the dataset's, below the mark and
// above it, and all stay as they are.
TEST_F(GenerateFilesTest, WhatIsNotTheDatasetsIsCountedAndLeft) {
  const auto layout = layout_of_spec(small_files(100, 2000));
  const auto options = at("d", 2);
  ASSERT_FALSE(write(layout, options).failure);
  const auto place = [&](FileId file) { return base_ / "d" / layout.path(file); };
  fs::resize_file(place(10), layout.file_size(10) + 1);
  std::ofstream(place(20)) << "my thesis";
  fs::remove(place(30));
  fs::create_directory(place(30));
  std::ofstream(base_ / "outside") << "precious";
  fs::remove(place(40));
  fs::create_symlink(base_ / "outside", place(40));
  const FilesFound found = find_incomplete(layout, 100, options, {}, counters_);
  EXPECT_EQ(found.incomplete, (std::vector<FileId>{10, 20, 30, 40}));
  EXPECT_EQ(found.foreign, 4u);
  EXPECT_TRUE(found.any_ours);
  const auto before = content("d");
  for (const FileId file : found.incomplete) {
    const auto outcome = write(layout, {options.owned, 1, false}, {{file}, 100, 100});
    ASSERT_TRUE(outcome.failure);
    EXPECT_EQ(outcome.failure->error, EEXIST);
    EXPECT_EQ(outcome.failure->path, layout.path(file));
  }
  EXPECT_TRUE(before == content("d"));
  EXPECT_TRUE(fs::is_symlink(place(40)));
  EXPECT_EQ(fs::file_size(base_ / "outside"), 8u);
}

// A directory stands where file 3 should be: the outcome names it, and the mark does not pass it.
TEST_F(GenerateFilesTest, AFailureIsNamedAndStopsAllThreads) {
  const auto layout = layout_of_spec(small_files(1000, 2000));
  const auto options = at("d", 2);
  fs::create_directories(base_ / "d" / layout.path(3));
  const FilesToWrite work{{}, 0, 1000};
  FileClaims claims(0, 1000, 5, 2);
  const auto outcome = write_files(layout, work, options, claims, {}, counters_);
  ASSERT_TRUE(outcome.failure);
  EXPECT_EQ(outcome.failure->path, layout.path(3));
  EXPECT_EQ(outcome.failure->error, EEXIST);
  EXPECT_EQ(claims.low_water(), 3u);
}

TEST_F(GenerateFilesTest, AStopLeavesAMarkBelowWhichAllIsThere) {
  const auto layout = layout_of_spec(small_files(5000, 4000));
  const auto options = at("d", 2);
  std::stop_source stop;
  FileClaims claims(0, 5000, 10, 2);
  std::jthread stopper([&] {
    while (counters_.files < 300) std::this_thread::yield();
    stop.request_stop();
  });
  write_files(layout, {{}, 0, 5000}, options, claims, stop.get_token(), counters_);
  const auto mark = claims.low_water();
  EXPECT_GT(mark, 0u);
  EXPECT_LT(mark, 5000u);
  EXPECT_TRUE(find_incomplete(layout, mark, options, {}, counters_).incomplete.empty());
}

}  // namespace
}  // namespace aforo
