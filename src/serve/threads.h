// Threads that come and go, one for each piece of work, and are all waited for at the end. The last to end gives free memory
// back to the system.
#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

namespace aforo {

// Safe for any number of threads; destroyed and joined by one that is none of them.
class Threads {
 public:
  Threads() = default;
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;
  ~Threads() { join(); }

  // `work` must not throw. Throws std::system_error where there is no further thread.
  void start(std::function<void()> work);
  // Whose work has not ended.
  std::size_t running() const { return running_; }
  // Until all have ended.
  void join();

 private:
  struct One {
    std::atomic<bool> ended{false};
    std::thread thread;
  };
  // Joins those that have ended. With the lock held.
  void reap();

  std::mutex mutex_;
  std::list<One> all_;
  std::atomic<std::size_t> running_{0};
};

}  // namespace aforo
