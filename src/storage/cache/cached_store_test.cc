// A bucket of the tests' own server, read through a cache on disk.
#include "storage/cache/cached_store.h"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <thread>

#include "base/error.h"
#include "base/random.h"
#include "storage/cache/cache_directory.h"
#include "storage/cache/test_cache.h"
#include "storage/s3/test_s3_store.h"

namespace aforo {
namespace {

class CachedBucket : public testing::Test {
 protected:
  void put(const std::string& name, std::size_t size) {
    const auto bytes = content(size);
    server_.put("p/" + name, {reinterpret_cast<const char*>(bytes.data()), size});
  }
  std::unique_ptr<Store> open(Bytes size = Bytes{8 << 20}, Replacement policy = Replacement::kLru) {
    return open_cached_store(store_of(server_, "p"), {cache(), size, policy});
  }
  std::string cache() const { return directory_ / "cache"; }

  static Ask& carry_out(Engine& engine, Ask& ask) {
    engine.start(ask);
    while (!ask.ends) engine.turn(Seconds{1});
    return ask;
  }
  // Reads a whole object of `size` bytes and looks at each; its errno.
  int read(Engine& engine, const std::string& name, std::size_t size) {
    AlignedBuffer buffer(std::max<std::size_t>(size, 1));
    auto ask = Ask::read_file(name.c_str(), buffer.all(), size);
    carry_out(engine, *ask);
    if (ask->error != 0) return ask->error;
    EXPECT_EQ(ask->bytes, size) << name;
    EXPECT_TRUE(is_content(buffer.first(size))) << name;
    return 0;
  }
  static std::unique_ptr<Engine> engine_of(const Store& store) {
    return store.engine(EngineKind::kAuto, {}).engine;
  }
  static CacheCounts counts(const Store& store) { return store.counters().cached.value(); }
  std::size_t asked(std::string_view method) const {
    std::size_t n = 0;
    for (const SeenRequest& request : server_.seen())
      n += request.method == method && request.query.find("list-type") == std::string::npos;
    return n;
  }
  std::string refusal(const std::function<void()>& what) {
    try {
      what();
    } catch (const UserError& error) {
      return error.what();
    }
    return "";
  }

