#include "measure/record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

namespace aforo {
namespace {

std::vector<std::string> keys(const Json& object) {
  std::vector<std::string> result;
  for (const auto& [key, value] : object.items()) result.push_back(key);
  return result;
}

TEST(Record, BeginsWithItsContext) {
  const Json r = new_record("run", "2026-06-01T12:00:00Z", {{"cpus", 2}});
  EXPECT_THAT(keys(r), testing::ElementsAre("schema", "command", "aforo_version", "started", "machine",
                                            "partial", "warnings"));
  EXPECT_EQ(r["schema"], 1);
  EXPECT_EQ(r["command"], "run");
  EXPECT_THAT(r["aforo_version"].get<std::string>(), testing::MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+"));
  EXPECT_EQ(r["machine"]["cpus"], 2);
  EXPECT_EQ(r["partial"], false);
  EXPECT_TRUE(r["warnings"].is_array() && r["warnings"].empty());
}

TEST(Record, AnUnknownNumberIsAbsent) {
  Json r = Json::object();
  set_number(r, "known", 0.0);
  set_number(r, "nan", std::nan(""));
  set_number(r, "infinite", std::numeric_limits<double>::infinity());
  EXPECT_THAT(keys(r), testing::ElementsAre("known"));
}

TEST(Record, NoNanLeavesTheHouse) {
  Json r = {{"ramp", {{{"au", 0.5}}, {{"au", std::nan("")}}}}};
  try {
    to_text(r);
    FAIL() << "a NaN was written";
  } catch (const std::logic_error& e) {
    EXPECT_THAT(e.what(), testing::HasSubstr("/ramp/1/au"));
  }
  r["ramp"][1]["au"] = std::numeric_limits<double>::infinity();
  EXPECT_THROW(to_text(r), std::logic_error);
  r["ramp"][1]["au"] = 0.25;
  EXPECT_NO_THROW(to_text(r));
}

TEST(Record, TextEndsWithANewlineAndReadsBack) {
  Json r = new_record("size", "2026-06-01T12:00:00Z", Json::object());
  r["au"] = 0.1;
  const std::string text = to_text(r);
  EXPECT_EQ(text.back(), '\n');
  EXPECT_EQ(Json::parse(text), r);
}

TEST(Record, APathThatIsNoUtf8StillMakesARecord) {
  const Json r = {{"errors", {{"examples", {"caf\xe9.jpg"}}}}};
  EXPECT_THAT(to_text(r), testing::HasSubstr("caf\xef\xbf\xbd.jpg"));
}

TEST(Percentiles, NothingMeasuredIsAnEmptyObject) { EXPECT_EQ(percentiles(Histogram{}).dump(), "{}"); }

// 1 ... 1000 ms.
TEST(Percentiles, AreSecondsInOrderWithTheirError) {
  Histogram h;
  for (int i = 1; i <= 1000; ++i) h.add(Seconds{i * 1e-3});
  const Json p = percentiles(h);
  EXPECT_THAT(keys(p), testing::ElementsAre("count", "mean", "min", "p1", "p5", "p25", "p50", "p75", "p90",
                                            "p95", "p99", "p999", "max", "relative_error"));
  EXPECT_EQ(p["count"], 1000);
  EXPECT_NEAR(p["mean"].get<double>(), 0.5005, 1e-9);
  EXPECT_NEAR(p["p50"].get<double>(), 0.5, 0.5 / 256);
  EXPECT_NEAR(p["p999"].get<double>(), 0.999, 0.999 / 256);
  EXPECT_DOUBLE_EQ(p["max"].get<double>(), 1.0);
  EXPECT_DOUBLE_EQ(p["relative_error"].get<double>(), 1.0 / 256);
}

}  // namespace
}  // namespace aforo
