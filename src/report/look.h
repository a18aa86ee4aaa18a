// How text looks on this terminal, and how wide it is there.
//
// Pure, thread-safe. Widths count columns: one per code point, two for East Asian wide ones.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "report/tone.h"

namespace aforo {

struct Look {
  std::size_t width = 80;  // columns; below 40 counts as 40
  bool colour = false;     // ANSI colours: only when a terminal reads it
  bool unicode = true;     // false: plain ASCII (bars of '#', no tick marks)
};

std::size_t display_width(std::string_view utf8);

// Text from outside (paths, error messages) made safe to print: control characters and bytes that are not
// UTF-8 become '?', so that a file name cannot move the cursor.
std::string printable(std::string_view text);

// Cut to `columns` with an ellipsis in the middle, where paths say least.
std::string shorten(std::string_view text, std::size_t columns, bool unicode);

std::string pad_right(std::string_view text, std::size_t columns);
std::string pad_left(std::string_view text, std::size_t columns);
std::string paint(std::string_view text, Tone tone, const Look& look);

// Lines of at most `columns`, broken at spaces (never before '%'); a longer word stands alone on its line. At
// least one line.
std::vector<std::string> wrap(std::string_view text, std::size_t columns);

}  // namespace aforo
