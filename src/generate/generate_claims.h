// Who writes which file, and up to which file everything is written: what makes
// generation resumable.
//
// A list of finished files would grow with the dataset. Handing files out in order
// keeps all that is unfinished within one claim of each thread below the newest, so a
// single number says what is whole.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>
#include <vector>

namespace aforo {

// Hands out the files [first, count) in order, `grain` at a time, and knows the low-water mark.
// Lock-free; some bytes per thread. `claim`, `finished` are called by worker `thread` alone, a
// number below `threads`; `low_water` by anyone, at any time.
class FileClaims {
 public:
  // The files [begin, end).
  struct Range {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    bool empty() const { return begin == end; }
  };

  // Files below `first` count as written. `grain` >= 1.
  FileClaims(std::uint64_t first, std::uint64_t count, std::uint64_t grain, unsigned threads)
      : next_(first), count_(count), grain_(grain), open_(threads) {
    for (Slot& slot : open_) slot.file = kNothing;
  }

  // The next files for `thread`, whose earlier range is finished; empty when there are none left.
  Range claim(unsigned thread) {
    // A lower bound is published before the claim, so that no reader of the mark can miss
    // the range in between.
    open_[thread].file = next_.load();
    const std::uint64_t begin = next_.fetch_add(grain_);
    if (begin >= count_) {
      open_[thread].file = kNothing;
      return {};
    }
    open_[thread].file = begin;
    return {begin, begin + grain_ < count_ ? begin + grain_ : count_};
  }

  // `file`, the first unfinished one of the range, is written in full. A worker that gives up just
  // stops calling: its range then holds the mark where it is.
  void finished(unsigned thread, std::uint64_t file) { open_[thread].file = file + 1; }

  // Every file below is written in full. Never more than is true, at times less; `count` once all
  // are finished. Rises, as long as workers go on. O(threads).
  std::uint64_t low_water() const {
    // Before the slots: see claim.
    std::uint64_t mark = next_.load();
    if (mark > count_) mark = count_;
    for (const Slot& slot : open_) mark = std::min(mark, slot.file.load());
    return mark;
  }

 private:
  // Of a worker without a range: it holds no mark back.
  static constexpr std::uint64_t kNothing = std::numeric_limits<std::uint64_t>::max();
  // The first file that its worker has not finished. A cache line each, so that
  // workers do not slow each other.
  struct alignas(64) Slot {
    std::atomic<std::uint64_t> file{kNothing};
  };
  std::atomic<std::uint64_t> next_;
  std::uint64_t count_;
  std::uint64_t grain_;
  std::vector<Slot> open_;
};

}  // namespace aforo
