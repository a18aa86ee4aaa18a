// The first screen of what trains, or would: the answer in its first line, and a screen whatever the Record holds.
#include "report/run_first.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/random.h"
#include "report/size_first_test_case.h"

namespace aforo {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Json kept_record(const std::string& name) {
  std::ifstream file(std::string(AFORO_TESTDATA) + "/" + name + ".json");
  return Json::parse(file);
}

const char* const kTrains[] = {"run",     "run_partial", "run_predicted", "find_max",
                               "predict", "predict_max", "predict_sweep"};

TEST(RunFirst, SaysWhetherStorageKeepsUpAndWhatLimits) {
  const std::string shown = said(kept_record("run_predicted"));
  EXPECT_THAT(shown, StartsWith("aforo run · resnet50_h100 · 8 accelerators answer storage does not keep up: "
                                "accelerators compute 61.0 % of the time (AU) where 90.0 % is wanted"));
  for (const char* const words :
       {"because storage bandwidth: the device is 99.0 % busy at 954 MiB/s",
        "AU 61.0 %; predicted 62.2 % (60.5 % – 64.0 %), +1.2 points off; each epoch 59.8 %, 61.7 %, 61.6 %",
        "throughput 8,718 samples/s, 954 MiB/s; 120 steps in 44 s",
        "time compute 61.0 %, waiting for data 32.7 %, waiting for other ranks 5.4 %, other 0.8 %",
        "bytes 16.0 GiB asked for, 15.6 GiB came from storage; 2.9 % from the page cache",
        "lost 2 min 17 s of accelerators' time; $0.26 in this run; $21.45 an hour, $15,658 a month",
        "reads a sample takes 2.1 ms on average, 8.1 ms at p99", "but cachestat is not in this kernel",
        "try --find-max: how many accelerators this storage does feed", "next the same with --full"})
    EXPECT_THAT(shown, HasSubstr(words));
}

// What the checkpoints took stands on the first screen, measured or predicted, and nothing where there are none.
TEST(RunFirst, SaysWhatCheckpointsTook) {
  Json run = kept_record("run");
  EXPECT_THAT(said(run), Not(HasSubstr(" saving ")));
  run["checkpoint"] = {{"bytes", 1 << 30}, {"every_steps", 100}, {"mode", "async"}};
  run["checkpoints"] = {{{"done_seconds", 2.0}}, {{"done_seconds", 4.0}}, {{"whole", false}}};
  EXPECT_THAT(
      said(run),
      HasSubstr(
          "saving 2 of 3 written, 1.00 GiB every 100 steps, in 3 s (2 s to 4 s) each, beside training"));
  run["checkpoints"] = {{{"whole", false}}};
  EXPECT_THAT(said(run), HasSubstr("saving 0 of 1 written, none whole"));

  Json predicted = kept_record("predict");
  predicted["checkpoints"] = {{"bytes", 1 << 30},
                              {"every_steps", 100},
                              {"mode", "sync"},
                              {"seconds", 3.0},
                              {"seconds_interval", {2.7, 3.3}}};
  EXPECT_THAT(said(predicted),
              HasSubstr("saving 1.00 GiB every 100 steps, in 3 s (2.7 s – 3.3 s) each busiest"));
}

// Who is at fault is said in the first line, and nobody is blamed who is not.
TEST(RunFirst, TheAnswerNamesWhoseLimitItIs) {
  Json run = kept_record("run");
  const auto answered = [&](const char* limit) {
    run["verdict"]["limit"] = limit;
    return said(run);
  };
  EXPECT_THAT(answered("network"), HasSubstr("answer storage does not keep up: "));
  EXPECT_THAT(answered("client CPU"), HasSubstr("answer storage is not what limits, but client CPU: "));
  EXPECT_THAT(answered("barrier skew"), HasSubstr("answer the target is missed, limited by barrier skew: "));
  EXPECT_THAT(answered("unknown"), HasSubstr("answer the target is missed, and no single cause is known: "));
  run["au"] = 0.95;
  EXPECT_THAT(answered("not limited"), HasSubstr("answer storage keeps up: accelerators compute 95.0 %"));
  run["command"] = "predict";
  EXPECT_THAT(answered("not limited"), HasSubstr("answer storage would keep up: accelerators would compute"));
}

// What was met from memory, or not judged at all, is no word for the storage.
TEST(RunFirst, WhatWeakensTheAnswerComesBeforeItsFigures) {
  const std::string shown = said(kept_record("run_partial"));
  EXPECT_THAT(shown, HasSubstr("answer the target is met: accelerators compute 97.0 %"));
  EXPECT_THAT(shown, Not(HasSubstr("keeps up")));
  EXPECT_THAT(shown, HasSubstr("but 3 samples failed: 2 x EIO (input/output error), 1 x truncated; "));
  EXPECT_THAT(shown, HasSubstr("ended early; these are the numbers until then (and 1 more)"));
  Json run = kept_record("run");
  run["not_judged"] = "nothing was read (--null)";
  run["verdict"] = {{"limit", "unknown"}, {"text", "unknown: nothing was read (--null)"}};
  EXPECT_THAT(said(run), HasSubstr("answer not judged: nothing was read (--null) but"));
  EXPECT_THAT(said(run), Not(HasSubstr("because")));
}

TEST(RunFirst, ASearchSaysHowManyAndWhatComesBeyond) {
  Json found = kept_record("find_max");
  EXPECT_THAT(said(found), HasSubstr("answer this storage feeds 5 accelerators (5 – 6 at 95 % confidence) at "
                                     "an AU of 90.0 % or more"));
  EXPECT_THAT(said(found),
              HasSubstr("AU tried 1: 99.8 %, 2: 99.7 %, 4: 99.1 %, 5: 95.8 %, 6: 81.2 %, 8: 61.3 %"));
  EXPECT_THAT(said(found), HasSubstr("beyond storage bandwidth: the device is 99.0 % busy"));
  found["max_accelerators"] = 0;
  EXPECT_THAT(said(found), HasSubstr("answer this storage feeds not even one accelerator"));
  found["engine"] = "null";
  found["max_accelerators"] = 1;
  EXPECT_THAT(said(found), HasSubstr("answer this client could feed 1 accelerator ("));
  found.erase("max_accelerators");
  EXPECT_THAT(said(found), HasSubstr("answer unknown: the search did not come to its end"));
}

TEST(RunFirst, OfALongSweepTheFirstTheLastAndSomeBetween) {
  Json sweep = kept_record("predict_sweep");
  const Json point = sweep["sweep"][0];
  sweep["sweep"] = Json::array();
  for (int i = 1; i <= 64; ++i) {
    sweep["sweep"].push_back(point);
    sweep["sweep"].back()["value"] = 1000 + i;
  }
  expect_a_screen(sweep);
  EXPECT_THAT(said(sweep), HasSubstr("1,001"));
  EXPECT_THAT(said(sweep), HasSubstr("1,064"));
  EXPECT_THAT(said(sweep), HasSubstr("shown 12 of 64 points are shown"));
}

// Longer words, more entries: whatever stands in a Record grows with a seed's length.
void grow(Json& value, Random& random) {
  if (value.is_string()) {
    const std::size_t more = random.below(4) == 0 ? random.below(500) : 0;
    value = value.get<std::string>() + (more == 0 ? "" : "; " + words_of_length(more));
  }
  if (value.is_array() && !value.empty() && random.below(2) == 0)
    for (std::uint64_t i = random.below(20); i > 0; --i) value.push_back(Json(value[0]));
  if (value.is_structured())
    for (Json& part : value) grow(part, random);
}

TEST(RunFirst, IsAScreenWhateverTheRecordHolds) {
  for (const char* const name : kTrains)
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
      Json record = kept_record(name);
      Random random(seed);
      for (const char* const key : {"warnings", "verdict", "errors", "config", "advice", "limit",
                                    "not_judged", "au_per_epoch", "sweep", "ramp", "sweep_key"})
        if (record.contains(key)) grow(record[key], random);
      if (seed % 3 == 0) record["not_judged"] = words_of_length(seed * 7);
      SCOPED_TRACE(std::string(name) + ", seed " + std::to_string(seed));
      expect_a_screen(record);
      if (testing::Test::HasFailure()) return;
    }
}

}  // namespace
}  // namespace aforo
