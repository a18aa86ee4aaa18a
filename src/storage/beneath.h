// Opening by paths that cannot leave a directory: relative, without "." and "..", and through
// no symbolic link. The kernel itself refuses (openat2, Linux 5.6); before, each directory on
// the way is opened without following links. What creates files opens them in this way and in
// no other. Thread-safe.
#pragma once

#include <linux/openat2.h>
#include <sys/types.h>

#include <string_view>

namespace aforo {

// Whether `path` is one that may be asked for: not empty, no empty part
// ("a//b", "/a", "a/"), no "." and no "..". Asks nothing of the file
// system. What opens for writing ends with EXDEV elsewhere.
bool stays_beneath(std::string_view path);

// How openat2 is asked, for those who hand the call to the kernel themselves (O_CLOEXEC is added by
// the caller). `mode` is 0 unless `flags` create: the kernel refuses it else (EINVAL). io_uring
// reads it when it takes the entry, so it must live until then.
open_how beneath_how(int flags, mode_t mode);

// A descriptor (O_CLOEXEC) that the caller closes, or -errno: ELOOP or EXDEV where the path would
// leave `root`, an open directory that stays the caller's. One system call; where the kernel has no
// openat2, or a seccomp filter refuses it (EPERM), one for each part of the path. May block.
int open_beneath(int root, std::string_view path, int flags, mode_t mode = 0);

// The directory that `path` lies in, for those who change or ask for its names: a descriptor that the caller closes, or
// -errno as of open_beneath. `root` itself (a duplicate) where `path` has no directory.
int open_parent_beneath(int root, std::string_view path);
// The last part of a path.
constexpr const char* last_name(const char* path) {
  const std::string_view text(path);
  const std::size_t slash = text.rfind('/');
  return slash == text.npos ? path : path + slash + 1;
}

// How a new file is made: write-only, and never over one that is there (O_EXCL, so a link of that
// name is refused too). `direct` adds O_DIRECT.
int create_flags(bool direct);
// Permissions of a new file; of them stays what the user's umask leaves.
inline constexpr mode_t kCreateMode = 0666;
inline constexpr mode_t kDirectoryMode = 0777;
// Whether `name` is one part of a path that stays_beneath allows.
bool is_one_name(const char* name);

}  // namespace aforo
