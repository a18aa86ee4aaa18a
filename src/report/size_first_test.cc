// The first screen of `size`: a screen whatever the Record holds, in words no more precise than their sources.
#include "report/size_first.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/size_first_test_case.h"
#include "report/size_words.h"

namespace aforo {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(SizeFirst, SaysWhatAPersonDecidesBy) {
  const std::string shown = page(sized({design("HDD", 2670), design("HDD", 3000), design("flash", 4530)}));
  for (const char* const words :
       {"buy         HDD: HDD of it", "$2,670 a month ($2,140 to $3,200)", "next to nothing",
        "bought for $107,000", "> 99 % of the time (AU, accelerator utilisation); meets 90 %",
        "nothing in storage", "simulated", "prices of cloud x 0.25: tape then costs no more",
        "flash for $4,530 a month, $1,860 more", "1 more that serve, 12 that do not",
        "aforo size job --storage-out design.yaml"})
    EXPECT_THAT(shown, HasSubstr(words));
  EXPECT_THAT(shown, Not(HasSubstr("100.0 %")));
  EXPECT_THAT(shown, Not(HasSubstr("*")));
}

// What hosts prepare is said where it holds accelerators back, and nowhere else.
TEST(SizeFirst, AHostThatIsTheLimitIsSaid) {
  Json record = sized({design("HDD", 2670), design("HDD", 3000)});
  record["host"] = {{"cores", 104}, {"cores_wanted", 90}, {"au_at_most", 1}};
  EXPECT_THAT(page(record), Not(HasSubstr("whatever the storage")));
  record["host"] = {{"cores", 104}, {"cores_wanted", 590.8}, {"au_at_most", 0.176}};
  EXPECT_THAT(page(record), HasSubstr("its CPU allows 18 %, whatever the storage: 591 cores"));
  record["host"] = {{"cores", 104}, {"cores_wanted", 90}, {"au_at_most", 0.8}};
  EXPECT_THAT(page(record), HasSubstr("its loader allows 80 %"));
}

// Workers that compute for as long as their host's cores allow are no setting of the loader.
TEST(SizeFirst, WhereTheHostIsTheLimitTheLoaderIsNot) {
  Json record = sized({design("HDD", 2670), design("flash", 4530)});
  record["designs"][0]["au"] = 0.14;
  record["designs"][0]["limit"] = "loader settings; busiest: disks, 75.1 % busy";
  EXPECT_THAT(page(record), HasSubstr("limit       loader settings; busiest: disks"));
  record["host"] = {{"cores", 104}, {"cores_wanted", 590.8}, {"au_at_most", 0.176}};
  EXPECT_THAT(page(record), HasSubstr("limit       the hosts; busiest: disks, 75.1 % busy"));
}

// Far more than was asked is said, and nothing of other kinds where only one was looked at.
TEST(SizeFirst, FarTooLargeAndOneKindAloneAreSaid) {
  Json record = sized({design("HDD", 2670), design("flash", 4530)});
  EXPECT_THAT(said(record), Not(HasSubstr("too large")));
  record["designs"][0]["oversized"] = true;
  EXPECT_THAT(said(record),
              HasSubstr("over four times what was asked, and is all the same the cheapest that serves"));
  record["config"]["command_line"]["family"] = "HDD";
  EXPECT_THAT(said(record), HasSubstr("cheapest of this kind; others may fit better (leave out --family)"));
  EXPECT_THAT(said(record), Not(HasSubstr("next best")));
}

// "x 1" would say nothing of it.
TEST(SizeFirst, APriceThatNearlyTurnsItIsSaidInPercent) {
  const auto turned_by = [](double factor) {
    Json record = sized({design("HDD", 2670), design("flash", 4530)});
    record["sensitivity"]["others_win"][0]["factor"] = factor;
    return page(record);
  };
  EXPECT_THAT(turned_by(1.006), HasSubstr("prices of cloud 0.6 % higher: tape then costs no more"));
  EXPECT_THAT(turned_by(0.95), HasSubstr("prices of cloud 5 % lower: tape"));
  EXPECT_THAT(turned_by(1.1001), HasSubstr("prices of cloud x 1.1: tape"));
}

// Storage stands where the accelerators stand: the next best is of the same place, the other place another
// sentence, whichever of them is cheaper.
TEST(SizeFirst, ThePlacesAreApart) {
  Json record = sized({design("HDD", 2670), rented("cloud file", 2700), design("flash", 4530)});
  record["moving"] = {{"out_of_cloud_usd", 30000}};
  record["best_on_premises"] = place("owned", 1);
  EXPECT_THAT(said(record), HasSubstr("next best flash for $4,530"));
  EXPECT_THAT(said(record),
              HasSubstr("elsewhere accelerators in the cloud: cloud file for $2,700 a month; leaving it "
                        "again costs $30,000 once"));
  EXPECT_THAT(said(record), Not(HasSubstr("idle time"))) << "it is next to nothing, whatever an hour costs";
  EXPECT_THAT(said(record), HasSubstr("not shown 0 more that serve, 12 that do not"))
      << "all three are shown";
  record = sized({rented("cloud file", 2600), design("HDD", 2670)});
  record["best_in_cloud"] = place("on-demand", 100);
  record["designs"][0]["idle_usd_per_month"] = 688;
  EXPECT_THAT(said(record), HasSubstr("rent cloud file"));
  EXPECT_THAT(said(record), HasSubstr("idle accelerators $688; the accelerators stand there too"));
  EXPECT_THAT(said(record), HasSubstr("on-demand at $6.88 an hour: $688; owned $200, committed-3y $310"));
  EXPECT_THAT(said(record), HasSubstr("next best no design of another kind serves there"));
  EXPECT_THAT(said(record), HasSubstr("elsewhere accelerators on premises: HDD for $2,670 a month"));
  record["best_in_cloud"].erase("terms");
  EXPECT_THAT(said(record), HasSubstr("at the price given; owned $200"));
}

// What is bought beside what was asked, what takes its place and power; what copying takes.
TEST(SizeFirst, SaysWhatIsHeldAndCopied) {
  Json best = design("HDD", 2670);
  best["watts"] = 3200;
  best["rack_units"] = 12;
  best["staging_seconds"] = 7200;
  Json record = sized(Json::array({best}));
  record["requirement"] = {{"capacity_to_buy_bytes", 1e12}};
  EXPECT_THAT(said(record), HasSubstr("holds 250 TB; 1 TB to hold; 3.2 kW in 12 rack units"));
  EXPECT_THAT(said(record), HasSubstr("copied once, before training, to where it is read from: 2 h"));
  Json memory = design("host memory", 20);
  memory.erase("purchase_usd");
  EXPECT_THAT(said(sized(Json::array({memory}))), HasSubstr("use host memory: host memory of it"));
}

// At 96 % nothing limits below the target, and yet something costs money.
TEST(SizeFirst, WhatIsLostHasACause) {
  Json best = design("HDD", 2670);
  best["largest_loss"] = "barrier skew";
  EXPECT_THAT(said(sized(Json::array({best}))),
              HasSubstr("nothing in storage: the accelerators are slowest"));
  best["au"] = 0.96;
  EXPECT_THAT(said(sized(Json::array({best}))),
              HasSubstr("the target is met; most of what is lost is barrier skew"));
}

// Only what saves a tenth and more.
TEST(SizeFirst, WhatWouldBeMuchCheaper) {
  Json record = sized(Json::array({design("HDD", 2670)}));
  record["advice"] = {{{"text", "twice the workers: $200 a month less"}, {"saved_usd_per_month", 200}}};
  EXPECT_THAT(said(record), Not(HasSubstr("cheaper")));
  record["advice"][0]["saved_usd_per_month"] = 300;
  EXPECT_THAT(said(record), HasSubstr("cheaper twice the workers: $200 a month less"));
}

TEST(SizeFirst, IsAScreenWhateverTheRecordHolds) {
  Json longest = design(words_of_length(60), 123456789);
  longest["name"] = longest["limit"] = words_of_length(400);
  longest["method"] = "closed";
  for (int i = 0; i < 9; ++i)
    longest["jobs"].push_back({{"workload", words_of_length(200)}, {"au", 0.9}, {"method", "closed"}});
  Json other = design(words_of_length(300), 223456789);
  Json record = sized({longest, other});
  for (const char* const key : {"second_best_wins", "others_win"})
    record["sensitivity"][key] = {
        {{"family", words_of_length(200)}, {"prices_of", words_of_length(90)}, {"factor", 1.5}}};
  for (int i = 0; i < 20; ++i) record["warnings"].push_back(words_of_length(300));
  record["designs"].push_back(rented(words_of_length(300), 323456789));
  record["moving"] = {{"out_of_cloud_usd", 123456789}};
  record["kept"] = {{"copies", 123456}, {"backup", words_of_length(200)}, {"restore_usd", 123456789}};
  record["best_on_premises"] = place("owned", 123456789);
  for (const std::size_t length : {40, 110, 400}) {
    record["next"] = {{"command", words_of_length(length)}, {"text", words_of_length(200)}};
    expect_a_screen(record);
  }
  record["designs"] = Json::array();
  for (int i = 0; i < 30; ++i)
    record["rejected"].push_back({{"name", words_of_length(300)},
                                  {"family", "family " + std::to_string(i)},
                                  {"reason", words_of_length(300)},
                                  {"oversized", i % 2 == 1}});
  record["advice"] = {{{"text", words_of_length(400)}}};
  expect_a_screen(record);
}

TEST(SizeFirst, APortfolioIsAScreenToo) {
  Json record = {{"command", "size"}, {"recommendation", {"a", "b"}}};
  for (int i = 0; i < 9; ++i) {
    record["portfolio"]["scenarios"].push_back(
        {{"name", words_of_length(200)}, {"weight", 0.1}, {"best_family", words_of_length(100)}});
    record["portfolio"]["designs"].push_back({{"name", words_of_length(200)},
                                              {"family", words_of_length(90) + std::to_string(i)},
                                              {"satisfied_share", 0.8},
                                              {"expected_usd_per_month", 15500},
                                              {"expected_regret_usd_per_month", 5980},
                                              {"worst_regret_usd_per_month", 8260},
                                              {"worst_scenario", words_of_length(200)}});
  }
  record["portfolio"]["safest"] = words_of_length(300);
  for (int i = 0; i < 20; ++i) record["warnings"].push_back(words_of_length(300));
  expect_a_screen(record);
}

// What the first misses is named, and the cheapest that misses less.
TEST(SizeFirst, APortfolioNamesWhatIsNotServed) {
  Json record = {{"command", "size"}, {"recommendation", {"a"}}};
  const auto hedged = [](const char* family, double share, double cost) {
    return Json{{"name", std::string(family) + " of it"},
                {"family", family},
                {"satisfied_share", share},
                {"not_served", Json::array()},
                {"expected_usd_per_month", cost},
                {"expected_regret_usd_per_month", 100},
                {"worst_regret_usd_per_month", 200},
                {"worst_scenario", "x"}};
  };
  record["portfolio"]["scenarios"] = {{{"name", "x"}, {"weight", 0.2}}, {{"name", "y"}, {"weight", 0.8}}};
  record["portfolio"]["designs"] = {hedged("HDD", 0.2, 16100), hedged("flash", 1, 20300)};
  record["portfolio"]["designs"][0]["not_served"] = {"y"};
  record["portfolio"]["satisfies_most"] = "flash of it";
  EXPECT_THAT(said(record), HasSubstr("serves 20.0 % of 2 scenarios by weight, not 'y'; by formulas"));
  EXPECT_THAT(said(record), HasSubstr("or buy what serves all: flash for $20,300 a month on average"));
  std::swap(record["portfolio"]["designs"][0], record["portfolio"]["designs"][1]);
  EXPECT_THAT(said(record), Not(HasSubstr("or buy")));
  EXPECT_THAT(said(record), Not(HasSubstr("by weight, not ")));
}

// What accelerators cost more elsewhere is said beside what storage costs there, and counted.
TEST(SizeFirst, DearerAcceleratorsAreSaidAndCounted) {
  Json record = sized({rented("S3", 20680), rented("blobs", 17389), design("HDD", 2670)});
  record["accelerators_cheapest"] = "at AWS";
  for (const std::size_t i : {1, 2}) record["designs"][i]["accelerators_more_usd_per_month"] = 1011000;
  EXPECT_THAT(said(record),
              HasSubstr("next best blobs for $17,400 a month, $1,010,000 more with its accelerators"));
  EXPECT_THAT(said(record),
              HasSubstr("accelerators on premises: HDD for $2,670 a month and $1,010,000 a month more "
                        "for accelerators than at AWS"));
}

// Of the other kinds the cheaper one holds far more than was asked: counted, not offered.
TEST(SizeFirst, NobodyIsOfferedAMachineForAnotherQuestion) {
  Json enormous = design("disks", 3000);
  enormous["oversized"] = true;
  const std::string shown = page(sized({design("HDD", 2670), enormous, design("flash", 4530)}));
  EXPECT_THAT(shown, HasSubstr("next best   flash"));
  EXPECT_THAT(shown, HasSubstr("(1 over four times too large)"));
  EXPECT_THAT(shown, Not(HasSubstr("disks of it")));
}

TEST(SizeFirst, WhatStrikesAllIsSaidFirst) {
  Json record = sized(Json::array());
  for (const char* const family : {"a", "b", "c"})
    record["rejected"].push_back(
        {{"name", "x"}, {"family", family}, {"reason", "network: brings 1 where 2 are needed"}});
  EXPECT_THAT(page(record), HasSubstr("none of the 80 designs that were looked at; all\n"));
  EXPECT_THAT(page(record), HasSubstr(" fail by network\n"));
  record["rejected"][1]["reason"] = "read: reads 1 where 2 are needed";
  EXPECT_THAT(page(record), Not(HasSubstr("fail by")));
}

// What it takes to cure a miss says more than how near it came.
TEST(SizeFirst, TheMissThatIsCheapestToCureComesFirst) {
  Json record = sized(Json::array());
  record["rejected"] = {{{"name", "x"}, {"family", "a"}, {"reason", "network: brings 1 where 2 are needed"}},
                        {{"name", "y"},
                         {"family", "b"},
                         {"reason", "read: reads 1 where 3 are needed"},
                         {"cure", "twice the workers"},
                         {"cured_usd_per_month", 4530}}};
  record["advice"] = {{{"text", "twice the workers: b for $4,530"}}};
  EXPECT_THAT(said(record),
              HasSubstr("nearest b: read: reads 1 where 3 are needed that is y cure twice the workers: "
                        "then $4,530 a month in all, by formulas then a: network"));
  EXPECT_THAT(said(record), Not(HasSubstr("helps")));
  record["rejected"][1].erase("cure");
  EXPECT_THAT(said(record), HasSubstr("nearest a: network"));
  EXPECT_THAT(said(record), HasSubstr("helps twice the workers: b for $4,530"));
}

TEST(SizeFirst, WhatIsKeptBesideIsSaid) {
  Json record = sized(Json::array({design("HDD", 2670)}));
  EXPECT_THAT(page(record), Not(HasSubstr("kept")));
  record["kept"] = {{"copies", 2}, {"backup", "archive"}, {"restore_usd", 2500}};
  EXPECT_THAT(said(record), HasSubstr("kept 2 copies; backup in the archive, $2,500 to take it back once"));
}

TEST(SizeFirst, AJobThatIsNotSimulatedBesideOthersIsNamed) {
  Json best = design("HDD", 2670);
  best["jobs"] = {{{"workload", "large"}, {"au", 0.95}, {"method", "simulate"}},
                  {{"workload", "small"}, {"au", 0.91}, {"method", "closed"}}};
  const std::string shown = page(sized(Json::array({best})));
  for (const char* const words : {"simulated, but for a job that reads little: by formulas", "'small', 91 %"})
    EXPECT_THAT(shown, HasSubstr(words));
}

}  // namespace
}  // namespace aforo
