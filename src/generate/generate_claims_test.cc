#include "generate/generate_claims.h"

#include <gtest/gtest.h>

#include <mutex>
#include <set>
#include <thread>

namespace aforo {
namespace {

// Ten files by twos to two workers. A holds [0,2), B holds [2,4): nothing is certain. B finishes 2
// and 3 and takes [4,6): still nothing, for 0 is open. A finishes 0: all below 1. A finishes 1 and
// takes [6,8): all below 4.
TEST(FileClaims, TheMarkIsTheOldestUnfinishedFile) {
  FileClaims claims(0, 10, 2, 2);
  EXPECT_EQ(claims.low_water(), 0u);
  EXPECT_EQ(claims.claim(0).begin, 0u);
  EXPECT_EQ(claims.claim(1).begin, 2u);
  claims.finished(1, 2);
  claims.finished(1, 3);
  EXPECT_EQ(claims.claim(1).begin, 4u);
  EXPECT_EQ(claims.low_water(), 0u);
  claims.finished(0, 0);
  EXPECT_EQ(claims.low_water(), 1u);
  claims.finished(0, 1);
  EXPECT_EQ(claims.claim(0).begin, 6u);
  EXPECT_EQ(claims.low_water(), 4u);
}

TEST(FileClaims, WhenAllIsWrittenTheMarkIsTheCount) {
  FileClaims claims(3, 5, 4, 1);
  const auto range = claims.claim(0);
  EXPECT_EQ(range.begin, 3u);
  EXPECT_EQ(range.end, 5u);
  claims.finished(0, 3);
  claims.finished(0, 4);
  EXPECT_TRUE(claims.claim(0).empty());
  EXPECT_EQ(claims.low_water(), 5u);
}

// Four workers, a watcher: each file once, and the mark never passes a file that is not yet written.
TEST(FileClaims, ManyWorkersTakeEachFileOnceAndTheMarkNeverLies) {
  constexpr std::uint64_t kFiles = 20000;
  FileClaims claims(0, kFiles, 3, 4);
  std::vector<std::atomic<int>> written(kFiles);
  std::atomic<bool> lied{false};
  std::atomic<bool> over{false};
  std::jthread watcher([&] {
    std::uint64_t before = 0;
    while (!over) {
      const std::uint64_t mark = claims.low_water();
      for (std::uint64_t f = before; f < mark; ++f) {
        if (written[f] == 0) lied = true;
      }
      before = std::max(before, mark);
    }
  });
  {
    std::vector<std::jthread> workers;
    for (unsigned t = 0; t < 4; ++t) {
      workers.emplace_back([&, t] {
        for (auto range = claims.claim(t); !range.empty(); range = claims.claim(t)) {
          for (std::uint64_t f = range.begin; f < range.end; ++f) {
            ++written[f];
            claims.finished(t, f);
          }
        }
      });
    }
  }
  over = true;
  watcher.join();
  EXPECT_FALSE(lied);
  for (const auto& times : written) ASSERT_EQ(times, 1);
  EXPECT_EQ(claims.low_water(), kFiles);
}

}  // namespace
}  // namespace aforo
