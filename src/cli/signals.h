// Ctrl-C and its kin, turned into a stop request. Made before any other thread, so that every thread inherits
// the blocked signals and only the one here ever sees them.
#pragma once

#include <stop_token>
#include <thread>

namespace aforo {

// SIGINT, SIGTERM and SIGHUP: the first asks to stop, the second ends the process at once with the signal's
// default. SIGPIPE is ignored for good: a reader that has seen enough is no error. One per process. Not
// thread-safe.
class StopOnSignal {
 public:
  StopOnSignal();   // throws UserError if the kernel refuses a signalfd
  ~StopOnSignal();  // joins its thread
  StopOnSignal(const StopOnSignal&) = delete;
  StopOnSignal& operator=(const StopOnSignal&) = delete;

  std::stop_token token() const { return source_.get_token(); }
  bool requested() const { return source_.stop_requested(); }

 private:
  void watch();
  std::stop_source source_;
  int signals_ = -1;
  int farewell_ = -1;
  std::thread thread_;
};

}  // namespace aforo
