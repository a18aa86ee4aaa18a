#include "storage/engine_contract.h"

#include <sys/fsuid.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <thread>

#include "storage/cache/test_cache.h"
#include "storage/faulty_engine.h"
#include "storage/make_engine.h"
#include "storage/s3/test_s3_engine.h"
#include "storage/thread_engine.h"
#include "storage/uring_engine.h"

namespace aforo {

std::vector<EngineUnderTest> all_engines() {
  const auto made = [](EngineKind kind) {
    return [kind](const EngineOptions& options, MemoryFiles&) { return make_engine(kind, options).engine; };
  };
  const auto old_uring = [](const EngineOptions& options, MemoryFiles&) {
    // A kernel before 5.17: no setup flags, no direct descriptors.
    const auto setup = [](unsigned entries, io_uring* ring, io_uring_params* parameters) {
      if (parameters->flags & ~(IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP)) return -EINVAL;
      const int result = io_uring_queue_init_params(entries, ring, parameters);
      ring->features &= ~IORING_FEAT_CQE_SKIP;
      return result;
    };
    return make_engine_with(EngineKind::kUring, options, setup).engine;
  };
  const auto memory = [](const EngineOptions& options, MemoryFiles& files) {
    return options.owned ? make_writable_memory_engine(files) : make_memory_engine(files);
  };
  const auto faulty = [](const EngineOptions& options, MemoryFiles&) {
    return make_faulty_engine(make_engine(EngineKind::kAuto, options).engine, {}, options.timeout);
  };
  return {{.name = "io_uring", .make = made(EngineKind::kUring)},
          {.name = "io_uring_before_5_17", .make = old_uring},
          {.name = "threads", .make = made(EngineKind::kThreads)},
          {.name = "blocking", .make = made(EngineKind::kBlocking)},
          {.name = "memory", .make = memory, .on_disk = false},
          {.name = "null", .make = made(EngineKind::kNull), .on_disk = false, .moves_bytes = false},
          {.name = "faulty_without_rules", .make = faulty},
          {.name = "cached", .make = make_cached_over_disk, .on_disk = false, .writes = false},
          {.name = "s3",
           .make = make_s3_over_memory,
           .on_disk = false,
           .directories = false,
           .writes_anywhere = false,
           .sees_first_byte = true}};
}

std::vector<EngineUnderTest> engines_that_move_bytes() {
  auto engines = all_engines();
  std::erase_if(engines, [](const EngineUnderTest& engine) { return !engine.moves_bytes; });
  return engines;
}

std::vector<EngineUnderTest> engines_that_write() {
  auto engines = engines_that_move_bytes();
  std::erase_if(engines, [](const EngineUnderTest& engine) { return !engine.writes; });
  return engines;
}

std::vector<EngineUnderTest> engines_on_disk() {
  auto engines = all_engines();
  std::erase_if(engines, [](const EngineUnderTest& engine) { return !engine.on_disk; });
  return engines;
}

std::vector<EngineUnderTest> engines_with_directories() {
  auto engines = engines_that_write();
  std::erase_if(engines, [](const EngineUnderTest& engine) { return !engine.directories; });
  return engines;
}

std::vector<EngineUnderTest> engines_that_write_anywhere() {
  auto engines = engines_that_write();
  std::erase_if(engines, [](const EngineUnderTest& engine) { return !engine.writes_anywhere; });
  return engines;
}

INSTANTIATE_TEST_SUITE_P(Engines, EngineContract, testing::ValuesIn(all_engines()), engine_test_name);
INSTANTIATE_TEST_SUITE_P(Engines, EngineBytes, testing::ValuesIn(engines_that_move_bytes()),
                         engine_test_name);
INSTANTIATE_TEST_SUITE_P(Engines, EngineOnDisk, testing::ValuesIn(engines_on_disk()), engine_test_name);

TEST_P(EngineBytes, ReadsAWholeFileOfUnknownSize) {
  add("a/sample", 114'660);
  auto engine = make();
  AlignedBuffer buffer(256 << 10);
  auto ask = Ask::read_file("a/sample", buffer.all());
  carry_out(*engine, *ask);
  EXPECT_EQ(ask->error, 0);
  EXPECT_EQ(ask->bytes, 114'660u);
  EXPECT_TRUE(is_content(buffer.first(ask->bytes)));
  EXPECT_EQ(engine->in_flight(), 0u);
}

TEST_P(EngineBytes, ReadsNoMoreThanTheExpectedSizeOrTheBuffer) {
  add("sample", 10'000);
  auto engine = make();
  AlignedBuffer buffer(64 << 10);
  EXPECT_EQ(carry_out(*engine, *Ask::read_file("sample", buffer.all(), 10'000)).bytes, 10'000u);
  EXPECT_EQ(carry_out(*engine, *Ask::read_file("sample", buffer.all(), 777)).bytes, 777u);
  EXPECT_EQ(carry_out(*engine, *Ask::read_file("sample", buffer.first(100), 10'000)).bytes, 100u);
  auto shorter = Ask::read_file("sample", buffer.all(), 20'000);  // the file shrank since it was listed
  EXPECT_EQ(carry_out(*engine, *shorter).bytes, 10'000u);
  EXPECT_EQ(shorter->error, 0);
}

TEST_P(EngineBytes, ReadsFilesLargerThanOneRequestToTheKernel) {
  const std::size_t size = (5u << 20) + 12'345;
  add("large", size);
  auto engine = make();
  AlignedBuffer buffer(6u << 20);
  auto ask = Ask::read_file("large", buffer.all());
  carry_out(*engine, *ask);
  EXPECT_EQ(ask->bytes, size);
  EXPECT_TRUE(is_content(buffer.first(size)));
}

TEST_P(EngineBytes, AnEmptyFileHasNoBytesAndNoError) {
  add("empty", 0);
  auto engine = make();
  AlignedBuffer buffer(4096);
  auto ask = Ask::read_file("empty", buffer.all());
  carry_out(*engine, *ask);
  EXPECT_EQ(ask->error, 0);
  EXPECT_EQ(ask->bytes, 0u);
}

TEST_P(EngineBytes, NamesWhatIsWrongWithAPath) {
  add("directory/sample", 1);
  auto engine = make();
  AlignedBuffer buffer(4096);
  const auto error_of = [&](const std::string& path) {
    return carry_out(*engine, *Ask::read_file(path.c_str(), buffer.all())).error;
  };
  EXPECT_EQ(error_of("missing"), ENOENT);
  EXPECT_EQ(error_of("directory"), GetParam().directories ? EISDIR : ENOENT);
  EXPECT_EQ(error_of(std::string(5000, 'x')), ENAMETOOLONG);
  EXPECT_EQ(carry_out(*engine, *Ask::open("missing")).error, ENOENT);
  EXPECT_EQ(error_of("directory/sample"), 0);
}

TEST_P(EngineOnDisk, SaysWhenAFileMayNotBeRead) {
  add("secret", 100);
  chmod((directory_ / "secret").c_str(), 0);
  chmod(directory_.path().c_str(), 0755);
  if (geteuid() == 0) setfsuid(65534);  // root may read everything
  {
    auto engine = make();
    AlignedBuffer buffer(4096);
    EXPECT_EQ(carry_out(*engine, *Ask::read_file("secret", buffer.all())).error, EACCES);
  }
  setfsuid(geteuid());
}

TEST_P(EngineBytes, ReadsRangesOfAnOpenFile) {
  add("packed", 300'000);
  auto engine = make();
  auto open = Ask::open("packed");
  carry_out(*engine, *open);
  ASSERT_EQ(open->error, 0);
  ASSERT_GE(open->file, 0);
  AlignedBuffer buffer(64 << 10);
  auto middle = Ask::read(open->file, 123'457, buffer.first(10'001));
  carry_out(*engine, *middle);
  EXPECT_EQ(middle->bytes, 10'001u);
  EXPECT_TRUE(is_content(buffer.first(10'001), 123'457));
  // 300,000 - 299,990 = 10 bytes are left.
  EXPECT_EQ(carry_out(*engine, *Ask::read(open->file, 299'990, buffer.all())).bytes, 10u);
  auto beyond = Ask::read(open->file, 400'000, buffer.all());
  EXPECT_EQ(carry_out(*engine, *beyond).bytes, 0u);
  EXPECT_EQ(beyond->error, 0);
  EXPECT_EQ(carry_out(*engine, *Ask::close(open->file)).error, 0);
  EXPECT_EQ(carry_out(*engine, *Ask::read(open->file, 0, buffer.all())).error, EBADF);
}

TEST_P(EngineBytes, KeepsManyFilesOpen) {
  auto engine = make(8);
  std::vector<std::unique_ptr<Ask>> opens;
  for (std::size_t i = 0; i < 200; ++i) {
    const std::string name = "many/" + std::to_string(i);
    add(name, i);
    opens.push_back(Ask::open(memory_.find(name)->first.c_str()));
    engine->start(*opens.back());
  }
  while (engine->in_flight()) engine->turn(Seconds{1});
  AlignedBuffer buffer(4096);
  for (std::size_t i = 0; i < 200; ++i) {
    ASSERT_EQ(opens[i]->error, 0);
    EXPECT_EQ(carry_out(*engine, *Ask::read(opens[i]->file, 0, buffer.all())).bytes, i);
  }
}  // the engine closes them

TEST_P(EngineOnDisk, DirectReadsEndWhereTheFileEnds) {
  for (const std::size_t size : {std::size_t{8192}, std::size_t{114'660}, std::size_t{(2u << 20) + 1}}) {
    const std::string name = "direct" + std::to_string(size);
    add(name, size);
    AlignedBuffer buffer(3u << 20);
    auto engine = make(64, Seconds{30}, buffer.all());
    for (const std::uint64_t expected : {std::uint64_t{0}, std::uint64_t{size}}) {
      std::fill(buffer.all().begin(), buffer.all().end(), std::byte{0});
      auto ask = Ask::read_file(name.c_str(), buffer.all(), expected);
      ask->direct = true;
      carry_out(*engine, *ask);
      if (ask->error == EINVAL) GTEST_SKIP() << "this file system has no O_DIRECT";
      EXPECT_EQ(ask->error, 0);
      EXPECT_EQ(ask->bytes, size);
      EXPECT_TRUE(is_content(buffer.first(size)));
    }
    auto open = Ask::open(name.c_str(), true);
    carry_out(*engine, *open);
    auto tail = Ask::read(open->file, 4096, buffer.all());
    EXPECT_EQ(carry_out(*engine, *tail).bytes, size - 4096);
    EXPECT_EQ(tail->error, 0);
  }
}

TEST_P(EngineBytes, LendsMemoryOnceAndOnlyWhenNoneWasGiven) {
  add("sample", 5000);
  auto engine = make();
  AlignedBuffer buffer(8192);
  struct Lender : Ask {
    AlignedBuffer* memory = nullptr;
    int lent = 0;
  } lender;
  lender.operation = IoOperation::kReadFile;
  lender.path = "sample";
  lender.memory = &buffer;
  lender.lend = [](IoRequest& request) {
    auto& self = static_cast<Lender&>(request);
    ++self.lent;
    if (self.memory) request.buffer = self.memory->all();
  };
  EXPECT_EQ(carry_out(*engine, lender).bytes, 5000u);
  EXPECT_EQ(lender.lent, 1);
  EXPECT_TRUE(is_content(buffer.first(5000)));
  lender.ends = 0;
  carry_out(*engine, lender);  // it has a buffer now
  EXPECT_EQ(lender.lent, 1);
  lender.ends = 0;
  lender.memory = nullptr;
  lender.buffer = {};
  EXPECT_EQ(carry_out(*engine, lender).error, ENOMEM);
}

TEST_P(EngineBytes, CompletesEachOfTenThousandRequestsOnce) {
  for (int i = 0; i < 100; ++i) add("file" + std::to_string(i), 10 * static_cast<std::size_t>(i));
  auto engine = make(32);
  AlignedBuffer memory(10'000u << 10);
  std::vector<std::unique_ptr<Ask>> asks;
  auto name = memory_.begin();
  for (int i = 0; i < 10'000; ++i) {
    const auto buffer = memory.all().subspan(static_cast<std::size_t>(i) << 10, 1 << 10);
    asks.push_back(Ask::read_file(i % 7 == 0 ? "missing" : name->first.c_str(), buffer));
    engine->start(*asks.back());
    if (++name == memory_.end()) name = memory_.begin();
  }
  EXPECT_EQ(engine->in_flight(), 10'000u);
  std::size_t counted = 0;
  while (engine->in_flight()) counted += engine->turn(Seconds{1});
  EXPECT_EQ(counted, 10'000u);
  for (int i = 0; i < 10'000; ++i) {
    ASSERT_EQ(asks[i]->ends, 1);
    ASSERT_EQ(asks[i]->error, i % 7 == 0 ? ENOENT : 0);
    if (i % 7 != 0) {
      ASSERT_EQ(asks[i]->bytes, memory_.at(asks[i]->path).size());
    }
  }
}

TEST_P(EngineContract, RequestsMayBeStartedFromDone) {
  add("sample", 1000);
  auto engine = make(4);
  struct Chain : Ask {
    Engine* engine = nullptr;
    int left = 500;
  } chain;
  AlignedBuffer buffer(4096);
  chain.operation = IoOperation::kReadFile;
  chain.path = "sample";
  chain.buffer = buffer.all();
  chain.engine = engine.get();
  chain.done = [](IoRequest& request) {
    auto& self = static_cast<Chain&>(request);
    if (--self.left) self.engine->start(self);
  };
  engine->start(chain);
  while (engine->in_flight()) engine->turn(Seconds{1});
  EXPECT_EQ(chain.left, 0);
}

TEST_P(EngineContract, StampsAreInOrder) {
  add("sample", 1000);
  auto engine = make();
  AlignedBuffer buffer(4096);
  const Seconds before = monotonic_now();
  auto ask = Ask::read_file("sample", buffer.all());
  carry_out(*engine, *ask);
  EXPECT_EQ(ask->attempts, 1u);
  EXPECT_EQ(ask->first_byte > Seconds{0}, GetParam().sees_first_byte);
  EXPECT_LE(before, ask->started);
  EXPECT_LE(ask->started, ask->opened);
  EXPECT_LE(ask->opened, ask->finished);
  EXPECT_LE(ask->finished, monotonic_now());
}

TEST_P(EngineContract, AnotherThreadEndsTheSleep) {
  auto engine = make();
  std::atomic<bool> asleep{false};
  std::thread waker([&] {
    while (!asleep) std::this_thread::yield();
    engine->wake();
  });
  asleep = true;
  EXPECT_EQ(engine->turn(Seconds{600}), 0u);  // without the wake the test's time limit ends this
  waker.join();
  engine->wake();  // before the turn: it does not sleep
  EXPECT_EQ(engine->turn(Seconds{600}), 0u);
  for (int i = 0; i < 1000; ++i) engine->wake();
  engine->turn(Seconds{600});
  EXPECT_EQ(engine->turn(Seconds{0.001}), 0u);  // many wakes are one
}

TEST_P(EngineContract, AWakeIsNeverLost) {
  auto engine = make();
  constexpr int kRounds = 2000;
  std::atomic<int> sent{0};
  int seen = 0;
  std::thread sender([&] {
    for (int i = 0; i < kRounds; ++i) {
      sent.fetch_add(1);
      engine->wake();
      if (i % 16 == 0) std::this_thread::yield();
    }
  });
  // A turn that misses its wake sleeps for all of its patience: the one thing that can take so long here.
  constexpr std::chrono::seconds kPatience{60};
  int lost = 0;
  while (seen < kRounds) {
    const auto before = std::chrono::steady_clock::now();
    if (sent.load() == seen) engine->turn(Seconds{static_cast<double>(kPatience.count())});
    if (std::chrono::steady_clock::now() - before >= kPatience) ++lost;
    seen = sent.load();
  }
  sender.join();
  EXPECT_EQ(lost, 0);
}

TEST_P(EngineContract, ATurnWithoutPatienceDoesNotSleep) {
  auto engine = make();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(engine->turn(Seconds{0}), 0u);
}

TEST_P(EngineContract, MayBeDestroyedWithRequestsInFlight) {
  for (int i = 0; i < 50; ++i) add("file" + std::to_string(i), 200'000);
  std::vector<std::unique_ptr<Ask>> asks;
  std::vector<std::unique_ptr<AlignedBuffer>> buffers;
  auto engine = make(16);
  for (const auto& [name, bytes] : memory_) {
    buffers.push_back(std::make_unique<AlignedBuffer>(256 << 10));
    asks.push_back(Ask::read_file(name.c_str(), buffers.back()->all()));
    asks.back()->direct = true;
    engine->start(*asks.back());
  }
  engine->turn(Seconds{0});
  std::vector<int> ends;
  for (const auto& ask : asks) ends.push_back(ask->ends);
  engine.reset();
  for (std::size_t i = 0; i < asks.size(); ++i) EXPECT_EQ(asks[i]->ends, ends[i]);
}

TEST_P(EngineBytes, MayBeBuiltOnOneThreadAndUsedOnAnother) {
  add("sample", 4000);
  auto engine = make();
  std::uint64_t bytes = 0;
  std::thread user([&] {
    AlignedBuffer buffer(4096);
    bytes = carry_out(*engine, *Ask::read_file("sample", buffer.all())).bytes;
  });
  user.join();
  EXPECT_EQ(bytes, 4000u);
}

}  // namespace aforo
