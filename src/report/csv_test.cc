#include "report/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace aforo {
namespace {

TEST(Csv, FieldsAreQuotedWhereTheRfcAsksForIt) {
  EXPECT_EQ(csv_field("plain words"), "plain words");
  EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_field("say \"hi\""), "\"say \"\"hi\"\"\"");
  EXPECT_EQ(csv_field("two\nlines"), "\"two\nlines\"");
  EXPECT_EQ(csv_field(""), "");
}

// Fields of a line without quotes.
std::vector<std::string> fields(const std::string& line) {
  std::vector<std::string> result(1);
  for (char c : line) {
    if (c == ',') {
      result.emplace_back();
    } else if (c != '\r' && c != '\n') {
      result.back() += c;
    }
  }
  return result;
}

std::string column(const Json& record, const std::string& name) {
  const auto names = fields(summary_header());
  const auto at = std::find(names.begin(), names.end(), name) - names.begin();
  return fields(summary_row(record)).at(static_cast<std::size_t>(at));
}

TEST(Csv, ARecordIsOneRowUnderItsHeader) {
  const Json record = {{"command", "run"},
                       {"partial", false},
                       {"config", {{"workload", "resnet50"}, {"au_target", 0.9}}},
                       {"accelerators", 8},
                       {"au", 0.61},
                       {"step_seconds", {{"p50", 0.361}}},
                       {"errors", {{"count", 2}}},
                       {"verdict", {{"limit", "metadata"}}}};
  EXPECT_EQ(fields(summary_header()).size(), fields(summary_row(record)).size());
  EXPECT_EQ(column(record, "command"), "run");
  EXPECT_EQ(column(record, "workload"), "resnet50");
  EXPECT_EQ(column(record, "accelerators"), "8");
  EXPECT_EQ(column(record, "au"), "0.61");
  EXPECT_EQ(column(record, "au_target"), "0.9");
  EXPECT_EQ(column(record, "step_p50_seconds"), "0.361");
  EXPECT_EQ(column(record, "errors"), "2");
  EXPECT_EQ(column(record, "limit"), "metadata");
  EXPECT_EQ(column(record, "partial"), "false");
  EXPECT_EQ(summary_csv(record), summary_header() + summary_row(record));
}

TEST(Csv, UnknownIsEmptyNotZero) {
  EXPECT_EQ(column(Json::object(), "au"), "");
  EXPECT_EQ(column({{"au", nullptr}}, "au"), "");
  EXPECT_EQ(column({{"au", {1, 2}}}, "au"), "");
}

TEST(Csv, AVerdictWithCommasStaysOneField) {
  const std::string row = summary_row({{"verdict", {{"text", "AU 61 %, target 90 %"}}}});
  EXPECT_THAT(row, testing::EndsWith(",\"AU 61 %, target 90 %\"\r\n"));
}

TEST(Csv, DesignsAreARowEach) {
  const Json record = {{"command", "size"},
                       {"designs",
                        {{{"name", "8 x 30 TB, 8+2"},
                          {"family", "HDD"},
                          {"au", 0.97},
                          {"au_interval", {0.95, 0.99}},
                          {"storage", {{"drive", "X24"}, {"drives", 8}}},
                          {"limit", "disks"}},
                         {{"name", "S3"}, {"service", "aws-s3"}}}}};
  const std::string text = record_csv(record);
  std::vector<std::vector<std::string>> rows;
  for (std::size_t from = 0; from < text.size(); from = text.find("\r\n", from) + 2)
    rows.push_back(fields(text.substr(from, text.find("\r\n", from) - from)));
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_THAT(rows[0], testing::Contains("total_usd_per_month"));
  EXPECT_THAT(text, testing::HasSubstr("\"8 x 30 TB, 8+2\",HDD,0.97,0.95,0.99,"));
  EXPECT_THAT(text, testing::HasSubstr(",X24,8,"));
  EXPECT_EQ(rows[2].size(), rows[0].size());
  EXPECT_EQ(rows[2][2], "") << "unknown is an empty field";
}

TEST(Csv, APortfolioIsTheTableOfItsDesigns) {
  const Json record = {{"portfolio", {{"designs", {{{"name", "S3"}, {"satisfied_share", 0.8}}}}}}};
  EXPECT_THAT(record_csv(record), testing::EndsWith("\r\nS3,,0.8,,,,\r\n"));
}

TEST(Csv, OtherRecordsAreTheirSummary) {
  const Json record = {{"command", "run"}, {"au", 0.5}};
  EXPECT_EQ(record_csv(record), summary_csv(record));
}

}  // namespace
}  // namespace aforo
