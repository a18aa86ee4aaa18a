#include "train/find_max_search.h"

#include <gtest/gtest.h>

namespace aforo {
namespace {

using Counts = std::pair<std::uint32_t, std::uint32_t>;

Try window(std::uint32_t n, double au, double half_width) { return {n, au, {au, half_width}, Seconds{2}}; }

// Target 90 %. An interval is clear of it when its mean is 3 half widths away.
TEST(CountInterval, IsOneNumberOnlyWhereAllWindowsAreClear) {
  const std::vector<Try> clear = {window(8, 0.99, 0.01),  window(12, 0.94, 0.01), window(12, 0.95, 0.01),
                                  window(13, 0.86, 0.01), window(13, 0.85, 0.01), window(16, 0.7, 0.01)};
  EXPECT_EQ(count_interval(clear, 0.9, 12), Counts(12, 12));
}

TEST(CountInterval, CoversBothCountsWhereTwoWindowsDisagree) {
  std::vector<Try> windows = {window(12, 0.96, 0.01), window(12, 0.96, 0.01), window(13, 0.94, 0.01),
                              window(13, 0.85, 0.01), window(14, 0.8, 0.01)};
  EXPECT_EQ(count_interval(windows, 0.9, 12), Counts(12, 13));  // 13 held, then missed
  windows[1] = window(12, 0.86, 0.01);                          // 12 held, then missed
  EXPECT_EQ(count_interval(windows, 0.9, 12), Counts(11, 13));
}

// 0.92 +- 0.01 holds, but the interval ends one half width above the target: 11 may be the answer. 0.875 +-
// 0.01 misses and ends 1.5 half widths below: 13 may be it. 0.87 +- 0.01 would be clear.
TEST(CountInterval, IsWiderByOneOnTheSideThatIsClose) {
  EXPECT_EQ(count_interval({window(12, 0.92, 0.01), window(13, 0.8, 0.01)}, 0.9, 12), Counts(11, 12));
  EXPECT_EQ(count_interval({window(12, 0.97, 0.01), window(13, 0.875, 0.01)}, 0.9, 12), Counts(12, 13));
  EXPECT_EQ(count_interval({window(12, 0.97, 0.01), window(13, 0.869, 0.01)}, 0.9, 12), Counts(12, 12));
}

// What lies beyond a clear number does not count, and none at all may be fed.
TEST(CountInterval, EndsAtTheFirstClearNumber) {
  EXPECT_EQ(
      count_interval(
          {window(4, 0.91, 0.5), window(8, 0.99, 0.01), window(9, 0.5, 0.01), window(16, 0.89, 0.5)}, 0.9, 8),
      Counts(8, 8));
  EXPECT_EQ(count_interval({window(1, 0.89, 0.01)}, 0.9, 0), Counts(0, 1));
}

}  // namespace
}  // namespace aforo
