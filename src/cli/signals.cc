#include "cli/signals.h"

#include <fmt/format.h>

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

#include "base/error.h"

namespace aforo {
namespace {

sigset_t watched() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  struct sigaction action {};
  if (::sigaction(SIGHUP, nullptr, &action) == 0 && action.sa_handler != SIG_IGN)
    sigaddset(&set, SIGHUP);  // nohup
  return set;
}

[[noreturn]] void die_of(int signal) {
  ::signal(signal, SIG_DFL);
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, signal);
  ::pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
  ::raise(signal);
  ::_exit(128 + signal);
}

}  // namespace

StopOnSignal::StopOnSignal() {
  ::signal(SIGPIPE, SIG_IGN);
  const sigset_t set = watched();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signals_ = ::signalfd(-1, &set, SFD_CLOEXEC);
  farewell_ = ::eventfd(0, EFD_CLOEXEC);
  if (signals_ < 0 || farewell_ < 0)
    throw UserError(
        fmt::format("expected a signalfd and an eventfd from the kernel, found {}", describe_errno(errno)));
  thread_ = std::thread([this] { watch(); });
}

StopOnSignal::~StopOnSignal() {
  const std::uint64_t one = 1;
  if (::write(farewell_, &one, sizeof one) == sizeof one) thread_.join();
  ::close(signals_);
  ::close(farewell_);
  const sigset_t set = watched();
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

void StopOnSignal::watch() {
  constexpr auto kEcho = std::chrono::milliseconds(500);
  auto first = std::chrono::steady_clock::now();
  for (;;) {
    pollfd waiting[2] = {{signals_, POLLIN, 0}, {farewell_, POLLIN, 0}};
    if (::poll(waiting, 2, -1) < 0) continue;
    if (waiting[1].revents != 0) return;
    if (waiting[0].revents == 0) continue;
    signalfd_siginfo seen{};
    if (::read(signals_, &seen, sizeof seen) != sizeof seen) continue;
    // timeout(1) and shells signal the process and its group: an echo of the first is not a second wish.
    const auto now = std::chrono::steady_clock::now();
    if (source_.stop_requested()) {
      if (now - first > kEcho) die_of(static_cast<int>(seen.ssi_signo));
      continue;
    }
    first = now;
    source_.request_stop();
  }
}

}  // namespace aforo
