#include "storage/uring_engine.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

#include "base/error.h"
#include "storage/engine_contract.h"
#include "storage/machine.h"
#include "storage/make_engine.h"

namespace aforo {
namespace {

EngineOptions options_for(const std::string& root, Seconds timeout = Seconds{30}) {
  EngineOptions options;
  options.root = root;
  options.depth = 8;
  options.timeout = timeout;
  return options;
}

int refuse_with_eperm(unsigned, io_uring*, io_uring_params*) { return -EPERM; }
int refuse_with_enosys(unsigned, io_uring*, io_uring_params*) { return -ENOSYS; }

TEST(MakeEngine, FallsBackToThreadsAndSaysWhy) {
  const auto forbidden = make_engine_with(EngineKind::kAuto, options_for("/"), refuse_with_eperm);
  EXPECT_EQ(forbidden.engine->name(), "threads");
  EXPECT_NE(forbidden.reason.find("EPERM"), std::string::npos) << forbidden.reason;
  const auto absent = make_engine_with(EngineKind::kAuto, options_for("/"), refuse_with_enosys);
  EXPECT_EQ(absent.engine->name(), "threads");
  EXPECT_NE(absent.reason.find("ENOSYS"), std::string::npos) << absent.reason;
}

TEST(OpensAskAServer, EverywhereButOnKnownLocalFilesystems) {
  const int local = open("/dev/shm", O_PATH | O_DIRECTORY), other = open("/proc", O_PATH | O_DIRECTORY);
  ASSERT_GE(local, 0);
  EXPECT_FALSE(opens_ask_a_server(local));
  EXPECT_TRUE(opens_ask_a_server(other));
  EXPECT_TRUE(opens_ask_a_server(-1));  // nothing is known
  close(local), close(other);
}

// The real refusal: a process that may not call io_uring_setup, as in a container.
TEST(MakeEngine, WorksInAProcessThatMayNotUseIoUring) {
  const pid_t child = fork();
  if (child == 0) {
    const unsigned number = __NR_io_uring_setup;
    sock_filter program[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                             BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
                             BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
                             BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    const sock_fprog filter{4, program};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0)
      _exit(77);
    const auto choice = make_engine(EngineKind::kAuto, options_for("/"));
    AlignedBuffer buffer(4096);
    auto ask = Ask::read_file("proc/self/stat", buffer.all());
    choice.engine->start(*ask);
    while (!ask->ends) choice.engine->turn(Seconds{1});
    _exit(choice.engine->name() == "threads" && choice.reason.find("EPERM") != std::string::npos &&
                  ask->bytes > 0
              ? 0
              : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 77) GTEST_SKIP() << "no seccomp filters here";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(MakeEngine, InsistingOnWhatIsRefusedEndsTheCommand) {
  EXPECT_THROW(make_engine_with(EngineKind::kUring, options_for("/"), refuse_with_eperm), UserError);
  EXPECT_EQ(engine_named("teleport"), std::nullopt);
  EXPECT_THROW(make_engine(EngineKind::kAuto, options_for("/no/such/directory")), UserError);
}

TEST(EngineKind, EveryKindHasOneWordAndOnlyNullMovesNothing) {
  for (const EngineRow& row : engine_table()) {
    EXPECT_EQ(engine_named(row.word), row.kind);
    EXPECT_EQ(to_string(row.kind), row.word);
    EXPECT_EQ(moves_bytes(row.kind), row.kind != EngineKind::kNull);
    if (row.kind == EngineKind::kAuto || row.kind == EngineKind::kUring) continue;
    if (row.kind == EngineKind::kS3) {
      EXPECT_THROW(make_engine(row.kind, options_for("/")), UserError);
      continue;
    }
    const EngineChoice made = make_engine(row.kind, options_for("/"));
    EXPECT_EQ(made.engine->name(), row.word);
    EXPECT_EQ(made.kind, row.kind);
  }
}

TEST(MakeEngine, PrefersIoUring) {
  const auto choice = make_engine(EngineKind::kAuto, options_for("/"));
  if (choice.engine->name() != "io_uring") GTEST_SKIP() << "refused here: " << choice.reason;
  EXPECT_EQ(choice.reason, "");
}

class UringEngine : public testing::Test {
 protected:
  void SetUp() override {
    if (const std::string why = uring_refusal(); !why.empty()) GTEST_SKIP() << why;
  }
};

// A named pipe with a writer that writes nothing: a read that never ends, and that the kernel can cancel.
TEST_F(UringEngine, AReadThatCanBeCancelledGivesItsBufferBack) {
  TemporaryDirectory directory;
  ASSERT_EQ(mkfifo((directory / "pipe").c_str(), 0600), 0);
  const int writer = open((directory / "pipe").c_str(), O_RDWR | O_CLOEXEC);
  auto engine = make_engine(EngineKind::kUring, options_for(directory.path(), Seconds{0.02})).engine;
  AlignedBuffer buffer(4096);
  auto ask = Ask::read_file("pipe", buffer.all());
  engine->start(*ask);
  while (!ask->ends) engine->turn(Seconds{1});
  EXPECT_EQ(ask->error, ETIMEDOUT);
  EXPECT_FALSE(ask->buffer_held);
  EXPECT_GE(ask->finished - ask->queued, Seconds{0.02});
  close(writer);
}

// A pipe that is full and that nobody reads.
TEST_F(UringEngine, AWriteThatCanBeCancelledGivesItsBufferBack) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  fcntl(ends[1], F_SETPIPE_SZ, 4096);
  auto engine = make_engine(EngineKind::kUring, options_for("/", Seconds{0.02})).engine;
  AlignedBuffer buffer(64 << 10);
  auto ask = Ask::write(ends[1], 0, buffer.all());
  engine->start(*ask);
  while (!ask->ends) engine->turn(Seconds{1});
  EXPECT_EQ(ask->error, ETIMEDOUT);
  EXPECT_FALSE(ask->buffer_held);
  EXPECT_LT(ask->bytes, 64u << 10);
  engine.reset();
  close(ends[0]), close(ends[1]);
}

TEST_F(UringEngine, RequestsThatWaitBehindHungOnesTimeOutToo) {
  TemporaryDirectory directory;
  ASSERT_EQ(mkfifo((directory / "pipe").c_str(), 0600), 0);
  const int writer = open((directory / "pipe").c_str(), O_RDWR | O_CLOEXEC);
  auto options = options_for(directory.path(), Seconds{0.02});
  options.depth = 1;
  auto engine = make_engine(EngineKind::kUring, options).engine;
  AlignedBuffer buffer(4096);
  std::vector<std::unique_ptr<Ask>> asks;
  for (int i = 0; i < 10; ++i) {
    asks.push_back(Ask::read_file("pipe", buffer.all()));
    engine->start(*asks.back());
  }
  while (engine->in_flight()) engine->turn(Seconds{1});
  for (const auto& ask : asks) EXPECT_EQ(ask->error, ETIMEDOUT);
  close(writer);
}

// A FUSE filesystem whose server never answers: the kernel does not let go, as with a
// hung network filesystem.
class HungFilesystem {
 public:
  explicit HungFilesystem(const std::string& at) : at_(at) {
    device_ = open("/dev/fuse", O_RDWR | O_CLOEXEC);
    const std::string data = "fd=" + std::to_string(device_) + ",rootmode=40000,user_id=0,group_id=0";
    mounted_ =
        device_ >= 0 && mount("aforo-test", at.c_str(), "fuse", MS_NOSUID | MS_NODEV, data.c_str()) == 0;
  }
  HungFilesystem(const HungFilesystem&) = delete;
  HungFilesystem& operator=(const HungFilesystem&) = delete;
  ~HungFilesystem() {
    let_go();
    if (mounted_) umount2(at_.c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }
  // Closing the device fails every request that waits.
  void let_go() {
    if (device_ >= 0) close(device_);
    device_ = -1;
  }

 private:
  std::string at_;
  int device_ = -1;
  bool mounted_ = false;
};

class Hung : public testing::TestWithParam<EngineKind> {};
INSTANTIATE_TEST_SUITE_P(Engines, Hung, testing::Values(EngineKind::kUring, EngineKind::kThreads));

TEST_P(Hung, WhatTheKernelKeepsIsGivenUpAndMayBeAnsweredLate) {
  if (GetParam() == EngineKind::kUring && !uring_refusal().empty()) GTEST_SKIP() << uring_refusal();
  TemporaryDirectory directory;
  std::filesystem::create_directory(directory / "hung");
  std::ofstream(directory / "fine") << "content";
  HungFilesystem hung(directory / "hung");
  if (!hung.mounted()) GTEST_SKIP() << "mounting a FUSE filesystem needs root and /dev/fuse";
  auto engine = make_engine(GetParam(), options_for(directory.path(), Seconds{0.05})).engine;
  AlignedBuffer buffer(4096);
  std::vector<std::unique_ptr<Ask>> asks;
  for (int i = 0; i < 3; ++i) {
    asks.push_back(Ask::read_file("hung/file", buffer.all()));
    engine->start(*asks.back());
  }
  while (engine->in_flight()) engine->turn(Seconds{1});
  for (const auto& ask : asks) {
    EXPECT_EQ(ask->error, ETIMEDOUT);
    EXPECT_EQ(ask->ends, 1);
  }
  asks.clear();  // a late answer must not touch them
  auto fine = Ask::read_file("fine", buffer.all());
  engine->start(*fine);
  while (!fine->ends) engine->turn(Seconds{1});
  EXPECT_EQ(fine->bytes, 7u);
  hung.let_go();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(engine->turn(Seconds{0.001}), 0u);
}

// Opening a pipe without a writer blocks a thread for good.
TEST(ThreadEngine, AThreadThatHangsIsReplacedAndItsBufferHeld) {
  TemporaryDirectory directory;
  ASSERT_EQ(mkfifo((directory / "pipe").c_str(), 0600), 0);
  std::ofstream(directory / "fine") << "content";
  auto options = options_for(directory.path(), Seconds{0.03});
  options.depth = 1;  // one thread
  auto engine = make_engine(EngineKind::kThreads, options).engine;
  AlignedBuffer buffer(4096), other(4096);
  auto hung = Ask::read_file("pipe", buffer.all());
  engine->start(*hung);
  while (!hung->ends) engine->turn(Seconds{1});
  EXPECT_EQ(hung->error, ETIMEDOUT);
  EXPECT_TRUE(hung->buffer_held);
  auto fine = Ask::read_file("fine", other.all());
  engine->start(*fine);
  while (!fine->ends) engine->turn(Seconds{1});
  EXPECT_EQ(fine->bytes, 7u);
  close(open((directory / "pipe").c_str(), O_RDWR | O_NONBLOCK));  // lets the thread go
}

TEST_F(UringEngine, RegistersTheFrontOfAnArenaAndReadsIntoAllOfIt) {
  TemporaryDirectory directory;
  std::ofstream(directory / "file") << std::string(5000, 'x');
  AlignedBuffer arena(8u << 20), adopted(2u << 20), foreign(8192);
  auto options = options_for(directory.path());
  options.arena = arena.all();
  auto engine = make_engine(EngineKind::kUring, options).engine;
  engine->adopt(adopted.all());
  for (const auto memory :
       {arena.all().first(8192), arena.all().last(8192), adopted.first(8192), foreign.all()}) {
    auto ask = Ask::read_file("file", memory);
    engine->start(*ask);
    while (!ask->ends) engine->turn(Seconds{1});
    EXPECT_EQ(ask->bytes, 5000u);
    EXPECT_EQ(memory[4999], std::byte{'x'});
    EXPECT_EQ(memory[5000], std::byte{0});
  }
}

}  // namespace
}  // namespace aforo
