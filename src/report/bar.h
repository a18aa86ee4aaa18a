// A bar of block characters, or of marks where there is neither Unicode nor colour. Pure, thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "report/look.h"

namespace aforo {

// One part of a bar.
struct BarPart {
  double share = 0;   // of the bar, [0, 1]
  std::string block;  // Unicode
  char mark = '#';    // ASCII
  Tone tone = Tone::kPlain;
};

// `columns` wide where the shares sum to 1, from left to right. Every part that is more than nothing gets at
// least one column, as long as there are columns; parts of nothing, or of no number, get none.
std::string draw_bar(const std::vector<BarPart>& parts, std::size_t columns, const Look& look);

// Shares over time, a column each from the left; where there are more than `columns`, the mean of those that a column
// stands for. NaN is an empty column.
std::string draw_sparkline(const std::vector<double>& shares, std::size_t columns, bool unicode);

}  // namespace aforo
