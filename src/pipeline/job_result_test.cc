// Results of parts of a job, put together: nothing is averaged that has to be counted.
#include <gtest/gtest.h>

#include <stdexcept>

#include "base/random.h"
#include "pipeline/job.h"

namespace aforo {
namespace {

RankEpoch rank_of(double wall, double compute, std::uint64_t steps = 10) {
  RankEpoch rank;
  rank.start = Seconds{5};
  rank.end = Seconds{5 + wall};
  rank.compute = Seconds{compute};
  rank.steps = steps;
  rank.samples = steps * 4;
  return rank;
}

// The i-th part of a job of 6 ranks: 1, 2 or 3 of them.
JobResult part(std::uint32_t i) {
  JobResult result;
  result.ranks = {i * (i + 1) / 2, i + 1, 6};
  result.epochs = {std::vector<RankEpoch>(i + 1, rank_of(10, 5 + i))};
  result.first_step = Seconds{3.0 - i};
  result.samples_delivered = 100 * (i + 1);
  result.readers.bytes = 1000 * (i + 1);
  result.stopped = i == 1;
  result.ending = {i == 1 ? Ending::kAsked : Ending::kNone, i};
  Random random(i);
  for (int n = 0; n < 500; ++n)
    result.readers.sample_read.add(Seconds{(i + 1) * random.exponential() * 1e-3});
  return result;
}

JobResult merged(JobResult a, JobResult b) {
  a.merge(std::move(b));
  return a;
}

void expect_same(const JobResult& a, const JobResult& b) {
  EXPECT_EQ(a.ranks, b.ranks);
  ASSERT_EQ(a.epochs.size(), b.epochs.size());
  for (std::size_t e = 0; e < a.epochs.size(); ++e) {
    ASSERT_EQ(a.epochs[e].size(), b.epochs[e].size());
    for (std::size_t r = 0; r < a.epochs[e].size(); ++r) {
      EXPECT_EQ(a.epochs[e][r].compute, b.epochs[e][r].compute) << e << " " << r;
      EXPECT_EQ(a.epochs[e][r].steps, b.epochs[e][r].steps) << e << " " << r;
    }
  }
  EXPECT_EQ(a.samples_delivered, b.samples_delivered);
  EXPECT_EQ(a.first_step, b.first_step);
  EXPECT_EQ(a.ending, b.ending);
  EXPECT_EQ(a.stopped, b.stopped);
  EXPECT_EQ(a.failed, b.failed);
  EXPECT_EQ(a.readers.bytes, b.readers.bytes);
  for (const double q : {0.01, 0.5, 0.9, 0.99, 0.999})
    EXPECT_EQ(a.readers.sample_read.quantile(q), b.readers.sample_read.quantile(q)) << q;
}

TEST(JobResult, MergesInAnyGrouping) {
  const JobResult left = merged(merged(part(0), part(1)), part(2));
  expect_same(left, merged(part(0), merged(part(1), part(2))));
  EXPECT_EQ(left.ranks, (Ranks{0, 6, 6}));
  EXPECT_EQ(left.samples_delivered, 600u);
  EXPECT_EQ(left.first_step, Seconds{1});
  EXPECT_EQ(left.ending, (Vote{Ending::kAsked, 1}));
  EXPECT_TRUE(left.stopped);
}

// Ranks of AU 0.5, twice 0.6 and three times 0.7: 3.8 / 6, not the mean of the parts' 0.6.
TEST(JobResult, AuIsThatOfAllRanks) {
  const JobResult all = merged(merged(part(0), part(1)), part(2));
  EXPECT_DOUBLE_EQ(*utilisation(Statistic::kWall, all.epochs, 4).au, 3.8 / 6);
}

// The merged histogram is that of all values: so are its quantiles, which no mean of quantiles would be.
TEST(JobResult, QuantilesAreThoseOfAllValues) {
  Histogram all;
  for (std::uint32_t i = 0; i < 3; ++i) {
    Random random(i);
    for (int n = 0; n < 500; ++n) all.add(Seconds{(i + 1) * random.exponential() * 1e-3});
  }
  const JobResult merged_parts = merged(merged(part(0), part(1)), part(2));
  for (const double q : {0.01, 0.5, 0.99})
    EXPECT_EQ(merged_parts.readers.sample_read.quantile(q), all.quantile(q)) << q;
}

// The second part was cut off before it began a second epoch: that epoch has no AU, the first one has.
TEST(JobResult, AnEpochThatOneDidNotBeginHasNoAu) {
  JobResult first = part(0);
  first.epochs.push_back({rank_of(10, 5, 3)});
  const JobResult both = merged(first, part(1));
  ASSERT_EQ(both.epochs.size(), 2u);
  ASSERT_EQ(both.epochs[1].size(), 3u);
  const AuResult au = utilisation(Statistic::kWall, both.epochs, 4);
  EXPECT_FALSE(au.per_epoch[1]);
  EXPECT_DOUBLE_EQ(*au.au, (0.5 + 0.6 + 0.6) / 3);
}

TEST(JobResult, TakesOnlyTheRanksThatFollow) {
  EXPECT_THROW(merged(part(0), part(2)), std::logic_error);
  EXPECT_THROW(merged(part(1), part(0)), std::logic_error);
  JobResult other = part(1);
  other.ranks.all = 8;
  EXPECT_THROW(merged(part(0), other), std::logic_error);
}

}  // namespace
}  // namespace aforo
