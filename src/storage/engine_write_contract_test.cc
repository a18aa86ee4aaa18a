// The engines' contract for what they write. Each test holds for every engine that moves bytes.
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>

#include "storage/engine_contract.h"
#include "storage/faulty_engine.h"

namespace aforo {
namespace {

// Test bytes from `offset` on, as a file has them there.
void fill(std::span<std::byte> bytes, std::uint64_t offset = 0) {
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = byte_at(offset + i);
}

class EngineWrites : public EngineBytes {
 protected:
  EngineFile create(Engine& engine, const char* path, bool direct = false) {
    auto ask = Ask::create(path, direct);
    carry_out(engine, *ask);
    EXPECT_EQ(ask->error, 0) << path;
    EXPECT_LE(ask->started, ask->opened);
    EXPECT_LE(ask->opened, ask->finished);
    return ask->file;
  }
  int close(Engine& engine, EngineFile file) { return carry_out(engine, *Ask::close(file)).error; }

  // What `engine` reads of a whole file.
  std::vector<std::byte> read_back(Engine& engine, const char* path, std::size_t most = 4u << 20) {
    AlignedBuffer buffer(most);
    auto ask = Ask::read_file(path, buffer.all());
    carry_out(engine, *ask);
    EXPECT_EQ(ask->error, 0) << path;
    return {buffer.all().begin(), buffer.all().begin() + static_cast<std::ptrdiff_t>(ask->bytes)};
  }
};

INSTANTIATE_TEST_SUITE_P(Engines, EngineWrites, testing::ValuesIn(engines_that_write()), engine_test_name);

class EngineWritesAnywhere : public EngineWrites {};
INSTANTIATE_TEST_SUITE_P(Engines, EngineWritesAnywhere, testing::ValuesIn(engines_that_write_anywhere()),
                         engine_test_name);

// 3,000,001 bytes: several system calls, and no whole number of anything. In three parts, the last one first where that may
// be.
TEST_P(EngineWrites, WhatIsWrittenIsReadAgain) {
  auto engine = make_writer();
  AlignedBuffer buffer(3'000'001);
  fill(buffer.all());
  const EngineFile file = create(*engine, "new");
  std::vector<std::pair<std::size_t, std::size_t>> parts = {{2'000'000, 3'000'001}, {0, 1}, {1, 2'000'000}};
  if (!GetParam().writes_anywhere) std::rotate(parts.begin(), parts.begin() + 1, parts.end());
  for (const auto& [from, to] : parts) {
    auto ask = Ask::write(file, from, buffer.all().subspan(from, to - from));
    carry_out(*engine, *ask);
    EXPECT_EQ(ask->error, 0);
    EXPECT_EQ(ask->bytes, to - from);
    EXPECT_EQ(ask->attempts, 1u);
  }
  EXPECT_EQ(carry_out(*engine, *Ask::sync(file)).error, 0);
  EXPECT_EQ(close(*engine, file), 0);
  const auto found = read_back(*engine, "new");
  EXPECT_EQ(found.size(), 3'000'001u);
  EXPECT_TRUE(is_content(found));
}

TEST_P(EngineWritesAnywhere, WhatLiesBetweenTheEndAndTheOffsetIsZero) {
  auto engine = make_writer();
  AlignedBuffer buffer(100);
  fill(buffer.all(), 10'000);
  const EngineFile file = create(*engine, "hole");
  EXPECT_EQ(carry_out(*engine, *Ask::write(file, 10'000, buffer.first(100))).bytes, 100u);
  EXPECT_EQ(close(*engine, file), 0);
  const auto found = read_back(*engine, "hole");
  ASSERT_EQ(found.size(), 10'100u);
  EXPECT_EQ(std::count(found.begin(), found.begin() + 10'000, std::byte{0}), 10'000);
  EXPECT_TRUE(is_content(std::span(found).subspan(10'000), 10'000));
}

TEST_P(EngineWrites, NothingToWriteIsDone) {
  auto engine = make_writer();
  const EngineFile file = create(*engine, "empty");
  auto ask = Ask::write(file, 5000, {});
  EXPECT_EQ(carry_out(*engine, *ask).error, 0);
  EXPECT_EQ(ask->bytes, 0u);
  EXPECT_EQ(close(*engine, file), 0);
  EXPECT_TRUE(read_back(*engine, "empty").empty());
}

TEST_P(EngineWrites, WhatIsThereIsNotTouched) {
  add("there", 5000);
  add("directory/file", 1);
  auto engine = make_writer();
  EXPECT_EQ(carry_out(*engine, *Ask::create("there")).error, EEXIST);
  EXPECT_EQ(carry_out(*engine, *Ask::create("directory")).error, GetParam().directories ? EEXIST : 0);
  const auto found = read_back(*engine, "there");
  EXPECT_EQ(found.size(), 5000u);
  EXPECT_TRUE(is_content(found));
}

TEST_P(EngineWrites, WithoutARightNothingIsMade) {
  // Owns nothing.
  auto engine = make();
  EXPECT_EQ(carry_out(*engine, *Ask::create("new")).error, EROFS);
  AlignedBuffer buffer(4096);
  EXPECT_EQ(carry_out(*engine, *Ask::read_file("new", buffer.all())).error, ENOENT);
}

TEST_P(EngineWrites, NothingIsMadeOutsideTheDirectory) {
  auto engine = make_writer();
  for (const char* path : {"../out", "/out", "a/../../out", "", "a//b", "./a"})
    EXPECT_EQ(carry_out(*engine, *Ask::create(path)).error, EXDEV) << path;
}

TEST_P(EngineWrites, AFileIsReadOrWrittenAsItWasOpened) {
  add("there", 5000);
  auto engine = make_writer();
  AlignedBuffer buffer(4096);
  auto open = Ask::open("there");
  ASSERT_EQ(carry_out(*engine, *open).error, 0);
  EXPECT_EQ(carry_out(*engine, *Ask::write(open->file, 0, buffer.all())).error, EBADF);
  const EngineFile file = create(*engine, "new");
  EXPECT_EQ(carry_out(*engine, *Ask::read(file, 0, buffer.all())).error, EBADF);
  EXPECT_EQ(close(*engine, file), 0);
  EXPECT_EQ(carry_out(*engine, *Ask::write(file, 0, buffer.all())).error, EBADF);
  EXPECT_EQ(carry_out(*engine, *Ask::sync(file)).error, EBADF);
}

// 200 files over a depth of 16, each created, written and closed from `done`: no step is
// lost, none is doubled.
TEST_P(EngineWrites, CompletesEachStepOfTwoHundredFilesOnce) {
  auto engine = make_writer(16);
  struct Chain : Ask {
    Engine* engine = nullptr;
    std::vector<std::byte> bytes;
    std::string name;
    int creates = 0, writes = 0, closes = 0;
  };
  std::vector<std::unique_ptr<Chain>> chains;
  for (std::size_t i = 0; i < 200; ++i) {
    auto& chain = *chains.emplace_back(std::make_unique<Chain>());
    chain.engine = engine.get();
    chain.bytes = content(100 * i);
    chain.name = "file" + std::to_string(i);
    chain.path = chain.name.c_str();
    chain.operation = IoOperation::kCreate;
    chain.done = [](IoRequest& request) {
      auto& self = static_cast<Chain&>(request);
      ASSERT_EQ(self.error, 0) << self.name;
      if (self.operation == IoOperation::kClose) return void(++self.closes);
      const bool created = self.operation == IoOperation::kCreate;
      ++(created ? self.creates : self.writes);
      self.operation = created ? IoOperation::kWrite : IoOperation::kClose;
      self.buffer = self.bytes;
      self.engine->start(self);
    };
    engine->start(chain);
  }
  while (engine->in_flight()) engine->turn(Seconds{1});
  for (std::size_t i = 0; i < 200; ++i) {
    EXPECT_EQ(chains[i]->creates, 1);
    EXPECT_EQ(chains[i]->writes, 1);
    EXPECT_EQ(chains[i]->closes, 1);
    const auto found = read_back(*engine, chains[i]->path, 32 << 10);
    EXPECT_EQ(found.size(), 100 * i);
    EXPECT_TRUE(is_content(found));
  }
}

TEST_P(EngineWrites, MayBeDestroyedWithWritesInFlight) {
  std::vector<std::unique_ptr<Ask>> asks;
  AlignedBuffer buffer(4u << 20);
  auto engine = make_writer(4);
  const EngineFile file = create(*engine, "large");
  for (std::uint64_t i = 0; i < 10; ++i) {
    asks.push_back(Ask::write(file, i << 22, buffer.all()));
    engine->start(*asks.back());
  }
  engine->turn(Seconds{0});
  std::vector<int> ends;
  for (const auto& ask : asks) ends.push_back(ask->ends);
  engine.reset();
  for (std::size_t i = 0; i < asks.size(); ++i) EXPECT_EQ(asks[i]->ends, ends[i]);
}

class EngineWritesOnDisk : public EngineWrites {};
INSTANTIATE_TEST_SUITE_P(Engines, EngineWritesOnDisk, testing::ValuesIn(engines_on_disk()), engine_test_name);

TEST_P(EngineWritesOnDisk, LinksLeadNowhere) {
  TemporaryDirectory outside;
  auto engine = make_writer();
  std::filesystem::create_symlink(outside.path(), directory_ / "way");
  std::filesystem::create_symlink(outside / "victim", directory_ / "link");
  EXPECT_EQ(carry_out(*engine, *Ask::create("way/file")).error, ELOOP);
  const int error = carry_out(*engine, *Ask::create("link")).error;
  EXPECT_TRUE(error == EEXIST || error == ELOOP)
      << error;  // as the kernel looks first at the one or the other
  EXPECT_TRUE(std::filesystem::is_empty(outside.path()));
  EXPECT_EQ(carry_out(*engine, *Ask::create("missing/file")).error, ENOENT);
}

// With O_DIRECT: 2 MiB in whole blocks and 4,000 bytes more, in one request and in two.
TEST_P(EngineWritesOnDisk, DirectWritesKeepTheRaggedEnd) {
  const std::size_t size = (2u << 20) + 4000;
  AlignedBuffer buffer(size);
  fill(buffer.all());
  auto engine = make_writer(64, Seconds{30}, buffer.all());
  for (const std::size_t first : {size, std::size_t{1} << 20}) {
    const std::string name = "direct" + std::to_string(first);
    auto made = Ask::create(name.c_str(), true);
    carry_out(*engine, *made);
    if (made->error == EINVAL) GTEST_SKIP() << "this file system has no O_DIRECT";
    ASSERT_EQ(made->error, 0);
    EXPECT_EQ(carry_out(*engine, *Ask::write(made->file, 0, buffer.first(first))).bytes, first);
    auto rest = Ask::write(made->file, first, buffer.all().subspan(first, size - first));
    EXPECT_EQ(carry_out(*engine, *rest).bytes, size - first);
    EXPECT_EQ(rest->error, 0);
    EXPECT_EQ(close(*engine, made->file), 0);
    const auto found = read_back(*engine, name.c_str());
    EXPECT_EQ(found.size(), size);
    EXPECT_TRUE(is_content(found));
  }
}

// A process that may write 100,000 bytes into a file asks for 150,000: the kernel takes 100,000 and
// refuses the rest, as it does where a disk is full.
TEST_P(EngineWritesOnDisk, AShortWriteSaysHowFarItCameAndWhy) {
  AlignedBuffer buffer(150'000);
  fill(buffer.all());
  const auto before = signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old), 0);
  const rlimit small{100'000, old.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  {
    auto engine = make_writer();
    const EngineFile file = create(*engine, "short");
    auto ask = Ask::write(file, 0, buffer.first(150'000));
    carry_out(*engine, *ask);
    EXPECT_EQ(ask->bytes, 100'000u);
    EXPECT_EQ(ask->error, EFBIG);
    EXPECT_FALSE(ask->buffer_held);
    EXPECT_EQ(close(*engine, file), 0);
  }
  setrlimit(RLIMIT_FSIZE, &old);
  signal(SIGXFSZ, before);
  EXPECT_EQ(std::filesystem::file_size(directory_ / "short"), 100'000u);
}

// A file system of one MiB cannot take two; what was written is what is there.
TEST_P(EngineWritesOnDisk, AFullDiskIsAnErrno) {
  if (mount("tmpfs", directory_.path().c_str(), "tmpfs", 0, "size=1m") != 0)
    GTEST_SKIP() << "mounting a tmpfs needs root";
  AlignedBuffer buffer(2u << 20);
  {
    auto engine = make_writer();
    const EngineFile file = create(*engine, "full");
    auto ask = Ask::write(file, 0, buffer.all());
    carry_out(*engine, *ask);
    EXPECT_EQ(ask->error, ENOSPC);
    EXPECT_GT(ask->bytes, 0u);
    EXPECT_LE(ask->bytes, 1u << 20);
    EXPECT_EQ(std::filesystem::file_size(directory_ / "full"), ask->bytes);
    EXPECT_EQ(close(*engine, file), 0);
  }
  owned_.reset();
  EXPECT_EQ(umount(directory_.path().c_str()), 0);
}

// --- faults made on purpose, over an engine of files in memory ---

class FaultyWrites : public testing::Test {
 protected:
  using Fault = FaultRule::Fault;

  Ask& carry_out(Ask& ask) {
    engine_->start(ask);
    while (!ask.ends) engine_->turn(Seconds{1});
    return ask;
  }
  // A new file of an engine with this one rule.
  EngineFile create(const FaultRule& rule) {
    engine_ = make_faulty_engine(make_writable_memory_engine(files_), {rule}, Seconds{0.02});
    auto ask = Ask::create("bad");
    EXPECT_EQ(carry_out(*ask).error, 0);
    return ask->file;
  }

  MemoryFiles files_;
  std::unique_ptr<Engine> engine_;
  AlignedBuffer buffer_{4096};
};

TEST_F(FaultyWrites, ASyncMayFailWhereTheWriteDidNot) {
  const EngineFile file =
      create({.fault = Fault::kError, .path_contains = "bad", .operation = IoOperation::kSync, .error = EIO});
  EXPECT_EQ(carry_out(*Ask::write(file, 0, buffer_.all())).error, 0);
  EXPECT_EQ(carry_out(*Ask::sync(file)).error, EIO);
  EXPECT_EQ(carry_out(*Ask::close(file)).error, 0);
}

TEST_F(FaultyWrites, ACutWriteLeavesItsFrontAndItsError) {
  const EngineFile file =
      create({.fault = Fault::kShort, .operation = IoOperation::kWrite, .error = ENOSPC, .bytes = 1000});
  auto ask = Ask::write(file, 0, buffer_.all());
  EXPECT_EQ(carry_out(*ask).error, ENOSPC);
  EXPECT_EQ(ask->bytes, 1000u);
  EXPECT_EQ(files_.at("bad").size(), 1000u);
  auto small = Ask::write(file, 1000, buffer_.first(1000));  // no more than gets through
  EXPECT_EQ(carry_out(*small).error, 0);
  EXPECT_EQ(small->bytes, 1000u);
}

TEST_F(FaultyWrites, AHungWriteKeepsItsBufferAndAHungSyncNone) {
  const EngineFile file = create({.fault = Fault::kHang, .operation = IoOperation::kWrite});
  auto write = Ask::write(file, 0, buffer_.all());
  EXPECT_EQ(carry_out(*write).error, ETIMEDOUT);
  EXPECT_TRUE(write->buffer_held);
  files_.clear();
  auto sync =
      Ask::sync(create({.fault = Fault::kHang, .path_contains = "", .operation = IoOperation::kSync}));
  EXPECT_EQ(carry_out(*sync).error, ETIMEDOUT);
  EXPECT_FALSE(sync->buffer_held);
}

}  // namespace
}  // namespace aforo
