// The one line on standard error that says how far a command has come.
#pragma once

#include <mutex>
#include <string>

#include "cli/console.h"
#include "world/progress.h"

namespace aforo {

// Shown only on a terminal, rewritten in place, wiped by `clear`. The sink may be called from another thread.
class LiveLine {
 public:
  LiveLine(Console& console, bool quiet, std::string rate_word);  // "samples/s", "files/s"
  ~LiveLine();                                                    // clears
  LiveLine(const LiveLine&) = delete;
  LiveLine& operator=(const LiveLine&) = delete;

  ProgressSink sink();  // empty where nothing is shown; refers to *this
  void clear();         // nothing is shown after it

 private:
  void show(const Progress& progress);
  Console* console_;
  std::string rate_word_;
  bool shown_;          // whether lines are shown at all
  bool drawn_ = false;  // whether one stands there now
  std::mutex mutex_;
};

}  // namespace aforo
