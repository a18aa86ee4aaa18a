#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "generate/generate_test.h"

namespace aforo {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST_F(GenerateTest, LaysACompleteDatasetAndSaysWhatItDid) {
  const auto wanted = options(base_ / "new" / "d", 250, 3000);
  const Json record = generate_all(wanted);
  EXPECT_EQ(record["state"], "complete");
  EXPECT_EQ(record["partial"], false);
  EXPECT_EQ(record["files"], 250);
  EXPECT_EQ(record["files_written"], 250);
  EXPECT_EQ(record["skipped_files"], 0);
  EXPECT_EQ(record["bytes"], record["bytes_written"]);
  EXPECT_EQ(record["seed"], 10);
  EXPECT_GT(record["create_seconds"]["p50"].get<double>(), 0);
  EXPECT_GT(record["write_seconds"]["p50"].get<double>(), 0);
  const auto files = content(wanted.directory);
  EXPECT_EQ(files.size(), 250u);
  std::uint64_t bytes = 0;
  for (const auto& [name, text] : files) bytes += text.size();
  EXPECT_EQ(record["bytes"], bytes);
  EXPECT_EQ(manifest(wanted.directory).state, Manifest::State::kComplete);
}

TEST_F(GenerateTest, ADryRunSaysWhatWouldBeWrittenAndTouchesNothing) {
  const auto wanted = options(base_ / "d", 1000, 5000);
  const Json plan = plan_generate(wanted).record;
  EXPECT_EQ(plan["state"], "new");
  EXPECT_EQ(plan["files"], 1000);
  EXPECT_EQ(plan["fits"], true);
  EXPECT_FALSE(fs::exists(base_ / "d"));
  EXPECT_EQ(plan["bytes"], generate_all(wanted)["bytes"]);
}

// What a workload says of itself, keys of the benchmark that are not honoured among it, is said before and after.
TEST_F(GenerateTest, WarningsOfTheWorkloadAreSaid) {
  auto wanted = options(base_ / "d", 3, 5000);
  wanted.workload.warnings = {"'dataset.record_lenght_bytes' is not honoured"};
  const auto says = [&](const Json& record) {
    const Json& all = record["warnings"];
    return std::find(all.begin(), all.end(), Json(wanted.workload.warnings[0])) != all.end();
  };
  EXPECT_TRUE(says(plan_generate(wanted).record));
  EXPECT_TRUE(says(generate_all(wanted)));
}

TEST_F(GenerateTest, SamplesThatTheFormatMakesLargerAreSaid) {
  auto wanted = options(base_ / "d", 3, 5000);
  wanted.workload.dataset.content = Content::kJpeg;
  EXPECT_TRUE(plan_generate(wanted).record["warnings"].empty());
  wanted.workload.dataset.sample_size = {LawKind::kConstant, 100};
  EXPECT_THAT(
      plan_generate(wanted).record["warnings"].dump(),
      HasSubstr("100.0 % of the samples are written larger than dataset.sample_size says: jpeg takes 512 B"));
}

TEST_F(GenerateTest, ADryRunSaysWhatTheCallWouldRefuse) {
  const auto large = options(base_ / "d", 100, 1e15);
  const std::string why = plan_generate(large).error;
  EXPECT_THAT(why, HasSubstr("free"));
  EXPECT_EQ(sentence([&] { generate(large, {}, {}); }), why);
  fs::create_directory(base_ / "closed");
  const auto wanted = options(base_ / "closed" / "d", 10, 1000);
  chmod((base_ / "closed").c_str(), 0555);
  chmod(base_.c_str(), 0755);
  const uid_t me = geteuid();
  ASSERT_EQ(seteuid(me == 0 ? 65534 : me), 0);  // root may write everywhere
  const std::string closed = plan_generate(wanted).error;
  const std::string called = sentence([&] { generate(wanted, {}, {}); });
  ASSERT_EQ(seteuid(me), 0);
  EXPECT_THAT(closed, HasSubstr("expected a directory that can be written, found EACCES"));
  EXPECT_EQ(called, closed);
  chmod((base_ / "closed").c_str(), 0755);
}

TEST_F(GenerateTest, WhatTheFormatCannotHoldIsRefusedInDryRunsToo) {
  auto wanted = options(base_ / "d", 2, 9e9);
  wanted.workload.dataset.content = Content::kNpz;
  EXPECT_THAT(sentence([&] { plan_generate(wanted); }), HasSubstr("npz samples of at most 4294967055 bytes"));
  EXPECT_FALSE(fs::exists(wanted.directory));
}

TEST_F(GenerateTest, TheSameCommandAgainWritesNothing) {
  const auto wanted = options(base_ / "d", 300, 2000);
  generate_all(wanted);
  const Json again = generate_all(wanted);
  EXPECT_EQ(again["files_written"], 0);
  EXPECT_EQ(again["skipped_files"], 300);
  EXPECT_EQ(again["state"], "complete");
}

TEST_F(GenerateTest, ADamagedCompleteDatasetIsMended) {
  const auto wanted = options(base_ / "d", 300, 2000);
  generate_all(wanted);
  const auto before = content(wanted.directory);
  fs::remove(base_ / "d" / before.begin()->first);
  fs::resize_file(base_ / "d" / before.rbegin()->first, 1);
  const Json again = generate_all(wanted);
  EXPECT_EQ(again["files_written"], 2);
  EXPECT_EQ(again["skipped_files"], 298);
  EXPECT_TRUE(before == content(wanted.directory));
}

TEST_F(GenerateTest, AStopGivesAPartialRecordAndTheNextCallResumes) {
  const auto whole = options(base_ / "whole", 10000, 4000);
  generate_all(whole);
  auto wanted = whole;
  wanted.directory = base_ / "d";
  std::stop_source stop;
  std::atomic<bool> over{false};
  std::jthread stopper([&] {
    while (!over && !fs::exists(base_ / "d" / "d00005")) std::this_thread::yield();
    stop.request_stop();
  });
  const Json first = generate(wanted, stop.get_token(), {}).record;
  over = true;
  stopper.join();
  ASSERT_EQ(first["partial"], true);
  EXPECT_EQ(first["state"], "partial");
  const Manifest middle = manifest(wanted.directory);
  EXPECT_EQ(middle.state, Manifest::State::kPartial);
  EXPECT_GT(middle.files_written, 0u);
  EXPECT_EQ(plan_generate(wanted).record["files_already_written"], middle.files_written);

  const Json second = generate_all(wanted);
  EXPECT_EQ(second["state"], "complete");
  // Another thread's last files may lie whole above the mark.
  EXPECT_GE(second["skipped_files"], middle.files_written);
  EXPECT_EQ(second["files_written"].get<std::uint64_t>() + second["skipped_files"].get<std::uint64_t>(),
            10000u);
  EXPECT_TRUE(content(whole.directory) == content(wanted.directory));
}

// A process generates and is killed without a chance to clean up; files of all sorts may
// be left half written.
TEST_F(GenerateTest, AfterKill9TheNextCallResumesToTheSameBytes) {
  const auto whole = options(base_ / "whole", 30000, 4000);
  generate_all(whole);
  auto wanted = whole;
  wanted.directory = base_ / "d";
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    generate(wanted, {}, {});
    ::_exit(0);
  }
  int status = 0;
  bool ended = false;
  while (!ended && !fs::exists(base_ / "d" / "d00020")) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    ended = ::waitpid(child, &status, WNOHANG) == child;
  }
  ASSERT_FALSE(ended) << "the generation ended before it could be killed, status " << status;
  ::kill(child, SIGKILL);
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status)) << "the machine wrote 30,000 files before it could be killed";
  ASSERT_EQ(manifest(wanted.directory).state, Manifest::State::kPartial);

  const Json record = generate_all(wanted);
  EXPECT_EQ(record["state"], "complete");
  EXPECT_TRUE(content(whole.directory) == content(wanted.directory));
}

