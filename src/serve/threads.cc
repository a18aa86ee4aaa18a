#include "serve/threads.h"

#include <utility>

namespace aforo {

void Threads::start(std::function<void()> work) {
  const std::lock_guard lock(mutex_);
  reap();
  One& one = all_.emplace_back();
  ++running_;
  try {
    one.thread = std::thread([this, &one, work = std::move(work)] {
      work();
      --running_;
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
