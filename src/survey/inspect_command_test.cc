#include "survey/inspect_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "base/test_directory.h"
#include "generate/generate_command.h"
#include "survey/inspect_samples.h"
#include "workload/parse.h"

namespace aforo {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::HasSubstr;

// Memory where there is some: a sync at the end of a generation would wait for everything
// else on a shared disk.
class InspectTest : public testing::Test {
 protected:
  void put(const std::string& name, std::string_view content) const {
    fs::create_directories((base_ / name).parent_path());
    std::ofstream(base_ / name, std::ios::binary) << content;
  }
  Json look() const { return inspect({base_, 3}, {}, {}).record; }
  std::string sentence() const {
    try {
      look();
    } catch (const UserError& error) {
      return error.what();
    }
    return "";
  }
  void lay(const DatasetSpec& spec) const {
    GenerateOptions options;
    options.workload.dataset = spec;
    options.directory = base_;
    generate(options, {}, {});
  }

  TestDirectory directory_of_test_{TestDirectory::On::kMemory};
  fs::path base_{directory_of_test_.path()};
};

std::vector<std::string> warnings_of(const Json& record) {
  return record["warnings"].get<std::vector<std::string>>();
}

// 3000 files of a lognormal law with mean 8,000 and deviation 3,000: inspection finds the law again, the mean
// within four standard errors, 4 x 3000 / sqrt(3000) = 219.
TEST_F(InspectTest, FindsTheLawThatADatasetWasMadeWith) {
  DatasetSpec spec;
  spec.samples = 3000;
  spec.sample_size = {LawKind::kLognormal, 8000, 3000, 0, 0, {}};
  spec.files_per_directory = 500;
  lay(spec);
  const Json record = look();
  EXPECT_EQ(record["samples"], 3000);
  EXPECT_EQ(record["files"], 3000);
  EXPECT_EQ(record["layout"], "file-per-sample");
  EXPECT_EQ(record["law"], "lognormal");
  EXPECT_NEAR(record["sizes"]["mean"].get<double>(), 8000, 219);
  EXPECT_EQ(record["sizes"]["total"], record["bytes"]);
  const DatasetSpec found = parse_dataset_block(record["dataset_yaml"].get<std::string>(), "inspect");
  EXPECT_EQ(found.samples, 3000u);
  EXPECT_EQ(found.files_per_directory, 500u);
  EXPECT_EQ(found.content, Content::kRaw);
}

// 25 files in directories of 10: fan-out 10, 10, 5.
TEST_F(InspectTest, ReportsTheFanOut) {
  for (int i = 0; i < 25; ++i)
    put("d" + std::to_string(i / 10) + "/" + std::to_string(i) + ".bin", "some bytes");
  const Json record = look();
  EXPECT_EQ(record["directories"], 3);
  EXPECT_EQ(record["files_per_directory"]["min"], 5);
  EXPECT_EQ(record["files_per_directory"]["max"], 10);
  EXPECT_NEAR(record["files_per_directory"]["mean"].get<double>(), 25.0 / 3, 1e-12);
  EXPECT_EQ(record["law"], "constant");
}

// Labels, dangling links and links to directories are no samples: one directory of 4 and one of 2, mean 3.
TEST_F(InspectTest, TheFanOutIsOfSamples) {
  for (int i = 0; i < 6; ++i) put((i < 4 ? "a/" : "b/") + std::to_string(i) + ".jpg", "\xff\xd8\xff\xe0");
  for (int i = 0; i < 9; ++i) put("b/" + std::to_string(i) + ".txt", "label");
  put("labels/all.txt", "label");
  fs::create_symlink(base_ / "gone", base_ / "a" / "dangling.jpg");
  fs::create_directory_symlink(base_ / "b", base_ / "a" / "loop");
  const Json record = look();
  EXPECT_EQ(record["directories"], 2);
  EXPECT_EQ(record["files_per_directory"]["min"], 2);
  EXPECT_EQ(record["files_per_directory"]["max"], 4);
  EXPECT_DOUBLE_EQ(record["files_per_directory"]["mean"].get<double>(), 3);
  const DatasetSpec found = parse_dataset_block(record["dataset_yaml"].get<std::string>(), "inspect");
  EXPECT_EQ(found.files_per_directory, 3u);
}

// More names than one thread takes at a time (1,000): the directory still counts as one.
TEST_F(InspectTest, ALargeDirectoryHasOneFanOut) {
  for (int i = 0; i < 3500; ++i) put("d/" + std::to_string(i) + ".bin", "x");
  const Json record = look();
  EXPECT_EQ(record["directories"], 1);
  EXPECT_EQ(record["files_per_directory"]["min"], 3500);
  EXPECT_EQ(record["files_per_directory"]["max"], 3500);
}

TEST_F(InspectTest, HiddenAndEmptyFilesAreCountedAndSaid) {
  put("a.bin", "xx");
  put("b.bin", "");
  put(".git/objects/1", "many");
  put(".git/objects/2", "many");
  put(".DS_Store", "x");
  put(".b", "x");
  const Json record = look();
  EXPECT_EQ(record["samples"], 2);
  EXPECT_THAT(warnings_of(record), Contains(HasSubstr("1 hidden directory")));
  EXPECT_THAT(warnings_of(record), Contains(HasSubstr("2 hidden files")));
  EXPECT_THAT(warnings_of(record), Contains("1 of 2 sample files is empty (0 bytes)"));
  fs::remove(base_ / "a.bin");
  fs::remove(base_ / "b.bin");
  EXPECT_THAT(sentence(), HasSubstr("found none (2 hidden files"));
}

// Two humps, spread evenly over [1,000, 1,999] and [90,000, 90,999]: no law of one hump fits.
TEST_F(InspectTest, SizesWithoutALawAreAFewWholeNumbers) {
  SizeSummary sizes;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    sizes.add(1000 + i);
    sizes.add(90000 + i);
  }
  SizeFit exact = fit_sizes(sizes);
  ASSERT_EQ(exact.law.kind, LawKind::kEmpirical);
  const SizeFit fit = readable(exact, sizes);
  EXPECT_LE(fit.distance, std::max(kGoodFit, exact.distance + 0.01));
  for (const double quantile : fit.law.quantiles) EXPECT_EQ(quantile, std::round(quantile));
  // 3 of 2 bytes and 4 of 3: 18 / 7 of a byte on average cannot be had from whole numbers alone.
  SizeSummary tiny;
  for (const std::uint64_t size : {2, 2, 2, 3, 3, 3, 3}) tiny.add(size);
  EXPECT_NEAR(law_mean(readable(fit_sizes(tiny), tiny).law), 18 / 7.0, 0.001);
}