  TemporaryDirectory directory_;
  TestS3Server server_;
};

TEST_F(CachedBucket, AnObjectIsFetchedOnceAndReadFromTheDisk) {
  put("a", 100'000);
  const auto store = open();
  const auto engine = engine_of(*store);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(read(*engine, "a", 100'000), 0);
  EXPECT_EQ(asked("GET"), 1u);
  EXPECT_EQ(asked("HEAD"), 0u);  // its size was listed
  const CacheCounts c = counts(*store);
  EXPECT_EQ(c.hits, 2u);
  EXPECT_EQ(c.misses, 1u);
  EXPECT_EQ(c.bytes_hit, 200'000u);
  EXPECT_EQ(c.bytes_missed, 100'000u);
  EXPECT_EQ(c.bytes_filled, 100'000u);
  EXPECT_DOUBLE_EQ(c.hit_share(), 2.0 / 3);
}

TEST_F(CachedBucket, RangesBringTheWholeObject) {
  put("shard", 20'000'000);
  const auto store = open(Bytes{64 << 20});
  const auto engine = engine_of(*store);
  auto opened = Ask::open("shard");
  ASSERT_EQ(carry_out(*engine, *opened).error, 0);
  AlignedBuffer buffer(1 << 20);
  for (const std::uint64_t offset : {std::uint64_t{19'000'000}, std::uint64_t{5}, std::uint64_t{8'388'600}}) {
    auto ask = Ask::read(opened->file, offset, buffer.first(1'000'000));
    ASSERT_EQ(carry_out(*engine, *ask).error, 0);
    EXPECT_EQ(ask->bytes, 1'000'000u);
    EXPECT_TRUE(is_content(buffer.first(ask->bytes), offset));
  }
  EXPECT_EQ(carry_out(*engine, *Ask::close(opened->file)).error, 0);
  EXPECT_EQ(asked("HEAD"), 1u);
  EXPECT_EQ(asked("GET"), 3u);  // 8 MiB each
  EXPECT_EQ(counts(*store).hits, 2u);
}

TEST_F(CachedBucket, NeverTakesMoreThanItsSizeAndLetsTheLeastRecentlyUsedGo) {
  for (int i = 0; i < 40; ++i) put(std::to_string(i), 300'000);
  const Bytes size{2 << 20};  // six objects
  const auto store = open(size);
  const auto engine = engine_of(*store);
  for (int i = 0; i < 6; ++i) EXPECT_EQ(read(*engine, std::to_string(i), 300'000), 0);
  EXPECT_EQ(read(*engine, "0", 300'000), 0);  // so that 1 is the oldest
  EXPECT_EQ(read(*engine, "6", 300'000), 0);
  EXPECT_EQ(counts(*store).evicted, 1u);
  const auto before = asked("GET");
  for (const int i : {0, 2, 3, 4, 5, 6}) EXPECT_EQ(read(*engine, std::to_string(i), 300'000), 0);
  EXPECT_EQ(asked("GET"), before);
  for (int i = 0; i < 40; ++i) {
    EXPECT_EQ(read(*engine, std::to_string(i), 300'000), 0);
    EXPECT_LE(lies_in_cache(cache()).first, size.value);
  }
  EXPECT_EQ(lies_in_cache(cache()).second, 6u);
}

TEST_F(CachedBucket, WhatIsTooLargePassesAndIsCounted) {
  put("large", 3'000'000);
  const auto store = open(Bytes{1 << 20});
  const auto engine = engine_of(*store);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(read(*engine, "large", 3'000'000), 0);
  EXPECT_EQ(counts(*store).passed, 2u);
  EXPECT_EQ(counts(*store).bytes_passed, 6'000'000u);
  EXPECT_EQ(lies_in_cache(cache()).second, 0u);
  auto opened = Ask::open("large");
  ASSERT_EQ(carry_out(*engine, *opened).error, 0);
  AlignedBuffer buffer(4096);
  auto ask = Ask::read(opened->file, 2'000'000, buffer.all());
  EXPECT_EQ(carry_out(*engine, *ask).bytes, 4096u);
  EXPECT_TRUE(is_content(buffer.all(), 2'000'000));
}

TEST_F(CachedBucket, ManyWhoWantItAtOnceShareOneFetch) {
  put("shard", 5'000'000);
  server_.faults([](const SeenRequest& request, unsigned) {
    FaultPlan slow;
    slow.wait = Seconds{0.3};
    return request.method == "GET" ? std::optional(slow) : std::nullopt;
  });
  const auto one = open(Bytes{64 << 20}), other = open(Bytes{64 << 20});  // as two processes
  std::vector<std::thread> threads;
  std::atomic<int> bad{0};
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&, i] {
      const auto engine = engine_of(i % 2 ? *one : *other);
      if (read(*engine, "shard", 5'000'000) != 0) ++bad;
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(bad, 0);
  EXPECT_EQ(asked("GET"), 1u);
  const CacheCounts both = plus(counts(*one), counts(*other));
  EXPECT_EQ(both.misses, 1u);
  EXPECT_EQ(both.hits, 7u);
  EXPECT_GE(both.waited, 1u);
}

TEST_F(CachedBucket, IsWarmWhenItIsOpenedAgainAndServesNothingStale) {
  for (const char* name : {"same", "changed", "gone"}) put(name, 50'000);
  {
    const auto store = open();
    const auto engine = engine_of(*store);
    for (const char* name : {"same", "changed", "gone"}) EXPECT_EQ(read(*engine, name, 50'000), 0);
  }
  server_.put("p/changed", std::string(50'000, 'x'));
  const auto before = asked("GET");
  const auto store = open();
  EXPECT_EQ(lies_in_cache(cache()).second, 2u);  // "gone" is still in the bucket
  const auto engine = engine_of(*store);
  EXPECT_EQ(read(*engine, "same", 50'000), 0);
  EXPECT_EQ(asked("GET"), before);
  AlignedBuffer buffer(50'000);
  auto ask = Ask::read_file("changed", buffer.all(), 50'000);
  EXPECT_EQ(carry_out(*engine, *ask).error, 0);
  EXPECT_EQ(buffer.all()[0], std::byte{'x'});
  EXPECT_EQ(asked("GET"), before + 1);
}

TEST_F(CachedBucket, AWrongSizeIsFoundOut) {
  put("a", 30'000);
  const auto store = open();
  const auto engine = engine_of(*store);
  AlignedBuffer buffer(64 << 10);
  auto longer = Ask::read_file("a", buffer.all(), 40'000);  // it shrank since it was listed
  EXPECT_EQ(carry_out(*engine, *longer).error, 0);
  EXPECT_EQ(longer->bytes, 30'000u);
  put("b", 30'000);
  auto shorter = Ask::read_file("b", buffer.all(), 1'000);
  EXPECT_EQ(carry_out(*engine, *shorter).error, 0);
  EXPECT_EQ(shorter->bytes, 1'000u);
  EXPECT_TRUE(is_content(buffer.first(1'000)));
  EXPECT_EQ(read(*engine, "missing", 10), ENOENT);
}

TEST_F(CachedBucket, ADamagedFileIsFetchedAgain) {
  put("a", 30'000);
  const auto store = open();
  const auto engine = engine_of(*store);
  EXPECT_EQ(read(*engine, "a", 30'000), 0);
  for (const auto& entry : std::filesystem::directory_iterator(cache() + "/objects"))
    std::filesystem::resize_file(entry.path(), 100);
  EXPECT_EQ(read(*engine, "a", 30'000), 0);
  for (const auto& entry : std::filesystem::directory_iterator(cache() + "/objects"))
    std::filesystem::remove(entry.path());
  EXPECT_EQ(read(*engine, "a", 30'000), 0);
  EXPECT_EQ(counts(*store).disk_failed, 2u);
  EXPECT_EQ(asked("GET"), 3u);
}

TEST_F(CachedBucket, ADiskThatTakesNothingIsPassedBy) {
  put("a", 30'000);
  const auto store = open();
  const auto engine = engine_of(*store);
  std::filesystem::remove(cache() + "/filling");
  for (int i = 0; i < 2; ++i) EXPECT_EQ(read(*engine, "a", 30'000), 0);
  EXPECT_EQ(counts(*store).disk_failed, 2u);
  EXPECT_EQ(counts(*store).passed, 2u);
}

TEST_F(CachedBucket, AStoreThatFailsLeavesNothing) {
  put("a", 30'000);
  const auto store = open();
  const auto engine = engine_of(*store);
  server_.faults([](const SeenRequest& request, unsigned) {
    FaultPlan denied;
    denied.status = 403;
    denied.code = "AccessDenied";
    return request.method == "GET" ? std::optional(denied) : std::nullopt;
  });
  EXPECT_EQ(read(*engine, "a", 30'000), EACCES);
  EXPECT_EQ(lies_in_cache(cache()).second, 0u);
  server_.faults({});
  EXPECT_EQ(read(*engine, "a", 30'000), 0);
}

TEST_F(CachedBucket, OnlyWhatIsAforosIsTouched) {
  put("a", 30'000);
  { read(*engine_of(*open()), "a", 30'000); }
  std::ofstream(cache() + "/objects/mine") << "x";
  std::ofstream(cache() + "/filling/fill-1-1") << "left by a crash";
  const auto store = open();
  EXPECT_TRUE(std::filesystem::exists(cache() + "/objects/mine"));
  EXPECT_FALSE(std::filesystem::exists(cache() + "/filling/fill-1-1"));

  std::filesystem::create_directories(directory_ / "theirs");
  std::ofstream(directory_ / "theirs/file") << "x";
  const auto foreign = [&] {
    open_cached_store(store_of(server_, "p"), {directory_ / "theirs", Bytes{1 << 20}});
  };
  EXPECT_NE(refusal(foreign).find("with file"), std::string::npos) << refusal(foreign);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory_ / "theirs"), {}), 1);
  const auto other = [&] { open_cached_store(store_of(server_, "q"), {cache(), Bytes{1 << 20}}); };
  EXPECT_NE(refusal(other).find("found one of 's3://data/p"), std::string::npos) << refusal(other);
  const auto differs = [&] { open(Bytes{16 << 20}); };
  EXPECT_NE(refusal(differs).find("one --cache-size"), std::string::npos) << refusal(differs);
}

TEST_F(CachedBucket, ASmallerSizeKeepsWhatFits) {
  for (int i = 0; i < 6; ++i) put(std::to_string(i), 300'000);
  {
    const auto store = open();
    const auto engine = engine_of(*store);
    for (int i = 0; i < 6; ++i) EXPECT_EQ(read(*engine, std::to_string(i), 300'000), 0);
  }
  const auto store = open(Bytes{1 << 20}, Replacement::kRandom);
  EXPECT_EQ(lies_in_cache(cache()).second, 3u);
}

TEST_F(CachedBucket, WhatADeadProcessWasFetchingIsFetchedByAnother) {
  put("a", 30'000);
  const auto store = open();
  const pid_t child = fork();
  if (child == 0) {
    const auto bucket = store_of(server_, "p");
    CacheDirectory mine({cache(), Bytes{8 << 20}, Replacement::kLru}, *bucket);
    const bool claimed = mine.index().take(cached_object("a", ""), 30'000).way == CacheIndex::Way::kFill;
    _exit(claimed ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  EXPECT_EQ(read(*engine_of(*store), "a", 30'000), 0);
  EXPECT_EQ(counts(*store).misses, 1u);
}

TEST_F(CachedBucket, ADirectoryMadeForNothingGoesAgain) {
  { const auto store = open(); }
  EXPECT_FALSE(std::filesystem::exists(cache()));
  std::filesystem::create_directories(cache());
  { const auto store = open(); }
  EXPECT_TRUE(std::filesystem::is_empty(cache()));
}

TEST_F(CachedBucket, AnEngineThatEndsGivesUpWhatItFetches) {
  put("slow", 30'000'000);
  server_.faults([](const SeenRequest& request, unsigned) {
    FaultPlan slow;
    slow.wait = Seconds{0.3};
    return request.method == "GET" ? std::optional(slow) : std::nullopt;
  });
  const auto store = open(Bytes{64 << 20});
  AlignedBuffer buffer(4096);
  auto engine = engine_of(*store);
  auto ask = Ask::read_file("slow", buffer.all(), 30'000'000);
  engine->start(*ask);
  while (asked("GET") == 0) engine->turn(Seconds{0.01});
  engine.reset();
  EXPECT_EQ(ask->ends, 0);
  EXPECT_EQ(lies_in_cache(cache()).second, 0u);
}

// Eight threads on a cache of a third: all that is read is right.
TEST_F(CachedBucket, HoldsUnderMany) {
  constexpr int kObjects = 60;
  for (int i = 0; i < kObjects; ++i) put(std::to_string(i), 50'000);
  for (const Replacement policy : {Replacement::kLru, Replacement::kRandom}) {
    const Bytes size{20 * 53'248};
    std::filesystem::remove_all(cache());
    const auto one = open(size, policy), other = open(size, policy);
    std::vector<std::thread> threads;
    std::atomic<int> bad{0};
    for (unsigned t = 0; t < 8; ++t)
      threads.emplace_back([&, t] {
        const auto engine = engine_of(t % 2 ? *one : *other);
        for (unsigned i = 0; i < 150; ++i)
          if (read(*engine, std::to_string(mix64(t, i) % kObjects), 50'000) != 0) ++bad;
      });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(bad, 0);
    EXPECT_LE(lies_in_cache(cache()).first, size.value);
    const CacheCounts both = plus(counts(*one), counts(*other));
    EXPECT_EQ(both.hits + both.misses + both.passed, 8u * 150);
    EXPECT_GT(both.hits, 150u);
    EXPECT_GT(both.evicted, 100u);
  }
}

}  // namespace
}  // namespace aforo
