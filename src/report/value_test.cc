#include "report/value.h"

#include <gtest/gtest.h>

namespace aforo {
namespace {

TEST(Value, KeepsItsNumberBesideItsWords) {
  const Value size = value_of(1610612736, Unit::kBytes);
  EXPECT_EQ(size.number, 1610612736);
  EXPECT_EQ(size.unit, Unit::kBytes);
  EXPECT_EQ(size.text, "1.50 GiB");
  EXPECT_EQ(value_of(0.931, Unit::kFraction).text, "93.1 %");
  EXPECT_EQ(value_of(0.5, Unit::kSeconds).text, "500 ms");
  EXPECT_EQ(value_of(3.25 * (1 << 30), Unit::kBytesPerSecond).text, "3.25 GiB/s");
  EXPECT_EQ(value_of(1234567, Unit::kPerSecond).text, "1,234,567");
  EXPECT_EQ(value_of(6.88, Unit::kDollars).text, "$6.88");
}

TEST(Value, WordsHaveNoNumber) {
  const Value words = "io_uring";
  EXPECT_EQ(words.text, "io_uring");
  EXPECT_EQ(words.unit, Unit::kWords);
  EXPECT_FALSE(words.number);
  EXPECT_EQ(path_value("/data").unit, Unit::kPath);
}

TEST(Value, UnknownStaysUnknown) {
  EXPECT_FALSE(Value().known());
  EXPECT_FALSE(followed_by(Value(), " samples/s").known());
  EXPECT_EQ(followed_by(value_of(8718, Unit::kPerSecond), " samples/s").text, "8,718 samples/s");
  EXPECT_EQ(followed_by(value_of(8718, Unit::kPerSecond), " samples/s").number, 8718);
}

TEST(Value, AnIntervalHasTwoEnds) {
  const Value interval = interval_of({0.605, 0.64}, Unit::kFraction);
  EXPECT_EQ(interval.text, "60.5 % – 64.0 %");
  EXPECT_EQ(interval.number, 0.605);
  EXPECT_EQ(interval.upper, 0.64);
  EXPECT_FALSE(interval_of({0.6}, Unit::kFraction).known());
  EXPECT_FALSE(interval_of({}, Unit::kFraction).known());
}

// Three digits of 12,345 are 12,300; the number itself is not rounded.
TEST(Value, MoneyHasThreeDigits) {
  EXPECT_EQ(sum_of_money(49.6).text, "$50");
  EXPECT_EQ(sum_of_money(12345).text, "$12,300");
  EXPECT_EQ(sum_of_money(12345).number, 12345);
  EXPECT_EQ(sum_of_money(0.4).text, "next to nothing") << "not $0";
  EXPECT_EQ(sum_of_money(-0.4).text, "next to nothing") << "not $-0";
  EXPECT_EQ(sum_of_money(0).text, "nothing");
  EXPECT_EQ(sum_of_money(1, Unit::kDollarsPerMonth).unit, Unit::kDollarsPerMonth);
}

TEST(Value, StorageIsSoldInPowersOfTen) {
  EXPECT_EQ(bytes_as_sold(287.4e12).text, "287 TB");
  EXPECT_EQ(bytes_as_sold(1.25e15).text, "1.25 PB");
  EXPECT_EQ(bytes_as_sold(5.18e18).text, "5.18 EB") << "not 5.18e+03 PB";
  EXPECT_EQ(bytes_as_sold(999.9e12).text, "1 PB") << "not 1e+03 TB";
  EXPECT_EQ(bytes_as_sold(147e9).text, "147 GB");
  EXPECT_EQ(bytes_text(-5), "0 B");
}

TEST(Value, ATextIsCutBetweenWords) {
  EXPECT_EQ(cut_to("short", 10), "short");
  EXPECT_EQ(cut_to("one two three four", 14), "one two ...");
  EXPECT_LE(cut_to(std::string(300, 'x'), 100).size(), 100U);
}

TEST(Value, JoinLeavesOutWhatIsUnknown) {
  EXPECT_EQ(join_known({"a", "", "b"}, " - "), "a - b");
  EXPECT_EQ(join_known({"", ""}, " - "), "");
}

}  // namespace
}  // namespace aforo
