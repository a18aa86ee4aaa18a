// Memory for coroutine frames: per-thread free lists by size class.
//
// A training job creates and ends a coroutine for every sample read; malloc would be a tenth of the cost of a
// small file. A frame may be freed on another thread than it was made on (coroutines move between executors);
// it then joins that thread's list, which is capped, so nothing grows without bound. Thread-safe in that
// sense; no shared state.
//
// Lists per thread need no atomics. A frame that was made on one thread and freed on another moves
// memory from list to list; where that goes one way only, the one list stays full and gives back,
// and the other asks operator new.
#pragma once

#include <cstddef>

namespace aforo {

// Memory for a frame of `bytes` > 0, aligned as operator new aligns. Throws std::bad_alloc.
// Constant time where this thread has a free one of the class (steps of 64 bytes up to 4 KiB);
// larger ones, and the first of a class, come from operator new.
void* allocate_frame(std::size_t bytes);
// Takes back what allocate_frame gave for the same `bytes`, on any thread. A list keeps at most 512
// frames per class and thread, 2 MiB of the largest class; what is beyond goes to operator delete,
// and what is kept goes when its thread ends.
void release_frame(void* frame, std::size_t bytes) noexcept;

}  // namespace aforo
