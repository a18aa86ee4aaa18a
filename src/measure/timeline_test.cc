#include "measure/timeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>

#include "base/random.h"

namespace aforo {
namespace {

using testing::ElementsAre;

std::vector<int> bytes_of(std::string_view base64) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::vector<int> out;
  unsigned bits = 0, held = 0;
  for (const char c : base64) {
    if (c == '=') break;
    held = held << 6 | static_cast<unsigned>(kDigits.find(c));
    if ((bits += 6) < 8) continue;
    bits -= 8;
    out.push_back(static_cast<int>(held >> bits & 255));
  }
  return out;
}

// The shares of a row's bin: compute, load wait, barrier wait, other.
std::vector<int> shares(const Json& timeline, std::size_t row, std::size_t bin) {
  const std::vector<int> all = bytes_of(timeline["shares"].get<std::string>());
  EXPECT_EQ(all.size(), timeline["rows"].size() * timeline["bins"].get<std::size_t>() * 4);
  const auto begin =
      all.begin() + static_cast<std::ptrdiff_t>((row * timeline["bins"].get<std::size_t>() + bin) * 4);
  return {begin, begin + 4};
}

RankStep step_of(std::uint32_t rank, double begin, double load, double compute, double barrier = 0,
                 double other = 0) {
  return {rank, {begin}, {load}, {compute}, {barrier}, {other}};
}

// Bins of 1/1024 s. From 2.5 bins on: half a bin of waiting, one and a half of compute, a quarter at the barrier, a
// half of checkpoint. So bins 2 to 5: half nothing and half waiting; compute; half compute, quarter, quarter; and the
// last quarter of the checkpoint.
TEST(RankTimeline, AStepIsSpreadOverItsBins) {
  constexpr double kBin = 1.0 / 1024;
  RankTimeline timeline(0, 1);
  timeline.add(step_of(0, 2.5 * kBin, 0.5 * kBin, 1.5 * kBin, 0.25 * kBin, 0.5 * kBin));
  const Json json = timeline.json();
  EXPECT_DOUBLE_EQ(json["begin_seconds"].get<double>(), -0.5 * kBin);
  EXPECT_DOUBLE_EQ(json["end_seconds"].get<double>(), 3.5 * kBin);
  EXPECT_EQ(json["bin_seconds"].get<double>(), kBin);
  EXPECT_EQ(json["bins"], 4);
  EXPECT_EQ(json["rows"].dump(), R"([{"first_rank":0,"ranks":1}])");
  EXPECT_EQ(json["states"].dump(), R"(["compute","load_wait","barrier_wait","other"])");
  EXPECT_THAT(shares(json, 0, 0), ElementsAre(0, 128, 0, 0));
  EXPECT_THAT(shares(json, 0, 1), ElementsAre(255, 0, 0, 0));
  EXPECT_THAT(shares(json, 0, 2), ElementsAre(128, 0, 63, 64)) << "ends at 127.5, 191.25, 255";
  EXPECT_THAT(shares(json, 0, 3), ElementsAre(0, 0, 0, 64));
}

TEST(RankTimeline, WithoutTimeThereIsNone) {
  RankTimeline timeline(4, 2);
  EXPECT_TRUE(timeline.json().is_null());
  constexpr double kNot = std::numeric_limits<double>::quiet_NaN(), kNever = HUGE_VAL;
  timeline.add(step_of(4, 1, 0, 0));
  timeline.add(step_of(4, kNot, 1, 1));
  timeline.add(step_of(4, 1, kNever, 1));
  timeline.add(step_of(3, 1, 1, 1));
  timeline.add(step_of(6, 1, 1, 1));
  EXPECT_TRUE(timeline.json().is_null()) << "no duration, no times, ranks of others";
  timeline.add(step_of(5, 1, -1, kNot, 1));
  EXPECT_THAT(shares(timeline.json(), 1, 0), ElementsAre(0, 0, 255, 0)) << "what is no length is none";
  EXPECT_THAT(shares(timeline.json(), 0, 0), ElementsAre(0, 0, 0, 0)) << "rank 4 did nothing";
}

// 1,000 s of steps of 1 s, half of it waiting: 1,000 / 512 s, so bins of 2 s, where the clock began at 1 s.
TEST(RankTimeline, BinsDoubleUntilARunFits) {
  RankTimeline timeline(0, 1);
  for (int i = 0; i < 1000; ++i) timeline.add(step_of(0, 1 + i, 0.5, 0.5));
  const Json json = timeline.json();
  EXPECT_EQ(json["bin_seconds"].get<double>(), 2);
  EXPECT_EQ(json["bins"], 501);
  EXPECT_EQ(json["begin_seconds"].get<double>(), -1);
  EXPECT_EQ(json["end_seconds"].get<double>(), 1001);
  EXPECT_THAT(shares(json, 0, 0), ElementsAre(64, 64, 0, 0)) << "half a bin: 63.75, 127.5";
  for (const std::size_t bin : {1u, 250u, 499u})
    EXPECT_THAT(shares(json, 0, bin), ElementsAre(128, 127, 0, 0)) << bin;
}

// A single step of a day and one of a millisecond behind it: nothing is lost of either.
TEST(RankTimeline, HoldsAnyLength) {
  RankTimeline timeline(0, 1);
  timeline.add(step_of(0, 5, 86400, 0));
  timeline.add(step_of(0, 86405, 0, 0.001));
  const Json json = timeline.json();
  EXPECT_LE(json["bins"].get<std::size_t>(), 512u);
  EXPECT_GE(json["bins"].get<std::size_t>(), 256u);
  EXPECT_THAT(shares(json, 0, 100), ElementsAre(0, 255, 0, 0));
}

// A rank that is told of later began earlier: the first bins are made room for.
TEST(RankTimeline, StepsComeInAnyOrder) {
  RankTimeline timeline(0, 2);
  timeline.add(step_of(0, 10, 0, 0.25));
  timeline.add(step_of(1, 9.75, 0.5, 0));
  const Json json = timeline.json();
  EXPECT_EQ(json["begin_seconds"], 0);
  EXPECT_EQ(json["end_seconds"], 0.5);
  EXPECT_THAT(shares(json, 0, 0), ElementsAre(0, 0, 0, 0));
  EXPECT_THAT(shares(json, 1, 0), ElementsAre(0, 255, 0, 0));
  EXPECT_THAT(shares(json, 0, json["bins"].get<std::size_t>() - 1), ElementsAre(255, 0, 0, 0));
}

// 200 ranks from 6 on are rows of 4, counted from rank 0: the first has the ranks 6 and 7, the last 204 and 205.
TEST(RankTimeline, ManyRanksAreGroups) {
  RankTimeline timeline(6, 200);
  for (std::uint32_t rank = 6; rank < 206; ++rank)
    timeline.add(step_of(rank, 1, rank % 2 == 0 ? 1 : 0, rank % 2 == 0 ? 0 : 1));
  const Json json = timeline.json();
  ASSERT_EQ(json["rows"].size(), 51u);
  EXPECT_EQ(json["rows"][0].dump(), R"({"first_rank":6,"ranks":2})");
  EXPECT_EQ(json["rows"][1].dump(), R"({"first_rank":8,"ranks":4})");
  EXPECT_EQ(json["rows"][50].dump(), R"({"first_rank":204,"ranks":2})");
  for (const std::size_t row : {0u, 1u, 50u})
    EXPECT_THAT(shares(json, row, 3), ElementsAre(128, 127, 0, 0)) << row;
}

// Of a job of three hosts, with 3, 70 and 64 ranks that begin a little apart and go at a pace of their own.
RankTimeline host_timeline(std::uint32_t first, std::uint32_t ranks,
                           std::initializer_list<std::uint32_t> seen) {
  RankTimeline timeline(first, ranks);
  for (const std::uint32_t host : seen) {
    constexpr std::uint32_t kFirst[] = {0, 3, 73, 137};
    Random random(host);
    for (int i = 0; i < 40; ++i)
      for (std::uint32_t rank = kFirst[host]; rank < kFirst[host + 1]; ++rank)
        timeline.add(
            step_of(rank, 100 + host * 0.01 + i * 0.1 * (host + 1), random.uniform() * 0.05, 0.03, 0.01));
  }
  return timeline;
}

// As one that saw all ranks, to a unit of rounding, in either grouping.
TEST(RankTimeline, MergesHosts) {
  RankTimeline left = host_timeline(0, 3, {0}), right = left, back = host_timeline(73, 64, {2});
  RankTimeline middle = host_timeline(3, 70, {1});
  left.merge(middle), left.merge(back);
  middle.merge(back), right.merge(middle);
  const Json all = host_timeline(0, 137, {0, 1, 2}).json();
  for (Json one : {left.json(), right.json()}) {
    const std::vector<int> found = bytes_of(one["shares"].get<std::string>());
    const std::vector<int> expected = bytes_of(all["shares"].get<std::string>());
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1) << i;
    one["shares"] = all["shares"];
    EXPECT_EQ(one.dump(), all.dump());
  }
  ASSERT_EQ(all["rows"].size(), 35u);
  EXPECT_EQ(all["rows"][34].dump(), R"({"first_rank":136,"ranks":1})");
}

