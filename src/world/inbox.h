// Inbox: coroutines sent to an executor by other threads. Many senders, one receiver;
// lock-free, no allocation: the node lives in the sender's coroutine frame, which stays
// suspended until the receiver resumes it.
//
// Everything that the sender wrote before push() is seen by the coroutine when it runs on: what a
// frame carries across needs no lock.
#pragma once

#include <atomic>
#include <coroutine>

namespace aforo {

// A coroutine on its way. It lies in that coroutine's frame, which stays suspended until it is
// resumed. In one inbox at a time.
struct Parcel {
  std::coroutine_handle<> handle;
  // The inbox's; what was here before a push does not matter.
  Parcel* next = nullptr;
};

// Where one receiver finds what many senders sent. Nothing is ever lost, dropped or copied. What
// still lies there when the inbox ends is not resumed: its owner sees to it that nothing does.
class Inbox {
 public:
  // Any thread. True if the inbox was empty: the receiver may be asleep and wants a wake-up.
  bool push(Parcel& parcel) {
    Parcel* head = head_.load(std::memory_order_relaxed);
    do parcel.next = head;
    while (!head_.compare_exchange_weak(head, &parcel, std::memory_order_seq_cst, std::memory_order_relaxed));
    return head == nullptr;
  }

  // Receiver only: nothing was sent since the last take().
  bool empty() const { return head_.load(std::memory_order_seq_cst) == nullptr; }

  // Receiver only: everything sent so far, oldest first, linked by `next`; null if
  // there is nothing. O(taken).
  Parcel* take() {
    Parcel* stack = head_.exchange(nullptr, std::memory_order_acquire);
    Parcel* queue = nullptr;
    while (stack) {
      Parcel* next = stack->next;
      stack->next = queue;
      queue = stack;
      stack = next;
    }
    return queue;
  }

 private:
  std::atomic<Parcel*> head_{nullptr};
};

// Resumes a chain taken from an inbox. A parcel's frame may be gone once it is resumed, so
// the link is read first.
inline void resume_all(Parcel* queue) {
  while (queue) {
    Parcel* next = queue->next;
    queue->handle.resume();
    queue = next;
  }
}

}  // namespace aforo
