// The real world keeps the contract of a World, alone and as one host of two that meet.
#include "world/real_world.h"

#include <sys/resource.h>

#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

#include "base/control_group.h"
#include "dataset/checkpoint_content.h"
#include "dataset/checkpoint_layout.h"
#include "pipeline/world_contract.h"
#include "storage/machine.h"
#include "storage/make_engine.h"
#include "storage/open_store.h"
#include "storage/store.h"
#include "world/lane_setup.h"

namespace aforo {
namespace {

namespace fs = std::filesystem;

class Directory {
 public:
  Directory() {
    std::string name = (fs::temp_directory_path() / "aforo-world-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Directory() { fs::remove_all(path_); }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

constexpr std::uint64_t kContentKey = 17;

std::unique_ptr<Lane> reading_lane(unsigned index, const FileNames& names, const std::string& root,
                                   EngineKind kind) {
  LaneOptions options;
  options.index = index;
  options.names = &names;
  options.make_engine = [root, kind] {
    EngineOptions engine;
    engine.root = root;
    return make_engine(kind, engine).engine;
  };
  return std::make_unique<Lane>(std::move(options));
}

std::unique_ptr<Lane> writing_lane(unsigned index, const FileNames& names, const Owned& owned,
                                   EngineKind kind) {
  LaneOptions options;
  options.index = index;
  options.names = &names;
  options.content = std::make_shared<CheckpointContent>(kContentKey, Bytes{8192});
  options.make_engine = [&owned, kind] { return owned.engine(kind, {}).engine; };
  return std::make_unique<Lane>(std::move(options));
}

template <EngineKind kind>
class RealWorldHarness {
 public:
  using World = RealWorld;
  static constexpr bool kFails = true, kWrites = true;

  RealWorldHarness() {
    std::vector<std::byte> bytes(kContractBytes);
    for (std::uint64_t i = 0; i < bytes.size(); ++i) bytes[i] = contract_byte(i);
    for (FileId file = 0; file < kContractFiles; ++file)
      std::ofstream(data_ / layout().path(file), std::ios::binary)
          .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    std::vector<std::unique_ptr<Lane>> readers, writers;
    for (unsigned i = 0; i < 2; ++i) readers.push_back(reading_lane(i, layout_, data_.path(), kind));
    writers.push_back(writing_lane(2, names_, *owned_, kind));
    world_ = std::make_unique<RealWorld>(std::move(readers), std::move(writers));
  }
  RealWorld& world() { return *world_; }
  const Layout& layout() const { return layout_; }
  const CheckpointLayout& names() const { return names_; }
  std::string written(FileId file) const { return written_ / names_.path(file); }
  void make_checkpoint_directory() const {
    fs::create_directory(written(CheckpointLayout::writing_directory(1)));
  }
  void run(Task<> task) { world_->run(std::move(task), {}, {}); }

 private:
  Directory data_, written_;
  TestLayout layout_{kContractFiles, kContractBytes};
  CheckpointLayout names_{world_contract::checkpointing_shape()};
  const std::unique_ptr<Owned> owned_ = open_store(written_.path())->own("marker");
  std::unique_ptr<RealWorld> world_;
};
INSTANTIATE_TYPED_TEST_SUITE_P(RealThreads, WorldContract, RealWorldHarness<EngineKind::kThreads>);
INSTANTIATE_TYPED_TEST_SUITE_P(RealBest, WorldContract, RealWorldHarness<EngineKind::kAuto>);

// Hosts that are threads of this process: votes counted under a mutex, outcomes posted home.
class ThreadHosts {
 public:
  explicit ThreadHosts(std::uint32_t hosts) : count_(hosts), waiting_(hosts) {}

  class Member final : public Group {
   public:
    Member(ThreadHosts& all, std::uint32_t host) : all_(all), host_(host) {}
    std::uint32_t host() const override { return host_; }
    std::uint32_t hosts() const override { return static_cast<std::uint32_t>(all_.waiting_.size()); }
    void meet(Meeting& meeting) override {
      const std::lock_guard lock(all_.mutex_);
      all_.waiting_[host_] = &meeting;
      all_.count_.vote(host_, meeting.vote);
      all_.settle();
    }
    void leave(Vote vote) override {
      const std::lock_guard lock(all_.mutex_);
      if (left_) return;
      left_ = true;
      all_.answer(host_, vote);
      all_.count_.leave(host_, vote);
      all_.settle();
    }

   private:
    ThreadHosts& all_;
    const std::uint32_t host_;
    bool left_ = false;
  };

 private:
  void answer(std::uint32_t host, Vote vote) {
    Meeting* meeting = std::exchange(waiting_[host], nullptr);
    if (!meeting) return;
    meeting->vote = vote;
    meeting->home->post(meeting->parcel);
  }
  void settle() {
    const std::optional<Vote> outcome = count_.outcome();
    if (!outcome) return;
    for (std::uint32_t host = 0; host < waiting_.size(); ++host) answer(host, *outcome);
  }

  std::mutex mutex_;
  VoteCount count_;
  std::vector<Meeting*> waiting_;
};

class RealHostsHarness {
 public:
  RealHostsHarness() {
    for (std::uint32_t host = 0; host < 2; ++host) {
      std::vector<std::unique_ptr<Lane>> lanes;
      lanes.push_back(reading_lane(host, layout_, data_.path(), EngineKind::kNull));
      worlds_[host] = std::make_unique<RealWorld>(std::move(lanes), std::vector<std::unique_ptr<Lane>>(),
                                                  &members_[host]);
    }
  }
  RealWorld& world(std::uint32_t host) { return *worlds_[host]; }
  const Layout& layout() const { return layout_; }
  void run(Task<> on_host_0, Task<> on_host_1) {
    std::thread other([&] { worlds_[1]->run(std::move(on_host_1), {}, {}); });
    worlds_[0]->run(std::move(on_host_0), {}, {});
    other.join();
  }

 private:
  Directory data_;
  TestLayout layout_{kContractFiles, kContractBytes};
  ThreadHosts hosts_{2};
  ThreadHosts::Member members_[2] = {{hosts_, 0}, {hosts_, 1}};
  std::unique_ptr<RealWorld> worlds_[2];
};
INSTANTIATE_TYPED_TEST_SUITE_P(Real, MeetingContract, RealHostsHarness);

struct StopAfter final : JobObserver {
  explicit StopAfter(std::uint64_t n) : steps(n) {}
  std::uint64_t steps, seen = 0;
  void on_step(const StepTimes&) override { ++seen; }
  bool should_stop() override { return seen >= steps; }
};

// Host 1 has seen enough after 20 rank-steps of its two ranks: both end after the same step of a job that
// would go on for a million.
TEST(RealHosts, EndAfterTheSameStep) {
  RealHostsHarness hosts;
  StopAfter never(~std::uint64_t{0}), soon(20);
  JobResult results[2];
  JobPlan plan;
  plan.layout = &hosts.layout();
  plan.loader.workers = 1;
  plan.loader.batch_size = 1;
  plan.step_time.mean = 1e-4;
  plan.steps = 1'000'000;
  plan.ranks = {0, 2, 4};
  TrainingJob<RealWorld> first(hosts.world(0), plan, never);
  plan.ranks = {2, 2, 4};
  TrainingJob<RealWorld> second(hosts.world(1), plan, soon);
  const auto run = [](TrainingJob<RealWorld>& job, JobResult& out) -> Task<> { out = co_await job.run(); };
  hosts.run(run(first, results[0]), run(second, results[1]));
  for (const JobResult& result : results) {
    EXPECT_EQ(result.ending, (Vote{Ending::kAsked, 1}));
    ASSERT_EQ(result.epochs.size(), 1u);
    for (const RankEpoch& rank : result.epochs[0]) EXPECT_EQ(rank.steps, results[0].epochs[0][0].steps);
  }
  EXPECT_GE(results[0].epochs[0][0].steps, 10u);
  EXPECT_LE(results[0].epochs[0][0].steps, 12u);
}

// 20,000 bytes in writes of 3,000: what lies there is what the lane's content has of that file.
TEST(RealWorld, WritesItsContent) {
  RealWorldHarness<EngineKind::kThreads> h;
  h.make_checkpoint_directory();
  h.run([](RealWorld& world) -> Task<> {
    const LaneId lane = world.writer_lane(0);
    co_await world.enter_lane(lane);
    auto file = co_await world.create(lane, 3);
    EXPECT_EQ(file.error(), 0);
    for (std::uint64_t offset = 0; offset < 20'000; offset += 3000) {
      const auto written =
          co_await world.write(lane, file, offset, std::min<std::uint64_t>(3000, 20'000 - offset));
      EXPECT_EQ(written.error(), 0);
    }
    co_await world.close(lane, file);
    co_await world.go_home();
  }(h.world()));
  std::ifstream in(h.written(3), std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  ASSERT_EQ(text.size(), 20'000u);
  EXPECT_EQ(CheckpointContent(kContentKey, Bytes{8192}).first_wrong(3, 0, std::as_bytes(std::span(text))),
            std::nullopt);
}

// A lane that reads a dataset owns nothing there: what it is asked to create is refused, as data.
TEST(RealWorld, ALaneThatReadsCreatesNothing) {
  RealWorldHarness<EngineKind::kThreads> h;
  h.run([](RealWorld& world) -> Task<> {
    const LaneId lane = world.lane_of(0, 0);
    co_await world.enter_lane(lane);
    const auto file = co_await world.create(lane, 99);
    EXPECT_EQ(file.error(), EROFS);
    co_await world.go_home();
  }(h.world()));
}

// A job that ends need not wait for what a worker computes, now or later.
TEST(RealWorld, CpuWorkEndsWhereSleepsAreCancelled) {
  RealWorldHarness<EngineKind::kThreads> h;
  const Seconds begin = monotonic_now();
  h.run([](RealWorld& world) -> Task<> {
    WaitGroup workers;
    const auto work = [&world](LaneId lane) -> Task<> {
      co_await world.enter_lane(lane);
      co_await world.use_cpu(lane, Seconds{30});
      co_await world.go_home();
    };
    workers.add(2);
    for (LaneId lane = 0; lane < 2; ++lane) spawn(work(lane), [&workers] { workers.done(); });
    co_await world.sleep_until(world.now() + Seconds{0.02});
    world.cancel_sleeps();
    co_await workers.wait();
    co_await work(0);
  }(h.world()));
  EXPECT_LT((monotonic_now() - begin).value, 10);
}

// 60 files may be open: 2 loops need 16, and some are open.
TEST(OpenFiles, ALackSaysTheLimitAndTheNeed) {
  rlimit old{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &old), 0);
  const rlimit small{60, old.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &small), 0);
  const std::uint64_t open = 60 - open_files_left();
  const std::optional<std::string> lack = open_files_lack(44, 2), fits = open_files_lack(44 - open, 2);
  const std::uint64_t for_readers = open_files_for_readers(2);
  setrlimit(RLIMIT_NOFILE, &old);
  EXPECT_EQ(fits, std::nullopt);
  ASSERT_TRUE(lack);
  EXPECT_NE(
      lack->find(std::to_string(60 + open) + " open files (44 that readers hold at once, 16 of 2 I/O loops"),
      std::string::npos)
      << *lack;
  EXPECT_NE(lack->find("a limit of 60: raise it with 'ulimit -n " + std::to_string(60 + open) + "'"),
            std::string::npos)
      << *lack;
  EXPECT_EQ(for_readers, (44 - open) - (44 - open) / 4);
}

// A reader goes on where fewer read: it does not stay with another beside an idle lane, nor leave where it is alone.
TEST(RealWorld, AReaderGoesOnWhereFewerRead) {
  RealWorldHarness<EngineKind::kThreads> h;
  RealWorld& world = h.world();
  ASSERT_EQ(world.lanes(), 2u);
  std::atomic<bool> over{false};
  WaitGroup stays;
  const auto stay = [&](LaneId lane) -> Task<> {
    co_await world.enter_lane(lane);
    while (!over) co_await world.use_cpu(lane, Seconds{200e-6});
    co_await world.go_home();
  };
  h.run([](RealWorld& w, auto& other, WaitGroup& others, std::atomic<bool>& end) -> Task<> {
    EXPECT_EQ(w.less_busy(0), 0u);
    EXPECT_EQ(w.less_busy(1), 1u);
    others.add(1);
    spawn(other(0), [&others] { others.done(); });
    EXPECT_EQ(w.less_busy(0), 1u);
    EXPECT_EQ(w.less_busy(1), 1u);
    co_await w.enter_lane(1);
    EXPECT_EQ(w.less_busy(1), 1u);  // alone
    co_await w.enter_lane(0);
    EXPECT_EQ(w.less_busy(0), 1u);  // one of two, beside an idle one
    co_await w.go_home();
    others.add(1);
    spawn(other(1), [&others] { others.done(); });
    EXPECT_EQ(w.less_busy(0), 0u);  // one on each
    end = true;
    co_await others.wait();
    EXPECT_EQ(w.less_busy(0), 0u);
    EXPECT_EQ(w.less_busy(1), 1u);
  }(world, stay, stays, over));
}

// Where there is a lane for each core, each stays on one that is its own; fewer go where the scheduler likes, and so do
// those whose engine reads on other threads.
TEST(RealWorld, AsManyLanesAsCoresHaveEachItsOwn) {
  const Directory data;
  const TestLayout layout(1, kContractBytes);
  const std::unique_ptr<Store> store = open_store(data.path());
  const std::vector<unsigned> all = allowed_cores();
  const auto cores = [&](EngineKind engine, unsigned lanes) {
    JobSettings settings;
    settings.store = store.get();
    settings.engine = engine;
    settings.io_threads = lanes;
    LaneSet made = make_lanes(layout, false, settings, 0);
    const EngineKind found = made.engine;
    RealWorld world(std::move(made.lanes), {});
    std::vector<std::vector<unsigned>> out;
    world.run(
        [](RealWorld& w, unsigned count, auto& seen) -> Task<> {
          for (unsigned i = 0; i < count; ++i) {
            co_await w.enter_lane(w.lane_of(0, i));
            seen.push_back(allowed_cores());
            co_await w.go_home();
          }
        }(world, lanes, out),
        {}, {});
    return std::pair(found, out);
  };
  const auto count = static_cast<unsigned>(all.size());
  const auto [engine, each] = cores(EngineKind::kAuto, count);
  for (unsigned i = 0; i < count; ++i)
    EXPECT_EQ(each[i], engine == EngineKind::kThreads ? all : std::vector<unsigned>{all[i]}) << i;
  for (const auto& free : cores(EngineKind::kAuto, count + 1).second) EXPECT_EQ(free, all);
  for (const auto& free : cores(EngineKind::kThreads, count).second) EXPECT_EQ(free, all);
}

}  // namespace
}  // namespace aforo
