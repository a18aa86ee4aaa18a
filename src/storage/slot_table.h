// SlotTable: the requests that io_uring works on, by small numbers that it hands back. A slot stays
// taken until the kernel has answered, even if its request was given up before: a late answer then
// finds a slot without a request, and not a request that is gone. One thread's. O(1), nothing is
// allocated after construction.
#pragma once

#include <cstdint>
#include <vector>

#include "storage/engine.h"

namespace aforo {

// What the kernel was last asked to do for a slot. kFree: nothing, it is not taken.
enum class Step : std::uint8_t { kFree, kOpening, kReading, kWriting, kSyncing, kNaming, kClosing };

// One request's way through the kernel, over several submissions.
struct Slot {
  // Null while taken: given up, the kernel still owes an answer.
  IoRequest* request = nullptr;
  Step step = Step::kFree;
  // Too old: a cancellation was submitted. An error then reads ETIMEDOUT; a read or write that was
  // done by then is a success all the same.
  bool cancelled = false;
  // The file is open with O_DIRECT.
  bool direct = false;
  // `file` is this slot of the direct-descriptor table.
  bool in_table = false;
  // This request opened `file`, and closes it unless it is the answer.
  bool owned = false;
  // A descriptor, or with `in_table` this slot's number; -1 = none.
  int file = -1;
  // Bytes to move, and moved so far.
  std::uint64_t goal = 0;
  std::uint64_t done = 0;
};

class SlotTable {
 public:
  explicit SlotTable(std::uint32_t size) : slots_(size), ready_(size) {
    for (std::uint32_t i = size; i-- > 0;) free_.push_back(i);
  }

  Slot& operator[](std::uint32_t index) { return slots_[index]; }
  std::size_t size() const { return slots_.size(); }
  bool any_free() const { return !free_.empty(); }
  bool all_free() const { return free_.size() == slots_.size(); }

  // The slot released last; there is one.
  std::uint32_t take() {
    const std::uint32_t index = free_.back();
    free_.pop_back();
    return index;
  }
  // Once the kernel owes no answer for it.
  void release(std::uint32_t index) {
    slots_[index] = Slot{};
    free_.push_back(index);
  }

  // Slots whose next step is to be submitted, in order; each at most once.
  bool any_ready() const { return ready_count_ > 0; }
  void push_ready(std::uint32_t index) { ready_[(ready_head_ + ready_count_++) % ready_.size()] = index; }
  std::uint32_t pop_ready() {
    const std::uint32_t index = ready_[ready_head_];
    ready_head_ = (ready_head_ + 1) % ready_.size();
    --ready_count_;
    return index;
  }

 private:
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
  // Circular; as many places as slots, so it is never too small.
  std::vector<std::uint32_t> ready_;
  std::size_t ready_head_ = 0, ready_count_ = 0;
};

}  // namespace aforo