// As a kill leaves it: the mark is far behind the files, some of which are torn, and one has its size but,
// after a crash of the machine, not its bytes.
TEST_F(GenerateTest, WhatLiesAboveTheMarkIsKeptOnlyIfEveryByteIsRight) {
  for (const LayoutKind layout : {LayoutKind::kFilePerSample, LayoutKind::kTfrecord}) {
    auto wanted = options(base_ / fs::path(std::string(to_string(layout))), 300, 3000);
    wanted.workload.dataset.layout = layout;
    if (layout == LayoutKind::kTfrecord)
      wanted.workload.dataset.samples_per_file = 10;  // 30 shards, 30 indexes
    generate_all(wanted);
    const auto before = content(wanted.directory);
    Manifest mark = manifest(wanted.directory);
    const std::uint64_t files = mark.files;
    mark.state = Manifest::State::kPartial;
    mark.files_written = 3;
    std::ofstream(fs::path(wanted.directory) / kManifestName) << write_manifest(mark);
    std::vector<std::string> names;
    for (const auto& [name, text] : before)
      if (!name.ends_with(".idx")) names.push_back(name);
    const auto at = [&](std::size_t i) { return fs::path(wanted.directory) / names[i]; };
    fs::resize_file(at(10), 100);
    std::ofstream(at(11)) << std::string(before.at(names[11]).size(), '\0');
    std::string flipped = before.at(names[12]);
    flipped.back() = static_cast<char>(flipped.back() ^ 1);
    std::ofstream(at(12)) << flipped;
    fs::remove(at(files - 1));
    const bool indexed = layout == LayoutKind::kTfrecord;
    if (indexed) std::ofstream(at(13).string() + ".idx") << before.at(names[13] + ".idx").substr(0, 5);
    const std::uint64_t bad = indexed ? 5 : 4;
    const Json again = generate_all(wanted);
    EXPECT_EQ(again["files_written"], bad) << to_string(layout);
    EXPECT_EQ(again["skipped_files"], files - bad);
    EXPECT_EQ(again["state"], "complete");
    EXPECT_TRUE(before == content(wanted.directory));
  }
}