TEST_F(InspectTest, CountsTheRecordsOfShards) {
  for (const LayoutKind layout : {LayoutKind::kTfrecord, LayoutKind::kWebdataset, LayoutKind::kNpy}) {
    DatasetSpec spec;
    spec.layout = layout;
    spec.content = layout == LayoutKind::kNpy ? Content::kRaw : Content::kJpeg;
    spec.samples = 400;
    spec.samples_per_file = 10;  // 40 files: more than are probed
    spec.sample_size = {LawKind::kConstant, 3000, 0, 0, 0, {}};
    lay(spec);
    const Json record = look();
    EXPECT_EQ(record["layout"], to_string(layout));
    EXPECT_EQ(record["samples"], 400);
    EXPECT_EQ(record["files"], 40);
    EXPECT_FALSE(record.contains("samples_estimated"));
    EXPECT_EQ(parse_dataset_block(record["dataset_yaml"].get<std::string>(), "i").samples_per_file, 10u);
    delete_generated(base_, false, {}, {});
  }
}

TEST_F(InspectTest, AMixedTreeIsItsMajorityAndAWarning) {
  for (int i = 0; i < 3; ++i) put("a/" + std::to_string(i) + ".jpg", "\xff\xd8\xff\xe0");
  put("b/x.png", "\x89PNG\r\n\x1a\n");
  const Json record = look();
  EXPECT_EQ(record["kind"], "JPEG");
  EXPECT_EQ(record["samples"], 3);
  EXPECT_THAT(warnings_of(record), Contains(HasSubstr("1 file *.png (PNG")));
}

TEST_F(InspectTest, OneFileIsADataset) {
  put("only.npy", "\x93NUMPY and so on");
  const Json record = look();
  EXPECT_EQ(record["samples"], 1);
  EXPECT_EQ(record["content"], "npy");
}

TEST_F(InspectTest, LinksThatLoopOrDangleAreNotFollowed) {
  put("a/1.bin", "x");
  fs::create_directory_symlink(base_, base_ / "a" / "loop");
  fs::create_symlink(base_ / "gone", base_ / "a" / "dangling");
  fs::create_symlink(base_ / "a" / "1.bin", base_ / "a" / "2.bin");
  const Json record = look();
  EXPECT_EQ(record["samples"], 2);  // the file, and the link to it, as a loader would see them
  EXPECT_THAT(warnings_of(record), Contains(HasSubstr("1 symbolic link to a directory was not followed")));
  EXPECT_THAT(warnings_of(record), Contains(HasSubstr("1 dangling")));
}

