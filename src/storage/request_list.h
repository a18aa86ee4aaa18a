// RequestList: requests in the order they were started, linked through
// themselves, and what every engine does to a request before it begins.
// Not thread-safe; owns nothing, allocates nothing, O(1).
//
// In the order of start means in the order of age: the first that is young enough ends a search
// for those that are too old.
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstddef>

#include "storage/engine.h"
#include "storage/limits.h"

namespace aforo {

class RequestList {
 public:
  IoRequest* front() const { return head_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // `request` is in no list; it stays where it is until it is taken out.
  void push_back(IoRequest& request) {
    request.previous = tail_;
    request.next = nullptr;
    (tail_ ? tail_->next : head_) = &request;
    tail_ = &request;
    ++size_;
  }

  // Requires that `request` is in this list.
  void remove(IoRequest& request) {
    (request.previous ? request.previous->next : head_) = request.next;
    (request.next ? request.next->previous : tail_) = request.previous;
    request.next = request.previous = nullptr;
    --size_;
  }

  // Null when empty.
  IoRequest* pop_front() {
    IoRequest* request = head_;
    if (request) remove(*request);
    return request;
  }

 private:
  IoRequest* head_ = nullptr;
  IoRequest* tail_ = nullptr;
  std::size_t size_ = 0;
};

// How long requests are waited for, and with which errno one ends that took longer.
struct Patience {
  // EngineOptions::timeout; 0 = for ever.
  Seconds timeout{0};
  // Of Engine::hurry; 0 = nobody hurries.
  Seconds most{0};

  bool ends() const { return timeout.value > 0 || most.value > 0; }
  bool over(Seconds waited) const {
    return (timeout.value > 0 && waited > timeout) || (most.value > 0 && waited > most);
  }
  int error(Seconds waited) const {
    return most.value > 0 && (timeout.value <= 0 || waited <= timeout) ? ECANCELED : ETIMEDOUT;
  }
  // How often the oldest requests are looked at.
  Seconds interval() const {
    if (most.value > 0) return Seconds{kSweepInterval};
    return timeout.value > 0 ? Seconds{std::min(kSweepInterval, timeout.value / 4)} : Seconds{1e300};
  }
};

// Clears what a former use left in the answer fields, all but `file`, and notes when `start` took
// it: the timeout counts from there.
inline void reset_answer(IoRequest& request, Seconds now) {
  request.error = 0;
  request.bytes = 0;
  request.started = request.opened = request.first_byte = request.finished = Seconds{0};
  request.attempts = 0;
  request.buffer_held = false;
  request.slot = request.state = 0;
  request.queued = now;
}

// The bytes that a request asks to be moved, once `buffer` is there: its size, or for a whole file
// what is expected of it, if that is less. A file longer than expected is read no further.
inline std::uint64_t wanted_bytes(const IoRequest& request) {
  const std::uint64_t room = request.buffer.size();
  if (request.operation == IoOperation::kReadFile && request.expected && request.expected < room)
    return request.expected;
  return room;
}

// Makes sure that `buffer` is there: asks `lend` if it is empty. False if the request wants memory
// and gets none: it ends with ENOMEM.
inline bool lend_buffer(IoRequest& request) {
  if (request.buffer.empty() && request.lend) {
    request.lend(request);
    return !request.buffer.empty();
  }
  return true;
}

}  // namespace aforo
