#include "catalogue/prices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <stdexcept>

#include "base/error.h"
#include "catalogue/csv_rows.h"
#include "catalogue/shipped.h"

namespace aforo {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

template <class Act>
std::string refusal_of(const Act& act) {
  try {
    PriceBook book = PriceBook::shipped();
    act(book);
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}
std::string file_refusal(std::string_view csv) {
  return refusal_of([&](PriceBook& book) { book.apply_file(csv, "my.csv"); });
}
std::string set_refusal(std::string_view words) {
  return refusal_of([&](PriceBook& book) { book.set(words); });
}
std::string change_refusal(std::string_view words) {
  return refusal_of([&](PriceBook& book) { book.change(words); });
}

TEST(Prices, EveryShippedOneIsRead) {
  const auto rows = csv_rows(shipped_csv("prices.csv"), "prices.csv");
  EXPECT_EQ(PriceBook::shipped().all().size(), rows.size() - 1);
}

TEST(Prices, EveryShippedOneHasRangeTextSourceAndAKnownGroup) {
  const std::set<std::string> groups{"ssd", "hdd", "cloud", "accelerators", "servers", "running"};
  for (const Price& price : PriceBook::shipped().all()) {
    EXPECT_LE(price.low, price.value) << price.item;
    EXPECT_LE(price.value, price.high) << price.item;
    EXPECT_GT(price.value, 0) << price.item;
    EXPECT_TRUE(groups.contains(price.group)) << price.item;
    EXPECT_FALSE(price.text.empty()) << price.item;
    EXPECT_GT(price.fact.source.size(), 8U) << price.item;
    EXPECT_LE(price.fact.date, "2026-11") << price.item;
    EXPECT_EQ(&PriceBook::shipped().at(price.item), &price) << price.item;
  }
  EXPECT_THAT(PriceBook::shipped().groups(),
              ElementsAre("ssd", "hdd", "servers", "running", "cloud", "accelerators"));
}

// "2026-09" as months; a bare year as its first: nothing says that it is younger.
int months_of(const std::string& date) {
  return 12 * std::stoi(date.substr(0, 4)) + (date.size() > 4 ? std::stoi(date.substr(5)) : 1);
}

// A price list ages by itself. Whoever looks one up again writes down when, and marks what its source does not
// know any better than a year before.
TEST(Prices, WhatIsOlderThanAYearIsMarked) {
  std::size_t old = 0;
  for (const Price& price : PriceBook::shipped().all()) {
    ASSERT_EQ(price.checked.size(), 7U) << price.item << ": a month such as 2026-11";
    EXPECT_EQ(price.old, months_of(price.checked) - months_of(price.fact.date) > 12)
        << price.item << " of " << price.fact.date << ", checked " << price.checked;
    old += price.old ? 1 : 0;
  }
  EXPECT_GT(old, 0U) << "else nothing of this was tested";
}

// The list as a whole was looked through within a year of its newest look.
TEST(Prices, NoneIsLeftBehindWhenTheListIsChecked) {
  int newest = 0;
  for (const Price& price : PriceBook::shipped().all()) newest = std::max(newest, months_of(price.checked));
  for (const Price& price : PriceBook::shipped().all())
    EXPECT_LE(newest - months_of(price.checked), 12)
        << price.item << " was last checked in " << price.checked;
}

// What the sizing engine names itself, with the unit it reckons in.
TEST(Prices, TheItemsThatNothingElseNamesAreThere) {
  const std::vector<std::pair<std::string, PriceUnit>> items{
      {"tlc", PriceUnit::kPerTb},
      {"qlc", PriceUnit::kPerTb},
      {"hdd", PriceUnit::kPerTb},
      {"markup.flash", PriceUnit::kFactor},
      {"markup.hdd", PriceUnit::kFactor},
      {"support", PriceUnit::kPerYear},
      {"interest", PriceUnit::kPerYear},
      {"life.storage", PriceUnit::kYears},
      {"life.accelerators", PriceUnit::kYears},
      {"power", PriceUnit::kPerKwh},
      {"pue", PriceUnit::kFactor},
      {"rack_unit", PriceUnit::kPerRuMonth},
      {"host", PriceUnit::kEach},
      {"backup.archive", PriceUnit::kPerGbMonth},
      {"backup.archive.restore", PriceUnit::kPerGb},
      {"backup.deep-archive", PriceUnit::kPerGbMonth},
      {"backup.deep-archive.restore", PriceUnit::kPerGb},
      {"between-regions.aws", PriceUnit::kPerGb},
      {"between-regions.gcp", PriceUnit::kPerGb},
      {"between-regions.azure", PriceUnit::kPerGb},
      {"cross-zone.aws", PriceUnit::kPerGb},
      {"cross-zone.gcp", PriceUnit::kPerGb},
      {"egress.aws", PriceUnit::kPerGb},
      {"egress.gcp", PriceUnit::kPerGb},
      {"egress.azure", PriceUnit::kPerGb},
      {"egress.other", PriceUnit::kPerGb}};
  for (const auto& [item, unit] : items) {
    ASSERT_NE(PriceBook::shipped().find(item), nullptr) << item;
    EXPECT_EQ(PriceBook::shipped().at(item).unit, unit) << item;
  }
  EXPECT_EQ(PriceBook::shipped().find("tape"), nullptr);
  EXPECT_THROW(PriceBook::shipped().at("tape"), std::logic_error);
}

TEST(Prices, AFileReplacesValueRangeSourceAndDate) {
  PriceBook book = PriceBook::shipped();
  book.apply_file(
      "item,value,unit,low,high,source,date\ntlc,120,USD/TB,100,150,offer A,2026-10\nqlc,80,USD/TB,,,,\n",
      "my.csv");
  const Price& tlc = book.at("tlc");
  EXPECT_EQ(tlc.value, 120);
  EXPECT_EQ(tlc.low, 100);
  EXPECT_EQ(tlc.high, 150);
  EXPECT_EQ(tlc.fact, (Fact{FactKind::kGiven, "offer A", "2026-10"}));
  EXPECT_EQ(tlc.group, "ssd");
  const Price& qlc = book.at("qlc");
  EXPECT_EQ(qlc.low, 80);
  EXPECT_EQ(qlc.high, 80);
  EXPECT_EQ(qlc.fact, (Fact{FactKind::kGiven, "my.csv", ""}));
  EXPECT_THAT(book.dates(), HasSubstr(", 2 of them given"));
  EXPECT_EQ(PriceBook::shipped().at("tlc").value, 356.4);
  book.set("aws-ebs-st1.storage=0.07 USD/GB-month");
  EXPECT_TRUE(PriceBook::shipped().at("aws-ebs-st1.storage").old);
  EXPECT_FALSE(book.at("aws-ebs-st1.storage").old) << "the user's own";
}

TEST(Prices, ACopyOfTheShippedFileIsAPriceFile) {
  PriceBook book = PriceBook::shipped();
  book.apply_file(shipped_csv("prices.csv"), "copy.csv");
  EXPECT_EQ(book.at("hdd").value, PriceBook::shipped().at("hdd").value);
  EXPECT_EQ(book.at("hdd").fact.kind, FactKind::kGiven);
}

TEST(Prices, AFileIsRefusedWithItsLine) {
  EXPECT_EQ(file_refusal("item,value,unit\nhdd,15,USD/TB\ntlc,120,USD/GB\n"),
            "my.csv:3: expected USD/TB for tlc, found USD/GB");
  EXPECT_THAT(
      file_refusal("item,value,unit\ntlcc,120,USD/TB\n"),
      HasSubstr("my.csv:2: expected an item of 'aforo catalogue prices', found 'tlcc'; did you mean 'tlc'?"));
  EXPECT_THAT(file_refusal("item,value,unit\ntlc,120,USD/Tb\n"), HasSubstr("did you mean 'USD/TB'?"));
  EXPECT_THAT(file_refusal("item,value,unit\ntlc,-1,USD/TB\n"),
              HasSubstr("my.csv:2: expected value from 0 to "));
  EXPECT_THAT(file_refusal("item,value,unit\ntlc,cheap,USD/TB\n"),
              HasSubstr("my.csv:2: expected a number in the column 'value', found 'cheap'"));
  EXPECT_EQ(file_refusal("item,value\ntlc,120\n"),
            "my.csv:1: expected the column 'unit', found only item, value");
  EXPECT_THAT(file_refusal(""), HasSubstr("my.csv: expected a header such as item,value,unit"));
  EXPECT_EQ(file_refusal("item,value,unit\ntlc,1,USD/TB\nhdd,1,USD/TB\ntlc,2,USD/TB\n"),
            "my.csv:4: expected each item once, found 'tlc' again, first on line 2");
  EXPECT_EQ(file_refusal("item,value,unit,low,high\ntlc,120,USD/TB,130,150\n"),
            "my.csv:2: expected low <= value <= high for tlc, found low 130, value 120, high 150");
}

TEST(Prices, AFileThatIsRefusedChangesNothing) {
  PriceBook book = PriceBook::shipped();
  EXPECT_THROW(book.apply_file("item,value,unit\ntlc,1,USD/TB\nqlc,1,USD\n", "my.csv"), UserError);
  EXPECT_EQ(book.at("tlc").value, 356.4);
}

TEST(Prices, OneIsSetWithItsUnit) {
  PriceBook book = PriceBook::shipped();
  book.set("tlc=120 USD/TB");
  book.set("aws-s3-standard.storage = 0.021USD/GB-month");
  book.set("support=0.12/year");
  book.set("markup.flash=1.4 x");
  EXPECT_EQ(book.at("tlc").value, 120);
  EXPECT_EQ(book.at("tlc").high, 120);
  EXPECT_EQ(book.at("tlc").fact, (Fact{FactKind::kGiven, "--price tlc=120 USD/TB", ""}));
  EXPECT_EQ(book.at("aws-s3-standard.storage").value, 0.021);
  EXPECT_EQ(book.at("support").value, 0.12);
  EXPECT_EQ(book.at("markup.flash").value, 1.4);
}

TEST(Prices, WhatCannotBeSetSaysWhy) {
  EXPECT_EQ(set_refusal("tlc=120 USD/GB"), "expected USD/TB for tlc, found USD/GB in 'tlc=120 USD/GB'");
  EXPECT_EQ(set_refusal("tlc=120"), "expected USD/TB for tlc, found no unit in 'tlc=120'");
  EXPECT_THAT(set_refusal("h10.hour=2 USD/hour"), HasSubstr("did you mean 'h100.hour'?"));
  EXPECT_THAT(set_refusal("nosuch=3 USD/TB"), HasSubstr("found 'nosuch'; the nearest is 'nic."));
  EXPECT_THAT(change_refusal("nosuch=x2"), HasSubstr("found 'nosuch'; the nearest is 'nic."));
  EXPECT_THAT(set_refusal("ssd=3 USD/TB"),
              HasSubstr("that is a group of them, which --price-change changes"));
  EXPECT_THAT(set_refusal("tlc"), HasSubstr("expected a price such as 'tlc=120 USD/TB', found 'tlc'"));
  EXPECT_THAT(set_refusal("tlc=-5 USD/TB"), HasSubstr("expected a number from 0 to "));
  EXPECT_THAT(set_refusal("tlc=USD/TB"), HasSubstr("expected a number from 0 to "));
}

TEST(Prices, AChangeGoesOverAGroupOrAnItem) {
  PriceBook book = PriceBook::shipped();
  book.change("ssd=+50%");
  EXPECT_DOUBLE_EQ(book.at("tlc").value, 356.4 * 1.5);
  EXPECT_DOUBLE_EQ(book.at("qlc").low, PriceBook::shipped().at("qlc").low * 1.5);
  EXPECT_EQ(book.at("hdd").value, PriceBook::shipped().at("hdd").value);
  EXPECT_EQ(book.at("tlc").fact.kind, FactKind::kGiven);
  EXPECT_THAT(book.at("tlc").fact.source, HasSubstr("--price-change ssd=+50%"));
  book.change("hdd=-10%");
  EXPECT_DOUBLE_EQ(book.at("hdd").value, 19 * 0.9);
  book.change("tlc=x2");
  EXPECT_DOUBLE_EQ(book.at("tlc").value, 356.4 * 1.5 * 2);
  EXPECT_THAT(book.dates(), HasSubstr(", 3 of them given"));
}

TEST(Prices, AGroupsChangeLeavesRatiosRatesAndLivesAlone) {
  PriceBook book = PriceBook::shipped();
  book.change("running=x2");
  book.change("servers=x2");
  EXPECT_DOUBLE_EQ(book.at("power").value, 0.2);
  EXPECT_EQ(book.at("pue").value, 1.3);
  EXPECT_EQ(book.at("interest").value, 0.06);
  EXPECT_EQ(book.at("life.storage").value, 5);
  EXPECT_EQ(book.at("markup.flash").value, 1.5);
  book.change("life.storage=x2");  // by its own name
  EXPECT_EQ(book.at("life.storage").value, 10);
}

TEST(Prices, WhatIsNoChangeSaysWhatIs) {
  for (const char* bad : {"ssd", "ssd=", "ssd=50%", "ssd=+50", "ssd=+%", "ssd=x", "ssd=x0", "ssd=x-2",
                          "ssd=-100%", "ssd=++5%", "ssd=2", "=x2"})
    EXPECT_THAT(change_refusal(bad), HasSubstr("'ssd=+50%', 'hdd=-10%' or 'tlc=x2'")) << bad;
  EXPECT_THAT(change_refusal("sdd=x2"), HasSubstr("expected a group of prices (ssd, hdd, servers"));
  EXPECT_THAT(change_refusal("clod=x2"), HasSubstr("did you mean 'cloud'?"));
}

TEST(Prices, AScaledBookIsACopy) {
  const PriceBook book = PriceBook::shipped().scaled("hdd", 2);
  EXPECT_EQ(book.at("hdd").value, 38);
  EXPECT_EQ(book.at("hdd").fact, PriceBook::shipped().at("hdd").fact);
  EXPECT_EQ(PriceBook::shipped().at("hdd").value, 19);
  EXPECT_THROW(PriceBook::shipped().scaled("tape", 2), UserError);
}

TEST(Prices, SayTheirDates) { EXPECT_EQ(PriceBook::shipped().dates(), "prices of 2021-11 to 2026-09"); }

}  // namespace
}  // namespace aforo