// A subset made of links to classes elsewhere, as loaders follow them; one class by two names is counted once.
TEST_F(InspectTest, LinksToDirectoriesAreFollowedOnceEach) {
  const TestDirectory elsewhere(TestDirectory::On::kMemory);
  const fs::path full(elsewhere.path());
  fs::create_directories(full / "n1" / "deep");
  std::ofstream(full / "n1" / "1.bin") << "xx";
  std::ofstream(full / "n1" / "deep" / "2.bin") << "xxx";
  fs::create_directory_symlink(full / "n1", base_ / "n1");
  fs::create_directory_symlink(full / "n1", base_ / "same");
  fs::create_directory_symlink(full / "n1" / "deep", base_ / "z");
  const Json record = look();
  EXPECT_EQ(record["samples"], 2);
  EXPECT_EQ(record["bytes"], 5);
  EXPECT_EQ(record["directories"], 2);
  EXPECT_THAT(warnings_of(record), Contains("2 symbolic links to directories were not followed"));
}

// A file of 1 MiB with nothing behind its first bytes: its size is read, its holes come from no storage.
TEST_F(InspectTest, HolesAreToldApartFromBytes) {
  put("a.bin", "xx");
  fs::resize_file(base_ / "a.bin", 1 << 20);
  const Json record = look();
  EXPECT_EQ(record["bytes"], 1 << 20);
  EXPECT_THAT(warnings_of(record), Contains(HasSubstr("1 file takes less on storage than its size")));
}

// More than a workload file takes as one sample: the block has its bytes as records, and is taken.
TEST_F(InspectTest, ABlockIsOneThatEveryCommandTakes) {
  put("c.bin", "xx");
  fs::resize_file(base_ / "c.bin", std::uint64_t{120} << 30);
  const Json record = look();
  const DatasetSpec found = parse_dataset_block(record["dataset_yaml"].get<std::string>(), "inspect");
  EXPECT_EQ(found.layout, LayoutKind::kRecords);
  EXPECT_EQ(found.samples, std::uint64_t{120} << 10);
  EXPECT_EQ(found.sample_size.mean, 1 << 20);
  EXPECT_THAT(warnings_of(record), Contains(HasSubstr("a file of 120 GiB is no sample")));
}

TEST_F(InspectTest, AllEmptyIsNoBlock) {
  put("a.jpg", "");
  put("b.jpg", "");
  const Json record = look();
  EXPECT_EQ(record["samples"], 2);
  EXPECT_FALSE(record.contains("dataset_yaml"));
  EXPECT_THAT(warnings_of(record), Contains("no dataset block: all samples are empty"));
}

// Every file that is not what its suffix says is found where all can be looked into: 1 of 300.
TEST_F(InspectTest, AFileOfAnotherKindIsFoundNotByChance) {
  for (int i = 0; i < 299; ++i) put(std::to_string(i) + ".jpeg", "\xff\xd8\xff\xe0");
  put("x.jpeg", "\x89PNG\r\n\x1a\n");
  EXPECT_THAT(warnings_of(look()),
              Contains("1 sample file is PNG and not JPEG, such as x.jpeg: counted as a sample too"));
}

TEST_F(InspectTest, NothingToInspectIsSaidPlainly) {
  EXPECT_THAT(sentence(), HasSubstr("found none"));
  fs::create_directories(base_ / "only" / "directories");
  EXPECT_THAT(sentence(), HasSubstr("found none"));
  fs::remove_all(base_);
  EXPECT_THAT(sentence(), HasSubstr("found no "));
  std::ofstream(base_.string()) << "x";
  EXPECT_THAT(sentence(), HasSubstr("found a file"));
}

TEST_F(InspectTest, ADirectoryThatCannotBeReadIsCountedAndNamed) {
  put("open/1.bin", "x");
  put("closed/2.bin", "x");
  fs::permissions(base_, fs::perms(0755));
  fs::permissions(base_ / "closed", fs::perms::none);
  const bool root = ::geteuid() == 0;  // who may read everything: become nobody for the look
  ASSERT_TRUE(!root || ::seteuid(65534) == 0);
  const Json record = look();
  ASSERT_TRUE(!root || ::seteuid(0) == 0);
  fs::permissions(base_ / "closed", fs::perms::owner_all);
  EXPECT_EQ(record["samples"], 1);
  EXPECT_EQ(record["errors"]["count"], 1);
  EXPECT_THAT(warnings_of(record), Contains(HasSubstr("closed: EACCES")));
}

TEST_F(InspectTest, AStopBeforeAnythingIsFoundIsAnInterruption) {
  put("1.bin", "x");
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(inspect({base_, 1}, stop.get_token(), {}), Interrupted);
}

}  // namespace
}  // namespace aforo