TEST_F(GenerateTest, ADirectoryWithOtherFilesIsRefusedAndLeftAlone) {
  fs::create_directory(base_ / "home");
  std::ofstream(base_ / "home" / "thesis.tex") << "precious";
  const auto wanted = options(base_ / "home", 10, 1000);
  EXPECT_THAT(sentence([&] { generate_all(wanted); }),
              AllOf(HasSubstr("thesis.tex"), HasSubstr("another directory")));
  EXPECT_EQ(content(base_ / "home").size(), 1u);
  EXPECT_FALSE(fs::exists(base_ / "home" / kManifestName));
}

TEST_F(GenerateTest, AnotherDatasetInTheDirectoryIsRefusedSayingWhatDiffers) {
  generate_all(options(base_ / "d", 100, 1000));
  const std::string said = sentence([&] { generate_all(options(base_ / "d", 200, 1000)); });
  EXPECT_THAT(said, AllOf(HasSubstr("samples: 200 asked, 100 there"), HasSubstr("--delete"),
                          HasSubstr("another directory")));
  EXPECT_EQ(content(base_ / "d").size(), 100u);
}

TEST_F(GenerateTest, WhatDoesNotFitIsRefusedBeforeAnythingIsMade) {
  const auto wanted = options(base_ / "d", 1'000'000, 1e12);  // 1 EB
  EXPECT_THAT(sentence([&] { generate_all(wanted); }), HasSubstr("free at"));
  EXPECT_FALSE(fs::exists(base_ / "d"));
}

