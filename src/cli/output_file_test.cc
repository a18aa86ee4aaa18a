#include "cli/output_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/error.h"

namespace aforo {
namespace {

namespace fs = std::filesystem;

class OutputFileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "aforo-output-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
  }
  void TearDown() override { fs::remove_all(directory_); }

  std::string path(const std::string& name) const { return (directory_ / name).string(); }
  static std::string content(const std::string& file) {
    std::ifstream in(file);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  }
  std::size_t entries() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(directory_), fs::directory_iterator()));
  }

  fs::path directory_;
  std::ostringstream out_, err_;
  Console console_{out_, err_};
};

TEST_F(OutputFileTest, AppearsWhole) {
  OutputFile file(path("r.json"), console_);
  EXPECT_FALSE(fs::exists(path("r.json")));
  file.commit("{}\n");
  EXPECT_EQ(content(path("r.json")), "{}\n");
  EXPECT_EQ(entries(), 1U);
}

TEST_F(OutputFileTest, KeepsTheOldFileAndItsModeUntilThen) {
  std::ofstream(path("r.json")) << "old";
  ::chmod(path("r.json").c_str(), 0640);
  {
    OutputFile file(path("r.json"), console_);
    EXPECT_EQ(content(path("r.json")), "old");
  }
  EXPECT_EQ(content(path("r.json")), "old");
  EXPECT_EQ(entries(), 1U) << "an abandoned result leaves nothing behind";
  OutputFile(path("r.json"), console_).commit("new");
  EXPECT_EQ(content(path("r.json")), "new");
  struct stat status {};
  ASSERT_EQ(::stat(path("r.json").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640U);
}

TEST_F(OutputFileTest, ABadPathIsSaidAtOnce) {
  EXPECT_THROW(OutputFile(path("no/such/r.json"), console_), UserError);
  EXPECT_THROW(OutputFile(directory_.string(), console_), UserError);
}

TEST_F(OutputFileTest, ADeviceIsWrittenDirectly) {
  OutputFile("/dev/null", console_).commit("gone");
  OutputFile full("/dev/full", console_);
  EXPECT_THROW(full.commit("does not fit"), UserError);
}

TEST_F(OutputFileTest, DashIsStandardOutput) {
  OutputFile file("-", console_);
  EXPECT_TRUE(file.is_standard_output());
  file.commit("text");
  EXPECT_EQ(out_.str(), "text");
}

}  // namespace
}  // namespace aforo
