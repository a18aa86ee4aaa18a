#include "catalogue/csv_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace aforo {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string rows_refusal(std::string_view text) {
  try {
    csv_rows(text, "x.csv");
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

TEST(CsvRows, SplitsFieldsAndLinesOfAnyEnding) {
  for (const std::string_view text : {"a,b\n1,2\n", "a,b\r\n1,2\r\n", "a,b\r1,2\r", "a,b\n1,2"}) {
    const auto rows = csv_rows(text, "x.csv");
    ASSERT_EQ(rows.size(), 2U) << text;
    EXPECT_THAT(rows[0].fields, ElementsAre("a", "b"));
    EXPECT_THAT(rows[1].fields, ElementsAre("1", "2"));
  }
}

TEST(CsvRows, TakesQuotesAsTheRfcDoes) {
  const auto rows = csv_rows("\"a, b\",\"say \"\"no\"\"\",\"\",\n", "x.csv");
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_THAT(rows[0].fields, ElementsAre("a, b", "say \"no\"", "", ""));
}

TEST(CsvRows, CountsLinesOverBlankOnesAndBreaksInQuotes) {
  const auto rows = csv_rows("head\n\n\"two\nlines\"\nlast\n", "x.csv");
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].line, 1U);
  EXPECT_EQ(rows[1].line, 3U);
  EXPECT_THAT(rows[1].fields, ElementsAre("two\nlines"));
  EXPECT_EQ(rows[2].line, 5U);
}

TEST(CsvRows, DropsAByteOrderMarkAndTakesNothingForNothing) {
  EXPECT_THAT(csv_rows("\xef\xbb\xbfitem\n", "x.csv")[0].fields, ElementsAre("item"));
  EXPECT_TRUE(csv_rows("", "x.csv").empty());
  EXPECT_TRUE(csv_rows("\xef\xbb\xbf", "x.csv").empty());
}

TEST(CsvRows, RefusesAQuoteOutOfPlaceWithItsLine) {
  EXPECT_THAT(rows_refusal("a,b\n1,\"2\"3\n"),
              HasSubstr("x.csv:2: expected quotes only around a whole field"));
  EXPECT_THAT(rows_refusal("a,b\n1,2\n3,\"4\n5,6\n"), HasSubstr("x.csv:3: expected quotes"));
}

}  // namespace
}  // namespace aforo
