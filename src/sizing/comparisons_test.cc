#include "sizing/comparisons.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "measure/series.h"
#include "sizing/size_record.h"
#include "sizing/test_kit.h"

namespace aforo {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

SizingAsk quick() {
  SizingAsk ask = plain_ask();
  ask.family = Family::kFlashTlc;
  return ask;
}

std::vector<Variant> swept(const SizingAsk& ask, std::string_view text) {
  return sweep_sizes(ask, parse_size_sweep(text), {PriceBook::shipped(), Catalogue::shipped(), 2});
}

const Variant& named(const std::vector<Variant>& all, const std::string& name) {
  for (const Variant& v : all)
    if (v.name == name) return v;
  throw std::logic_error(name);
}

// A million samples in shards of so many, the last one short: 720 samples/s open so many a second.
double opens_of(double per_shard) { return 720 * std::ceil(1e6 / per_shard) / 1e6; }

// 720 samples/s: as many opens of files, and about 720 / 67 of shards of 64 MiB, which hold 67 samples of 1 MB;
// 720 / 1,073 of 1 GiB, whoever reads them from front to back. The bytes are the same, but for an npz's 290.
TEST(Variants, Formats) {
  const auto all = compare_formats(quick(), {PriceBook::shipped(), Catalogue::shipped(), 2});
  ASSERT_THAT(all, SizeIs(9));
  EXPECT_EQ(all[0].name, "as it is");
  EXPECT_DOUBLE_EQ(all[0].opens.value, 720);
  EXPECT_DOUBLE_EQ(named(all, "one file per sample").opens.value, 720);
  EXPECT_NEAR(named(all, "TFRecord, 64 MiB shards").opens.value, opens_of(67), 1e-9);
  EXPECT_NEAR(named(all, "TFRecord, 1 GiB shards").opens.value, opens_of(1073), 1e-9);
  EXPECT_NEAR(named(all, "WebDataset, 64 MiB shards").opens.value, opens_of(67), 1e-9);
  EXPECT_NEAR(named(all, "WebDataset, 256 MiB shards").opens.value, opens_of(268), 1e-9);
  EXPECT_NEAR(named(all, "WebDataset, 1 GiB shards").opens.value, opens_of(1073), 1e-9);
  EXPECT_DOUBLE_EQ(named(all, "TFRecord, 1 GiB shards").read.value, 720e6);
  EXPECT_DOUBLE_EQ(named(all, "npz, one per sample").read.value, 720 * 1'000'290.0);
  for (const Variant& v : all) EXPECT_TRUE(v.serves()) << v.name << ": " << v.reason;
}

Variant priced(const std::string& name, double total, const std::string& reason = "") {
  Variant v;
  v.name = name;
  v.storage = total;
  v.family = "all-flash TLC";
  v.reason = reason;
  return v;
}

// A format is advised where it saves at least 2 %, cheapest first, three at most; where nothing serves the
// data as they are, any that does.
TEST(Variants, Advice) {
  const Variant now = priced("as it is", 10'000);
  EXPECT_THAT(format_advice({}), SizeIs(0));
  EXPECT_THAT(format_advice({now, priced("a", 9'900), priced("b", 100, "nothing serves")}), SizeIs(0));
  const auto advice =
      format_advice({now, priced("a", 9'000), priced("b", 8'000), priced("c", 9'500), priced("d", 9'100)});
  ASSERT_THAT(advice, SizeIs(3));
  EXPECT_THAT(advice[0], HasSubstr("b instead: $2,000 a month less ($8,000 on all-flash TLC)"));
  EXPECT_THAT(advice[2], HasSubstr("d instead"));
  EXPECT_THAT(format_advice({priced("as it is", 0, "nothing serves"), priced("a", 9'000)}),
              ElementsAre(HasSubstr("a instead: all-flash TLC serves for $9,000 a month")));
}

TEST(Sweep, Words) {
  EXPECT_THAT(parse_size_sweep("accelerators=8..64").values, ElementsAre("8", "16", "32", "64"));
  EXPECT_THAT(parse_size_sweep("accelerators=8..50").values, ElementsAre("8", "16", "32", "50"));
  EXPECT_THAT(parse_size_sweep("accelerators=8..8").values, ElementsAre("8"));
  EXPECT_EQ(parse_size_sweep("cache-size=1 TB, 2 TB").key, "cache_size");
  EXPECT_THAT(parse_size_sweep("cache-size=1 TB, 2 TB").values, ElementsAre("1 TB", "2 TB"));
}

TEST(Sweep, NumbersInSi) {
  EXPECT_THAT(parse_size_sweep("accelerators=8,16").numbers, ElementsAre(8, 16));
  EXPECT_EQ(parse_size_sweep("accelerators=8,16").unit, "count");
  EXPECT_THAT(parse_size_sweep("capacity=250TB,1 PB").numbers, ElementsAre(250e12, 1e15));
  EXPECT_EQ(parse_size_sweep("cache_size=1 TB").unit, "B");
  EXPECT_THAT(parse_size_sweep("target=80%,0.9").numbers, ElementsAre(0.8, 0.9));
  EXPECT_EQ(parse_size_sweep("duty=50%").unit, "fraction");
  EXPECT_TRUE(parse_size_sweep("accelerator_type=h100,b200").numbers.empty());
}

// A point where nothing serves is told in the list, and is none of the curve.
TEST(Sweep, IsACurveOfWhatServes) {
  const SizeSweep sweep = parse_size_sweep("accelerators=8,16,32");
  std::vector<Variant> points{priced("8", 1000), priced("16", 0, "nothing serves"), priced("32", 4000)};
  points[2].idle = 500, points[2].au = 0.95;
  Json record = {{"warnings", Json::array()}};
  std::set<std::string> used;
  add_size_sweep(record, sweep, points, used);
  EXPECT_EQ(record["sweep"][1]["number"], 16);
  const std::vector<Series> series = series_of(record);
  ASSERT_EQ(series.size(), 1U);
  EXPECT_EQ(series[0].name, "sweep");
  EXPECT_EQ(series[0].x.key, "accelerators");
  EXPECT_THAT(series[0].x.values, ElementsAre(8, 32));
  EXPECT_EQ(series[0].y[0].key, "total_usd_per_month");
  EXPECT_THAT(series[0].y[0].values, ElementsAre(1000, 4500));
  EXPECT_THAT(series[0].y[3].values, ElementsAre(0, 0.95));
}

TEST(Sweep, OneSentenceForWhatIsWrong) {
  const auto refused = [](const char* text) { return refusal_of([&] { parse_size_sweep(text); }); };
  EXPECT_EQ(refused("accelerators"),
            "--sweep: expected KEY=VALUES as in accelerators=64,128, found 'accelerators'");
  EXPECT_THAT(refused("acelerators=1"), AllOf(HasSubstr("expected one of accelerators, accelerator_type"),
                                              HasSubstr("did you mean 'accelerators'")));
  EXPECT_EQ(refused("accelerators=0"), "--sweep accelerators: expected 1 to 10,000,000, found '0'");
  EXPECT_THAT(refused("accelerators=4,,8"), HasSubstr("found ''"));
  EXPECT_THAT(refused("accelerators=64..8"), HasSubstr("the smaller number first, found '64..8'"));
  EXPECT_THAT(refused("accelerator_type=h10"), HasSubstr("did you mean 'h100'"));
  EXPECT_THAT(refused("capacity=500"), HasSubstr("expected a size such as 500 TB, found '500'"));
  EXPECT_THAT(refused("duty=0"),
              HasSubstr("expected a share above 0 and at most 100 % such as 50%, found '0'"));
  EXPECT_THAT(refused("duty=200%"), HasSubstr("found '200%'"));
  EXPECT_THAT(refused("duty=150%"), HasSubstr("at most 100 % such as 50%, found '150%'"));
  EXPECT_THAT(refused("target=0"), HasSubstr("expected a utilisation above 0 and at most 100 % such as 90%"));
  EXPECT_THAT(refused("target=101%"), HasSubstr("found '101%'"));
  std::string many = "accelerators=1";
  for (int i = 2; i < 35; ++i) many += ',' + std::to_string(i);
  EXPECT_THAT(refused(many.c_str()), HasSubstr("at most 32 values, found 34"));
}

// Twice the accelerators need twice the bandwidth, and idle twice as much at the same utilisation.
TEST(Sweep, Accelerators) {
  const auto points = swept(quick(), "accelerators=8,16");
  ASSERT_THAT(points, SizeIs(2));
  EXPECT_DOUBLE_EQ(points[1].read.value, 2 * points[0].read.value);
  EXPECT_EQ(points[1].accelerators, 16U);
  // An hour of one's own: accelerator_hour_test.cc.
  EXPECT_NEAR(points[0].idle, (1 - points[0].au) * 8 * 730 * 1.99856, 1e-4);
}

// Half the time running: half the idle money, the same storage.
TEST(Sweep, Duty) {
  const auto points = swept(quick(), "duty=50%,100%");
  EXPECT_DOUBLE_EQ(points[0].read.value, points[1].read.value);
  EXPECT_NEAR(points[0].idle * 2, points[1].idle, 1e-9);
}

// Half the target: half the bandwidth. A design that serves the higher target serves the lower one too.
TEST(Sweep, Target) {
  const auto points = swept(quick(), "target=45%,0.9");
  ASSERT_THAT(points, SizeIs(2));
  EXPECT_DOUBLE_EQ(points[0].read.value * 2, points[1].read.value);
  EXPECT_DOUBLE_EQ(points[1].read.value, 720e6);
  EXPECT_LE(points[0].total(), points[1].total());
}

// The data grow with what is held; a capacity that holds less than the job needs says so.
TEST(Sweep, Capacity) {
  SizingAsk ask = quick();
  const auto alone = swept(ask, "capacity=100 GB,100 TB");
  EXPECT_THAT(alone[0].reason, HasSubstr("to hold the jobs"));
  EXPECT_TRUE(alone[1].serves());
  ask.capacity = Bytes{2'000'000'000'000};
  const auto grown = swept(ask, "capacity=1 TB,100 TB");
  EXPECT_TRUE(grown[0].serves()) << grown[0].reason;  // half the data in half the space
  EXPECT_GT(grown[1].storage, grown[0].storage);
}

TEST(Sweep, ATypeWithoutARateSaysSo) {
  const auto points = swept(quick(), "accelerator_type=h100,b200");
  EXPECT_TRUE(points[0].notes.empty());
  ASSERT_THAT(points[1].notes, SizeIs(1));
  EXPECT_THAT(points[1].notes[0], HasSubstr("on b200 is known"));
  EXPECT_NEAR(points[1].read / points[0].read, 2.125, 1e-3);
  EXPECT_THAT(refusal_of([] { swept(quick(), "accelerator_type=mi300x"); }),
              HasSubstr("expected a step time for mi300x"));
}

TEST(Variants, NothingServesIsAReason) {
  SizingAsk ask = quick();
  ask.jobs[0].workload.accelerator.step_time = constant_law(1e-4);  // 800 GB/s of every host
  const Variant v = variant_of("x", ask, {PriceBook::shipped(), Catalogue::shipped(), 2});
  EXPECT_FALSE(v.serves());
  EXPECT_THAT(v.reason, HasSubstr("nothing serves; nearest: network"));
}

}  // namespace
}  // namespace aforo
