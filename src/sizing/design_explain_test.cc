#include "sizing/design_explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sizing/build.h"
#include "sizing/cloud_limits.h"
#include "sizing/rebuild.h"
#include "sizing/shelf.h"
#include "sizing/test_kit.h"

namespace aforo {
namespace {

using ::testing::HasSubstr;

const ExplainedFigure& named(const std::vector<ExplainedFigure>& all, const std::string& key) {
  for (const ExplainedFigure& f : all)
    if (f.key == key) return f;
  throw std::logic_error(key);
}

SizedDesign served_at(double au) {
  SizedDesign out;
  out.judgement.served = {{au, au - 0.01, au + 0.01, "loader workers", 1}};
  return out;
}

// 12 x 15.36 TB in 6 servers, 4+2: 12 x 15.36 x 4 / 6 x 0.8 = 98.304 TB. 12 x 10 GB/s, but 6 x 2 x 11.5 GB/s
// on the wire is more. 12 x 20 W + 6 x (600 + 2 x 15) W.
TEST(DesignExplain, OnPremises) {
  const SizingAsk ask = plain_ask();
  const Need need = need_of(ask);
  Design d;
  d.main = flash_shelf(12, 6);
  d.usable = shelf_usable(d.main);
  d.read = shelf_read(d.main, need);
  d.write = shelf_write(d.main);
  d.opens = d.main.node->metadata * d.main.nodes;
  d.latency = Seconds{3e-4};
  d.rebuild = rebuild_of(d.main).spread;
  d.rebuild_one = rebuild_of(d.main).into_one;
  d.watts = shelf_watts(d.main);
  d.rack_units = shelf_rack_units(d.main);
  const auto figures = explain_design(d, served_at(0.95), need, ask, nullptr);
  EXPECT_EQ(named(figures, "usable_bytes").text, "98.3 TB");
  EXPECT_EQ(named(figures, "usable_bytes").inputs, "12 x 15.36 TB x 4 / 6 x 0.8");
  EXPECT_EQ(named(figures, "read_bytes_per_second").text, "120 GB/s");
  EXPECT_EQ(named(figures, "read_bytes_per_second").inputs, "12 x 10 GB/s; 6 x 23 GB/s");
  EXPECT_EQ(named(figures, "write_bytes_per_second").text, "40 GB/s");
  EXPECT_EQ(named(figures, "write_bytes_per_second").inputs, "4 / 6 x min(12 x 5 GB/s, 6 x 23 GB/s)");
  EXPECT_EQ(
      named(figures, "rebuild_seconds").inputs,
      "15.36 TB x 0.8: x 4 read at 0.25 x min(10 x 10 GB/s, 5 x 23 GB/s) or decoded at 0.075 x 6 x 80 GB/s, or "
      "written at 0.25 x min(1 x 5 GB/s, 1 x 23 GB/s); 40 min 58 s");
  // 12.288 TB at a quarter of the one drive that is left in its server.
  EXPECT_EQ(named(figures, "rebuild_seconds").text, format_seconds(Seconds{12.288e12 / 1.25e9}));
  EXPECT_EQ(named(figures, "watts").text, "4020 W");
  EXPECT_EQ(named(figures, "watts").inputs, "12 x 20 W + 6 x (600 W + 2 x 15 W)");
  EXPECT_EQ(named(figures, "rack_units").inputs, "6 x 2");
  EXPECT_THAT(named(figures, "storage.drives").inputs, HasSubstr("48 for the bays; 2 in each of 6"));
  EXPECT_THAT(named(figures, "storage.servers").inputs,
              HasSubstr("12 / 24; 0.72 GB/s / 23 GB/s at the mean; (4 + 2) / 1"));
  EXPECT_THAT(named(figures, "au").inputs, HasSubstr("'plain' 95.0 % (94.0 % to 96.0 %), limited by loader"));
}

// Object stores and EFS are billed by use: nothing is kept free.
TEST(DesignExplain, WhatIsBilledByUse) {
  const SizingAsk ask = plain_ask();
  const Need need = need_of(ask);
  for (const Design& d : build_designs(ask, need, Catalogue::shipped())) {
    if (d.service == nullptr || d.service->name != "aws-efs-standard") continue;
    const auto figures = explain_design(d, served_at(0.95), need, ask, nullptr);
    EXPECT_EQ(named(figures, "bought_bytes").formula, "capacity");
    EXPECT_EQ(named(figures, "usable_bytes").formula, "all");
    EXPECT_EQ(named(figures, "usable_bytes").text, named(figures, "bought_bytes").text);
    return;
  }
  FAIL() << "no such design";
}

// A tier of 2 drives in a server before 24 disks in 4.
TEST(DesignExplain, AFlashTierInFront) {
  const SizingAsk ask = plain_ask();
  const Need need = need_of(ask);
  Design d;
  d.family = Family::kHybrid;
  d.main = disk_shelf(24, 4);
  d.fast = {&test_flash(), &test_flash_node(), &test_nic(), 2, 1, 1, 0};
  d.fast_read = shelf_read(d.fast, need);
  d.latency = Seconds{2e-4};
  const auto figures = explain_design(d, served_at(0.95), need, ask, nullptr);
  EXPECT_EQ(named(figures, "flash_tier.usable_bytes").text, "24.58 TB");
  EXPECT_EQ(named(figures, "fast_read_bytes_per_second").inputs, "2 x 10 GB/s; 1 x 23 GB/s");
  EXPECT_EQ(named(figures, "rack_units").inputs, "4 x 4 + 1 x 2");
  EXPECT_THAT(named(figures, "watts").inputs, HasSubstr(" + 2 x 20 W + 1 x (600 W"));
}

// A capacity that grows by half in a year, a tenth of it again in snapshots; every store
// and tier has a trace.
TEST(DesignExplain, InTheCloudAndWhatGrows) {
  SizingAsk ask = plain_ask();
  ask.place = Place::kCloud;
  ask.capacity = Bytes{10'000'000'000'000};
  ask.growth = 0.5;
  ask.years = 1;
  ask.snapshots = 0.1;
  const Need need = need_of(ask);
  for (const Design& d : build_designs(ask, need, Catalogue::shipped())) {
    const auto figures = explain_design(d, served_at(0.95), need, ask, nullptr);
    EXPECT_EQ(named(figures, "capacity_to_buy_bytes").inputs,
              to_hold(d, need) == need.objects ? "10 TB x 1.5^1 x 1.1" : "(10 TB + 40.96 GB) x 1.5^1 x 1.1");
    EXPECT_EQ(named(figures, "bought_bytes").text, bytes_decimal(d.bought)) << d.name;
    for (const ExplainedFigure& f : figures)
      EXPECT_FALSE(f.text.empty() || f.formula.empty() || f.inputs.empty() || f.source.empty())
          << d.name << ' ' << f.key;
  }
}

TEST(DesignExplain, BreakEven) {
  const SizingAsk ask = plain_ask();
  const Need need = need_of(ask);
  Design d;
  d.main = flash_shelf(12, 6);
  d.latency = Seconds{3e-4};
  Horizon over;
  over.owned.upfront = 360'000;
  over.owned.monthly = 5000;
  over.owned.cumulative.resize(36);
  over.rented.monthly = 41'000;
  over.break_even = 10;
  const auto even = named(explain_design(d, served_at(0.95), need, ask, &over), "break_even_month");
  EXPECT_EQ(even.text, "month 10");
  EXPECT_EQ(even.inputs, "$360,000; $41,000 - $5,000");
  over.break_even.reset();
  EXPECT_EQ(named(explain_design(d, served_at(0.95), need, ask, &over), "break_even_month").text,
            "not within 36 months");
}

}  // namespace
}  // namespace aforo
