#include "catalogue/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "base/error.h"

namespace aforo {
namespace {

using ::testing::HasSubstr;

constexpr CsvColumn kColumns[] = {words_in("name"), number_in("watts", 1, 100, "W"), words_in("note", false),
                                  number_in("price_usd", 0, 10, "USD", false)};
constexpr CsvColumn kFacts[] = {words_in("name"), kKindColumn, kSourceColumn, kDateColumn};

std::string table_refusal(std::string_view csv, std::span<const CsvColumn> columns = kColumns) {
  try {
    const CsvTable table(csv, "t.csv", columns);
    for (const TableRow& row : table.rows())
      if (columns.data() == kFacts) row.fact();
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

TEST(CsvTable, ReadsByNameWhateverTheOrder) {
  const CsvTable table("watts,name\n12.5,disk\n", "t.csv", kColumns);
  ASSERT_EQ(table.rows().size(), 1U);
  const TableRow& row = table.rows()[0];
  EXPECT_EQ(row.text("name"), "disk");
  EXPECT_EQ(row.number("watts"), 12.5);
  EXPECT_FALSE(row.has("note"));
  EXPECT_FALSE(row.has("price_usd"));
  EXPECT_EQ(row.number("price_usd"), 0);
  EXPECT_EQ(row.line(), 2U);
  EXPECT_THROW(row.text("colour"), std::logic_error);
}

TEST(CsvTable, RefusesAHeaderThatIsNotItsOwn) {
  EXPECT_EQ(table_refusal(""),
            "t.csv: expected a header such as name,watts,note,price_usd, found an empty file");
  EXPECT_EQ(table_refusal("name,watts\n"), "t.csv: expected rows below the header, found none");
  EXPECT_EQ(table_refusal("name\ndisk\n"), "t.csv:1: expected the column 'watts', found only name");
  EXPECT_LT(table_refusal(std::string(1'000'000, 'a') + ",watts\n").size(), 200u);
  EXPECT_THAT(table_refusal("name,wats\n"), HasSubstr("found 'wats'; did you mean 'watts'?"));
  EXPECT_EQ(table_refusal("name,watts,name\n"), "t.csv:1: expected each column once, found 'name' twice");
}

TEST(CsvTable, RefusesACellWithItsLine) {
  EXPECT_EQ(table_refusal("name,watts\na,1\nb,-3\n"), "t.csv:3: expected watts from 1 to 100 W, found -3");
  EXPECT_EQ(table_refusal("name,watts\na,101\n"), "t.csv:2: expected watts from 1 to 100 W, found 101");
  EXPECT_EQ(table_refusal("name,watts\na,12 W\n"),
            "t.csv:2: expected a number in the column 'watts', found '12 W'");
  EXPECT_EQ(table_refusal("name,watts\na,nan\n"),
            "t.csv:2: expected a number in the column 'watts', found 'nan'");
  EXPECT_EQ(table_refusal("name,watts\n,1\n"),
            "t.csv:2: expected a value in the column 'name', found nothing");
  EXPECT_EQ(table_refusal("name,watts\na\n"), "t.csv:2: expected 2 fields, as the header has, found 1");
}

TEST(CsvTable, FactsHaveAKnownKindASourceAndADate) {
  EXPECT_EQ(table_refusal("name,kind,source,date\na,measured,me,2026-09\n", kFacts), "");
  EXPECT_THAT(
      table_refusal("name,kind,source,date\na,mesured,me,2026\n", kFacts),
      HasSubstr("t.csv:2: expected kind to be one of measured, published, estimated, found 'mesured'; "
                "did you mean 'measured'?"));
  EXPECT_EQ(table_refusal("name,kind,source,date\na,measured,me,2026-13\n", kFacts),
            "t.csv:2: expected a date such as 2026 or 2026-09, found '2026-13'");
  const CsvTable table("name,kind,source,date\na,published,\"list, page 2\",2024\n", "t.csv", kFacts);
  EXPECT_EQ(table.rows()[0].fact(), (Fact{FactKind::kPublished, "list, page 2", "2024"}));
}

TEST(CsvTable, DatesAreAYearOrAMonth) {
  for (const char* good : {"1999", "2026", "2026-01", "2026-12"}) EXPECT_TRUE(is_date(good)) << good;
  for (const char* bad :
       {"", "26", "1889", "2026-", "2026-0", "2026-00", "2026/09", "2025-Q2", "2026-09-01", "20x6"})
    EXPECT_FALSE(is_date(bad)) << bad;
}

}  // namespace
}  // namespace aforo
