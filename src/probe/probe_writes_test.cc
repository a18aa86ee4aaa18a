#include "probe/probe_writes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "base/test_directory.h"
#include "probe/write_ground.h"
#include "storage/open_store.h"

namespace aforo {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

constexpr std::uint64_t kMB = 1'000'000;

// `writers`, each `files` files of 10 MB that take `each` seconds, one after another.
WriteRun regular(unsigned writers, unsigned files, double each) {
  WriteRun run;
  run.writers = writers;
  run.files.resize(writers);
  for (auto& of : run.files)
    for (unsigned i = 0; i < files; ++i) of.push_back({Seconds{i * each}, Seconds{(i + 1) * each}, 10 * kMB});
  return run;
}

TEST(ProbeWrites, TwoSizesTellWhatAFileTakes) {
  const LoneWriter found = lone_writer(8 * kMB, Seconds{0.05 + 0.08}, 800 * kMB, Seconds{0.05 + 8});
  EXPECT_NEAR(found.per_file.value, 0.05, 1e-12);
  EXPECT_NEAR(found.rate.value, 100e6, 1e-3);
}

TEST(ProbeWrites, ASmallFileThatIsNotQuickerTellsNothing) {
  const LoneWriter found = lone_writer(8 * kMB, Seconds{9}, 800 * kMB, Seconds{8});
  EXPECT_EQ(found.per_file.value, 0);
  EXPECT_NEAR(found.rate.value, 100e6, 1e-3);
  EXPECT_EQ(lone_writer(8 * kMB, Seconds{0.04}, 800 * kMB, Seconds{8}).per_file.value, 0)
      << "quicker than its bytes";
}

// Four writers of files that take 10 ms alone: side by side 40 ms each, as one after another is made; or 10.5.
TEST(ProbeWrites, HowManyFilesAreMadeIsALimitWhereTheyGetInEachOthersWay) {
  EXPECT_NEAR(limit_of_files(regular(4, 5, 0.04), Seconds{0.01}).value, 100, 1e-6);
  EXPECT_EQ(limit_of_files(regular(4, 5, 0.0105), Seconds{0.01}).value, 0);
  EXPECT_EQ(limit_of_files({}, Seconds{0.01}).value, 0);
}

// 4 x 10 MB in 0.5 s, of which 0.1 s are the files'.
TEST(ProbeWrites, TheRateLeavesOutWhatFilesTake) {
  EXPECT_NEAR(write_rate(regular(4, 2, 0.5), Seconds{0}, Seconds{1}, Seconds{0.1})->value, 4 * 10e6 / 0.4, 1);
  EXPECT_NEAR(write_rate(regular(4, 2, 0.5), Seconds{0}, Seconds{1}, Seconds{0})->value, 4 * 10e6 / 0.5, 1);
}

// What reaches over an edge counts by its part: the same rate, whatever the edges.
TEST(ProbeWrites, WhatLiesOnAnEdgeCountsInPart) {
  EXPECT_NEAR(write_rate(regular(3, 4, 0.5), Seconds{0.2}, Seconds{1.3}, Seconds{0.1})->value, 3 * 10e6 / 0.4,
              1);
  EXPECT_FALSE(write_rate(regular(3, 4, 0.5), Seconds{5}, Seconds{6}, Seconds{0}));
}

TEST(ProbeWrites, AWriteTakesWhatMoreOfThemTakeLonger) {
  EXPECT_NEAR(time_of_a_write(1, Seconds{0.06}, 16, Seconds{0.36}).value, 0.02, 1e-12);
  EXPECT_EQ(time_of_a_write(1, Seconds{0.06}, 16, Seconds{0.065}).value, 0) << "noise";
  EXPECT_EQ(time_of_a_write(1, Seconds{0.06}, 16, Seconds{0.01}).value, 0);
  EXPECT_EQ(time_of_a_write(1, Seconds{0.06}, 1, Seconds{0.1}).value, 0) << "as many";
}

TEST(ProbeWrites, ReadersAreSetBesideTheFewestThatFillStorage) {
  WriteCurve curve;
  curve.points = {{1, {300e6}, 0}, {2, {580e6}, 0}, {4, {920e6}, 0}, {8, {1000e6}, 0}};
  EXPECT_EQ(writers_beside(curve), 4u);
  curve.points = {{1, {300e6}, 0}, {64, {5000e6}, 0}};
  EXPECT_EQ(writers_beside(curve), kMostBeside);
}

TEST(ProbeWrites, FilesBesideReadersTakeHalfASecond) {
  WriteCurve curve;
  curve.points = {{1, {300e6}, 0}, {4, {800e6}, 0}};
  EXPECT_EQ(file_beside(curve, 4, 1 << 20), 100'000'000u / (1 << 20) * (1 << 20));
}

class WriteGroundTest : public ::testing::Test {
 protected:
  std::string below(const std::string& name) const { return directory_.path() + "/" + name; }
  TestDirectory directory_;
};

TEST_F(WriteGroundTest, LeavesThePlaceAsItWas) {
  {
    WriteGround ground(below("a/b/c"));
    EXPECT_TRUE(fs::exists(below("a/b/c")));
    ground.remove();
  }
  EXPECT_FALSE(fs::exists(below("a")));
  fs::create_directory(below("empty"));
  { const WriteGround ground(below("empty")); }
  EXPECT_TRUE(fs::exists(below("empty")));
  EXPECT_TRUE(fs::is_empty(below("empty")));
}

TEST_F(WriteGroundTest, WhatAKilledProbeLeftGoesWithTheNext) {
  WriteGround* const killed = new WriteGround(below("w"));
  std::ofstream(below("w/" + WriteGround::file_of(3))) << "half";
  fs::copy(below("w"), below("left"), fs::copy_options::recursive);
  delete killed;
  {
    const WriteGround ground(below("left"));
    EXPECT_FALSE(fs::exists(below("left/" + WriteGround::file_of(3))));
  }
  EXPECT_TRUE(fs::is_empty(below("left")));
}

TEST_F(WriteGroundTest, WhatIsNotItsOwnIsNotTouched) {
  fs::create_directory(below("theirs"));
  std::ofstream(below("theirs/writer-00001.bin")) << "mine";
  try {
    const WriteGround ground(below("theirs"));
    ADD_FAILURE() << "taken";
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr("theirs"));
  }
  EXPECT_TRUE(fs::exists(below("theirs/writer-00001.bin")));
}

