// What the first screen of `size` says of busy, limits and sizes, and that its sentences are whole.
#include "report/size_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/size_first_test_case.h"

namespace aforo {
namespace {

using testing::HasSubstr;
using testing::Not;

// A target that is missed is said where the utilisation is, with why where nothing that is bought would help.
TEST(SizeWords, ATargetThatIsMissedIsSaid) {
  Json record = sized(Json::array({design("HDD", 2670)}));
  EXPECT_THAT(said(record), HasSubstr("; meets 90 %"));
  record["designs"][0]["au"] = 0.89;
  record["designs"][0]["au_interval"] = {0.87, 0.91};
  EXPECT_THAT(said(record), HasSubstr("; may miss 90 %"));
  record["designs"][0]["au"] = 0.17;
  record["designs"][0]["au_interval"] = {0.169, 0.176};
  record["host"] = {{"cores", 104}, {"cores_wanted", 590.8}, {"au_at_most", 0.176}};
  EXPECT_THAT(said(record), HasSubstr("; misses 90 %: the hosts' CPU holds it back"));
  record = sized(Json::array({design("HDD", 2670)}));
  record["au_target"] = 0.999;
  EXPECT_THAT(said(record), HasSubstr("> 99 % of the time (AU, accelerator utilisation); meets 99.9 %"));
  record["designs"][0]["au"] = 0.9985;
  record["designs"][0]["au_interval"] = {0.998, 0.9988};
  EXPECT_THAT(said(record), HasSubstr("; misses 99.9 %"));
}

TEST(SizeWords, OfSeveralJobsTheOnesThatMissAreSaid) {
  Json best = design("HDD", 2670);
  best["jobs"] = {{{"workload", "large"}, {"au", 0.95}, {"au_interval", {0.94, 0.96}}},
                  {{"workload", "small"}, {"au", 0.54}, {"au_interval", {0.53, 0.55}}}};
  Json record = sized(Json::array({best}));
  record["jobs"] = {{{"workload", "large"}, {"au_target", 0.9}, {"host", {{"au_at_most", 1}}}},
                    {{"workload", "small"},
                     {"au_target", 0.9},
                     {"host", {{"cores", 10}, {"cores_wanted", 20}, {"au_at_most", 0.55}}}}};
  EXPECT_THAT(said(record), HasSubstr("of 2 jobs least 'small', 54 %; misses 90 %"));
  EXPECT_THAT(said(record), HasSubstr("host of 'small': its CPU allows 55 %, whatever the storage"));
}

// Beside "> 99 %" no small loss is a limit.
TEST(SizeWords, WhatIsBusyIsNotLimited) {
  for (const char* const limit : {"staging", "checkpoint writes", "cold cache"}) {
    Json best = design("HDD", 2670);
    best["limit"] = limit;
    EXPECT_THAT(said(sized(Json::array({best}))), HasSubstr("limit nothing in storage")) << limit;
  }
  Json slow = design("HDD", 2670);
  slow["au"] = 0.95;
  slow["limit"] = "station 'client CPU', 87.8 % busy";
  EXPECT_THAT(said(sized(Json::array({slow}))), HasSubstr("limit client CPU, 87.8 % busy"));
}

// Its files' overhead as it takes it: what it holds is no less than what it must.
TEST(SizeWords, WhatIsHeldAndWhatMustBeHaveOneBasis) {
  Json best = rented("cloud object store", 2670);
  best["usable_bytes"] = 147e9;
  best["to_hold_bytes"] = 147e9;
  best["watts"] = 1.6e6;
  Json record = sized(Json::array({best}));
  record["requirement"] = {{"capacity_to_buy_bytes", 152e9}};
  EXPECT_THAT(said(record), HasSubstr("holds 147 GB; 147 GB to hold; 1,600 kW"));
}

TEST(SizeWords, NothingCostsZeroDollars) {
  Json record = sized({design("HDD", 2670), design("flash", 2670.2), rented("cloud file", 0.3)});
  record["moving"] = {{"out_of_cloud_usd", 0.2}};
  EXPECT_THAT(said(record), HasSubstr("next best flash for $2,670 a month, as much; AU"));
  EXPECT_THAT(said(record), HasSubstr("leaving it again costs nothing"));
}

// Formulas that were far off for such jobs say so, where "> 99 %" would say that all is well.
TEST(SizeWords, FormulasSayHowFarTheyWereOff) {
  Json best = design("HDD", 2670);
  best["method"] = "closed";
  best["au_interval"] = {0.874, 1.0};
  EXPECT_THAT(
      said(sized(Json::array({best}))),
      HasSubstr("not simulated; for such jobs these were up to 13 points too high in 19 of 20 cases"));
  best["au_interval"] = {0.99, 1.0};
  EXPECT_THAT(said(sized(Json::array({best}))), Not(HasSubstr("too high")));
}

TEST(SizeWords, ProtectionIsExplained) {
  Json best = design("HDD", 2670);
  best["name"] = "36 x 18 TB HDD in 12 servers, 8+3, 25 Gbit/s";
  best["storage"] = {{"protection", "8+3"}};
  EXPECT_THAT(said(sized(Json::array({best}))), HasSubstr("8+3 (data + parity), 25 Gbit/s"));
}

// Nor of a wider page is any cut.
TEST(SizeWords, SentencesAreWholeWhereLinesAreFree) {
  Json record = sized(Json::array({design("HDD", 2670)}));
  const std::string sentence = words_of_length(150) + "for $5,090 a month, 12 % less";
  record["advice"] = {{{"text", sentence}, {"saved_usd_per_month", 1000}}};
  record["warnings"] = {sentence, "b"};
  EXPECT_THAT(said(record), HasSubstr("cheaper " + sentence));
  EXPECT_THAT(said(record), HasSubstr("assumed " + sentence + " (and 1 more)"));
  record["designs"][0]["notes"] = {words_of_length(700) + "at its end"};
  EXPECT_THAT(render(record, Look{200, false, true}), HasSubstr("at its end"));
}

TEST(SizeWords, APredictionsCommandIsWhole) {
  Json record = sized(Json::array({design("HDD", 2670)}));
  const std::string command =
      "aforo predict job d.yaml -n 64 " + words_of_length(150) + "--per-host 8 --method closed";
  record["next"] = {{"command", command}, {"text", "predicts the job on that file"}};
  EXPECT_THAT(said(record), HasSubstr("next " + command + " predicts the job on that file; --full"));
}

// A miss that can be cured is said, however large it is; its cause whole, and never "limited by not limited".
TEST(SizeWords, AMissWithACureIsSaidHoweverLarge) {
  Json record = sized(Json::array());
  record["rejected"] = {
      {{"name", "x"}, {"family", "a"}, {"reason", "network: brings 1 where 2 are needed"}},
      {{"name", "y"},
       {"family", "b"},
       {"oversized", true},
       {"reason", "utilisation: would reach 54.6 % where 90 % are wanted, limited by not limited"},
       {"cure", "twice the workers"},
       {"cured_usd_per_month", 4530}}};
  EXPECT_THAT(said(record),
              HasSubstr("nearest b: utilisation: would reach 54.6 % where 90 % are wanted, no part of the "
                        "storage is full"));
  EXPECT_THAT(said(record), HasSubstr("cure twice the workers: then $4,530 a month in all"));
}

}  // namespace
}  // namespace aforo
