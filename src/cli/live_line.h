// The one line on standard error that says how far a command has come.
#pragma once

#include <mutex>
#include <string>

#include "cli/console.h"
#include "report/live.h"
#include "world/progress.h"

namespace aforo {

// What a progress says, for either display.
LiveStatus live_status(const Progress& progress, const std::string& rate_word);

// Shown only on a terminal, rewritten in place, wiped by `clear`. The sink may be called from another thread.
class LiveLine {
 public:
  // `rate_word` as Command::rate_word: "samples/s", "files/s". `console` outlives it.
  LiveLine(Console& console, bool quiet, std::string rate_word);
  // Clears. The sink must not be called any more.
  ~LiveLine();
  LiveLine(const LiveLine&) = delete;
  LiveLine& operator=(const LiveLine&) = delete;

  // Empty where nothing is shown, so that nobody gathers what nobody sees; refers to *this.
  ProgressSink sink();
  // Nothing is shown after it: what comes late from another thread is dropped, and cannot stand in
  // the middle of the page.
  void clear();

 private:
  void show(const Progress& progress);
  Console* console_;
  std::string rate_word_;
  // Whether lines are shown at all; under mutex_.
  bool shown_;
  // Whether one stands there now.
  bool drawn_ = false;
  std::mutex mutex_;
};

}  // namespace aforo
