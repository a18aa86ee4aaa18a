#include "cli/signals.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

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

// The process that waits for this one's work; 0 = none.
pid_t waiting_process = 0;
std::atomic<void (*)() noexcept> sudden_end{nullptr};

// The terminal as it was found, for where what changed its modes could not put them back.
class FoundTerminal {
 public:
  FoundTerminal() : known_(::tcgetattr(STDERR_FILENO, &modes_) == 0) {}

  // Nothing where its modes are as they were.
  void restore() const {
    termios now{};
    if (!known_ || ::tcgetattr(STDERR_FILENO, &now) != 0 || now.c_lflag == modes_.c_lflag) return;
    // In the background the terminal is somebody else's, who has modes of his own; and who sets them is stopped.
    if (::tcgetpgrp(STDERR_FILENO) != ::getpgrp()) return;
    // Published: xterm's control sequences, which those of today's terminals follow. The main screen, a cursor, plain text.
    constexpr std::string_view kPlain = "\x1b[?1049l\x1b[?25h\x1b[?1l\x1b>\x1b[0m\r";
    ::tcsetattr(STDERR_FILENO, TCSANOW, &modes_);
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, kPlain.data(), kPlain.size());
  }

 private:
  termios modes_{};
  bool known_;
};

constexpr auto kEcho = std::chrono::milliseconds(500);

// So that a process which cannot end yet, as a request of it hangs, holds up nobody who waits for its words.
void leave_streams() {
  for (int fd = 0; fd <= 2; ++fd) ::close(fd);
}

// Hundredths of a second that a process has computed; 0 where it cannot be asked.
long ticks_of(pid_t process) {
  std::ifstream file(fmt::format("/proc/{}/stat", process));
  std::string text;
  std::getline(file, text);
  std::istringstream fields(text.substr(std::min(text.size(), text.rfind(')') + 1)));
  std::string skipped;
  long user = 0, system = 0;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  fields >> user >> system;
  return user + system;
}

[[noreturn]] void die_of(int signal) {
  if (const auto act = sudden_end.exchange(nullptr)) act();
  leave_streams();
  ::signal(signal, SIG_DFL);
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, signal);
  ::pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
  ::raise(signal);
  ::_exit(128 + signal);
}

// The one that waits for the work of run_apart.
class Waiting {
 public:
  Waiting(pid_t worker, int done, int signals, const FoundTerminal& terminal)
      : worker_(worker), done_(done), signals_(signals), terminal_(terminal) {}

  int wait() {
    for (;;) {
      pollfd asked[2] = {{done_, POLLIN, 0}, {signals_, POLLIN, 0}};
      ::poll(asked, 2, stop_asked_ ? kLook : -1);
      if (asked[1].revents & POLLIN) pass_on();
      if (asked[0].revents != 0) return ended();
      if (stop_asked_ && is_still()) return give_up();
    }
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr int kLook = 500;  // ms; chosen: a person sees no difference
  // Chosen: a sync of a network's file system may take seconds without computing.
  static constexpr std::chrono::seconds kStill{5};
  // For a process that has said that it is done. Chosen: one that does not hang ends at once.
  static constexpr std::chrono::milliseconds kGoodbye{200};
  // For a process that puts a terminal in order before it stops. Chosen: five times what its display sleeps.
  static constexpr std::chrono::milliseconds kPutAway{1000};

  void pass_on() {
    signalfd_siginfo seen{};
    if (::read(signals_, &seen, sizeof seen) != sizeof seen) return;
    const auto signal = static_cast<int>(seen.ssi_signo);
    ::kill(worker_, signal);
    if (signal == SIGTSTP) return stop_with_it();
    const auto now = Clock::now();
    if (stop_asked_ && now - first_ > kEcho) {
      ends_within(kGoodbye);
      terminal_.restore();
      die_of(signal);
    }
    if (!stop_asked_) first_ = moved_ = now;
    stop_asked_ = true;
  }

  // Where the worker does not stop, as nobody could wake it again (an orphaned process group), this one does not either.
  void stop_with_it() {
    int status = 0;
    for (const auto until = Clock::now() + kPutAway; Clock::now() < until; ::poll(nullptr, 0, 1)) {
      const pid_t seen = ::waitpid(worker_, &status, WNOHANG | WUNTRACED);
      if (seen < 0) return;
      if (seen != worker_) continue;
      if (!WIFSTOPPED(status)) {
        gone_ = status;
        return;
      }
      ::raise(SIGSTOP);  // until somebody says to go on
      ::kill(worker_, SIGCONT);
      return;
    }
  }

  // Absent: it has not ended.
  std::optional<int> ends_within(std::chrono::milliseconds most) {
    if (gone_) return gone_;
    int status = 0;
    for (const auto until = Clock::now() + most;;) {
      if (::waitpid(worker_, &status, WNOHANG) == worker_) return status;
      if (Clock::now() >= until) return std::nullopt;
      ::poll(nullptr, 0, 1);
    }
  }

  int ended() {
    unsigned char code = 0;
    const bool said = ::read(done_, &code, 1) == 1;
    const std::optional<int> status = ends_within(said ? kGoodbye : std::chrono::hours(1));
    if (said || !status) return said ? code : 2;
    terminal_.restore();
    if (WIFSIGNALED(*status)) die_of(WTERMSIG(*status));
    return WEXITSTATUS(*status);
  }

  bool is_still() {
    const long ticks = ticks_of(worker_);
    if (ticks != ticks_) moved_ = Clock::now();
    ticks_ = ticks;
    return Clock::now() - moved_ > kStill;
  }

  // A second wish closes its streams, which whoever reads its words waits for, and ends it as far as it can end.
  int give_up() {
    ::kill(worker_, SIGTERM);
    ends_within(kGoodbye);
    ::kill(worker_, SIGKILL);
    terminal_.restore();
    constexpr std::string_view kSentence =
        "aforo: expected storage to answer, found none for five seconds after the end was asked for: what waits for it is "
        "left behind\n";
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, kSentence.data(), kSentence.size());
    return 2;
  }

  pid_t worker_;
  int done_, signals_;
  const FoundTerminal& terminal_;
  std::optional<int> gone_;  // its status, where waiting for something else told
  bool stop_asked_ = false;
  Clock::time_point first_, moved_;
  long ticks_ = -1;
};

}  // namespace

int run_apart(const std::function<int()>& work) {
  int done[2] = {-1, -1};
  if (::pipe2(done, O_CLOEXEC) != 0) return work();
  const FoundTerminal terminal;
  sigset_t set = watched();
  struct sigaction action {};
  if (::sigaction(SIGTSTP, nullptr, &action) == 0 && action.sa_handler != SIG_IGN) sigaddset(&set, SIGTSTP);
  sigset_t before;
  ::pthread_sigmask(SIG_BLOCK, &set, &before);
  const int signals = ::signalfd(-1, &set, SFD_CLOEXEC);
  const pid_t parent = ::getpid();
  const pid_t worker = signals >= 0 ? ::fork() : -1;
  if (worker < 0) {
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return work();
  }
  if (worker > 0) {
    ::close(done[1]);
    return Waiting(worker, done[0], signals, terminal).wait();
  }
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(2);
  ::close(done[0]);
  ::close(signals);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  waiting_process = parent;
  const auto code = static_cast<unsigned char>(work());
  leave_streams();
  if (::write(done[1], &code, 1) != 1) ::_exit(2);
  ::_exit(code);
}

void interrupt_this_command() { ::kill(waiting_process != 0 ? waiting_process : ::getpid(), SIGINT); }

void before_sudden_end(void (*act)() noexcept) { sudden_end.store(act); }

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
