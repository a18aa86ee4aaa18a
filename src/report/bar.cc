#include "report/bar.h"

#include <algorithm>
#include <cmath>

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

}  // namespace aforo