TEST(RankTimeline, MergesWithAHostThatDidNothing) {
  RankTimeline one = host_timeline(0, 3, {0}), other(3, 2);
  const std::vector<int> before = shares(one.json(), 0, 5);
  one.merge(other);
  EXPECT_EQ(one.json()["rows"].size(), 5u);
  EXPECT_EQ(shares(one.json(), 0, 5), before);
  other.merge(host_timeline(0, 3, {0}));
  EXPECT_EQ(other.json().dump(), one.json().dump());
}

// Whatever is told, the states of a bin are no more than the bin; ranks whose steps overlap make it full.
TEST(RankTimeline, StatesNeverExceedTheirBin) {
  RankTimeline timeline(0, 3);
  Random random(7);
  for (int i = 0; i < 5000; ++i)
    timeline.add(step_of(static_cast<std::uint32_t>(i % 3), random.uniform() * 20, random.uniform(),
                         random.uniform(), random.uniform(), random.uniform()));
  const std::vector<int> all = bytes_of(timeline.json()["shares"].get<std::string>());
  for (std::size_t i = 0; i < all.size(); i += 4)
    EXPECT_LE(all[i] + all[i + 1] + all[i + 2] + all[i + 3], 255) << i;
  EXPECT_EQ(all[400] + all[401] + all[402] + all[403], 255);
}

// A million steps: 64 rows of at most 512 bins, and a small part of what a step of a job costs at home, some
// microseconds. The limit is generous, for builds that check everything.
TEST(RankTimeline, IsBoundedForARunOfAnyLength) {
  RankTimeline timeline(0, 512);
  constexpr int kSteps = 2000;
  for (int i = 0; i < kSteps; ++i)
    for (std::uint32_t rank = 0; rank < 512; ++rank)
      timeline.add(step_of(rank, 3 + i * 0.25, 1.0 / 64, 7.0 / 32, 1.0 / 64));
  const Json json = timeline.json();
  EXPECT_EQ(json["rows"].size(), 64u);
  EXPECT_EQ(json["bins"], 500);
  EXPECT_EQ(json["bin_seconds"], 1);
  EXPECT_THAT(shares(json, 63, 200), ElementsAre(223, 16, 16, 0)) << "ends at 223.125, 239.06, 255";
}

}  // namespace
}  // namespace aforo
