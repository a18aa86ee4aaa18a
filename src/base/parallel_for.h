// Many independent pieces of work, a few threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace aforo {

// `asked`, or the cores of this machine for 0; at least 1.
inline unsigned thread_count(unsigned asked) {
  return asked != 0 ? asked : std::max(1u, std::thread::hardware_concurrency());
}

// Calls work(thread, begin, end) for consecutive ranges of at most `grain` items of [0, count), handed out in
// order to `threads` threads (no more than there are ranges), until all are done or a stop is requested.
// Returns when every thread has ended. The first exception of `work` stops the others and is thrown here.
template <class Work>
void parallel_for(std::uint64_t count, std::uint64_t grain, unsigned threads, const std::stop_token& stop,
                  Work&& work) {
  std::atomic<std::uint64_t> next{0};
  std::atomic<bool> failed{false};
  std::exception_ptr failure;
  std::mutex failure_mutex;
  const auto run = [&](unsigned thread) {
    try {
      while (!stop.stop_requested() && !failed.load(std::memory_order_relaxed)) {
        const std::uint64_t begin = next.fetch_add(grain, std::memory_order_relaxed);
        if (begin >= count) return;
        work(thread, begin, std::min(begin + grain, count));
      }
    } catch (...) {
      const std::lock_guard lock(failure_mutex);
      if (!failure) failure = std::current_exception();
      failed = true;
    }
  };
  const std::uint64_t ranges = (count + grain - 1) / grain;
  std::vector<std::jthread> others;
  for (unsigned t = 1; t < std::min<std::uint64_t>(threads, ranges); ++t) others.emplace_back(run, t);
  run(0);
  others.clear();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace aforo
