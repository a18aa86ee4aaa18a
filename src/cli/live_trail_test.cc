// What happened in the last seconds, from looks at what happened so far.
#include "cli/live_trail.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aforo {
namespace {

// Two ranks that have computed and waited so long by then, and read 100 bytes a second, half of them from storage.
Progress at(double now, double compute, double wait) {
  Progress p;
  p.elapsed = Seconds{now};
  p.job.emplace();
  p.job->epochs = 3;
  p.job->au_target = 0.9;
  p.job->bytes_read = 100 * now;
  p.job->bytes_from_storage = 50 * now;
  p.job->ranks = {{0, 1, Seconds{compute}, Seconds{wait}, Seconds{0}, Seconds{0}},
                  {1, 15, Seconds{compute}, Seconds{0}, Seconds{wait}, Seconds{0}}};
  return p;
}

TEST(LiveTrail, UtilisationIsOfTheLastSeconds) {
  LiveTrail trail("samples/s");
  EXPECT_FALSE(trail.take(at(0, 0, 0)).au_now.has_value()) << "no step has ended";
  for (int i = 1; i <= 100; ++i) trail.take(at(i * 0.2, i * 0.2, 0));
  EXPECT_DOUBLE_EQ(trail.take(at(20.2, 20.2, 0)).au_now.value(), 1);
  for (int i = 1; i <= 50; ++i) trail.take(at(20.2 + i * 0.2, 20.2 + i * 0.1, i * 0.1));
  const LiveScreen later = trail.take(at(30.4, 25.3, 5.1));
  EXPECT_NEAR(later.au_now.value(), 0.5, 1e-9);
  EXPECT_NEAR(later.read->value, 100, 1e-6);
  EXPECT_NEAR(later.from_storage->value, 50, 1e-6);
  ASSERT_EQ(later.ranks.size(), 2U);
  EXPECT_EQ(later.ranks[1].name, "1-15");
  EXPECT_NEAR(later.ranks[0].data, 0.5, 1e-9);
  EXPECT_NEAR(later.ranks[1].others, 0.5, 1e-9);
  EXPECT_EQ(later.line.epochs, 3U);
}

// A step of ten seconds: what it came to stands until the next one ends.
TEST(LiveTrail, LongStepsAreNotForgottenInBetween) {
  LiveTrail trail("samples/s");
  for (int i = 0; i < 50; ++i) trail.take(at(i * 0.2, 0, 0));
  trail.take(at(10, 6, 4));
  LiveScreen last;
  for (int i = 1; i < 48; ++i) last = trail.take(at(10 + i * 0.2, 6, 4));
  EXPECT_NEAR(last.au_now.value(), 0.6, 1e-9);
}

TEST(LiveTrail, TheHistoryIsOfTheWholeRunInBoundedMemory) {
  LiveTrail trail("samples/s");
  LiveScreen last;
  for (int i = 0; i < 2000; ++i) last = trail.take(at(i, i, 0));
  EXPECT_LE(last.au_history.size(), 512U);
  EXPECT_GE(last.au_history.size() * static_cast<std::size_t>(last.history_step.value), 1900U);
  EXPECT_DOUBLE_EQ(last.au_history.back(), 1);
}

TEST(LiveTrail, WithoutAJobTheLineIsAll) {
  LiveTrail trail("files/s");
  Progress scanning;
  scanning.phase = "scanning";
  scanning.samples_per_second = 7;
  const LiveScreen screen = trail.take(scanning);
  EXPECT_EQ(screen.line.phase, "scanning");
  EXPECT_EQ(screen.line.sample_word, "files/s");
  EXPECT_TRUE(screen.ranks.empty());
}

}  // namespace
}  // namespace aforo
