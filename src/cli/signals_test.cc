#include "cli/signals.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace aforo {
namespace {

// Runs `child` in a process of its own; its status as of waitpid.
template <class Child>
int status_of(Child child) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(child());
  int status = 0;
  ::waitpid(pid, &status, 0);
  return status;
}

void wait_for(const std::stop_token& token) {
  std::mutex mutex;
  std::condition_variable_any asked;
  std::unique_lock lock(mutex);
  asked.wait(lock, token, [] { return false; });
}

class EachSignal : public ::testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(, EachSignal, ::testing::Values(SIGINT, SIGTERM, SIGHUP));

TEST_P(EachSignal, TheFirstAsksToStop) {
  const int status = status_of([] {
    StopOnSignal stop;
    if (stop.requested()) return 1;
    ::kill(::getpid(), GetParam());
    wait_for(stop.token());
    return 42;
  });
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 42);
}

TEST_P(EachSignal, TheSecondEndsTheProcessUnlessItIsAnEcho) {
  const int status = status_of([] {
    StopOnSignal stop;
    ::kill(::getpid(), GetParam());
    wait_for(stop.token());
    ::kill(::getpid(), GetParam());  // timeout(1) signals the process and its group: an echo, no second wish
    std::this_thread::sleep_for(std::chrono::milliseconds(700));
    ::kill(::getpid(), GetParam());
    std::this_thread::sleep_for(std::chrono::seconds(30));
    return 0;
  });
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), GetParam());
}

TEST(Signals, AnIgnoredHangUpStaysIgnored) {  // nohup
  const int status = status_of([] {
    ::signal(SIGHUP, SIG_IGN);
    StopOnSignal stop;
    ::kill(::getpid(), SIGHUP);
    ::kill(::getpid(), SIGTERM);
    wait_for(stop.token());
    return 42;
  });
  EXPECT_TRUE(WIFEXITED(status)) << "a hang-up must not count as the first of two signals";
  EXPECT_EQ(WEXITSTATUS(status), 42);
}

TEST(Signals, AreTheProcesssOwnAgainAfterwards) {
  const int status = status_of([] {
    { StopOnSignal stop; }
    ::kill(::getpid(), SIGTERM);
    for (;;) ::pause();
    return 0;
  });
  EXPECT_TRUE(WIFSIGNALED(status));
}

}  // namespace
}  // namespace aforo
