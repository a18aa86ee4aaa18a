#include "generate/generate_writer.h"

#include <gtest/gtest.h>
#include <sys/mount.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <vector>

#include "base/test_directory.h"
#include "storage/open_store.h"
#include "storage/store.h"

namespace aforo {
namespace {

namespace fs = std::filesystem;
constexpr auto kSmall = FileWriter::Size::kSmall, kLarge = FileWriter::Size::kLarge;

class FileWriterTest : public testing::Test {
 protected:
  void SetUp() override { owned_ = open_store(directory_)->own("marker"); }

  std::string content(const std::string& name) const {
    std::ifstream in(directory_ / name, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  }

  TestDirectory directory_of_test_;
  fs::path directory_{directory_of_test_.path()};
  std::unique_ptr<Owned> owned_;
};

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

TEST_F(FileWriterTest, MakesTheDirectoriesThatAreMissingAndOnlyThose) {
  FileWriter writer(*owned_, false);
  for (const char* path : {"a/b/1", "a/b/2", "a/c/3", "4", "a/b/5"}) {
    ASSERT_EQ(writer.open(path, kSmall), 0) << path;
    ASSERT_EQ(writer.append(bytes(path)), 0);
    ASSERT_EQ(writer.append(bytes("!")), 0);
    ASSERT_EQ(writer.close(), 0);
  }
  EXPECT_EQ(content("a/b/1"), "a/b/1!");
  EXPECT_EQ(content("a/b/5"), "a/b/5!");
  EXPECT_EQ(content("4"), "4!");
  EXPECT_EQ(writer.times().create.count(), 5u);
  EXPECT_EQ(writer.times().write.count(), 10u);
}

TEST_F(FileWriterTest, WhatIsThereIsNotWrittenTo) {
  std::ofstream(directory_ / "x") << "somebody's";
  FileWriter writer(*owned_, false);
  EXPECT_EQ(writer.open("x", kSmall), EEXIST);
  EXPECT_EQ(writer.append(bytes("new")), EBADF);
  EXPECT_EQ(content("x"), "somebody's");
}

// 10,000 bytes in blocks of 8192 and 1808: the second is no multiple of 4096 and goes through the page cache,
// as does everything where the file system knows no O_DIRECT. The content is the same in all cases.
TEST_F(FileWriterTest, DirectWritingKeepsTheRaggedEnd) {
  std::unique_ptr<std::byte, decltype(&std::free)> memory(
      static_cast<std::byte*>(std::aligned_alloc(4096, 12288)), &std::free);
  for (int i = 0; i < 10000; ++i) memory.get()[i] = static_cast<std::byte>(i * 7);
  const std::span<const std::byte> all(memory.get(), 10000);
  FileWriter writer(*owned_, true);
  ASSERT_EQ(writer.open("d", kLarge), 0);
  ASSERT_EQ(writer.append(all.first(8192)), 0);
  ASSERT_EQ(writer.append(all.subspan(8192)), 0);
  ASSERT_EQ(writer.close(), 0);
  ASSERT_EQ(writer.open("e", kLarge), 0);  // in one block
  ASSERT_EQ(writer.append(all), 0);
  ASSERT_EQ(writer.close(), 0);
  const std::string expected(reinterpret_cast<const char*>(all.data()), all.size());
  EXPECT_EQ(content("d"), expected);
  EXPECT_EQ(content("e"), expected);
}

TEST_F(FileWriterTest, ASymbolicLinkInTheWayIsNotFollowed) {
  std::ofstream(directory_ / "victim") << "precious";
  fs::create_symlink(directory_ / "victim", directory_ / "link");
  FileWriter writer(*owned_, false);
  EXPECT_EQ(writer.open("link", kSmall), EEXIST);
  EXPECT_EQ(content("victim"), "precious");
}

// As snapshot tools make them: the outside name keeps the old bytes.
TEST_F(FileWriterTest, AHardLinkToAFileOutsideIsNotWrittenThrough) {
  std::ofstream(directory_ / "victim") << "precious";
  fs::create_hard_link(directory_ / "victim", directory_ / "link");
  FileWriter writer(*owned_, false);
  EXPECT_EQ(writer.open("link", kSmall), EEXIST);
  EXPECT_EQ(owned_->remove_file("link"), 0);
  ASSERT_EQ(writer.open("link", kSmall), 0);
  ASSERT_EQ(writer.append(bytes("new")), 0);
  ASSERT_EQ(writer.close(), 0);
  EXPECT_EQ(content("link"), "new");
  EXPECT_EQ(content("victim"), "precious");
}

TEST_F(FileWriterTest, WritesTheSameThroughEveryEngine) {
  for (const EngineRow& row : engine_table()) {
    if (!row.moves_bytes || row.kind == EngineKind::kS3) continue;  // that one writes objects
    FileWriter writer(*owned_, false, row.kind == EngineKind::kUring ? EngineKind::kAuto : row.kind);
    const std::string name = "a/" + std::string(row.word);
    ASSERT_EQ(writer.open(name, kSmall), 0) << name;
    ASSERT_EQ(writer.append(bytes("12345")), 0) << name;
    ASSERT_EQ(writer.append(bytes("678")), 0) << name;
    ASSERT_EQ(writer.close(), 0) << name;
    EXPECT_EQ(content(name), "12345678");
  }
}

// A file system of one MiB cannot take two.
TEST_F(FileWriterTest, AFullDeviceIsAnErrnoAndTheFileIsClosed) {
  const fs::path mount = directory_ / "m";
  fs::create_directory(mount);
  if (::mount("tmpfs", mount.c_str(), "tmpfs", 0, "size=1m") != 0)
    GTEST_SKIP() << "mounting a tmpfs needs root";
  {
    const auto owned = open_store(mount)->own("marker");
    FileWriter writer(*owned, false);
    const std::vector<std::byte> much(2 << 20);
    ASSERT_EQ(writer.open("full", kSmall), 0);
    EXPECT_EQ(writer.append(much), ENOSPC);
    EXPECT_EQ(writer.close(), EBADF);
  }
  EXPECT_EQ(::umount(mount.c_str()), 0);
}

}  // namespace
}  // namespace aforo
