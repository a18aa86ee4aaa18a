// Memory for coroutine frames: per-thread free lists by size class.
//
// A training job creates and ends a coroutine for every sample read; malloc would be a tenth of the cost of a
// small file. A frame may be freed on another thread than it was made on (coroutines move between executors);
// it then joins that thread's list, which is capped, so nothing grows without bound. Thread-safe in that
// sense; no shared state.
//
// A simulation, which carries a hundred thousand ranks on one thread and ends them all, has a FrameArena instead: what
// it holds is spread over hundreds of megabytes, and an address in a small page that the processor has not met lately
// costs as much as the memory behind it.
//
// Lists per thread need no atomics. A frame that was made on one thread and freed on another moves
// memory from list to list; where that goes one way only, the one list stays full and gives back,
// and the other asks operator new.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

namespace aforo {

// Asks the processor's cache for lines `from` up to `to` of 64 bytes, counted from `at`: a hint, without effect on what
// happens, of any address, null and what lies beside an object too.
inline void prefetch_lines(const void* at, int from, int to) {
  const auto address = reinterpret_cast<std::uintptr_t>(at);
  for (int line = from; line < to; ++line)
    __builtin_prefetch(reinterpret_cast<const void*>(address + static_cast<std::uintptr_t>(line * 64)), 1);
}

// Memory for a frame of `bytes` > 0, aligned as operator new aligns. Throws std::bad_alloc.
// Constant time where this thread has a free one of the class (steps of 64 bytes up to 4 KiB);
// larger ones, and the first of a class, come from operator new; those of 2 MiB and more lie in large pages where the
// system has them (transparent huge pages).
void* allocate_frame(std::size_t bytes);
// Takes back what allocate_frame gave for the same `bytes`, on any thread. A list keeps at most 512
// frames per class and thread, 2 MiB of the largest class; what is beyond goes to operator delete,
// and what is kept goes when its thread ends.
void release_frame(void* frame, std::size_t bytes) noexcept;

// While it lives, frames of this thread come from it and go back to it, without a cap, up to 4 KiB each, cut from
// pieces that double until they lie in large pages; all of it goes at its end. At most one per
// thread, made and ended there: frames that are given back while it lives were made while it lived, and none of them
// outlives it.
class FrameArena {
 public:
  FrameArena();
  ~FrameArena();
  FrameArena(const FrameArena&) = delete;
  FrameArena& operator=(const FrameArena&) = delete;
};

// Containers that lie where frames do: a FrameArena's, where there is one.
template <class T>
struct FrameAllocator {
  using value_type = T;
  static_assert(alignof(T) <= alignof(std::max_align_t));

  FrameAllocator() = default;
  template <class U>
  FrameAllocator(const FrameAllocator<U>&) {}
  T* allocate(std::size_t n) { return static_cast<T*>(allocate_frame(n * sizeof(T))); }
  void deallocate(T* at, std::size_t n) noexcept { release_frame(at, n * sizeof(T)); }
  template <class U>
  bool operator==(const FrameAllocator<U>&) const {
    return true;
  }
};
template <class T>
using FrameVector = std::vector<T, FrameAllocator<T>>;

}  // namespace aforo
