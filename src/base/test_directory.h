// For tests: a fresh directory that goes with the object, with all that was put into it.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace aforo {

class TestDirectory {
 public:
  // kMemory: on /dev/shm where that may be written to, so that tests of many files need no disk.
  enum class On { kDisk, kMemory };

  explicit TestDirectory(On on = On::kDisk) {
    namespace fs = std::filesystem;
    const bool memory = on == On::kMemory && ::access("/dev/shm", W_OK) == 0;
    std::string name = ((memory ? fs::path("/dev/shm") : fs::temp_directory_path()) / "aforo-test-XXXXXX");
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    path_ = name;
  }
  ~TestDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestDirectory(const TestDirectory&) = delete;
  TestDirectory& operator=(const TestDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace aforo
