// What only this engine does: the rest is engine_contract_test.cc.
#include "storage/thread_engine.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "base/error.h"

namespace aforo {
namespace {

constexpr uid_t kNobody = 65534;

bool may_become_another() {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(::setuid(kNobody) == 0 ? 0 : 1);
  int status = 1;
  return child > 0 && ::waitpid(child, &status, 0) == child && status == 0;
}

// As a user who may have three threads: those that were begun are ended before anything is said.
[[noreturn]] void ask_for_more_than_is_granted() {
  const rlimit few{3, 3};
  const int root = ::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (::setrlimit(RLIMIT_NPROC, &few) != 0 || ::setuid(kNobody) != 0) std::exit(3);
  EngineOptions options;
  options.depth = 64;
  try {
    make_thread_engine(root, options, 16);
  } catch (const UserError& error) {
    std::exit(std::string(error.what()).find("expected 16 threads that read") != std::string::npos ? 0 : 4);
  }
  std::exit(5);
}

TEST(ThreadEngine, AMachineThatGrantsFewerThreadsIsSaid) {
  if (!may_become_another()) GTEST_SKIP() << "to become a user with few threads takes root";
  EXPECT_EXIT(ask_for_more_than_is_granted(), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace aforo
