// Where words go: the two streams of a command and what they are connected to. Owned by main; one thread
// writes.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "base/environment.h"
#include "hosts/launch.h"

namespace aforo {

// Filled once, by main, from the process's own streams and environment; nobody below looks at these
// again, so that a test can say what a terminal is. The streams outlive it.
struct Console {
  // The answer, and nothing else: it may be piped into another program.
  std::ostream& out;
  // Progress, warnings, the error sentence.
  std::ostream& err;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  // On `out`; never when NO_COLOR is set, never where it is no terminal.
  bool colour = false;
  // The locale is UTF-8: bars and dashes may be drawn with its characters. Else ASCII.
  bool unicode = false;
  // Columns of the terminal, > 20; 100 where there is none.
  int width = 100;
  // Nobody can read `out`: it was closed when the process began, and what is written there is an error.
  bool out_is_closed = false;
  // Of the terminal on `err`, 0 where there is none; its kind (TERM), and whether colours are wanted on it.
  int err_columns = 0, err_rows = 0;
  std::string err_kind = {};
  bool err_colour = false;
  // Whether a launcher started this process as one of several, and where the module that joins them may lie.
  Launch launch = {};
  std::vector<std::string> wire_modules = {};
  // Of a process that is not the first, whose `out` and `err` go nowhere: for what nobody else can say, as that the first
  // is gone. Null otherwise.
  std::ostream* alone_err = nullptr;
  // The process's own.
  Environment environment = {};
};

}  // namespace aforo
