// ServerClock: the time that requests are signed with: this machine's, and where the server refused that, the server's.
// Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <ctime>

namespace aforo {

class ServerClock {
 public:
  std::time_t now() const { return std::time(nullptr) + offset_.load(std::memory_order_relaxed); }
  // The server says that it is `time` now.
  void set(std::time_t time) { offset_.store(time - std::time(nullptr), std::memory_order_relaxed); }
  // Seconds that it is ahead of this machine, as far as anybody had to know.
  std::int64_t offset() const { return offset_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> offset_{0};
};

}  // namespace aforo
