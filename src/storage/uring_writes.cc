#include <fcntl.h>
#include <linux/fs.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "storage/system_calls.h"
#include "storage/uring_core.h"

namespace aforo {

// Never into the table of direct descriptors: who creates a file writes to it in further requests. The kernel
// hands a create to a thread of its own, whatever is asked.
void UringEngine::submit_create(std::uint32_t index) {
  Slot& slot = slots_[index];
  const IoRequest& request = *slot.request;
  if (!options_.owned) return finish(index, EROFS);
  if (!stays_beneath(request.path)) return finish(index, EXDEV);
  slot.step = Step::kOpening;
  slot.direct = request.direct;
  slot.owned = true;
  io_uring_sqe* sqe = ring_.entry();
  io_uring_prep_openat2(sqe, root_, request.path, request.direct ? &create_direct_how_ : &create_how_);
  io_uring_sqe_set_data64(sqe, index);
}

// Returns the bytes that will probably be copied.
std::uint64_t UringEngine::submit_write(std::uint32_t index) {
  Slot& slot = slots_[index];
  if (!slot.request || slot.goal == slot.done) {  // given up while it waited here, or nothing to do
    finish(index, slot.request ? 0 : ETIMEDOUT);
    return 0;
  }
  slot.step = Step::kWriting;
  const IoRequest& request = *slot.request;
  std::uint64_t length = std::min(slot.goal - slot.done, longest_piece(slot.direct));
  const bool whole_blocks = slot.done % kDirectAlignment == 0 && length >= kDirectAlignment;
  if (slot.direct && whole_blocks) length -= length % kDirectAlignment;
  if (slot.direct && !whole_blocks) {
    if (const int error = leave_direct(slot.file)) return finish(index, error), 0;
    handles_.leave_direct(slot.file);
    slot.direct = false;
  }
  const std::byte* data = request.buffer.data() + slot.done;
  const std::uint64_t offset = request.offset + slot.done;
  io_uring_sqe* sqe = ring_.entry();
  if (const int buffer = ring_.buffer_index(data, length); buffer >= 0) {
    io_uring_prep_write_fixed(sqe, slot.file, data, static_cast<unsigned>(length), offset, buffer);
  } else {
    io_uring_prep_write(sqe, slot.file, data, static_cast<unsigned>(length), offset);
  }
  if (slot.direct && asks_a_server_) sqe->flags |= IOSQE_ASYNC;
  io_uring_sqe_set_data64(sqe, index);
  return length;
}

void UringEngine::answer_write(std::uint32_t index, int result) {
  Slot& slot = slots_[index];
  if (!slot.request) return finish(index, ETIMEDOUT);
  if (result <= 0) return finish(index, result < 0 ? -result : EIO);
  slot.done += static_cast<std::uint64_t>(result);
  if (slot.done >= slot.goal) return finish(index, 0);
  if (slot.cancelled) return finish(index, ETIMEDOUT);
  slots_.push_ready(index);
}

// A thread of the kernel's opens it, whatever is asked. One without a directory lies in the root, which is open.
void UringEngine::submit_parent(std::uint32_t index) {
  Slot& slot = slots_[index];
  const IoRequest& request = *slot.request;
  if (!options_.owned) return finish(index, EROFS);
  if (!stays_beneath(request.path)) return finish(index, EXDEV);
  if (request.operation == IoOperation::kRename && !is_one_name(request.name)) return finish(index, EXDEV);
  const char* const name = last_name(request.path);
  if (name == request.path) {
    slot.step = Step::kNaming;
    return submit_name(index);
  }
  slot.step = Step::kOpening;
  slot.owned = true;
  const std::string directory(request.path, name - 1);
  io_uring_sqe* sqe = ring_.entry();
  io_uring_prep_openat2(sqe, root_, directory.c_str(), &parent_how_);
  io_uring_sqe_set_data64(sqe, index);
  ring_.submit();  // takes the path, which ends here
}

void UringEngine::submit_name(std::uint32_t index) {
  Slot& slot = slots_[index];
  if (!slot.request) return finish(index, ETIMEDOUT);  // given up while it waited here
  const IoRequest& request = *slot.request;
  const int parent = slot.file >= 0 ? slot.file : root_;
  const char* const name = last_name(request.path);
  io_uring_sqe* sqe = ring_.entry();
  switch (request.operation) {
    case IoOperation::kMakeDirectory:
      io_uring_prep_mkdirat(sqe, parent, name, kDirectoryMode);
      break;
    case IoOperation::kRename:
      io_uring_prep_renameat(sqe, parent, name, parent, request.name, RENAME_NOREPLACE);
      break;
    case IoOperation::kRemoveFile:
      io_uring_prep_unlinkat(sqe, parent, name, 0);
      break;
    case IoOperation::kRemoveDirectory:
      io_uring_prep_unlinkat(sqe, parent, name, AT_REMOVEDIR);
      break;
    default:
      io_uring_prep_fsync(sqe, parent, 0);
  }
  io_uring_sqe_set_data64(sqe, index);
}

// Where the kernel's ring knows no such operation, or the file system cannot refuse to replace (EINVAL), the plain call
// is made: rare, and as long as one look-up.
void UringEngine::answer_name(std::uint32_t index, int result) {
  Slot& slot = slots_[index];
  if (!slot.request) return finish(index, ETIMEDOUT);
  int error = result < 0 ? -result : 0;
  const IoRequest& request = *slot.request;
  const int parent = slot.file >= 0 ? slot.file : root_;
  if (request.operation == IoOperation::kSyncName) error = synced_name(error);
  if (request.operation == IoOperation::kRename && error == EINVAL)
    error = rename_in(parent, last_name(request.path), request.name);
  finish(index, error);
}

void UringEngine::submit_sync(std::uint32_t index) {
  slots_[index].step = Step::kSyncing;
  io_uring_sqe* sqe = ring_.entry();
  io_uring_prep_fsync(sqe, slots_[index].request->file, 0);
  io_uring_sqe_set_data64(sqe, index);
}

}  // namespace aforo
