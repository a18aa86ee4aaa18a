#include "storage/ring.h"

#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>

namespace aforo {
namespace {

// From what costs least to what every kernel takes: the first that this one knows is used.
constexpr unsigned kSetups[] = {
    IORING_SETUP_R_DISABLED | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER |
        IORING_SETUP_DEFER_TASKRUN,
    IORING_SETUP_R_DISABLED | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER |
        IORING_SETUP_COOP_TASKRUN,
    IORING_SETUP_COOP_TASKRUN,
    0,
};

constexpr std::size_t kLargestRegion = std::size_t{1} << 30;   // the kernel's limit
constexpr std::size_t kSmallestRegion = std::size_t{1} << 20;  // less is not worth a table slot

}  // namespace

Ring::~Ring() {
  if (open_) io_uring_queue_exit(&ring_);
}

int Ring::open(unsigned entries, unsigned completions, RingSetup setup) {
  int result = -EINVAL;
  for (unsigned flags : kSetups) {
    io_uring_params parameters{};
    parameters.flags = flags | IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP;
    parameters.cq_entries = std::max(completions, 2 * entries);
    result = setup(entries, &ring_, &parameters);
    if (result == 0) {
      open_ = true;
      disabled_ = (flags & IORING_SETUP_R_DISABLED) != 0;
      region_table_ = io_uring_register_buffers_sparse(&ring_, kRegions) == 0;
      return 0;
    }
    if (result != -EINVAL) break;
  }
  return -result;
}

int Ring::enable() {
  if (!disabled_) return 0;
  disabled_ = false;
  // liburing 2.3 declares io_uring_enable_rings but does not export it.
  return syscall(SYS_io_uring_register, ring_.ring_fd, IORING_REGISTER_ENABLE_RINGS, nullptr, 0) < 0 ? errno
                                                                                                     : 0;
}

bool Ring::register_file_slots(unsigned slots) {
  if (!(ring_.features & IORING_FEAT_CQE_SKIP)) return false;
  return io_uring_register_files_sparse(&ring_, slots) == 0;
}

void Ring::allow_blocking(unsigned requests) {
  unsigned limits[2] = {requests, requests};
  io_uring_register_iowq_max_workers(&ring_, limits);
}

void Ring::register_memory(std::span<std::byte> memory) {
  while (!memory.empty()) {
    auto piece = memory.first(std::min(memory.size(), kLargestRegion));
    const std::size_t whole = piece.size();
    while (!register_region(piece)) {
      if (piece.size() / 2 < kSmallestRegion) return;
      piece = piece.first(piece.size() / 2);
    }
    if (piece.size() < whole || !region_table_) return;
    memory = memory.subspan(piece.size());
  }
}

bool Ring::register_region(std::span<std::byte> piece) {
  if (regions_used_ == kRegions) return false;
  const iovec vector{piece.data(), piece.size()};
  if (region_table_) {
    __u64 tag = 0;
    if (io_uring_register_buffers_update_tag(&ring_, regions_used_, &vector, &tag, 1) != 1) return false;
  } else {
    if (regions_used_ || io_uring_register_buffers(&ring_, &vector, 1) != 0) return false;
  }
  regions_[regions_used_++] = piece;
  return true;
}

io_uring_sqe* Ring::entry() {
  io_uring_sqe* sqe = io_uring_get_sqe(&ring_);
  while (!sqe) {
    submit();
    sqe = io_uring_get_sqe(&ring_);
  }
  return sqe;
}

int Ring::submit() {
  if (!open_) return EBADF;
  const int result = io_uring_submit_and_get_events(&ring_);
  return result < 0 ? -result : 0;
}

int Ring::submit_and_wait(double seconds) {
  if (!open_) return EBADF;
  seconds = std::clamp(seconds, 0.0, 1e6);
  const double whole = std::floor(seconds);
  __kernel_timespec time{static_cast<__kernel_time64_t>(whole),
                         static_cast<long long>((seconds - whole) * 1e9)};
  io_uring_cqe* cqe = nullptr;
  const int result = io_uring_submit_and_wait_timeout(&ring_, &cqe, 1, &time, nullptr);
  return result < 0 ? -result : 0;
}

}  // namespace aforo
