#include "storage/posix/owned_directory.h"

#include <sys/mount.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "storage/engine_contract.h"

namespace aforo {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMarkerFile = "marker.json";

class OwnedDirectoryTest : public testing::Test {
 protected:
  void put(const std::string& path, const std::string& text = "precious") {
    fs::create_directories(fs::path(directory_ / path).parent_path());
    std::ofstream(directory_ / path) << text;
  }
  bool exists(const std::string& path) const { return fs::exists(fs::symlink_status(directory_ / path)); }
  static std::string refusal(const std::function<void()>& act) {
    try {
      act();
    } catch (const UserError& error) {
      return error.what();
    }
    return "";
  }

  static std::string marker_of(const OwnedDirectory& owned) {
    const auto file = owned.open(std::string(kMarkerFile));
    if (!file) return "";
    std::string text((*file)->size(), ' ');
    EXPECT_EQ((*file)->read(0, std::as_writable_bytes(std::span(text))), text.size());
    return text;
  }
  // A new file of five bytes; 0 or an errno.
  static int create(const OwnedDirectory& owned, const std::string& path) {
    const auto engine = owned.engine(EngineKind::kBlocking, {}).engine;
    const auto carry_out = [&](Ask& ask) {
      engine->start(ask);
      while (!ask.ends) engine->turn(Seconds{1});
      return ask.error;
    };
    if (const int error = owned.make_way(path)) return error;
    auto made = Ask::create(path.c_str());
    if (const int error = carry_out(*made)) return error;
    auto bytes = content(5);
    return carry_out(*Ask::write(made->file, 0, bytes));
  }

