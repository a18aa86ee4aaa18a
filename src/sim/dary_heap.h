// A 4-ary minimum heap of small plain entries: what both the clock's events and the stations' customers wait
// in.
//
// `T` has `static bool before(const T&, const T&)`, a strict order. Push and pop take O(log4 n); a push that
// is the latest of all takes O(1). Deterministic: the order of equal entries depends on nothing but the calls
// made.
//
// What is given up: an entry cannot be found, changed or taken out but at the top. Who no longer
// wants an event lets it fire and looks.
#pragma once

#include <algorithm>
#include <cstddef>

#include "pipeline/frame_pool.h"

namespace aforo {

// Four children lie side by side, 96 bytes of the clock's entries: half the depth of a binary heap,
// and about as many cache lines per level. Entries are copied, not swapped, and T must be cheap to
// copy. One thread; memory is kept when it empties.
template <class T>
class DaryHeap {
 public:
  bool empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size(); }
  // The least; only where it is not empty. Gone with the next push or pop.
  const T& top() const { return entries_.front(); }

  void push(const T& entry) {
    std::size_t hole = entries_.size();
    entries_.push_back(entry);
    while (hole > 0) {
      const std::size_t parent = (hole - 1) / 4;
      if (!T::before(entry, entries_[parent])) break;
      entries_[hole] = entries_[parent];
      hole = parent;
    }
    entries_[hole] = entry;
  }

  // Only where it is not empty.
  void pop() {
    const T last = entries_.back();
    entries_.pop_back();
    if (!entries_.empty()) sift_down(0, last);
  }

  // Asks for the memory of the first entries: a hint.
  void prefetch() const { prefetch_lines(entries_.data(), 0, 3); }

  // Changes entries at will, then puts them in order again: O(n).
  template <class Change>
  void rebuild(Change change) {
    for (T& entry : entries_) change(entry);
    for (std::size_t i = entries_.size() / 4 + 1; i-- > 0;)
      if (i < entries_.size()) sift_down(i, T(entries_[i]));
  }

 private:
  // Puts `entry` into the hole or below it, moving lesser ones up. `entry` must not lie in the
  // heap: places are overwritten.
  void sift_down(std::size_t hole, const T& entry) {
    T* const all = entries_.data();
    const std::size_t count = entries_.size();
    while (true) {
      const std::size_t child = hole * 4 + 1;
      if (child >= count) break;
      // Whichever of them moves up, its children come next: those of all lie side by side.
      if (child * 4 + 17 <= count)
        prefetch_lines(all + child * 4 + 1, 0, static_cast<int>((16 * sizeof(T) + 63) / 64));
      std::size_t least = child;
      if (child + 4 <= count) {  // two independent comparisons, then one between their winners
        // Sums, as nobody can guess which way a branch here would go.
        const std::size_t left = child + std::size_t{T::before(all[child + 1], all[child])};
        const std::size_t right = child + 2 + std::size_t{T::before(all[child + 3], all[child + 2])};
        least = left + (right - left) * std::size_t{T::before(all[right], all[left])};
      } else {
        for (std::size_t i = child + 1; i < count; ++i)
          if (T::before(all[i], all[least])) least = i;
      }
      if (!T::before(all[least], entry)) break;
      all[hole] = all[least];
      hole = least;
    }
    all[hole] = entry;
  }

  FrameVector<T> entries_;
};

}  // namespace aforo
