// What is counted for whoever looks on.
#include "world/live_counters.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace aforo {
namespace {

IoRequest answered(double seconds, std::uint64_t bytes, int error = 0,
                   IoOperation operation = IoOperation::kRead) {
  IoRequest io;
  io.operation = operation;
  io.started = Seconds{5};
  io.finished = Seconds{5 + seconds};
  io.bytes = bytes;
  io.error = error;
  return io;
}

TEST(LiveCounters, AQuantileIsWithinASixteenth) {
  for (double seconds = 2e-6; seconds < 60; seconds *= 1.07) {
    LatencyCounts counts;
    ++counts.counts[LatencyCounts::bucket_of(Seconds{seconds})];
    EXPECT_NEAR(counts.quantile(0.5).value / seconds, 1, 1.0 / 16) << seconds;
  }
}

TEST(LiveCounters, WhatIsBeyondTheEndsCountsThere) {
  EXPECT_EQ(LatencyCounts::bucket_of(Seconds{0}), 0U);
  EXPECT_EQ(LatencyCounts::bucket_of(Seconds{-1}), 0U);
  EXPECT_EQ(LatencyCounts::bucket_of(Seconds{1e9}), LatencyCounts::kBuckets - 1);
  EXPECT_EQ(LatencyCounts().quantile(0.5), Seconds{0});
}

TEST(LiveCounters, QuantilesAreOfWhatCameSince) {
  LatencyCounts before, now;
  before.counts[LatencyCounts::bucket_of(Seconds{1})] = 1000;
  now = before;
  for (int i = 0; i < 99; ++i) ++now.counts[LatencyCounts::bucket_of(Seconds{0.001})];
  ++now.counts[LatencyCounts::bucket_of(Seconds{0.1})];
  const LatencyCounts came = now.since(before);
  EXPECT_NEAR(came.quantile(0.5).value, 0.001, 0.001 / 16);
  EXPECT_NEAR(came.quantile(0.99).value, 0.001, 0.001 / 16);
  EXPECT_NEAR(came.quantile(1).value, 0.1, 0.1 / 16);
}

TEST(LiveCounters, RequestsAreCountedByWhatTheyCameTo) {
  LaneCounters lane;
  for (int i = 0; i < 4; ++i) lane.begin();
  lane.end(answered(0.001, 100));
  lane.end(answered(0.002, 0, EIO));
  lane.end(answered(0.003, 0, 0, IoOperation::kOpen));
  LaneCounters::View view;
  lane.add_to(view);
  EXPECT_EQ(view.begun - view.done, 1U);
  EXPECT_EQ(view.failed, 1U);
  EXPECT_EQ(view.bytes, 100U);
  EXPECT_NEAR(view.reads.quantile(0.5).value, 0.001, 0.001 / 16) << "an open is no read";
  lane.add_to(view);
  EXPECT_EQ(view.bytes, 200U) << "of a second lane";
}

}  // namespace
}  // namespace aforo
