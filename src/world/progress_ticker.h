// Calls a ProgressSink five times a second while a command works.
//
// Five: fluent to the eye, and too seldom to be seen in a measurement of the
// machine that it runs on.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

#include "world/progress.h"

namespace aforo {

// Alive while the work goes on. Not to be moved: its thread knows where it lies.
class ProgressTicker {
 public:
  // `sample` says how far the work is; both are called on the ticker's own thread
  // only, so what `sample` reads must be atomic or locked, and outlive the ticker.
  // Nothing is started for an empty sink.
  ProgressTicker(ProgressSink sink, std::function<Progress()> sample);
  // One last call, then the thread has ended.
  ~ProgressTicker();

 private:
  void run(const std::stop_token& stop);

  ProgressSink sink_;
  std::function<Progress()> sample_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  // Last: ends before the rest does.
  std::jthread thread_;
};

}  // namespace aforo
