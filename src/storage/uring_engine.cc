#include "storage/uring_engine.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "storage/uring_core.h"

namespace aforo {
namespace {

// Bytes that a group copies, about: one longest piece, so large reads go one by one.
constexpr std::uint64_t kGroupBytes = 1u << 20;
constexpr unsigned kGroupSteps = 8;  // 16 and 32 measured 1 and 3 % more CPU time per byte
// Of the submission queue: many times a group, so that it is never full while one is prepared.
constexpr unsigned kEntries = 256;

constexpr std::uint64_t kIgnored = ~std::uint64_t{0};  // also liburing's own timeout entries
constexpr std::uint64_t kWoken = kIgnored - 1;
constexpr std::uint32_t kBegun = 1;  // IoRequest::state

}  // namespace

int UringEngine::open(RingSetup setup) {
  if (int error = ring_.open(kEntries, 2 * options_.depth + kEntries, setup)) return error;
  if (int error = wake_event_.open()) return error;
  file_slots_ = ring_.register_file_slots(options_.depth);
  ring_.allow_blocking(std::clamp(options_.depth, 16u, 256u));
  ring_.register_memory(options_.arena);
  return 0;
}

void UringEngine::start(IoRequest& request) {
  reset_answer(request, in_turn_ ? now_ : monotonic_now());
  all_.push_back(request);
  if (!pending_) pending_ = &request;
}

// One group per turn bounds the time away from the loop.
std::size_t UringEngine::turn(Seconds patience) {
  in_turn_ = true;
  ring_.enable();
  now_ = monotonic_now();
  const Seconds deadline = now_ + patience;
  completed_ = 0;
  for (;;) {
    wake_event_.arm(ring_, kWoken);
    fill();
    if (completed_ || patience.value <= 0 || more_to_submit()) {
      ring_.submit();
    } else {
      sleep(deadline);
    }
    now_ = monotonic_now();
    reap();
    if (now_ >= next_sweep_) sweep();
    if (completed_ || now_ >= deadline || wake_event_.woken()) break;
  }
  wake_event_.take();
  in_turn_ = false;
  return completed_;
}

void UringEngine::sleep(Seconds deadline) {
  if (wake_event_.begin_sleep()) {
    const Seconds until = all_.empty() ? deadline : std::min(deadline, next_sweep_);
    ring_.submit_and_wait((until - now_).value);
  } else {
    ring_.submit();
  }
  wake_event_.end_sleep();
}

void UringEngine::fill() {
  unsigned steps = 0;
  std::uint64_t bytes = 0;
  while (slots_.any_ready() && steps < kGroupSteps && bytes < kGroupBytes) {
    const std::uint32_t index = slots_.pop_ready();
    bytes += go_on(index);
    ++steps;
  }
  while (pending_ && slots_.any_free() && steps < kGroupSteps && bytes < kGroupBytes) {
    IoRequest& request = *pending_;
    pending_ = request.next;
    bytes += begin(request);
    ++steps;
  }
}

std::uint64_t UringEngine::go_on(std::uint32_t index) {
  switch (slots_[index].step) {
    case Step::kWriting:
      return submit_write(index);
    case Step::kNaming:
      submit_name(index);
      return 0;
    default:
      return submit_read(index);
  }
}

std::uint64_t UringEngine::begin(IoRequest& request) {
  const std::uint32_t index = slots_.take();
  Slot& slot = slots_[index];
  slot.request = &request;
  request.slot = index;
  request.state = kBegun;
  request.started = now_;
  request.attempts = 1;
  switch (request.operation) {
    case IoOperation::kReadFile:
    case IoOperation::kOpen:
      submit_open(index);
      return 0;
    case IoOperation::kRead:
      slot.file = request.file;
      slot.direct = handles_.is_direct(request.file);
      return submit_read(index);
    case IoOperation::kCreate:
      submit_create(index);
      return 0;
    case IoOperation::kWrite:
      slot.file = request.file;
      slot.direct = handles_.is_direct(request.file);
      slot.goal = wanted_bytes(request);
      return submit_write(index);
    case IoOperation::kSync:
      submit_sync(index);
      return 0;
    case IoOperation::kClose:
      break;
    default:
      submit_parent(index);
      return 0;
  }
  slot.step = Step::kClosing;
  handles_.forget(request.file);
  io_uring_sqe* sqe = ring_.entry();
  io_uring_prep_close(sqe, request.file);
  io_uring_sqe_set_data64(sqe, index);
  return 0;
}

void UringEngine::submit_open(std::uint32_t index) {
  Slot& slot = slots_[index];
  const IoRequest& request = *slot.request;
  slot.step = Step::kOpening;
  slot.direct = request.direct;
  slot.owned = true;
  slot.in_table = file_slots_ && request.operation == IoOperation::kReadFile;
  const int flags = O_RDONLY | (request.direct ? O_DIRECT : 0);
  io_uring_sqe* sqe = ring_.entry();
  if (slot.in_table) {
    io_uring_prep_openat_direct(sqe, root_, request.path, flags, 0, index);
  } else {
    io_uring_prep_openat(sqe, root_, request.path, flags | O_CLOEXEC, 0);
  }
  if (asks_a_server_) sqe->flags |= IOSQE_ASYNC;
  io_uring_sqe_set_data64(sqe, index);
}

// Returns the bytes that will probably be copied.
std::uint64_t UringEngine::submit_read(std::uint32_t index) {
  Slot& slot = slots_[index];
  if (!slot.request) {  // given up while it waited here
    finish(index, ETIMEDOUT);
    return 0;
  }
  IoRequest& request = *slot.request;
  if (slot.step != Step::kReading) {
    slot.step = Step::kReading;
    if (!lend_buffer(request)) {
      finish(index, ENOMEM);
      return 0;
    }
    slot.goal = wanted_bytes(request);
  }
  if (slot.goal == 0) {
    finish(index, 0);
    return 0;
  }
  // O_DIRECT reads whole blocks; what lies beyond the goal is not counted.
  const std::uint64_t left =
      slot.direct ? std::min(align_up(slot.goal), request.buffer.size()) - slot.done : slot.goal - slot.done;
  const auto length = static_cast<unsigned>(std::min(left, longest_piece(slot.direct)));
  const std::uint64_t offset = (request.operation == IoOperation::kRead ? request.offset : 0) + slot.done;
  std::byte* data = request.buffer.data() + slot.done;
  io_uring_sqe* sqe = ring_.entry();
  if (const int buffer = ring_.buffer_index(data, length); buffer >= 0) {
    io_uring_prep_read_fixed(sqe, slot.file, data, length, offset, buffer);
  } else {
    io_uring_prep_read(sqe, slot.file, data, length, offset);
  }
  if (slot.in_table) sqe->flags |= IOSQE_FIXED_FILE;
  io_uring_sqe_set_data64(sqe, index);
  return std::min<std::uint64_t>(length, typical_read_);
}

// Of a whole-file read; a table slot is empty again for whatever is submitted after this.
void UringEngine::close_file(std::uint32_t index) {
  Slot& slot = slots_[index];
  if (slot.file < 0) return;
  io_uring_sqe* sqe = ring_.entry();
  if (slot.in_table) {
    io_uring_prep_close_direct(sqe, index);
    sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
  } else {
    io_uring_prep_close(sqe, slot.file);
  }
  io_uring_sqe_set_data64(sqe, kIgnored);
  slot.file = -1;
}

void UringEngine::reap() {
  io_uring* raw = ring_.raw();
  unsigned head = 0, seen = 0;
  io_uring_cqe* cqe = nullptr;
  io_uring_for_each_cqe(raw, head, cqe) {
    ++seen;
    if (cqe->user_data == kWoken) {
      wake_event_.fired();
    } else if (cqe->user_data < slots_.size()) {
      answer(static_cast<std::uint32_t>(cqe->user_data), cqe->res);
    }
  }
  io_uring_cq_advance(raw, seen);
}

void UringEngine::answer(std::uint32_t index, int result) {
  const bool interrupted = result == -EINTR || result == -EAGAIN;
  switch (Slot& slot = slots_[index]; slot.step) {
    case Step::kOpening:
      return answer_open(index, result);
    case Step::kReading:
      if (interrupted && slot.request && !slot.cancelled) return slots_.push_ready(index);
      return answer_read(index, result);
    case Step::kWriting:
      if (interrupted && slot.request && !slot.cancelled) return slots_.push_ready(index);
      return answer_write(index, result);
    case Step::kSyncing:
      return finish(index, result < 0 ? -result : 0);
    case Step::kNaming:
      return answer_name(index, result);
    case Step::kClosing:
      if (slot.request) {
        complete(*slot.request, result < 0 ? -result : 0);
      } else {
        --given_up_;
      }
      return slots_.release(index);
    case Step::kFree:
      return;
  }
}

void UringEngine::answer_open(std::uint32_t index, int result) {
  Slot& slot = slots_[index];
  if (result < 0) return finish(index, -result);
  slot.file = slot.in_table ? static_cast<int>(index) : result;
  if (!slot.request || slot.cancelled) return finish(index, ETIMEDOUT);
  if (changes_names(slot.request->operation)) {
    slot.step = Step::kNaming;
    return slots_.push_ready(index);
  }
  slot.request->opened = now_;
  if (slot.request->operation == IoOperation::kReadFile) return slots_.push_ready(index);
  slot.request->file = slot.file;
  handles_.add(slot.file, slot.direct);
  slot.file = -1;
  finish(index, 0);
}

void UringEngine::answer_read(std::uint32_t index, int result) {
  Slot& slot = slots_[index];
  if (!slot.request) return finish(index, ETIMEDOUT);
  if (result < 0) return finish(index, -result);
  slot.done += static_cast<std::uint64_t>(result);
  typical_read_ += (static_cast<std::uint64_t>(result) >> 4) + 1 - (typical_read_ >> 4);
  const bool at_end = result == 0 || (slot.direct && result % kDirectAlignment != 0);
  if (slot.done >= slot.goal || at_end) return finish(index, 0);
  if (slot.cancelled) return finish(index, ETIMEDOUT);
  slots_.push_ready(index);
}

void UringEngine::finish(std::uint32_t index, int error) {
  Slot& slot = slots_[index];
  if (slot.owned) close_file(index);
  if (IoRequest* request = slot.request) {
    if (error && slot.cancelled) error = patience_.error(now_ - request->queued);
    request->bytes = std::min(slot.done, slot.goal);
    slots_.release(index);
    complete(*request, error);
  } else {
    --given_up_;
    slots_.release(index);
  }
}

void UringEngine::complete(IoRequest& request, int error) {
  request.error = error;
  request.finished = now_;
  if (&request == pending_) pending_ = request.next;
  all_.remove(request);
  ++completed_;
  request.done(request);
}

void UringEngine::sweep() {
  next_sweep_ = now_ + patience_.interval();
  if (!patience_.ends()) return;
  for (IoRequest* request = all_.front(); request && patience_.over(now_ - request->queued);) {
    IoRequest* next = request->next;
    expire(*request);
    request = next;
  }
}

void UringEngine::expire(IoRequest& request) {
  const int error = patience_.error(now_ - request.queued);
  if (request.state != kBegun) return complete(request, error);
  Slot& slot = slots_[request.slot];
  if (!slot.cancelled) return cancel(request.slot);
  request.bytes = std::min(slot.done, slot.goal);
  request.buffer_held = slot.step == Step::kReading || slot.step == Step::kWriting;
  slot.request = nullptr;
  ++given_up_;
  complete(request, error);
}

void UringEngine::cancel(std::uint32_t index) {
  slots_[index].cancelled = true;
  io_uring_sqe* sqe = ring_.entry();
  io_uring_prep_cancel64(sqe, index, 0);
  io_uring_sqe_set_data64(sqe, kIgnored);
}

UringEngine::~UringEngine() {
  while (IoRequest* request = all_.pop_front()) {
    if (request->state != kBegun) continue;
    slots_[request->slot].request = nullptr;
    ++given_up_;
    cancel(request->slot);
  }
  pending_ = nullptr;
  while (slots_.any_ready()) finish(slots_.pop_ready(), ETIMEDOUT);
  now_ = monotonic_now();
  const Seconds deadline = now_ + Seconds{kLongestGoodbye};
  // Another thread is refused; then the ring's own thread has ended and the kernel cancelled
  // its requests with it.
  while (!slots_.all_free() && now_ < deadline) {
    const int error = ring_.submit_and_wait((deadline - now_).value);
    if (error != 0 && error != ETIME && error != EINTR) break;
    reap();
    now_ = monotonic_now();
  }
  ring_.submit();
  if (root_ >= 0) close(root_);
}

tl::expected<std::unique_ptr<Engine>, int> make_uring_engine(int root, const EngineOptions& options,
                                                             RingSetup setup) {
  auto engine = std::make_unique<UringEngine>(options);
  if (const int error = engine->open(setup)) return tl::unexpected(error);
  engine->own_root(root);
  return engine;
}

}  // namespace aforo
