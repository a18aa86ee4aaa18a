#include "serve/threads.h"

#include <malloc.h>

#include <utility>

namespace aforo {

void Threads::start(std::function<void()> work) {
  const std::lock_guard lock(mutex_);
  reap();
  One& one = all_.emplace_back();
  ++running_;
  try {
    one.thread = std::thread([this, &one, work = std::move(work)]() mutable {
      work();
      work = {};
      // What many left behind would stay with the process.
      if (--running_ == 0) ::malloc_trim(0);
      one.ended = true;
    });
  } catch (...) {
    --running_;
    all_.pop_back();
    throw;
  }
}

void Threads::reap() {
  all_.remove_if([](One& one) {
    if (!one.ended) return false;
    one.thread.join();
    return true;
  });
}

void Threads::join() {
  const std::lock_guard lock(mutex_);
  for (One& one : all_) one.thread.join();
  all_.clear();
}

}  // namespace aforo
