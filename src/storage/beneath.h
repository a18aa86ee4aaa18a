// Opening by paths that cannot leave a directory: relative, without "." and "..", and through
// no symbolic link. The kernel itself refuses (openat2, Linux 5.6); before, each directory on
// the way is opened without following links. What creates files opens them in this way and in
// no other. Thread-safe.
#pragma once

#include <linux/openat2.h>
#include <sys/types.h>

#include <string_view>

namespace aforo {

// Whether `path` is one that may be asked for; others end with EXDEV.
bool stays_beneath(std::string_view path);

// How openat2 is asked, for those who hand the call to the kernel themselves (O_CLOEXEC is
// added by the caller).
open_how beneath_how(int flags, mode_t mode);

// A descriptor that the caller closes, or -errno: ELOOP or EXDEV where the path would leave `root`.
int open_beneath(int root, std::string_view path, int flags, mode_t mode = 0);

// How a new file is made: write-only, and never over one that is there.
int create_flags(bool direct);
// What the user's umask leaves of it.
inline constexpr mode_t kCreateMode = 0666;

}  // namespace aforo
