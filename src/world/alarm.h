// A stop request after some time.
#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

#include "base/units.h"

namespace aforo {

// Asks for a stop after `limit`, unless it ends before; never for 0. `stop` outlives it.
class Alarm {
 public:
  // Starts one thread for a limit above 0; none else. Destruction ends it at once,
  // without asking for the stop.
  Alarm(Seconds limit, std::stop_source& stop);

 private:
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;  // last: ends before the rest does
};

}  // namespace aforo
