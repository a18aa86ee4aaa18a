#include "storage/beneath.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

namespace aforo {
namespace {

// The same without openat2.
int open_by_component(int root, const std::string& path, int flags, mode_t mode) {
  int at = dup(root);
  std::size_t begin = 0;
  for (std::size_t end; at >= 0 && (end = path.find('/', begin)) != path.npos; begin = end + 1) {
    const int next =
        openat(at, path.substr(begin, end - begin).c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    const int error = errno;
    close(at);
    errno = error;
    at = next;
  }
  if (at < 0) return -errno;
  const int file = openat(at, path.substr(begin).c_str(), flags | O_NOFOLLOW, mode);
  const int error = errno;
  close(at);
  return file >= 0 ? file : -error;
}

}  // namespace

bool stays_beneath(std::string_view path) {
  if (path.empty()) return false;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view part = path.substr(begin, end - begin);
    if (part.empty() || part == "." || part == "..") return false;
    begin = end + 1;
  }
  return true;
}

bool is_one_name(const char* name) {
  return name != nullptr && stays_beneath(name) && std::string_view(name).find('/') == std::string_view::npos;
}

open_how beneath_how(int flags, mode_t mode) {
  open_how how{};
  how.flags = static_cast<__u64>(flags);
  how.mode = mode;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  return how;
}

int open_beneath(int root, std::string_view path, int flags, mode_t mode) {
  if (!stays_beneath(path)) return -EXDEV;
  const std::string text(path);
  open_how how = beneath_how(flags | O_CLOEXEC, mode);
  const long file = syscall(SYS_openat2, root, text.c_str(), &how, sizeof how);
  if (file >= 0) return static_cast<int>(file);
  if (errno != ENOSYS && errno != EPERM) return -errno;
  return open_by_component(root, text, flags | O_CLOEXEC, mode);
}

int open_parent_beneath(int root, std::string_view path) {
  if (!stays_beneath(path)) return -EXDEV;
  const std::size_t slash = path.rfind('/');
  if (slash != path.npos) return open_beneath(root, path.substr(0, slash), O_RDONLY | O_DIRECTORY);
  const int again = fcntl(root, F_DUPFD_CLOEXEC, 0);
  return again >= 0 ? again : -errno;
}

int create_flags(bool direct) { return O_WRONLY | O_CREAT | O_EXCL | (direct ? O_DIRECT : 0); }

}  // namespace aforo
