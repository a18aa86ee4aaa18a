// What every store is held to, over a directory, over memory and over an S3 server.
#include <cerrno>
#include <map>
#include <mutex>
#include <set>

#include "base/error.h"
#include "storage/cache/cached_store.h"
#include "storage/engine_contract.h"
#include "storage/memory_store.h"
#include "storage/open_store.h"
#include "storage/posix/posix_store.h"
#include "storage/s3/test_s3_store.h"

namespace aforo {
namespace {

constexpr std::string_view kMarker = ".marker";

enum class Below { kDisk, kMemory, kServer, kCache };
struct StoreUnderTest {
  std::string name;
  Below below = Below::kDisk;
};
const std::string kPrefix = "some/prefix";  // in the server's bucket

class StoreContract : public testing::TestWithParam<StoreUnderTest> {
 protected:
  void SetUp() override {
    switch (GetParam().below) {
      case Below::kDisk:
        store_ = std::make_unique<PosixStore>(directory_.path());
        break;
      case Below::kMemory:
        store_ = std::make_unique<MemoryStore>(memory_);
        break;
      case Below::kServer:
        server_ = std::make_unique<TestS3Server>();
        store_ = store_of(*server_, kPrefix);
        break;
      case Below::kCache:
        server_ = std::make_unique<TestS3Server>();
        store_ = open_cached_store(store_of(*server_, kPrefix), {cache_ / "cache", Bytes{64 << 20}});
    }
  }

  // A file of `size` test bytes.
  void add(const std::string& name, std::size_t size) {
    memory_[name] = content(size);
    if (server_) {
      const auto* bytes = reinterpret_cast<const char*>(memory_[name].data());
      return server_->put(kPrefix + "/" + name, std::string(bytes, size));
    }
    std::filesystem::create_directories(std::filesystem::path(directory_ / name).parent_path());
    std::ofstream file(directory_ / name, std::ios::binary);
    file.write(reinterpret_cast<const char*>(memory_[name].data()), static_cast<std::streamsize>(size));
  }

  std::map<std::string, std::uint64_t> listed(ListOptions options = {}) {
    std::map<std::string, std::uint64_t> files;
    std::mutex mutex;
    options.unlisted = kMarker;
    listing_ = store_->list(options, {}, [&](unsigned thread, std::string_view name, std::uint64_t size) {
      EXPECT_LT(thread, options.threads);
      const std::lock_guard lock(mutex);
      EXPECT_TRUE(files.emplace(name, size).second) << name;
    });
    return files;
  }

  // A new file through an engine of `owned`; the first error.
  static int write(const Owned& owned, const std::string& name, std::size_t size) {
    const auto engine = owned.engine(EngineKind::kBlocking, {}).engine;
    const auto carry_out = [&](Ask& ask) {
      engine->start(ask);
      while (!ask.ends) engine->turn(Seconds{1});
      return ask.error;
    };
    auto bytes = content(size);
    auto made = Ask::create(name.c_str());
    if (const int error = carry_out(*made)) return error;
    const int error = carry_out(*Ask::write(made->file, 0, bytes));
    return carry_out(*Ask::close(made->file)) + error;
  }

