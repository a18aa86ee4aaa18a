#include "measure/series.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <numeric>
#include <stdexcept>

namespace aforo {
namespace {

using testing::ElementsAre;

TEST(Series, StandInTheRecordAsTheyAreRead) {
  Json record = Json::object();
  add_series(record,
             {"latency", {"concurrency", "count", {1, 8}}, {{"latency_seconds", "s", {0.001, 0.002}}}});
  EXPECT_EQ(record.dump(), R"({"series":[{"name":"latency","points":2,)"
                           R"("x":{"key":"concurrency","unit":"count","values":[1.0,8.0]},)"
                           R"("y":[{"key":"latency_seconds","unit":"s","values":[0.001,0.002]}]}]})");
  const std::vector<Series> read = series_of(record);
  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(read[0].name, "latency");
  EXPECT_EQ(read[0].points, 2U);
  EXPECT_EQ(read[0].x.key, "concurrency");
  EXPECT_THAT(read[0].x.values, ElementsAre(1, 8));
  ASSERT_EQ(read[0].y.size(), 1U);
  EXPECT_EQ(read[0].y[0].unit, "s");
  EXPECT_THAT(read[0].y[0].values, ElementsAre(0.001, 0.002));
}

TEST(Series, WhatIsNotFiniteIsLeftOut) {
  constexpr double kNever = std::numeric_limits<double>::infinity();
  Json record = Json::object();
  add_series(record, {"a", {"x", "count", {1, 2}}, {{"bad", "s", {1, kNever}}, {"good", "s", {3, 4}}}});
  add_series(record, {"b", {"x", "count", {1, kNever}}, {{"good", "s", {3, 4}}}});
  add_series(record, {"c", {"x", "count", {1, 2}}, {{"bad", "s", {kNever, 1}}}});
  add_series(record, {"d", {"x", "count", {}}, {{"none", "s", {}}}});
  ASSERT_EQ(record["series"].size(), 1U);
  EXPECT_EQ(record["series"][0]["y"].size(), 1U);
  EXPECT_EQ(record["series"][0]["y"][0]["key"], "good");
}

// 1,025 points: every third is kept, the first among them: 342.
TEST(Series, ALongOneIsThinned) {
  std::vector<double> many(1025);
  std::iota(many.begin(), many.end(), 0.0);
  Json record = Json::object();
  add_series(record, {"long", {"x", "count", many}, {{"y", "s", many}}});
  const Series read = series_of(record).at(0);
  EXPECT_EQ(read.points, 1025U);
  ASSERT_EQ(read.x.values.size(), 342U);
  EXPECT_THAT(std::vector<double>(read.x.values.begin(), read.x.values.begin() + 3), ElementsAre(0, 3, 6));
  EXPECT_EQ(read.y[0].values.back(), 1023);
}

TEST(Series, LengthsThatDifferAreABug) {
  Json record = Json::object();
  EXPECT_THROW(add_series(record, {"a", {"x", "count", {1, 2}}, {{"y", "s", {1}}}}), std::logic_error);
}

TEST(Series, AnotherShapeIsAbsent) {
  for (const char* text :
       {"[]", "{}", R"({"series": 1})", R"({"series": [1, null, {}]})", R"({"series": [{"x": 1, "y": []}]})",
        R"({"series": [{"x": {"values": [1]}, "y": [{"values": [1, 2]}, 5]}]})",
        R"({"series": [{"x": {"values": ["1"]}, "y": [{"values": ["1"]}]}]})"})
    EXPECT_TRUE(series_of(Json::parse(text)).empty()) << text;
}

// 1 ns, 3 ns and 1,000,000.5 ns, many of them. At 16 parts to a power of two there would be 16 buckets of 8 ns below
// 128 ns and 13 x 16 to 2^20 ns; at 8 there are 8 + 13 x 8 = 112, of 16 ns at first. 2^19 x 15 / 8 = 983,040.
TEST(Distribution, TellsHowValuesLie) {
  Histogram values;
  values.add(Seconds{1e-9});
  values.add(Seconds{3e-9}, 299'999);
  values.add(Seconds{1.0000005e-3}, 100'000);
  const Series series = distribution("waits", values);
  EXPECT_EQ(series.name, "waits");
  EXPECT_EQ(series.points, 400'000U);
  EXPECT_EQ(series.x.key, "upper_seconds");
  EXPECT_EQ(series.y[0].key, "share");
  EXPECT_EQ(series.y[1].key, "lower_seconds");
  ASSERT_LE(series.x.values.size(), kMostBuckets);
  EXPECT_EQ(series.y[1].values.front(), 0);
  EXPECT_DOUBLE_EQ(series.x.values.front(), 16e-9);
  EXPECT_DOUBLE_EQ(series.y[1].values.back(), 983040e-9);
  EXPECT_DOUBLE_EQ(series.x.values.back(), 1048576e-9);
  EXPECT_EQ(series.y[0].values.front(), 0.75);
  EXPECT_EQ(series.y[0].values.back(), 0.25);
  EXPECT_EQ(std::accumulate(series.y[0].values.begin(), series.y[0].values.end(), 0.0), 1);
  for (std::size_t i = 1; i < series.x.values.size(); ++i)
    EXPECT_EQ(series.y[1].values[i], series.x.values[i - 1]) << i;
}

// 64 steps from 1 to 2 s: 2 x 64^(1/3) = 8 buckets would do, 38 are the least, so 32 of them; each has two.
TEST(Distribution, OfFewValuesHasFewBuckets) {
  Histogram values;
  for (int i = 0; i < 64; ++i) values.add(Seconds{1.0737418240 + i * 1.073741824 / 64 + 1e-6});
  Json record = Json::object();
  add_series(record, distribution("steps", values));
  add_series(record, distribution("none", Histogram()));
  const std::vector<Series> series = series_of(record);
  ASSERT_EQ(series.size(), 1U);
  EXPECT_EQ(series[0].points, 64U);
  EXPECT_THAT(series[0].y[0].values, testing::AllOf(testing::SizeIs(32), testing::Each(1.0 / 32)));
}

// Steps of 1, 3, 2 s at AU 1, 0.5, 0.8 that begin at 10, 11 and 14 s.
TEST(StepCurve, AShortRunIsPointForPoint) {
  StepCurve curve;
  curve.add(10_s, 1_s, 1);
  curve.add(11_s, 3_s, 0.5);
  curve.add(14_s, 2_s, 0.8);
  const Series series = curve.series();
  EXPECT_EQ(series.points, 3U);
  EXPECT_THAT(series.x.values, ElementsAre(0, 1, 4));
  EXPECT_THAT(series.y[0].values, ElementsAre(1, 3, 2));
  EXPECT_THAT(series.y[1].values, ElementsAre(1, 3, 2));
  EXPECT_THAT(series.y[2].values, ElementsAre(1, 0.5, 0.8));
}

// 514 steps of 1 s but the second of 3 s: at the 513th two and two are joined, 256 whole points and one of
// two steps. The first: (1 + 3) / 2 s, longest 3 s, AU (1 x 1 + 3 x 0.2) / 4.
TEST(StepCurve, ALongRunIsJoinedAndKeepsItsLongest) {
  StepCurve curve;
  double begin = 0;
  for (int i = 0; i < 514; ++i) {
    const double seconds = i == 1 ? 3 : 1;
    curve.add({begin}, {seconds}, i == 1 ? 0.2 : 1);
    begin += seconds;
  }
  const Series series = curve.series();
  EXPECT_EQ(series.points, 514U);
  ASSERT_EQ(series.x.values.size(), 257U);
  EXPECT_EQ(series.x.values[0], 0);
  EXPECT_EQ(series.x.values[1], 4);
  EXPECT_EQ(series.x.values[256], 514);
  EXPECT_EQ(series.y[0].values[0], 2);
  EXPECT_EQ(series.y[1].values[0], 3);
  EXPECT_DOUBLE_EQ(series.y[2].values[0], 0.4);
  EXPECT_EQ(series.y[0].values[1], 1);
}

TEST(StepCurve, IsBoundedForARunOfAnyLength) {
  StepCurve curve;
  for (int i = 0; i < 100'000; ++i) curve.add({i * 1.0}, 1_s, 1);
  const Series series = curve.series();
  EXPECT_EQ(series.points, 100'000U);
  EXPECT_EQ(series.x.values.size(), 391U) << "100,000 / 256 steps a point, rounded up";
  EXPECT_EQ(series.x.values[1], 256);
}

// Two ranks here, six there, of three steps and two: the step begins with the first and lasts as long as the
// slowest; au x time is the mean over ranks: (2 x 1 x 0.5 + 6 x 2 x 1) / 8 = 1.625 s of 2, (2 x 4 x 1 + 6 x 2 x 0.5) / 8
// = 1.75 s of 4.
TEST(StepCurve, MergesHostsByTheirRanks) {
  StepCurve one, other;
  one.add(10_s, 1_s, 0.5);
  one.add(12_s, 4_s, 1);
  one.add(16_s, 1_s, 1);
  other.add(10.5_s, 2_s, 1);
  other.add(11.5_s, 2_s, 0.5);
  one.merge(other, 2, 6);
  const Series series = one.series();
  EXPECT_EQ(series.points, 2U);
  EXPECT_THAT(series.x.values, ElementsAre(0, 1.5));
  EXPECT_THAT(series.y[0].values, ElementsAre(2, 4));
  EXPECT_THAT(series.y[2].values, ElementsAre(1.625 / 2, 1.75 / 4));
}

// A host that kept fewer points of more steps each is met half way.
TEST(StepCurve, MergesCurvesThatWereThinnedUnlike) {
  StepCurve one, other;
  for (int i = 0; i < 500; ++i) one.add({i * 1.0}, 1_s, 1);
  for (int i = 0; i < 1100; ++i) other.add({i * 1.0}, 1_s, 0);
  one.merge(other, 1, 1);
  const Series series = one.series();
  EXPECT_EQ(series.points, 500U);
  EXPECT_EQ(series.x.values.size(), 125U);
  EXPECT_EQ(series.y[2].values.front(), 0.5);
}

TEST(StepCurve, NoStepsAreNoSeries) {
  Json record = Json::object();
  add_series(record, StepCurve().series());
  EXPECT_FALSE(record.contains("series"));
}

}  // namespace
}  // namespace aforo
