// Where words go: the two streams of a command and what they are connected to. Owned by main; one thread
// writes.
#pragma once

#include <ostream>

namespace aforo {

struct Console {
  std::ostream& out;  // the answer
  std::ostream& err;  // progress, warnings, the error sentence
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  bool colour = false;   // on `out`; never when NO_COLOR is set
  bool unicode = false;  // the locale is UTF-8
  int width = 100;       // columns of the terminal
};

}  // namespace aforo
