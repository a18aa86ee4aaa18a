// A host's share is written on a thread of its own, while the host tells the others how far it is.
#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

#include "base/units.h"
#include "generate/lay_share.h"

namespace aforo {

// Not to be moved: its thread knows where it lies. Its destruction ends the writing and waits for that.
class ShareWriter {
 public:
  // Calls `write` on another thread, with what asks it to end. `stop`: a person's asking.
  ShareWriter(std::function<ShareLaid(const std::stop_token&)> write, std::stop_token stop);

  // Asks it to end.
  void end() { thread_.request_stop(); }

  // For `time`; until it has written, or until a person asks for an end: then it ends, and is waited for as long. What it came
  // to, once; throws what `write` threw.
  const ShareLaid* wait(Seconds time);

  // Waits for it. As `wait` answers.
  const ShareLaid& take();

 private:
  std::stop_token stop_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  bool done_ = false;
  ShareLaid laid_;
  std::exception_ptr failure_;
  std::jthread thread_;  // last: ends before the rest does
};

}  // namespace aforo
