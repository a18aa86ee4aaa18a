#include "plan/placed_files.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <tuple>
#include <vector>

#include "base/random.h"

namespace aforo {
namespace {

// Files thrown into places, many times.
double thrown(std::uint64_t files, std::uint64_t places, double least) {
  Random random(7);
  constexpr int kTimes = 20000;
  double sum = 0;
  for (int i = 0; i < kTimes; ++i) {
    std::vector<double> at(places, 0.0);
    double fullest = 0;
    for (std::uint64_t f = 0; f < files; ++f) fullest = std::max(fullest, ++at[random.below(places)]);
    sum += std::max(least, fullest);
  }
  return sum / kTimes;
}

// 512 files on 60 disks are 8.5 each, but some 16 on the fullest; below that nothing waits for disks.
TEST(PlacedFiles, TheFullestOfManyPlaces) {
  for (const auto& [files, places, least] : {std::tuple{512, 60, 0},
                                             {512, 60, 16},
                                             {512, 60, 30},
                                             {64, 8, 0},
                                             {64, 600, 0},
                                             {8, 60, 0},
                                             {4000, 24, 0}}) {
    const double found = slowest_place({double(files), double(places)}, least);
    EXPECT_NEAR(found, thrown(files, places, least), 0.03 * found) << files << " on " << places;
  }
  EXPECT_NEAR(slowest_place({512, 60}, 0), 16, 0.5);
  EXPECT_NEAR(slowest_place({512, 60}, 30), 30, 0.01);
}

// One file has a place of its own; of two in two places both lie in one half of the time, 1.5 at the fullest, which
// the law of independent places has as 1 + 1 - (3/4)^2.
TEST(PlacedFiles, Few) {
  EXPECT_NEAR(slowest_place({1, 60}, 0), 1, 1e-9);
  EXPECT_NEAR(slowest_place({10, 1}, 3), 10, 1e-9);
  EXPECT_NEAR(slowest_place({10, 1}, 13), 13, 1e-9);
  EXPECT_NEAR(slowest_place({2, 2}, 0), 1.4375, 1e-9);
}

// Beside its own, a file finds those of 511 others: 1 + 511 / 60.
TEST(PlacedFiles, WhereAReaderWaitsForNobodyElse) {
  EXPECT_NEAR(slowest_place({512, 60, 1}, 0), 1 + 511.0 / 60, 1e-6);
  EXPECT_LT(slowest_place({512, 60, 8}, 0), slowest_place({512, 60}, 0));
}

TEST(PlacedFiles, MoreFilesAreFullerAndMorePlacesEmptier) {
  double before = 0;
  for (double files = 1; files < 1e5; files *= 1.3) {
    const double now = slowest_place({files, 60}, 0);
    EXPECT_GT(now, before);
    EXPECT_GE(now, files / 60);
    before = now;
  }
  EXPECT_NEAR(before / (1e5 / 1.3 / 60), 1, 0.3) << "of many, all places hold alike";
  before = 1e9;
  for (double places = 1; places < 1e5; places *= 1.3) {
    const double now = slowest_place({500, places}, 0);
    EXPECT_LT(now, before);
    before = now;
  }
}

}  // namespace
}  // namespace aforo
