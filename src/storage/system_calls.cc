#include "storage/system_calls.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "storage/beneath.h"
#include "storage/limits.h"

namespace aforo {
namespace {

// O_DIRECT reads whole blocks; what lies beyond the goal is not counted.
void read_into(int file, IoRequest& work, std::uint64_t goal) {
  const std::uint64_t offset = work.operation == IoOperation::kRead ? work.offset : 0;
  while (work.bytes < goal) {
    const std::uint64_t end =
        work.direct ? std::min<std::uint64_t>(align_up(goal), work.buffer.size()) : goal;
    const std::uint64_t length = std::min(end - work.bytes, longest_piece(work.direct));
    const ssize_t got =
        pread(file, work.buffer.data() + work.bytes, length, static_cast<off_t>(offset + work.bytes));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) work.error = errno;
    if (got <= 0) break;
    work.bytes += static_cast<std::uint64_t>(got);
    if (work.direct && static_cast<std::uint64_t>(got) % kDirectAlignment != 0) break;
  }
  work.bytes = std::min(work.bytes, goal);
}

void write_from(IoRequest& work, std::uint64_t goal) {
  while (work.bytes < goal) {
    std::uint64_t length = std::min(goal - work.bytes, longest_piece(work.direct));
    const bool whole_blocks = work.bytes % kDirectAlignment == 0 && length >= kDirectAlignment;
    if (work.direct && whole_blocks) length -= length % kDirectAlignment;
    if (work.direct && !whole_blocks) {
      if ((work.error = leave_direct(work.file))) return;
      work.direct = false;
    }
    const ssize_t put = pwrite(work.file, work.buffer.data() + work.bytes, length,
                               static_cast<off_t>(work.offset + work.bytes));
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) {
      work.error = put < 0 ? errno : EIO;
      return;
    }
    work.bytes += static_cast<std::uint64_t>(put);
  }
}

int open_for(const EngineRoot& at, const IoRequest& work, const char* path) {
  if (work.operation == IoOperation::kCreate)
    return at.owned ? open_beneath(at.root, path, create_flags(work.direct), kCreateMode) : -EROFS;
  const int file = openat(at.root, path, O_RDONLY | O_CLOEXEC | (work.direct ? O_DIRECT : 0));
  return file >= 0 ? file : -errno;
}

int change_name(int parent, const IoRequest& work, const char* name) {
  switch (work.operation) {
    case IoOperation::kMakeDirectory:
      return mkdirat(parent, name, kDirectoryMode) == 0 ? 0 : errno;
    case IoOperation::kRename:
      return rename_in(parent, name, work.name);
    case IoOperation::kRemoveFile:
      return unlinkat(parent, name, 0) == 0 ? 0 : errno;
    case IoOperation::kRemoveDirectory:
      return unlinkat(parent, name, AT_REMOVEDIR) == 0 ? 0 : errno;
    default:
      return synced_name(fsync(parent) == 0 ? 0 : errno);
  }
}

void carry_out_name(const EngineRoot& at, IoRequest& work, const char* path) {
  const int parent = at.owned ? open_parent_beneath(at.root, path) : -EROFS;
  if (parent < 0) {
    work.error = -parent;
    return;
  }
  work.error = work.operation == IoOperation::kRename && !is_one_name(work.name)
                   ? EXDEV
                   : change_name(parent, work, last_name(path));
  close(parent);
}

}  // namespace

int rename_in(int parent, const char* from, const char* to) {
  if (syscall(SYS_renameat2, parent, from, parent, to, RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  struct stat there {};
  if (fstatat(parent, to, &there, AT_SYMLINK_NOFOLLOW) == 0) return EEXIST;
  return renameat(parent, from, parent, to) == 0 ? 0 : errno;
}

int leave_direct(int file) {
  const int flags = fcntl(file, F_GETFL);
  return flags >= 0 && fcntl(file, F_SETFL, flags & ~O_DIRECT) == 0 ? 0 : errno;
}

void carry_out(const EngineRoot& at, IoRequest& work, const char* path, std::uint64_t goal) {
  work.started = monotonic_now();
  work.attempts = 1;
  if (changes_names(work.operation)) return carry_out_name(at, work, path);
  switch (work.operation) {
    case IoOperation::kRead:
      return read_into(work.file, work, goal);
    case IoOperation::kWrite:
      return write_from(work, goal);
    case IoOperation::kSync:
      if (fsync(work.file) != 0) work.error = errno;
      return;
    case IoOperation::kClose:
      if (close(work.file) != 0) work.error = errno;
      return;
    default:
      break;
  }
  const int file = open_for(at, work, path);
  if (file < 0) {
    work.error = -file;
    return;
  }
  work.opened = monotonic_now();
  if (work.operation != IoOperation::kReadFile) {
    work.file = file;
    return;
  }
  read_into(file, work, goal);
  close(file);
}

}  // namespace aforo