TEST_F(WriteGroundTest, ACurveIsMeasuredThere) {
  WriteGround ground(below("w"));
  const WriteContent content(1 << 20);
  WritesAsk ask;
  ask.time = Seconds{0.5};
  ask.room = 64_MiB;
  const auto write = [&](const WriterAsk& of, const std::stop_token& stop) {
    return write_side_by_side(ground, content, of, stop);
  };
  const ProbedWrites found = measure_writes(write, content.chunk(), ask, {}, {});
  ASSERT_GE(found.curve.points.size(), 4u) << testing::PrintToString(found.unknown);
  EXPECT_EQ(found.curve.points[0].writers, 1);
  EXPECT_EQ(found.curve.points[1].writers, 2);
  EXPECT_GT(found.curve.points[0].rate.value, 0);
  EXPECT_GE(found.bytes, 2 * Bytes(1_MiB).value * (1 + 2 + 4 + 8));
  EXPECT_TRUE(found.curve.synced);
  ground.remove();
  EXPECT_FALSE(fs::exists(below("w")));
}

TEST_F(WriteGroundTest, AStopEndsItSoon) {
  const WriteGround ground(below("w"));
  const WriteContent content(1 << 20);
  std::stop_source stop;
  stop.request_stop();
  const WriteRun run =
      write_side_by_side(ground, content, {2, 1 << 30, 1000, ReadMode::kBuffered}, stop.get_token());
  EXPECT_TRUE(run.files[0].empty());
  EXPECT_TRUE(run.fault.empty());
}

TEST_F(WriteGroundTest, AFileThatCannotBeMadeIsNamed) {
  const WriteGround ground(below("w"));
  fs::create_directory(below("w/" + WriteGround::file_of(1)));
  const WriteContent content(1 << 20);
  const WriteRun run = write_side_by_side(ground, content, {2, 1 << 20, 1, ReadMode::kBuffered}, {});
  EXPECT_EQ(run.error, EEXIST);
  EXPECT_THAT(run.fault, HasSubstr(WriteGround::file_of(1) + ": EEXIST"));
  fs::remove(below("w/" + WriteGround::file_of(1)));
}

TEST_F(WriteGroundTest, LiesWithinSeesThroughLinks) {
  fs::create_directory(below("data"));
  fs::create_directory_symlink(below("data"), below("link"));
  EXPECT_TRUE(lies_within(below("data"), below("data")));
  EXPECT_TRUE(lies_within(below("data/x"), below("data/")));
  EXPECT_TRUE(lies_within(below("link/x"), below("data")));
  EXPECT_FALSE(lies_within(below("data2"), below("data")));
  EXPECT_FALSE(lies_within(below("data"), below("data/x")));
}

}  // namespace
}  // namespace aforo
