// Calls a ProgressSink five times a second while a command works.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

#include "world/progress.h"

namespace aforo {

class ProgressTicker {
 public:
  // `sample` says how far the work is; both are called on the ticker's own thread only. Nothing is started
  // for an empty sink.
  ProgressTicker(ProgressSink sink, std::function<Progress()> sample);
  ~ProgressTicker();  // one last call, then the thread has ended

 private:
  void run(const std::stop_token& stop);

  ProgressSink sink_;
  std::function<Progress()> sample_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;  // last: ends before the rest does
};

}  // namespace aforo
