#include "report/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

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
                       {"config", {{"name", "resnet50"}, {"au_target", 0.9}}},
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

}  // namespace
}  // namespace aforo
