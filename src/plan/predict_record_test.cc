#include "plan/predict_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "measure/series.h"

namespace aforo {
namespace {

using testing::ElementsAre;

SweepPoint point(std::uint64_t value, double au, double samples) {
  SweepPoint out;
  out.value = value;
  out.prediction.au = au;
  out.prediction.au_low = au - 0.01;
  out.prediction.au_high = au + 0.01;
  out.prediction.samples = {samples};
  out.prediction.bytes = {samples * 1000};
  return out;
}

TEST(PredictRecord, ASweepIsAListAndASeries) {
  const std::vector<SweepPoint> points = {point(0, 0.5, 100), point(1024, 0.75, 150)};
  Json record = Json::object();
  add_sweep(record, Sweep{SweepKey::kCacheSize, {0, 1024}, ""}, points);
  ASSERT_EQ(record["sweep"].size(), 2U);
  EXPECT_EQ(record["sweep"][1]["au"], 0.75);
  const std::vector<Series> series = series_of(record);
  ASSERT_EQ(series.size(), 1U);
  EXPECT_EQ(series[0].x.key, "cache_size");
  EXPECT_EQ(series[0].x.unit, "B");
  EXPECT_THAT(series[0].x.values, ElementsAre(0, 1024));
  ASSERT_EQ(series[0].y.size(), 5U);
  EXPECT_EQ(series[0].y[0].key, "au");
  EXPECT_THAT(series[0].y[0].values, ElementsAre(0.5, 0.75));
  EXPECT_EQ(series[0].y[4].unit, "B/s");
  EXPECT_THAT(series[0].y[4].values, ElementsAre(100e3, 150e3));
}

TEST(PredictRecord, TheStationThatLimitsIsAKeyOfItsOwn) {
  Prediction p;
  p.limit = "station 'pipe', 98.0 % busy";
  p.limit_station = "pipe";
  Json record = Json::object();
  add_prediction(record, p);
  EXPECT_EQ(record["limit_station"], "pipe");
  p.limit_station.clear();
  record = Json::object();
  add_prediction(record, p);
  EXPECT_FALSE(record.contains("limit_station"));
}

}  // namespace
}  // namespace aforo
