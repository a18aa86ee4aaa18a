#include "report/bar.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace aforo {

std::string draw_bar(const std::vector<BarPart>& parts, std::size_t columns, const Look& look) {
  std::string result;
  std::size_t used = 0;
  double sum = 0;
  for (const BarPart& part : parts) {
    if (!(part.share > 0)) continue;
    sum += part.share;
    const auto end =
        static_cast<std::size_t>(std::llround(std::clamp(sum, 0.0, 1.0) * static_cast<double>(columns)));
    const std::size_t cells = std::min(columns - used, end > used ? end - used : 1);
    std::string drawn;
    for (std::size_t i = 0; i < cells; ++i) {
      if (look.unicode) {
        drawn += part.block;
      } else {
        drawn += part.mark;
      }
    }
    result += paint(drawn, part.tone, look);
    used += cells;
  }
  return result;
}

std::string draw_sparkline(const std::vector<double>& shares, std::size_t columns, bool unicode) {
  static constexpr std::array<const char*, 8> kBlocks = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  static constexpr std::string_view kMarks = "_.-~=+*#";
  std::string out;
  const std::size_t drawn = std::min(columns, shares.size());
  for (std::size_t c = 0; c < drawn; ++c) {
    double sum = 0;
    std::size_t known = 0;
    for (std::size_t i = c * shares.size() / drawn; i < (c + 1) * shares.size() / drawn; ++i) {
      if (std::isnan(shares[i])) continue;
      sum += std::clamp(shares[i], 0.0, 1.0);
      ++known;
    }
    if (known == 0) {
      out += ' ';
      continue;
    }
    const auto level =
        std::min<std::size_t>(static_cast<std::size_t>(sum / static_cast<double>(known) * 8), 7);
    if (unicode)
      out += kBlocks[level];
    else
      out += kMarks[level];
  }
  return out;
}

}  // namespace aforo
