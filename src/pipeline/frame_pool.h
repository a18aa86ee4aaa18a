// Memory for coroutine frames: per-thread free lists by size class.
//
// A training job creates and ends a coroutine for every sample read; malloc would be a tenth of the cost of a
// small file. A frame may be freed on another thread than it was made on (coroutines move between executors);
// it then joins that thread's list, which is capped, so nothing grows without bound. Thread-safe in that
// sense; no shared state.
#pragma once

#include <cstddef>

namespace aforo {

void* allocate_frame(std::size_t bytes);
void release_frame(void* frame, std::size_t bytes) noexcept;

}  // namespace aforo
