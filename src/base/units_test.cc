#include "base/units.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace aforo {
namespace {

using ::testing::HasSubstr;

TEST(Quantities, DivideToWhatTheyAre) {
  // 300 MB in 2 s is 150 MB/s; reading 300 MB at 100 MB/s takes 3 s.
  EXPECT_DOUBLE_EQ((300_MB / 2_s).value, 150e6);
  EXPECT_DOUBLE_EQ((300_MB / BytesPerSecond{100e6}).value, 3.0);
  EXPECT_DOUBLE_EQ(6_s / 2_s, 3.0);
  EXPECT_EQ((2_KiB + 1_kB).value, 3048u);
}

TEST(ParseBytes, KeepsTenAndTwoApart) {
  EXPECT_EQ(parse_bytes("150 kB")->value, 150'000u);
  EXPECT_EQ(parse_bytes("256KiB")->value, 262'144u);
  EXPECT_EQ(parse_bytes("1.5 GiB")->value, 1'610'612'736u);
  EXPECT_EQ(parse_bytes("220TB")->value, 220'000'000'000'000u);
  EXPECT_EQ(parse_bytes("2 PiB")->value, std::uint64_t{2} << 50);
  EXPECT_EQ(parse_bytes("9 EB")->value, 9'000'000'000'000'000'000u);
  EXPECT_EQ(parse_bytes("2 EiB")->value, std::uint64_t{2} << 60);
  EXPECT_EQ(parse_bytes("  7 B ")->value, 7u);
  EXPECT_EQ(parse_bytes("1_000_000 B")->value, 1'000'000u);
  EXPECT_EQ(parse_bytes("1e3 kB")->value, 1'000'000u);
}

TEST(ParseBytes, OnlyZeroNeedsNoUnit) {
  EXPECT_EQ(parse_bytes("0")->value, 0u);
  const auto bare = parse_bytes("150");
  ASSERT_FALSE(bare);
  EXPECT_EQ(bare.error(),
            "expected bytes with a unit such as 150 kB or 256 KiB, found '150'; the unit is missing");
}

TEST(ParseBytes, NamesTheUnitThatWasMeant) {
  EXPECT_THAT(parse_bytes("4 KB").error(), HasSubstr("'kB' for 1000 bytes or 'KiB' for 1024"));
  EXPECT_THAT(parse_bytes("4 gib").error(), HasSubstr("did you mean 'GiB'?"));
}

TEST(ParseBytes, RefusesWhatCannotBe) {
  for (const char* text :
       {"",      " ",      "kB",      "-1 kB",  "1 2 kB", "1__0 kB", "_1 kB", "1_ kB", "1._5 kB", "nan B",
        "inf B", "0x10 B", "1e999 B", "9e9 PB", "1,5 kB", "1 kB/s",  "1 s",   "1e B",  "--1 B",   ". B"}) {
    EXPECT_FALSE(parse_bytes(text)) << text;
  }
  // 2^63 B no longer fits a file offset; just below it does.
  EXPECT_FALSE(parse_bytes("9223372036854775808 B"));
  EXPECT_TRUE(parse_bytes("9223372036854770000 B"));
}

TEST(ParseSeconds, ReadsEveryUnit) {
  EXPECT_DOUBLE_EQ(parse_seconds("144 ms")->value, 0.144);
  EXPECT_DOUBLE_EQ(parse_seconds("100us")->value, 100e-6);
  EXPECT_DOUBLE_EQ(parse_seconds("100 \u00b5s")->value, 100e-6);
  EXPECT_DOUBLE_EQ(parse_seconds("5 ns")->value, 5e-9);
  EXPECT_DOUBLE_EQ(parse_seconds("30 min")->value, 1800);
  EXPECT_DOUBLE_EQ(parse_seconds("3 h")->value, 10800);
  EXPECT_DOUBLE_EQ(parse_seconds("2 d")->value, 172800);
  EXPECT_DOUBLE_EQ(parse_seconds("1 h 12 min")->value, 4320);
  EXPECT_DOUBLE_EQ(parse_seconds("1.5e-3 s")->value, 0.0015);
  EXPECT_DOUBLE_EQ(parse_seconds("0")->value, 0);
}

TEST(ParseSeconds, GivesTheNearestNumber) {
  // Written in two ways, one value: 323 * 1e-3 and 47.55 / 1e3 would be off in the last place.
  EXPECT_EQ(parse_seconds("47.55 ms")->value, 0.04755);
  EXPECT_EQ(parse_seconds("4.755e1 ms")->value, 0.04755);
  EXPECT_EQ(parse_seconds("4755e-2 ms")->value, 0.04755);
  EXPECT_EQ(parse_seconds("323 ms")->value, 0.323);
  EXPECT_EQ(parse_seconds("5510 us")->value, 0.00551);
}

TEST(ParseMeanBytes, KeepsTheFraction) {
  EXPECT_EQ(*parse_mean_bytes("114660.07 B"), 114660.07);
  EXPECT_EQ(parse_bytes("114660.07 B")->value, 114660u);
  EXPECT_FALSE(parse_mean_bytes("114660.07"));
}

TEST(ParseSeconds, RefusesWhatCannotBe) {
  for (const char* text :
       {"", "5", "-1 s", "1 month", "1 h 12", "1 s s", "200 000 d", "1e5 d", "s", "1 h -1 min"}) {
    EXPECT_FALSE(parse_seconds(text)) << text;
  }
  EXPECT_THAT(parse_seconds("144").error(),
              HasSubstr("expected a time with a unit such as 144 ms or 30 min"));
}

TEST(ParseRate, KnowsBitsFromBytes) {
  EXPECT_DOUBLE_EQ(parse_bytes_per_second("3 GB/s")->value, 3e9);
  EXPECT_DOUBLE_EQ(parse_bytes_per_second("100 Gbit/s")->value, 12.5e9);
  EXPECT_DOUBLE_EQ(parse_bytes_per_second("1 GiB/s")->value, 1073741824);
  EXPECT_FALSE(parse_bytes_per_second("3 GB"));
  EXPECT_FALSE(parse_bytes_per_second("100 Gb/s"));
  EXPECT_FALSE(parse_bytes_per_second("3"));
}

TEST(ParseDollars, ArePerHour) {
  EXPECT_DOUBLE_EQ(parse_dollars_per_hour("6.88/h")->value, 6.88);
  EXPECT_DOUBLE_EQ(parse_dollars_per_hour("$6.88/h")->value, 6.88);
  EXPECT_FALSE(parse_dollars_per_hour("6.88"));
  EXPECT_FALSE(parse_dollars_per_hour("-1/h"));
  EXPECT_FALSE(parse_dollars_per_hour("6 EUR/h"));
}

TEST(ParseCount, IsWholeAndExact) {
  EXPECT_EQ(*parse_count("2_000_000"), 2'000'000u);
  EXPECT_EQ(*parse_count("8e9"), 8'000'000'000u);
  EXPECT_EQ(*parse_count("1.5e6"), 1'500'000u);
  EXPECT_EQ(*parse_count("18446744073709551615"), 18446744073709551615u);  // 2^64 - 1, through no double
  for (const char* text : {"", "1.5", "-1", "1 2", "12 kB", "1e-1", "1e30", "18446744073709551616", "ten"}) {
    EXPECT_FALSE(parse_count(text)) << text;
  }
}

TEST(ParseNumber, IsFinite) {
  EXPECT_DOUBLE_EQ(*parse_number("-2.5e-1"), -0.25);
  for (const char* text : {"", "nan", "inf", "1e999", "1 s", "0x1p3"})
    EXPECT_FALSE(parse_number(text)) << text;
}

TEST(ParsePerSecond, NeedsItsUnit) {
  EXPECT_DOUBLE_EQ(parse_per_second("850 /s")->value, 850);
  EXPECT_DOUBLE_EQ(parse_per_second("40_000/s")->value, 40000);
  EXPECT_DOUBLE_EQ(parse_per_second("2.5e6 /s")->value, 2.5e6);
  for (const char* text : {"", "850", "850 /h", "-1 /s", "/s", "1e30 /s"})
    EXPECT_FALSE(parse_per_second(text)) << text;
  EXPECT_EQ(parse_per_second("850").error(),
            "expected a rate per second such as 850 /s, found '850'; the unit is missing");
}

TEST(ParseSeconds, ReadsPartsOfANanosecond) {
  EXPECT_DOUBLE_EQ(parse_seconds("0.1 ns")->value, 1e-10);
  EXPECT_DOUBLE_EQ(parse_seconds("1e-10 s")->value, 1e-10);
}

TEST(ParseFraction, TakesPercent) {
  EXPECT_DOUBLE_EQ(*parse_fraction("0.9"), 0.9);
  EXPECT_DOUBLE_EQ(*parse_fraction("90%"), 0.9);
  EXPECT_DOUBLE_EQ(*parse_fraction("90 %"), 0.9);
  for (const char* text : {"", "90", "-0.1", "1.01", "101%", "%"}) EXPECT_FALSE(parse_fraction(text)) << text;
  EXPECT_DOUBLE_EQ(*parse_growth("250 %"), 2.5);
  EXPECT_DOUBLE_EQ(*parse_growth("0.3"), 0.3);
  for (const char* text : {"", "-1%", "11", "1001%"}) EXPECT_FALSE(parse_growth(text)) << text;
}

// A percent sign is easily left out; a number that is too large as one, too, is not taken for that.
TEST(ParseFraction, AsksAfterAPercentSign) {
  EXPECT_THAT(parse_fraction("20").error(), testing::HasSubstr("found '20'; did you mean '20%'?"));
  EXPECT_THAT(parse_growth("30").error(), testing::HasSubstr("did you mean '30%'?"));
  for (const char* text : {"120%", "-5%", "101"})
    EXPECT_THAT(parse_fraction(text).error(), testing::Not(testing::HasSubstr("did you mean"))) << text;
}

TEST(ParseErrors, StayShortAndPrintable) {
  const auto hostile = parse_count(std::string(100000, 'x') + "\x1b[2J");
  ASSERT_FALSE(hostile);
  EXPECT_LT(hostile.error().size(), 120u);
  EXPECT_EQ(parse_count("\x1b[2J").error().find('\x1b'), std::string::npos);
}

TEST(FormatBytes, HasThreeDigits) {
  EXPECT_EQ(format_bytes({0}), "0 B");
  EXPECT_EQ(format_bytes({512}), "512 B");
  EXPECT_EQ(format_bytes({1610612736}), "1.50 GiB");
  EXPECT_EQ(format_bytes(15_MiB), "15.0 MiB");
  EXPECT_EQ(format_bytes(1023_KiB), "1023 KiB");
  EXPECT_EQ(format_bytes({1048575}), "1.00 MiB");  // 1023.999 KiB rounds up into the next unit
}

TEST(FormatSeconds, SaysWhatAPersonWould) {
  EXPECT_EQ(format_seconds({0}), "0 s");
  EXPECT_EQ(format_seconds(144_ms), "144 ms");
  EXPECT_EQ(format_seconds({2.5}), "2.5 s");
  EXPECT_EQ(format_seconds({4320}), "1 h 12 min");
  EXPECT_EQ(format_seconds({90}), "1 min 30 s");
  EXPECT_EQ(format_seconds({59.96}), "1 min");
  EXPECT_EQ(format_seconds({0.9996}), "1 s");
  EXPECT_EQ(format_seconds({100e-6}), "100 us");
  EXPECT_EQ(format_seconds({60e-9}), "60 ns");
  EXPECT_EQ(format_seconds({3 * 86400.0 + 7200}), "3 d 2 h");
  EXPECT_EQ(format_seconds({-0.25}), "-250 ms");
}

TEST(FormatCount, GroupsThousands) {
  EXPECT_EQ(format_count(1234567), "1,234,567");
  EXPECT_EQ(format_count(71.4), "71.4");
  EXPECT_EQ(format_count(8), "8");
  EXPECT_EQ(format_count(999.7), "1,000");
  EXPECT_EQ(format_count(-1234), "-1,234");
  EXPECT_EQ(format_count(100), "100");
}

TEST(FormatOthers, ReadAsDocumented) {
  EXPECT_EQ(format_rate({3.25 * 1024 * 1024 * 1024}), "3.25 GiB/s");
  EXPECT_EQ(format_dollars({1234}), "$1,234");
  EXPECT_EQ(format_dollars({6.88}), "$6.88");
  EXPECT_EQ(format_dollars({-6.88}), "-$6.88");
  EXPECT_EQ(format_percent(0.931), "93.1 %");
  EXPECT_EQ(format_share(1), "> 99 %") << "no prediction knows that nothing is lost";
  EXPECT_EQ(format_share(0.9901), "> 99 %");
  EXPECT_EQ(format_share(0.99), "99 %");
  EXPECT_EQ(format_share(0.931), "93 %");
  EXPECT_EQ(format_share(0.004), "< 1 %");
  EXPECT_EQ(format_share(0), "0 %");
  EXPECT_EQ(format_percent_below(0.9998, 1), "99.98 %");
  EXPECT_EQ(format_percent_below(0.899999, 0.9), "89.9999 %");
  EXPECT_EQ(format_percent_below(0.85, 0.9), "85.0 %");
  EXPECT_EQ(format_percent_below(0.95, 0.9), "95.0 %");
}

TEST(FormatOthers, NeverPrintANumberThatIsNone) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(format_rate({nan}), "unknown");
  EXPECT_EQ(format_seconds({nan}), "unknown");
  EXPECT_EQ(format_count(nan), "unknown");
  EXPECT_EQ(format_dollars({nan}), "unknown");
  EXPECT_EQ(format_percent(nan), "unknown");
  EXPECT_EQ(format_share(nan), "unknown");
}

}  // namespace
}  // namespace aforo
