#include "base/input_file.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include <fstream>

#include "base/error.h"
#include "base/test_directory.h"

namespace aforo {
namespace {

std::string refusal_of(const std::string& path) {
  try {
    read_input_file(path, "storage file", "; aforo probe writes one");
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

TEST(InputFile, GivesTheBytesAsTheyAre) {
  const TestDirectory directory;
  const std::string path = directory / "a.yaml", bytes("a: 1\r\n\0\xff", 8);
  std::ofstream(path, std::ios::binary) << bytes;
  EXPECT_EQ(read_input_file(path, "workload file"), bytes);
  std::ofstream(path, std::ios::binary | std::ios::trunc);
  EXPECT_EQ(read_input_file(path, "workload file"), "");
}

TEST(InputFile, SaysWhatIsInTheWay) {
  const TestDirectory directory;
  EXPECT_EQ(refusal_of("no/such.yaml"),
            "no/such.yaml: expected a storage file, found none; aforo probe writes one");
  EXPECT_EQ(refusal_of(directory.path()), directory.path() + ": expected a storage file, found a directory");
  EXPECT_EQ(refusal_of("/dev/zero"), "/dev/zero: expected a storage file of at most 64 MiB, found more");
}

// As in a command, which blocks the signals that another thread takes: there is none here to end it otherwise.
TEST(InputFile, ASignalEndsTheWaitForAPipe) {
  const TestDirectory place;
  const std::string path = std::string(place.path()) + "/pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const auto wait = [&] {
    sigset_t term;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &term, nullptr);
    const pid_t self = ::getpid();
    std::thread([self] {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      ::kill(self, SIGTERM);
      std::this_thread::sleep_for(std::chrono::seconds(5));
      ::_exit(3);
    }).detach();
    read_input_file(path, "job file");
  };
  EXPECT_EXIT(wait(), testing::KilledBySignal(SIGTERM), "");
}

}  // namespace
}  // namespace aforo
