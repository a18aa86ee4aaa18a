// aforo: words to acts. What the process owns (streams, terminal, environment) is looked up here and nowhere
// below.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "cli/app.h"
#include "cli/command.h"
#include "cli/signals.h"
#include "hosts/launch.h"
#include "world/served_place.h"

namespace {

int terminal_width() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20) return size.ws_col;
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20) return size.ws_col;
  return 100;
}

// As the C library decides it: LC_ALL over LC_CTYPE over LANG.
bool utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    const std::string_view text = value;
    return text.find("UTF-8") != text.npos || text.find("utf8") != text.npos;
  }
  return false;
}

// A closed standard descriptor would otherwise be given to the first file opened, and results written into
// it. What is written to one that was closed is lost, and must be an error: they are held by reading ends.
// Returns whether standard output was closed.
bool hold_standard_descriptors() {
  const bool out_is_closed = ::fcntl(STDOUT_FILENO, F_GETFD) == -1 && errno == EBADF;
  for (int fd = 0; fd <= 2; ++fd)
    if (::fcntl(fd, F_GETFD) == -1 && errno == EBADF && ::open("/dev/null", O_RDONLY) < 0) break;
  return out_is_closed;
}

// The shell's soft limit is low for programs that wait with select(2), which this one does not.
void raise_open_files() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

// A pipe whose reader has seen enough is no error; a full disk is.
bool reader_went_away() {
  pollfd out{STDOUT_FILENO, POLLOUT, 0};
  return ::poll(&out, 1, 0) == 1 && (out.revents & (POLLERR | POLLHUP)) != 0;
}

// Where memory runs out in a thread that has nobody to say so to. Nothing is asked of memory here.
[[noreturn]] void end_without_memory() {
  try {
    if (const auto what = std::current_exception()) std::rethrow_exception(what);
  } catch (const std::bad_alloc&) {
    const std::string_view text = aforo::kNoMemory;
    [[maybe_unused]] const auto lost = ::write(STDERR_FILENO, text.data(), text.size());
    ::_exit(aforo::kCouldNot);
  } catch (...) {
  }
  __gnu_cxx::__verbose_terminate_handler();  // libstdc++'s usual one: says what it was, and aborts
  std::abort();
}

// The module that speaks MPI lies beside the program, or in the library folder of where that is installed.
std::vector<std::string> wire_modules() {
  std::string path(4096, '\0');
  const ssize_t length = ::readlink("/proc/self/exe", path.data(), path.size());
  path.resize(static_cast<std::size_t>(std::max<ssize_t>(length, 0)));
  const std::string folder = path.substr(0, path.rfind('/') + 1);
  return {folder + "aforo_mpi.so", folder + "../lib/aforo/aforo_mpi.so"};
}

aforo::Launch launch() {
  return aforo::launch_of([](std::string_view name) {
    const char* value = std::getenv(std::string(name).c_str());
    return std::string(value != nullptr ? value : "");
  });
}

aforo::Environment environment() {
  return [](const char* name) -> std::optional<std::string> {
    const char* const value = std::getenv(name);
    if (value == nullptr || *value == '\0') return std::nullopt;
    return std::string(value);
  };
}

// The whole command; its exit code.
int command(const std::vector<std::string>& words, bool out_is_closed) {
  const aforo::Launch started = launch();
  // A launcher hands its processes a terminal of its own, whatever its own output is.
  const bool out_is_terminal = started.alone() && ::isatty(STDOUT_FILENO) == 1;
  const char* no_colour = std::getenv("NO_COLOR");
  const bool wants_colour = no_colour == nullptr || *no_colour == '\0';
  std::ostream nowhere(nullptr);
  const bool first = started.first();
  aforo::Console console{first ? std::cout : nowhere,
                         first ? std::cerr : nowhere,
                         out_is_terminal,
                         ::isatty(STDERR_FILENO) == 1,
                         out_is_terminal && wants_colour,
                         utf8(),
                         terminal_width(),
                         out_is_closed};
  console.launch = started;
  console.wire_modules = wire_modules();
  console.environment = environment();
  if (!first) console.alone_err = &std::cerr;
  if (winsize size{}; console.err_is_terminal && ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0) {
    console.err_columns = size.ws_col;
    console.err_rows = size.ws_row;
  }
  if (const char* kind = std::getenv("TERM")) console.err_kind = kind;
  console.err_colour = console.err_is_terminal && wants_colour;
  const int code = aforo::run_aforo(words, console);
  std::cout.flush();
  if (!std::cout && !reader_went_away()) {
    std::cerr
        << "aforo: expected to write standard output, found that it takes no more (is it closed, or the disk full?)\n";
    return aforo::kCouldNot;
  }
  return code;
}

// A command of a directory may be led by a link in it to storage behind a server, which no word names.
bool takes_a_directory(const std::vector<std::string>& words) {
  const aforo::Command* named = words.empty() ? nullptr : aforo::find_command(words.front());
  if (named == nullptr) return false;
  const auto rows = aforo::words_of(*named);
  return std::any_of(rows.begin(), rows.end(),
                     [](const aforo::Row* row) { return row->option.kind == aforo::ValueKind::kDirectory; });
}

}  // namespace

int main(int argc, char** argv) {
  const bool out_is_closed = hold_standard_descriptors();
  raise_open_files();
  ::signal(SIGPIPE, SIG_IGN);
  std::set_terminate(end_without_memory);
  const std::vector<std::string> words(argv + 1, argv + argc);
  // Storage behind a server may stop answering, and a process cannot end while a request of it hangs.
  if (takes_a_directory(words) || std::any_of(words.begin(), words.end(), aforo::is_served_place))
    return aforo::run_apart([&] { return command(words, out_is_closed); });
  return command(words, out_is_closed);
}