TEST_F(GenerateTest, AFileInPlaceOfTheDirectoryIsNamed) {
  std::ofstream(base_ / "file") << "x";
  EXPECT_THAT(sentence([&] { generate_all(options(base_ / "file", 10, 1000)); }), HasSubstr("found a file"));
}

TEST_F(GenerateTest, DeleteRemovesWhatWasGeneratedAndNothingElse) {
  auto wanted = options(base_ / "d", 250, 1000);
  wanted.workload.dataset.layout = LayoutKind::kTfrecord;
  wanted.workload.dataset.samples_per_file = 50;
  generate_all(wanted);
  std::ofstream(base_ / "d" / "notes.txt") << "mine";
  const Json counted = delete_generated(base_ / "d", true, {}, {}).record;
  EXPECT_EQ(counted["files"], 5);
  EXPECT_EQ(counted["index_files"], 5);
  EXPECT_EQ(counted["foreign_files"], 1);
  EXPECT_EQ(content(base_ / "d").size(), 11u);
  const Json record = delete_generated(base_ / "d", false, {}, {}).record;
  EXPECT_EQ(record["files"], 5);
  EXPECT_EQ(record["index_files"], 5);
  EXPECT_EQ(record["foreign_files"], 1);
  EXPECT_EQ(record["foreign_examples"][0], "notes.txt");
  const auto left = content(base_ / "d");
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left.begin()->second, "mine");
  EXPECT_FALSE(fs::exists(base_ / "d" / kManifestName));
}

TEST_F(GenerateTest, DeleteRemovesTheDirectoriesItMadeIfTheyAreEmpty) {
  generate_all(options(base_ / "d", 250, 1000));
  std::ofstream(base_ / "d" / "d00001" / "label.txt") << "mine";
  delete_generated(base_ / "d", false, {}, {});
  EXPECT_FALSE(fs::exists(base_ / "d" / "d00000"));
  EXPECT_TRUE(fs::exists(base_ / "d" / "d00001" / "label.txt"));
}

// Someone moved a directory of the dataset elsewhere and left a link: what it leads to stays, the link is
// foreign, the rest goes.
TEST_F(GenerateTest, DeleteLeavesWhatALinkLeadsToAndSaysSo) {
  generate_all(options(base_ / "d", 250, 1000));
  fs::rename(base_ / "d" / "d00001", base_ / "elsewhere");
  const std::size_t moved = content(base_ / "elsewhere").size();
  ASSERT_GT(moved, 0u);
  fs::create_directory_symlink(base_ / "elsewhere", base_ / "d" / "d00001");
  for (const bool dry_run : {true, false}) {
    const Json record = delete_generated(base_ / "d", dry_run, {}, {}).record;
    EXPECT_EQ(record["files"], 250 - moved);
    EXPECT_EQ(record["foreign_files"], 1);
    EXPECT_EQ(content(base_ / "elsewhere").size(), moved);
  }
  EXPECT_TRUE(fs::is_symlink(base_ / "d" / "d00001"));
  EXPECT_FALSE(fs::exists(base_ / "d" / "d00000"));
  EXPECT_FALSE(fs::exists(base_ / "d" / kManifestName));
}

// Files of samples and their indices are told apart, in the whole and in what was written.
TEST_F(GenerateTest, FilesMeanTheSameInTheWholeAndInWhatWasWritten) {
  auto wanted = options(base_ / "d", 200, 1000);
  wanted.workload.dataset.layout = LayoutKind::kTfrecord;
  wanted.workload.dataset.samples_per_file = 50;
  const Json record = generate_all(wanted);
  EXPECT_EQ(record["files"], 4);
  EXPECT_EQ(record["index_files"], 4);
  EXPECT_EQ(record["files_written"], 4);
  EXPECT_EQ(content(base_ / "d").size(), 8u);
  EXPECT_EQ(generate_all(wanted)["skipped_files"], 4);
}

