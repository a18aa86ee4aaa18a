// SlotTable: the requests that io_uring works on, by small numbers that it hands back. A slot stays taken
// until the kernel has answered, even if its request was given up before. One thread's.
#pragma once

#include <cstdint>
#include <vector>

#include "storage/engine.h"

namespace aforo {

enum class Step : std::uint8_t { kFree, kOpening, kReading, kWriting, kSyncing, kClosing };

struct Slot {
  // Null while taken: given up, the kernel still owes an answer.
  IoRequest* request = nullptr;
  Step step = Step::kFree;
  bool cancelled = false;
  bool direct = false;
  // `file` is this slot of the direct-descriptor table.
  bool in_table = false;
  bool owned = false;  // this request opened `file`
  int file = -1;
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
  std::vector<std::uint32_t> ready_;  // circular
  std::size_t ready_head_ = 0, ready_count_ = 0;
};

}  // namespace aforo
