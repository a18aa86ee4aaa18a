// The full-screen view of a run on the terminal of standard error: ncurses around report/live_screen.h.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "cli/console.h"
#include "world/progress.h"

namespace aforo {

// Throws UserError where a full screen cannot be: standard error is no terminal, a small one (80 columns of 24 lines), or
// one that cannot place its cursor. What can be found out before anything is begun.
void refuse_full_screen(const Console& console);

// Open from construction until `close`; a thread of its own draws and takes keys. The terminal is as it was after
// `close`, while the process is suspended (Ctrl-Z), and after a signal that ends the process at once. One per process.
class FullScreen {
 public:
  // `stop`: shown as the end that was asked for. `console` outlives it. Throws UserError where the terminal
  // cannot be opened, or no keys can be read.
  FullScreen(Console& console, std::string rate_word, std::stop_token stop);
  ~FullScreen();
  FullScreen(const FullScreen&) = delete;
  FullScreen& operator=(const FullScreen&) = delete;

  // Any thread; refers to *this. What comes after `close` is dropped.
  ProgressSink sink();
  // Any thread. Shown now, and written to `err` once the screen is closed.
  void tell(const std::string& line);
  // Idempotent.
  void close();

 private:
  class Terminal;
  std::unique_ptr<Terminal> terminal_;
};

}  // namespace aforo
