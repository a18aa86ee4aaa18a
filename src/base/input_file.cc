#include "base/input_file.h"

#include <fmt/format.h>

#include <signal.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>

#include "base/error.h"

namespace aforo {
namespace {

// A pipe or a device may have nothing to say for ever, and there is nothing yet that an end could harm: meanwhile
// signals that end a process end this one, also where another thread is to take them.
class Mortal {
 public:
  explicit Mortal(bool wanted) : wanted_(wanted) {
    if (!wanted_) return;
    sigset_t ends;
    sigemptyset(&ends);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&ends, signal);
    ::pthread_sigmask(SIG_UNBLOCK, &ends, &before_);
  }
  ~Mortal() {
    if (wanted_) ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  Mortal(const Mortal&) = delete;
  Mortal& operator=(const Mortal&) = delete;

 private:
  bool wanted_;
  sigset_t before_;
};

}  // namespace

std::string read_input_file(const std::string& path, std::string_view what, std::string_view if_none) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status))
    throw UserError(fmt::format("{}: expected a {}, found none{}", path, what, if_none));
  if (std::filesystem::is_directory(status))
    throw UserError(fmt::format("{}: expected a {}, found a directory", path, what));
  const Mortal mortal(!std::filesystem::is_regular_file(status));
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  std::string text;
  std::array<char, 1 << 16> block{};
  while (in && text.size() <= kLargestInputFile) {
    in.read(block.data(), block.size());
    text.append(block.data(), static_cast<std::size_t>(in.gcount()));
  }
  if (in.bad() || !in.is_open())
    throw UserError(fmt::format("{}: expected a readable {}, found {}", path, what, describe_errno(errno)));
  if (text.size() > kLargestInputFile)
    throw UserError(fmt::format("{}: expected a {} of at most 64 MiB, found more", path, what));
  return text;
}

}  // namespace aforo
