#include "serve/record_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "base/test_directory.h"

namespace aforo {
namespace {

using ::testing::HasSubstr;

constexpr const char* kRun =
    R"({"schema": 1, "command": "run", "started": "2026-01-02T03:04:05Z", "accelerators": 8, "au": 0.93,
        "bytes_per_second": 1.5e9, "config": {"workload": "unet3d"}})";

void put(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

TEST(RecordFiles, ListsRecordsAndWhatCannotBeRead) {
  const TestDirectory directory;
  put(directory / "b.json", kRun);
  put(directory / "a.json", R"({"schema": 1, "command": "size", "partial": true})");
  put(directory / "cut.json", std::string(kRun).substr(0, 50));
  put(directory / "other.json", "[1, 2]");
  put(directory / "newer.json", R"({"schema": 2, "command": "run", "aforo_version": "9.1"})");
  put(directory / "storage.yaml", "name: x\n");
  put(directory / ".hidden.json", kRun);
  put(directory / "notes.txt", "x");
  RecordFiles files(directory.path());
  const Json list = files.list();
  ASSERT_EQ(list["records"].size(), 2U) << list;
  EXPECT_EQ(list["records"][0], (Json{{"name", "a.json"}, {"command", "size"}, {"partial", true}}));
  EXPECT_EQ(list["records"][1]["workload"], "unet3d");
  EXPECT_EQ(list["records"][1]["au"], 0.93);
  EXPECT_FALSE(list["records"][1].contains("max_accelerators"));
  ASSERT_EQ(list["unreadable"].size(), 3U) << list;
  EXPECT_THAT(std::string(list["unreadable"][0]["why"]), HasSubstr("cut short"));
  EXPECT_THAT(std::string(list["unreadable"][1]["why"]),
              HasSubstr("schema 1, found one of schema 2, written by aforo 9.1"));
  EXPECT_THAT(std::string(list["unreadable"][2]["why"]), HasSubstr("other JSON"));
  EXPECT_EQ(list["storages"], Json::parse(R"([{"name": "storage.yaml"}])"));
  EXPECT_FALSE(list.contains("message"));
}

TEST(RecordFiles, AnEmptyDirectorySaysWhatIsMissing) {
  const TestDirectory directory;
  RecordFiles files(directory.path());
  EXPECT_THAT(std::string(files.list()["message"]), HasSubstr("expected Records"));
}

TEST(RecordFiles, ADirectoryIsNeeded) {
  const TestDirectory directory;
  put(directory / "file", "x");
  EXPECT_THROW(RecordFiles(directory / "none"), UserError);
  EXPECT_THROW(RecordFiles(directory / "file"), UserError);
}

TEST(RecordFiles, NothingElseIsOpened) {
  const TestDirectory outside, directory;
  put(outside / "secret.json", kRun);
  std::filesystem::create_symlink(outside / "secret.json", directory / "link.json");
  std::filesystem::create_directory(directory / "folder.json");
  std::filesystem::create_directory(directory / "sub");
  put(directory / "sub" + "/in.json", kRun);
  ASSERT_EQ(::mkfifo((directory / "pipe.json").c_str(), 0600), 0);
  RecordFiles files(directory.path());
  for (const std::string& name :
       {std::string("link.json"), std::string("folder.json"), std::string("pipe.json"),
        std::string("sub/in.json"), std::string("../secret.json"), outside / "secret.json",
        std::string("none.json"), std::string(".json"), std::string(""), std::string("/"), std::string("sub"),
        std::string("x\0.json", 7), std::string(300, 'x') + ".json"})
    EXPECT_THROW(files.record(name), NoSuchFile) << name;
  EXPECT_THROW(files.yaml("link.json"), NoSuchFile);
  const Json list = files.list();
  EXPECT_TRUE(list["records"].empty()) << list;
  EXPECT_TRUE(list["unreadable"].empty()) << list;
}

// The directory of the start, not whatever has its name later.
TEST(RecordFiles, TheDirectoryStaysWhatItWas) {
  const TestDirectory place;
  std::filesystem::create_directory(place / "one");
  put(place / "one" + "/r.json", kRun);
  RecordFiles files(place / "one");
  std::filesystem::rename(place / "one", place / "moved");
  std::filesystem::create_directory(place / "one");
  EXPECT_EQ(files.list()["records"].size(), 1U);
}

TEST(RecordFiles, AChangedFileIsReadAnew) {
  const TestDirectory directory;
  put(directory / "r.json", kRun);
  RecordFiles files(directory.path());
  EXPECT_EQ(files.list()["records"][0]["command"], "run");
  EXPECT_EQ(files.list()["records"][0]["command"], "run");
  put(directory / "r.json", R"({"schema": 1, "command": "probe"})");
  EXPECT_EQ(files.list()["records"][0]["command"], "probe");
  std::filesystem::remove(directory / "r.json");
  EXPECT_TRUE(files.list()["records"].empty());
}

}  // namespace
}  // namespace aforo
