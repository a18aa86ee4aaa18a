#include "pipeline/vote.h"

#include <gtest/gtest.h>

#include <vector>

#include "pipeline/test_hosts.h"

namespace aforo {
namespace {

std::vector<Vote> all_votes() {
  std::vector<Vote> votes;
  for (const Ending ending : {Ending::kNone, Ending::kAsked, Ending::kInterrupted, Ending::kFailed})
    for (std::uint32_t host = 0; host < 3; ++host) votes.push_back({ending, host});
  return votes;
}

TEST(Vote, JoinsInAnyOrderAndGrouping) {
  for (const Vote a : all_votes())
    for (const Vote b : all_votes()) {
      EXPECT_EQ(joined(a, b), joined(b, a));
      EXPECT_EQ(joined(a, a), a);
      for (const Vote c : all_votes()) EXPECT_EQ(joined(joined(a, b), c), joined(a, joined(b, c)));
    }
}

TEST(Vote, TheGravestIsHeardAndOfEqualsTheFirstHost) {
  EXPECT_EQ(joined({Ending::kAsked, 1}, {Ending::kFailed, 3}), (Vote{Ending::kFailed, 3}));
  EXPECT_EQ(joined({Ending::kAsked, 4}, {Ending::kAsked, 2}), (Vote{Ending::kAsked, 2}));
  EXPECT_FALSE((Vote{Ending::kNone, 1}).stop());
  EXPECT_TRUE((Vote{Ending::kAsked, 1}).stop());
  EXPECT_FALSE((Vote{Ending::kAsked, 1}).at_once());
  EXPECT_TRUE((Vote{Ending::kInterrupted, 1}).at_once());
  EXPECT_FALSE((Vote{Ending::kInterrupted, 1}).failed());
  EXPECT_TRUE((Vote{Ending::kFailed, 1}).failed());
}

// Three hosts; the third leaves after the first meeting: its last word is heard at the second and the third.
TEST(VoteCount, CountsThoseWhoLeft) {
  VoteCount count(3);
  count.vote(0, {}), count.vote(2, {});
  EXPECT_FALSE(count.outcome());
  count.vote(1, {});
  EXPECT_FALSE(count.outcome()->stop());
  count.leave(2, {Ending::kInterrupted, 2});
  for (int meeting = 0; meeting < 2; ++meeting) {
    EXPECT_FALSE(count.outcome());
    count.vote(0, {}), count.vote(1, {Ending::kAsked, 1});
    EXPECT_EQ(count.outcome(), (Vote{Ending::kInterrupted, 2}));
  }
}

}  // namespace
}  // namespace aforo
