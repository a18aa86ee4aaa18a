// A stop request after some time: how a time limit ends what Ctrl-C would end.
#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

#include "base/units.h"

namespace aforo {

// Asks for a stop after `limit`, unless it ends before; never for 0 or less. `stop` outlives it.
// Not to be moved: its thread knows where it lies.
class Alarm {
 public:
  // Starts one thread for a limit above 0; none else. Destruction ends it at once, without asking
  // for the stop, and waits for it.
  Alarm(Seconds limit, std::stop_source& stop);

 private:
  std::mutex mutex_;
  std::condition_variable_any wake_;
  // Last: ends before the rest does.
  std::jthread thread_;
};

}  // namespace aforo
