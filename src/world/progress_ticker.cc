#include "world/progress_ticker.h"

#include <chrono>
#include <utility>

namespace aforo {

ProgressTicker::ProgressTicker(ProgressSink sink, std::function<Progress()> sample)
    : sink_(std::move(sink)), sample_(std::move(sample)) {
  if (sink_) thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

ProgressTicker::~ProgressTicker() = default;

void ProgressTicker::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  // Work may end before this thread has begun: the last call is made all the same.
  do {
    wake_.wait_for(lock, stop, std::chrono::milliseconds(200), [] { return false; });
    sink_(sample_());
  } while (!stop.stop_requested());
}

}  // namespace aforo
