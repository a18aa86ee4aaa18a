// The engines' contract for what they do to names: directories, renaming, removing. Each test holds for every engine
// that moves bytes.
#include <sys/stat.h>

#include <cerrno>

#include "storage/engine_contract.h"
#include "storage/faulty_engine.h"

namespace aforo {
namespace {

class EngineNames : public EngineBytes {
 protected:
  int ask(Engine& engine, IoOperation operation, const char* path, const char* name = nullptr) {
    return carry_out(engine, *Ask::of_name(operation, path, name)).error;
  }
  int make_directory(Engine& engine, const char* path) {
    return ask(engine, IoOperation::kMakeDirectory, path);
  }
  int rename(Engine& engine, const char* path, const char* name) {
    return ask(engine, IoOperation::kRename, path, name);
  }
  // A new file with a byte in it.
  void put(Engine& engine, const char* path) {
    auto made = Ask::create(path);
    ASSERT_EQ(carry_out(engine, *made).error, 0) << path;
    AlignedBuffer buffer(4096);
    EXPECT_EQ(carry_out(engine, *Ask::write(made->file, 0, buffer.first(1))).error, 0);
    EXPECT_EQ(carry_out(engine, *Ask::close(made->file)).error, 0);
  }
  // 0 where it can be read, else why not.
  int look(Engine& engine, const char* path) {
    AlignedBuffer buffer(4096);
    return carry_out(engine, *Ask::read_file(path, buffer.all())).error;
  }
};

INSTANTIATE_TEST_SUITE_P(Engines, EngineNames, testing::ValuesIn(engines_with_directories()),
                         engine_test_name);

// As a checkpoint is committed: written under a temporary name, then called what it is.
TEST_P(EngineNames, ADirectoryIsRenamedWithWhatIsInIt) {
  auto engine = make_writer();
  EXPECT_EQ(make_directory(*engine, "new"), 0);
  EXPECT_EQ(make_directory(*engine, "new"), EEXIST);
  put(*engine, "new/a.tmp");
  EXPECT_EQ(rename(*engine, "new/a.tmp", "a"), 0);
  EXPECT_EQ(look(*engine, "new/a.tmp"), ENOENT);
  EXPECT_EQ(ask(*engine, IoOperation::kSyncName, "new/a"), 0);
  EXPECT_EQ(rename(*engine, "new", "whole"), 0);
  EXPECT_EQ(ask(*engine, IoOperation::kSyncName, "whole"), 0);
  EXPECT_EQ(look(*engine, "new/a"), ENOENT);
  EXPECT_EQ(look(*engine, "whole/a"), 0);
}

TEST_P(EngineNames, NothingIsReplaced) {
  auto engine = make_writer();
  EXPECT_EQ(make_directory(*engine, "d"), 0);
  EXPECT_EQ(make_directory(*engine, "e"), 0);
  put(*engine, "d/a");
  put(*engine, "d/b");
  EXPECT_EQ(rename(*engine, "d/a", "b"), EEXIST);
  EXPECT_EQ(rename(*engine, "d", "e"), EEXIST);
  EXPECT_EQ(rename(*engine, "d/c", "x"), ENOENT);
  EXPECT_EQ(look(*engine, "d/a"), 0);
  EXPECT_EQ(look(*engine, "d/b"), 0);
}

TEST_P(EngineNames, WhatIsRemovedIsGone) {
  auto engine = make_writer();
  EXPECT_EQ(make_directory(*engine, "d"), 0);
  EXPECT_EQ(make_directory(*engine, "d/below"), 0);
  put(*engine, "d/a");
  EXPECT_EQ(ask(*engine, IoOperation::kRemoveDirectory, "d"), ENOTEMPTY);
  EXPECT_EQ(ask(*engine, IoOperation::kRemoveDirectory, "d/a"), ENOTDIR);
  EXPECT_EQ(ask(*engine, IoOperation::kRemoveFile, "d/below"), EISDIR);
  EXPECT_EQ(ask(*engine, IoOperation::kRemoveFile, "d/a"), 0);
  EXPECT_EQ(ask(*engine, IoOperation::kRemoveFile, "d/a"), ENOENT);
  EXPECT_EQ(ask(*engine, IoOperation::kRemoveDirectory, "d/below"), 0);
  EXPECT_EQ(ask(*engine, IoOperation::kRemoveDirectory, "d"), 0);
  EXPECT_EQ(look(*engine, "d/a"), ENOENT);
}

TEST_P(EngineNames, WithoutARightNothingChanges) {
  add("there", 5000);
  auto engine = make();
  EXPECT_EQ(make_directory(*engine, "new"), EROFS);
  EXPECT_EQ(rename(*engine, "there", "else"), EROFS);
  EXPECT_EQ(ask(*engine, IoOperation::kRemoveFile, "there"), EROFS);
  EXPECT_EQ(look(*engine, "there"), 0);
}

TEST_P(EngineNames, NothingChangesOutsideTheDirectory) {
  auto engine = make_writer();
  put(*engine, "a");
  for (const char* path : {"../out", "/out", "b/../../out", "", "b//c", "./b"}) {
    EXPECT_EQ(make_directory(*engine, path), EXDEV) << path;
    EXPECT_EQ(ask(*engine, IoOperation::kRemoveFile, path), EXDEV) << path;
    EXPECT_EQ(rename(*engine, "a", path), EXDEV) << path;
  }
  EXPECT_EQ(rename(*engine, "a", "d/b"), EXDEV) << "into another directory";
  EXPECT_EQ(look(*engine, "a"), 0);
}

// 300 directories made, renamed and removed, each in turn from `done`, over a depth of 16.
TEST_P(EngineNames, CompletesEachStepOnce) {
  auto engine = make_writer(16);
  struct Chain : Ask {
    Engine* engine = nullptr;
    std::string before, after;
    int steps = 0;
  };
  std::vector<std::unique_ptr<Chain>> chains;
  for (int i = 0; i < 300; ++i) {
    auto& chain = *chains.emplace_back(std::make_unique<Chain>());
    chain.engine = engine.get();
    chain.before = "d" + std::to_string(i), chain.after = "e" + std::to_string(i);
    chain.path = chain.before.c_str();
    chain.operation = IoOperation::kMakeDirectory;
    chain.done = [](IoRequest& request) {
      auto& self = static_cast<Chain&>(request);
      ASSERT_EQ(self.error, 0) << self.before;
      if (++self.steps == 3) return;
      self.operation = self.steps == 1 ? IoOperation::kRename : IoOperation::kRemoveDirectory;
      if (self.steps == 1) self.name = self.after.c_str();
      if (self.steps == 2) self.path = self.after.c_str();
      self.engine->start(self);
    };
    engine->start(chain);
  }
  while (engine->in_flight()) engine->turn(Seconds{1});
  for (const auto& chain : chains) EXPECT_EQ(chain->steps, 3);
}

class EngineNamesOnDisk : public EngineNames {};
INSTANTIATE_TEST_SUITE_P(Engines, EngineNamesOnDisk, testing::ValuesIn(engines_on_disk()), engine_test_name);

TEST_P(EngineNamesOnDisk, LinksLeadNowhere) {
  TemporaryDirectory outside;
  std::ofstream(outside / "victim") << "x";
  std::filesystem::create_directory(outside / "empty");
  auto engine = make_writer();
  std::filesystem::create_symlink(outside.path(), directory_ / "way");
  EXPECT_EQ(ask(*engine, IoOperation::kRemoveFile, "way/victim"), ELOOP);
  EXPECT_EQ(ask(*engine, IoOperation::kRemoveDirectory, "way/empty"), ELOOP);
  EXPECT_EQ(make_directory(*engine, "way/new"), ELOOP);
  EXPECT_EQ(rename(*engine, "way/victim", "other"), ELOOP);
  EXPECT_EQ(ask(*engine, IoOperation::kRemoveFile, "way"), 0) << "the link itself goes";
  EXPECT_TRUE(std::filesystem::exists(outside / "victim"));
  EXPECT_TRUE(std::filesystem::exists(outside / "empty"));
}

// Faults strike names as they strike files.
TEST(FaultyNames, ARenamingMayFail) {
  MemoryFiles files;
  auto engine = make_faulty_engine(make_writable_memory_engine(files),
                                   {{.fault = FaultRule::Fault::kError,
                                     .path_contains = "new",
                                     .operation = IoOperation::kRename,
                                     .error = EIO}},
                                   Seconds{1});
  const auto carry_out = [&](IoOperation operation, const char* name) {
    auto ask = Ask::of_name(operation, "new", name);
    engine->start(*ask);
    while (!ask->ends) engine->turn(Seconds{1});
    return ask->error;
  };
  EXPECT_EQ(carry_out(IoOperation::kMakeDirectory, nullptr), 0);
  EXPECT_EQ(carry_out(IoOperation::kRename, "whole"), EIO);
  EXPECT_EQ(carry_out(IoOperation::kRemoveDirectory, nullptr), 0);
}

}  // namespace
}  // namespace aforo