  TemporaryDirectory directory_, cache_;
  MemoryFiles memory_;
  std::unique_ptr<TestS3Server> server_;
  std::unique_ptr<Store> store_;
  Listing listing_;
};

INSTANTIATE_TEST_SUITE_P(Stores, StoreContract,
                         testing::Values(StoreUnderTest{"posix", Below::kDisk},
                                         StoreUnderTest{"memory", Below::kMemory},
                                         StoreUnderTest{"s3", Below::kServer},
                                         StoreUnderTest{"cached", Below::kCache}),
                         [](const auto& suite) { return suite.param.name; });

TEST_P(StoreContract, ListsEveryFileOnceWithItsSize) {
  add("a.jpg", 10);
  add("deep/er/b.jpg", 20);
  add("deep/c.txt", 0);
  add(std::string(kMarker), 5);
  add(".hidden", 1);
  add(".dark/x", 1);
  add(".dark/y/z", 1);
  for (const unsigned threads : {1u, 4u}) {
    ListCounters counters;
    ListOptions options;
    options.threads = threads;
    options.progress = &counters;
    options.sort_of = [](std::string_view name) { return std::string(name.substr(name.rfind('.'))); };
    EXPECT_EQ(listed(options), (std::map<std::string, std::uint64_t>{
                                   {"a.jpg", 10}, {"deep/er/b.jpg", 20}, {"deep/c.txt", 0}}));
    EXPECT_EQ(counters.files, 3u);
    EXPECT_EQ(counters.bytes, 30u);
    EXPECT_EQ(listing_.files, 3u);
    EXPECT_EQ(listing_.directories, 3u);  // the root, deep, deep/er
    EXPECT_EQ(listing_.hidden_files, 1u);
    EXPECT_EQ(listing_.hidden_directories, 1u);
    EXPECT_EQ(listing_.errors, 0u);
    EXPECT_EQ(listing_.fan_out,
              (std::map<DirectoryTally, std::uint64_t>{{{{".jpg", 1}}, 2}, {{{".txt", 1}}, 1}}));
  }
}

TEST_P(StoreContract, ListsHiddenNamesWhereEverythingIsAskedFor) {
  add("a", 1);
  add(".hidden", 2);
  add(".dark/x", 3);
  ListOptions options;
  options.everything = true;
  EXPECT_EQ(listed(options),
            (std::map<std::string, std::uint64_t>{{"a", 1}, {".hidden", 2}, {".dark/x", 3}}));
}

TEST_P(StoreContract, TellsWhatLiesAtTheTopUntilItHasHeardEnough) {
  add("a", 1);
  add(".hidden", 2);
  add("d/e/x", 3);
  std::map<std::string, EntryKind> seen;
  store_->each_at_top([&](std::string_view name, EntryKind kind) { return seen.emplace(name, kind).second; });
  EXPECT_EQ(seen, (std::map<std::string, EntryKind>{
                      {"a", EntryKind::kFile}, {".hidden", EntryKind::kFile}, {"d", EntryKind::kDirectory}}));
  int told = 0;
  store_->each_at_top([&](std::string_view, EntryKind) { return ++told < 2; });
  EXPECT_EQ(told, 2);
}

// 2,500 files in one directory are handed from thread to thread in parts; the directory still counts once.
TEST_P(StoreContract, OneLargeDirectoryIsOneEntry) {
  for (int i = 0; i < 2500; ++i) add("d/" + std::to_string(i), 1);
  ListOptions options;
  options.threads = 3;
  EXPECT_EQ(listed(options).size(), 2500u);
  EXPECT_EQ(listing_.fan_out, (std::map<DirectoryTally, std::uint64_t>{{{{"", 2500}}, 1}}));
}

TEST_P(StoreContract, AStopEndsTheListing) {
  for (int i = 0; i < 50; ++i) add(std::to_string(i) + "/file", 1);
  std::stop_source stop;
  stop.request_stop();
  std::atomic<int> seen{0};
  store_->list({}, stop.get_token(), [&](unsigned, std::string_view, std::uint64_t) { ++seen; });
  EXPECT_EQ(seen, 0);
}

TEST_P(StoreContract, ReadsPiecesOfAFile) {
  add("packed/file", 300'000);
  const auto file = store_->open("packed/file");
  ASSERT_TRUE(file);
  EXPECT_EQ((*file)->size(), 300'000u);
  std::vector<std::byte> piece(10'000);
  EXPECT_EQ((*file)->read(123'456, piece), 10'000u);
  EXPECT_TRUE(is_content(piece, 123'456));
  EXPECT_EQ((*file)->read(299'990, piece), 10u);  // 300,000 - 299,990
  EXPECT_EQ((*file)->read(300'000, piece), 0u);
  EXPECT_EQ(read_at(*store_, "packed/file", 5, piece), 10'000u);
  EXPECT_TRUE(is_content(piece, 5));
  EXPECT_EQ(store_->size_of("packed/file"), 300'000u);
}

TEST_P(StoreContract, SaysWhyAFileCannotBeRead) {
  add("directory/file", 1);
  EXPECT_EQ(store_->open("missing").error(), ENOENT);
  EXPECT_EQ(store_->open("directory").error(), EISDIR);
  EXPECT_EQ(store_->size_of("missing").error(), ENOENT);
  EXPECT_EQ(store_->size_of("directory").error(), EISDIR);
}

TEST_P(StoreContract, ATextIsReadUpToABound) {
  add("text", 1000);
  EXPECT_EQ(read_text(*store_, "text", 1000)->size(), 1000u);
  EXPECT_EQ(read_text(*store_, "text", 999).error(), EFBIG);
  EXPECT_EQ(read_text(*store_, "missing", 999).error(), ENOENT);
}

TEST_P(StoreContract, ItsEngineReadsAndCreatesNothing) {
  add("file", 5000);
  const auto engine = store_->engine(EngineKind::kBlocking, {}).engine;
  AlignedBuffer buffer(8192);
  auto whole = Ask::read_file("file", buffer.all());
  engine->start(*whole);
  auto made = Ask::create("new");
  engine->start(*made);
  while (engine->in_flight()) engine->turn(Seconds{1});
  EXPECT_EQ(whole->bytes, 5000u);
  EXPECT_TRUE(is_content(buffer.first(5000)));
  EXPECT_EQ(made->error, EROFS);
  EXPECT_EQ(listed().size(), 1u);
}

TEST_P(StoreContract, WhatIsWrittenByItsOwnerIsListedAndRead) {
  EXPECT_EQ(store_->look(kMarker).ownership, Ownership::kEmpty);
  const auto owned = store_->own(kMarker);
  EXPECT_EQ(owned->replace_marker("ours"), 0);
  EXPECT_EQ(owned->make_way("a/b/file"), 0);
  EXPECT_EQ(write(*owned, "a/b/file", 3000), 0);
  EXPECT_EQ(write(*owned, "a/b/file", 3000), EEXIST);
  EXPECT_EQ(owned->sync(), 0);
  EXPECT_EQ(store_->look(kMarker).ownership, Ownership::kOurs);
  EXPECT_EQ(read_text(*store_, kMarker, 100), "ours");
  EXPECT_EQ(owned->replace_marker("still ours"), 0);
  EXPECT_EQ(read_text(*store_, kMarker, 100), "still ours");
  EXPECT_EQ(listed(), (std::map<std::string, std::uint64_t>{{"a/b/file", 3000}}));
  std::vector<std::byte> bytes(4000);
  EXPECT_EQ(read_at(*store_, "a/b/file", 0, bytes), 3000u);
  EXPECT_TRUE(is_content(std::span(bytes).first(3000)));
}

TEST_P(StoreContract, AnOwnerSeesWhatLiesThere) {
  const auto owned = store_->own(kMarker);
  ASSERT_EQ(owned->make_way("a/file"), 0);
  ASSERT_EQ(write(*owned, "a/file", 3000), 0);
  EXPECT_EQ(owned->look("a/file").kind, EntryKind::kFile);
  EXPECT_EQ(owned->look("a/file").size, 3000u);
  EXPECT_EQ(owned->look("a").kind, EntryKind::kDirectory);
  EXPECT_EQ(owned->look("b").kind, EntryKind::kNothing);
  const auto file = owned->open("a/file");
  ASSERT_TRUE(file);
  std::vector<std::byte> bytes(3000);
  EXPECT_EQ((*file)->read(0, bytes), 3000u);
  EXPECT_TRUE(is_content(bytes));
  EXPECT_EQ(owned->open("b").error(), ENOENT);
}

TEST_P(StoreContract, TakesAwayFilesAndThenTheirDirectories) {
  auto owned = store_->own(kMarker);
  ASSERT_EQ(owned->replace_marker("ours"), 0);
  ASSERT_EQ(owned->make_way("a/file"), 0);
  ASSERT_EQ(write(*owned, "a/file", 10), 0);
  owned.reset();
  owned = store_->own_for_removal(kMarker);
  EXPECT_EQ(owned->remove_file("a"), owned->has_directories() ? EISDIR : 0);
  EXPECT_EQ(owned->look("a").kind, EntryKind::kDirectory);
  EXPECT_EQ(owned->remove_directory("a"), ENOTEMPTY);
  EXPECT_EQ(owned->remove_file("a/file"), 0);
  EXPECT_EQ(owned->remove_file("a/file"), 0);  // gone already
  EXPECT_EQ(owned->remove_directory("a"), 0);
  EXPECT_EQ(owned->remove_directory("a"), 0);
  EXPECT_EQ(owned->remove_marker(), 0);
  EXPECT_EQ(store_->look(kMarker).ownership, Ownership::kEmpty);
}

TEST_P(StoreContract, NobodyElseIsGivenWhatIsHeld) {
  auto owned = store_->own(kMarker);
  EXPECT_THROW(store_->own(kMarker), UserError);
  owned.reset();
  EXPECT_NO_THROW(store_->own(kMarker));
}

TEST_P(StoreContract, AnotherOfTheSameJobWritesBesideWhoHoldsIt) {
  EXPECT_THROW(store_->own_beside(kMarker), UserError) << "nobody has written its marker";
  const auto owned = store_->own(kMarker);
  ASSERT_EQ(owned->replace_marker("ours"), 0);
  EXPECT_EQ(write(*store_->own_beside(kMarker), "file", 3000), 0);
  EXPECT_EQ(owned->look("file").size, 3000u);
  EXPECT_THROW(store_->own(kMarker), UserError) << "it is still held";
}

TEST_P(StoreContract, WhatIsNotOursIsNotOwned) {
  add("precious", 100);
  EXPECT_EQ(store_->look(kMarker).ownership, Ownership::kForeign);
  EXPECT_EQ(store_->look(kMarker).others, std::vector<std::string>{"precious"});
  EXPECT_THROW(store_->own(kMarker), UserError);
  EXPECT_THROW(store_->own_for_removal(kMarker), UserError);
  EXPECT_EQ(store_->size_of("precious"), 100u);
}

TEST_P(StoreContract, NothingIsDoneOutside) {
  const auto owned = store_->own(kMarker);
  for (const std::string name : {"../out", "/out", "a/../../out", ""}) {
    EXPECT_NE(owned->make_way(name + "/file"), 0) << name;
    EXPECT_EQ(write(*owned, name, 1), EXDEV) << name;
    EXPECT_EQ(owned->remove_file(name), EXDEV) << name;
    EXPECT_EQ(owned->remove_directory(name), EXDEV) << name;
  }
}

}  // namespace
}  // namespace aforo
