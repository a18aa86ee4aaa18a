#include "storage/wake_event.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>

namespace aforo {

WakeEvent::~WakeEvent() {
  if (event_ >= 0) close(event_);
}

int WakeEvent::open() {
  event_ = eventfd(0, EFD_CLOEXEC);
  return event_ < 0 ? errno : 0;
}

void WakeEvent::wake() {
  if (woken_.exchange(true, std::memory_order_seq_cst)) return;
  if (!sleeping_.load(std::memory_order_seq_cst)) return;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = write(event_, &one, sizeof one);
}

void WakeEvent::arm(Ring& ring, std::uint64_t user_data) {
  if (armed_) return;
  io_uring_sqe* sqe = ring.entry();
  io_uring_prep_read(sqe, event_, &value_, sizeof value_, 0);
  io_uring_sqe_set_data64(sqe, user_data);
  armed_ = true;
}

}  // namespace aforo
