#include "world/alarm.h"

#include <chrono>

namespace aforo {

Alarm::Alarm(Seconds limit, std::stop_source& stop) {
  if (limit.value <= 0) return;
  thread_ = std::jthread([this, limit, &stop](const std::stop_token& ended) {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, ended, std::chrono::duration<double>(limit.value), [] { return false; });
    if (!ended.stop_requested()) stop.request_stop();
  });
}

}  // namespace aforo
