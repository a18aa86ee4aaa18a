// RequestList: requests in the order they were started, linked through themselves. Not
// thread-safe; owns nothing.
#pragma once

#include <cstddef>

#include "storage/engine.h"

namespace aforo {

class RequestList {
 public:
  IoRequest* front() const { return head_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  void push_back(IoRequest& request) {
    request.previous = tail_;
    request.next = nullptr;
    (tail_ ? tail_->next : head_) = &request;
    tail_ = &request;
    ++size_;
  }

  void remove(IoRequest& request) {
    (request.previous ? request.previous->next : head_) = request.next;
    (request.next ? request.next->previous : tail_) = request.previous;
    request.next = request.previous = nullptr;
    --size_;
  }

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

// Clears what a former use left in the answer fields.
inline void reset_answer(IoRequest& request, Seconds now) {
  request.error = 0;
  request.bytes = 0;
  request.started = request.opened = request.first_byte = request.finished = Seconds{0};
  request.attempts = 0;
  request.buffer_held = false;
  request.slot = request.state = 0;
  request.queued = now;
}

// The bytes that a request asks to be moved, once `buffer` is there.
inline std::uint64_t wanted_bytes(const IoRequest& request) {
  const std::uint64_t room = request.buffer.size();
  if (request.operation == IoOperation::kReadFile && request.expected && request.expected < room)
    return request.expected;
  return room;
}

// False if the request wants memory and gets none.
inline bool lend_buffer(IoRequest& request) {
  if (request.buffer.empty() && request.lend) {
    request.lend(request);
    return !request.buffer.empty();
  }
  return true;
}

}  // namespace aforo
