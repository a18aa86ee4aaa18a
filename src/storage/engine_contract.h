// What every engine is held to (engine_contract_test.cc), and the means to do it: a directory of
// files that exists on disk and in memory, and requests that note their end. To hold a new engine
// to it, add a line to `all_engines`.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "storage/engine.h"
#include "storage/make_engine.h"
#include "storage/memory_engine.h"
#include "storage/posix/owned_directory.h"

namespace aforo {

// A fresh directory that goes with the object.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "aforo-storage-XXXXXX").string();
    if (!mkdtemp(name.data())) throw std::runtime_error("mkdtemp failed");
    path_ = name;
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

// Byte i of every test file is a function of i alone, with a long
// period: an offset that is wrong shows.
inline std::byte byte_at(std::uint64_t i) { return static_cast<std::byte>((i * 2654435761u) >> 13); }

inline std::vector<std::byte> content(std::size_t size) {
  std::vector<std::byte> bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = byte_at(i);
  return bytes;
}

// True if `bytes` are those of a test file from `offset` on.
inline bool is_content(std::span<const std::byte> bytes, std::uint64_t offset = 0) {
  for (std::size_t i = 0; i < bytes.size(); ++i)
    if (bytes[i] != byte_at(offset + i)) return false;
  return true;
}

// Memory as O_DIRECT wants it.
class AlignedBuffer {
 public:
  explicit AlignedBuffer(std::size_t size)
      : data_(static_cast<std::byte*>(std::aligned_alloc(4096, (size + 4095) / 4096 * 4096)), &::free),
        size_((size + 4095) / 4096 * 4096) {
    std::fill_n(data_.get(), size_, std::byte{0});
  }
  std::span<std::byte> all() { return {data_.get(), size_}; }
  std::span<std::byte> first(std::size_t n) { return all().first(n); }

 private:
  std::unique_ptr<std::byte, void (*)(void*)> data_;
  std::size_t size_;
};

// A request that notes its end.
struct Ask : IoRequest {
  Ask() {
    owner = this;
    done = [](IoRequest& request) { ++static_cast<Ask*>(request.owner)->ends; };
  }
  Ask(const Ask&) = delete;
  Ask& operator=(const Ask&) = delete;
  int ends = 0;

  static std::unique_ptr<Ask> read_file(const char* path, std::span<std::byte> buffer,
                                        std::uint64_t expected = 0) {
    auto ask = std::make_unique<Ask>();
    ask->operation = IoOperation::kReadFile;
    ask->path = path;
    ask->buffer = buffer;
    ask->expected = expected;
    return ask;
  }
  static std::unique_ptr<Ask> open(const char* path, bool direct = false) {
    auto ask = std::make_unique<Ask>();
    ask->operation = IoOperation::kOpen;
    ask->path = path;
    ask->direct = direct;
    return ask;
  }
  static std::unique_ptr<Ask> read(EngineFile file, std::uint64_t offset, std::span<std::byte> buffer) {
    auto ask = std::make_unique<Ask>();
    ask->operation = IoOperation::kRead;
    ask->file = file;
    ask->offset = offset;
    ask->buffer = buffer;
    return ask;
  }
  static std::unique_ptr<Ask> create(const char* path, bool direct = false) {
    auto ask = open(path, direct);
    ask->operation = IoOperation::kCreate;
    return ask;
  }
  static std::unique_ptr<Ask> write(EngineFile file, std::uint64_t offset, std::span<std::byte> buffer) {
    auto ask = read(file, offset, buffer);
    ask->operation = IoOperation::kWrite;
    return ask;
  }
  static std::unique_ptr<Ask> sync(EngineFile file) {
    auto ask = close(file);
    ask->operation = IoOperation::kSync;
    return ask;
  }
  static std::unique_ptr<Ask> of_name(IoOperation operation, const char* path, const char* name = nullptr) {
    auto ask = open(path);
    ask->operation = operation;
    ask->name = name;
    return ask;
  }
  static std::unique_ptr<Ask> close(EngineFile file) {
    auto ask = std::make_unique<Ask>();
    ask->operation = IoOperation::kClose;
    ask->file = file;
    return ask;
  }
};

struct EngineUnderTest {
  std::string name;
  // May write where the options' `owned` says so.
  std::function<std::unique_ptr<Engine>(const EngineOptions&, MemoryFiles&)> make;
  // Sees the real directory: permissions, O_DIRECT, devices.
  bool on_disk = true;
  // False: answers without looking at anything.
  bool moves_bytes = true;
  // False: a name is an object's or nobody's, and no directory's.
  bool directories = true;
  // False: a file is written front to back, and is there when it is closed.
  bool writes_anywhere = true;
  // False: it never writes, whoever owns the place.
  bool writes = true;
  // When an answer's first byte came is seen.
  bool sees_first_byte = false;
};

std::vector<EngineUnderTest> all_engines();
std::vector<EngineUnderTest> engines_that_move_bytes();
std::vector<EngineUnderTest> engines_on_disk();
std::vector<EngineUnderTest> engines_with_directories();
std::vector<EngineUnderTest> engines_that_write();
std::vector<EngineUnderTest> engines_that_write_anywhere();

inline std::string engine_test_name(const testing::TestParamInfo<EngineUnderTest>& suite) {
  return suite.param.name;
}

// Why this machine has no io_uring; empty where it has.
inline std::string uring_refusal() {
  EngineOptions options;
  options.root = "/";
  return make_engine(EngineKind::kAuto, options).reason;
}

class EngineContract : public testing::TestWithParam<EngineUnderTest> {
 protected:
  void SetUp() override {
    if (!GetParam().name.starts_with("io_uring")) return;
    if (const std::string why = uring_refusal(); !why.empty()) GTEST_SKIP() << why;
  }

  // A file of `size` test bytes, on disk and in memory.
  void add(const std::string& path, std::size_t size) {
    memory_[path] = content(size);
    std::filesystem::create_directories(std::filesystem::path(directory_ / path).parent_path());
    std::ofstream file(directory_ / path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(memory_[path].data()), static_cast<std::streamsize>(size));
  }

  // An engine that may write into the directory.
  std::unique_ptr<Engine> make_writer(std::uint32_t depth = 64, Seconds timeout = Seconds{30},
                                      std::span<std::byte> arena = {}) {
    if (!owned_) {
      add("marker", 0);
      owned_ = std::make_unique<OwnedDirectory>(OwnedDirectory::for_writing(directory_.path(), "marker"));
    }
    return make(depth, timeout, arena);
  }

  std::unique_ptr<Engine> make(std::uint32_t depth = 64, Seconds timeout = Seconds{30},
                               std::span<std::byte> arena = {}) {
    EngineOptions options;
    options.root = directory_.path();
    options.depth = depth;
    options.timeout = timeout;
    options.arena = arena;
    options.owned = owned_.get();
    return GetParam().make(options, memory_);
  }

  // Starts `ask` and turns until it has ended.
  static Ask& carry_out(Engine& engine, Ask& ask) {
    engine.start(ask);
    while (!ask.ends) engine.turn(Seconds{1});
    return ask;
  }

  TemporaryDirectory directory_;
  MemoryFiles memory_;
  std::unique_ptr<OwnedDirectory> owned_;
};

// What needs an engine that moves bytes.
class EngineBytes : public EngineContract {};
class EngineOnDisk : public EngineContract {};  // and a real directory

}  // namespace aforo
