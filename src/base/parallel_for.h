// Many independent pieces of work, a few threads that live for one call: there is no
// pool to share or to stop.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "base/control_group.h"

namespace aforo {

// `asked`, or the cores that this process may use for 0; at least 1.
inline unsigned thread_count(unsigned asked) { return asked != 0 ? asked : available_cores(); }

// Calls work(thread, begin, end) for consecutive ranges of at most `grain` (>= 1) items of [0,
// count), handed out in order to `threads` threads, until all are done or a stop is requested.
// Ranges already begun are finished after a stop; the rest are never begun, and the caller asks
// `stop` whether that happened.
//
// The caller is thread 0 and works too, so that `threads` of 0 or 1 starts none, and no more are
// started than there are ranges. `thread` is below max(1, threads): an index for what each keeps
// to itself. Results are the same for any number of threads where work() of one range does not
// look at another's. Returns when every thread has ended. The first exception of `work` stops the
// others and is thrown here.
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
