#include "storage/inline_engine.h"

#include <algorithm>
#include <chrono>

#include "storage/limits.h"

namespace aforo {
namespace {

// Chosen: the loop has other work, and a turn for each request would cost more than the request.
constexpr std::size_t kMostPerTurn = 64;

}  // namespace

void InlineEngine::start(IoRequest& request) {
  reset_answer(request, monotonic_now());
  waiting_.push_back(request);
}

std::size_t InlineEngine::turn(Seconds patience) {
  if (waiting_.empty() && patience.value > 0) {
    std::unique_lock lock(mutex_);
    const std::chrono::duration<double> most(std::min(patience.value, kLongestSleep));
    woken_signal_.wait_for(lock, most, [&] { return woken_; });
    woken_ = false;
    return 0;
  }
  const std::size_t now = std::min(waiting_.size(), kMostPerTurn);
  for (std::size_t i = 0; i < now; ++i) {
    IoRequest& request = *waiting_.pop_front();
    request.started = request.queued;
    request.attempts = 1;
    answer(request);
    request.finished = monotonic_now();
    if (!request.error && opens_file(request.operation)) request.opened = request.finished;
    request.done(request);
  }
  return now;
}

void InlineEngine::wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  woken_signal_.notify_one();
}

}  // namespace aforo