  TemporaryDirectory directory_;
};

TEST_F(OwnedDirectoryTest, LooksWithoutTouching) {
  put("foreign/photo.jpg");
  put("ours/marker.json");
  put("ours/sample");
  fs::create_directories(directory_ / "empty/lost+found");
  EXPECT_EQ(look_at_directory(directory_ / "absent", kMarkerFile).ownership, Ownership::kAbsent);
  EXPECT_EQ(look_at_directory(directory_ / "empty", kMarkerFile).ownership, Ownership::kEmpty);
  EXPECT_EQ(look_at_directory(directory_ / "ours", kMarkerFile).ownership, Ownership::kOurs);
  const auto foreign = look_at_directory(directory_ / "foreign", kMarkerFile);
  EXPECT_EQ(foreign.ownership, Ownership::kForeign);
  EXPECT_EQ(foreign.others, std::vector<std::string>{"photo.jpg"});
  EXPECT_FALSE(exists("absent"));
}

TEST_F(OwnedDirectoryTest, RefusesWhatItDoesNotOwn) {
  put("foreign/photo.jpg");
  put("file");
  const auto write = [](const std::string& path) {
    return [path] { OwnedDirectory::for_writing(path, kMarkerFile); };
  };
  EXPECT_NE(refusal(write(directory_ / "foreign")).find("photo.jpg"), std::string::npos);
  EXPECT_NE(refusal(write("/")).find("'/'"), std::string::npos);
  EXPECT_NE(refusal(write("/tmp/..")).find("'/'"), std::string::npos);
  EXPECT_NE(refusal(write(directory_ / "file")).find("found a file"), std::string::npos);
  EXPECT_NE(
      refusal([&] { OwnedDirectory::for_removal(directory_ / "foreign", kMarkerFile); }).find("marker.json"),
      std::string::npos);
  EXPECT_NE(refusal([&] { OwnedDirectory::for_removal(directory_ / "absent", kMarkerFile); }), "");
  EXPECT_TRUE(exists("foreign/photo.jpg"));
  EXPECT_FALSE(exists("foreign/marker.json"));
}

TEST_F(OwnedDirectoryTest, WritesMarksAndTakesAway) {
  {
    const auto owned = OwnedDirectory::for_writing(directory_ / "new/data", kMarkerFile);
    EXPECT_EQ(marker_of(owned), "");
    EXPECT_EQ(owned.replace_marker("first"), 0);
    EXPECT_EQ(owned.replace_marker("second"), 0);
    EXPECT_EQ(marker_of(owned), "second");
    EXPECT_EQ(create(owned, "a/b/sample"), 0);
    EXPECT_EQ(owned.sync(), 0);
  }
  EXPECT_EQ(fs::file_size(directory_ / "new/data/a/b/sample"), 5u);
  EXPECT_FALSE(exists("new/data/marker.json.new"));
  const auto owned = OwnedDirectory::for_removal(directory_ / "new/data", kMarkerFile);
  EXPECT_EQ(owned.remove_directory("a/b"), ENOTEMPTY);
  EXPECT_EQ(owned.remove_file("a/b"), EISDIR);  // a directory is no file
  EXPECT_EQ(owned.remove_file("a/b/sample"), 0);
  EXPECT_EQ(owned.remove_file("a/b/sample"), 0);  // gone already
  EXPECT_EQ(owned.remove_directory("a/b"), 0);
  EXPECT_EQ(owned.remove_directory("a"), 0);
  EXPECT_EQ(owned.remove_marker(), 0);
  EXPECT_TRUE(fs::is_empty(directory_ / "new/data"));
}

TEST_F(OwnedDirectoryTest, NeverLeavesItsDirectory) {
  put("outside/precious");
  const auto owned = OwnedDirectory::for_writing(directory_ / "data", kMarkerFile);
  fs::create_symlink(directory_ / "outside", directory_ / "data/link");
  fs::create_symlink(directory_ / "outside/precious", directory_ / "data/sample");
  for (const std::string path : {"../outside/precious", "/etc/hostname", "link/precious", "sample",
                                 "a/../../outside/precious", "", "a//b", "."}) {
    EXPECT_NE(create(owned, path), 0) << path;
    EXPECT_NE(owned.remove_file(path), 0) << path;
  }
  EXPECT_EQ(owned.remove_directory("../outside"), EXDEV);
  EXPECT_EQ(fs::file_size(directory_ / "outside/precious"), 8u);
  EXPECT_TRUE(exists("data/sample"));  // a link is no file of ours
}

TEST_F(OwnedDirectoryTest, IsForOneProcessAlone) {
  auto owned = OwnedDirectory::for_writing(directory_ / "data", kMarkerFile);
  EXPECT_NE(
      refusal([&] { OwnedDirectory::for_writing(directory_ / "data", kMarkerFile); }).find("another aforo"),
      std::string::npos);
  { const OwnedDirectory moved = std::move(owned); }
  EXPECT_EQ(refusal([&] { OwnedDirectory::for_writing(directory_ / "data", kMarkerFile); }), "");
}

TEST_F(OwnedDirectoryTest, AKilledFirstWriteIsStillOurs) {
  put("data/marker.json.new", "half a mar");
  EXPECT_EQ(refusal([&] { OwnedDirectory::for_writing(directory_ / "data", kMarkerFile); }), "");
}

TEST_F(OwnedDirectoryTest, AMarkerIsARegularFile) {
  put("else/marker.json");
  for (const char* kind : {"link", "fifo", "directory"}) {
    const fs::path place = directory_ / kind;
    fs::create_directories(place);
    const fs::path marker = place / kMarkerFile;
    if (kind == std::string("link")) fs::create_symlink(directory_ / "else/marker.json", marker);
    if (kind == std::string("fifo")) {
      ASSERT_EQ(::mkfifo(marker.c_str(), 0600), 0);
    }
    if (kind == std::string("directory")) fs::create_directory(marker);
    EXPECT_EQ(look_at_directory(place, kMarkerFile).ownership, Ownership::kForeign) << kind;
    EXPECT_NE(refusal([&] { OwnedDirectory::for_writing(place, kMarkerFile); }), "") << kind;
    EXPECT_NE(refusal([&] { OwnedDirectory::for_removal(place, kMarkerFile); }), "") << kind;
  }
}

// What a kill left of a first marker may have got another name since.
TEST_F(OwnedDirectoryTest, AMarkerIsNotWrittenThroughAnOldOne) {
  put("outside");
  fs::create_directories(directory_ / "data");
  fs::create_hard_link(directory_ / "outside", directory_ / "data/marker.json.new");
  const auto owned = OwnedDirectory::for_writing(directory_ / "data", kMarkerFile);
  EXPECT_EQ(owned.replace_marker("new"), 0);
  EXPECT_EQ(marker_of(owned), "new");
  EXPECT_EQ(fs::file_size(directory_ / "outside"), 8u);
}

TEST_F(OwnedDirectoryTest, AFullDiskIsDataNotAnException) {
  if (geteuid() != 0) GTEST_SKIP() << "mounting a small filesystem needs root";
  fs::create_directories(directory_ / "small");
  if (mount("tmpfs", (directory_ / "small").c_str(), "tmpfs", 0, "size=16k") != 0)
    GTEST_SKIP() << "this root may not mount";
  {
    const auto owned = OwnedDirectory::for_writing(directory_ / "small", kMarkerFile);
    EXPECT_EQ(owned.replace_marker("before"), 0);
    EXPECT_EQ(owned.replace_marker(std::string(100'000, 'x')), ENOSPC);
    EXPECT_EQ(marker_of(owned), "before");  // the old one stands
    EXPECT_EQ(owned.replace_marker("after"), 0);
  }
  umount2((directory_ / "small").c_str(), MNT_DETACH);
}

}  // namespace
}  // namespace aforo