TEST_F(GenerateTest, DeleteWithoutAMarkerIsRefused) {
  std::ofstream(base_ / "s0000000001.bin") << "looks like ours";
  EXPECT_THAT(sentence([&] { delete_generated(base_, false, {}, {}); }), HasSubstr("nothing is deleted"));
  EXPECT_EQ(content(base_).size(), 1u);
}

// Four pages are mounted where the sixth directory of 100 files comes to lie: the fifth file there does not
// fit, though the check at the start saw the large file system around it.
TEST_F(GenerateTest, AFullDiskEndsClearlyAndIsResumable) {
  const auto whole = options(base_ / "whole", 1000, 3500);
  generate_all(whole);
  auto wanted = whole;
  wanted.directory = base_ / "d";
  std::stop_source stopped;
  stopped.request_stop();
  generate(wanted, stopped.get_token(), {});  // nothing but the marker
  const fs::path mount = base_ / "d" / "d00005";
  fs::create_directory(mount);
  if (::mount("tmpfs", mount.c_str(), "tmpfs", 0, "size=16k") != 0) GTEST_SKIP() << "mounting needs root";
  const Json failed = generate_all(wanted);
  const std::string said = failed.value("error", "");
  EXPECT_EQ(failed["partial"], true);
  EXPECT_EQ(failed["state"], "partial");
  EXPECT_GT(failed["files_written"], 400);
  EXPECT_EQ(::umount(mount.c_str()), 0);
  EXPECT_THAT(said,
              AllOf(HasSubstr("full disk"), HasSubstr("ENOSPC"), HasSubstr("d00005/"), HasSubstr("resume")));
  const Manifest saved = manifest(wanted.directory);
  EXPECT_EQ(saved.state, Manifest::State::kPartial);
  EXPECT_GT(saved.files_written, 400u);  // a thread's last files before 500 may be unfinished, no more
  EXPECT_LT(saved.files_written, 505u);
  EXPECT_EQ(generate_all(wanted)["state"], "complete");
  EXPECT_TRUE(content(whole.directory) == content(wanted.directory));
}

// Somebody else fills the disk to the last block meanwhile: there is no room for the new marker either.
TEST_F(GenerateTest, ADiskFullToTheLastBlockKeepsItsMark) {
  const fs::path mount = base_ / "m";
  fs::create_directory(mount);
  if (::mount("tmpfs", mount.c_str(), "tmpfs", 0, "size=110m") != 0) GTEST_SKIP() << "mounting needs root";
  auto wanted = options(mount / "d", 25000, 3500);
  wanted.workload.dataset.sample_size = {LawKind::kConstant, 3500, 0, 0, 0, {}};  // a page each: 98 MiB
  std::atomic<bool> over{false};
  std::jthread filler([&] {
    while (!over && !fs::exists(mount / "d" / "d00001")) std::this_thread::yield();
    const int file = ::open((mount / "in-the-way").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    const std::vector<char> much(1 << 20);
    while (::write(file, much.data(), much.size()) > 0) continue;
    ::close(file);
  });
  const std::string said = generate_all(wanted).value("error", "");
  over = true;
  filler.join();
  if (said.empty()) GTEST_SKIP() << "all was written before the disk could be filled";
  EXPECT_THAT(said, HasSubstr("ENOSPC"));
  EXPECT_EQ(manifest(mount / "d").state, Manifest::State::kPartial);
  EXPECT_GT(manifest(mount / "d").files_written, 0u);
  fs::remove(mount / "in-the-way");
  EXPECT_EQ(generate_all(wanted)["state"], "complete");
}

TEST_F(GenerateTest, ProgressRisesToTheEnd) {
  std::vector<double> fractions;
  generate(options(base_ / "d", 200, 1000), {}, [&](const Progress& p) { fractions.push_back(p.fraction); });
  ASSERT_FALSE(fractions.empty());
  EXPECT_TRUE(std::is_sorted(fractions.begin(), fractions.end()));
  EXPECT_DOUBLE_EQ(fractions.back(), 1.0);
}

}  // namespace
}  // namespace aforo
