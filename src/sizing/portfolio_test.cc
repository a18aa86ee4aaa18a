#include "sizing/portfolio.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "sizing/test_kit.h"

namespace aforo {
namespace {

// Two jobs that may come: 8 or 64 accelerators, 1 TB or 100 TB.
Portfolio two(double first) {
  Portfolio out;
  out.name = "two";
  out.scenarios.push_back({"small", first, plain_ask()});
  SizingAsk large = plain_ask();
  large.jobs[0].workload.accelerator.count = 64;
  large.jobs[0].workload.dataset.samples = 100'000'000;
  out.scenarios.push_back({"large", 1 - first, large});
  for (Scenario& s : out.scenarios) s.ask.place = Place::kOnPremises;
  return out;
}

PortfolioResult found(const Portfolio& portfolio, unsigned threads = 2) {
  return hedge(portfolio, PriceBook::shipped(), Catalogue::shipped(), threads);
}

// Regret in a scenario is what a design costs there beyond the best one; expected over the
// weights; the worst of both.
TEST(Hedge, RegretOfTwoScenarios) {
  const PortfolioResult r = found(two(0.75));
  ASSERT_EQ(r.scenarios.size(), 2U);
  ASSERT_FALSE(r.designs.empty());
  EXPECT_GT(r.scenarios[0].total, 0);
  EXPECT_GT(r.scenarios[1].total, r.scenarios[0].total);
  double last = 0;
  for (const HedgedDesign& d : r.designs) {
    ASSERT_EQ(d.totals.size(), 2U);
    const double small = std::max(0.0, d.totals[0] - r.scenarios[0].total);
    const double large = std::max(0.0, d.totals[1] - r.scenarios[1].total);
    const double near = 1e-9 * (d.totals[0] + d.totals[1]);
    EXPECT_NEAR(d.expected, 0.75 * d.totals[0] + 0.25 * d.totals[1], near);
    EXPECT_NEAR(d.expected_regret, 0.75 * small + 0.25 * large, near);
    EXPECT_NEAR(d.worst_regret, std::max(small, large), near);
    EXPECT_EQ(d.regrets, (std::vector<double>{small, large}));
    EXPECT_EQ(d.worst_scenario, large >= small ? "large" : "small");
    EXPECT_GE(d.expected_regret, last);
    last = d.expected_regret;
  }
}

// Every scenario's bill moves with the same prices: the band is the mean of their bands, and
// what is used is said.
TEST(Hedge, TheBandGoesWithThePrices) {
  const PortfolioResult r = found(two(0.75));
  const HedgedDesign& best = r.designs.front();
  EXPECT_LT(best.expected_low, best.expected);
  EXPECT_GT(best.expected_high, best.expected);
  EXPECT_TRUE(best.items.count("hdd") + best.items.count("tlc") + best.items.count("qlc") > 0);
  Portfolio first = two(1);
  first.scenarios.pop_back();
  const PortfolioResult sure = found(first);
  Screening screening(first.scenarios[0].ask, Catalogue::shipped(), 2);
  const Bill bill = screening.rank(PriceBook::shipped(), Grouping::kFamily).front().bill;
  EXPECT_NEAR(sure.designs[0].expected_low, bill.low, 1e-6);
  EXPECT_NEAR(sure.designs[0].expected_high, bill.high, 1e-6);
}

// Of those that satisfy as much as any does.
TEST(Hedge, SafestHasTheSmallestWorstRegret) {
  const PortfolioResult r = found(two(0.95));
  for (const HedgedDesign& d : r.designs) {
    EXPECT_LE(d.satisfied, r.designs[r.safest].satisfied + 1e-9);
    if (d.satisfied < r.designs[r.safest].satisfied - 1e-9) continue;
    EXPECT_GE(d.worst_regret, r.designs[r.safest].worst_regret);
    EXPECT_GE(d.expected, r.designs[r.complete].expected);
  }
  EXPECT_NEAR(r.designs[r.complete].satisfied, r.designs[r.safest].satisfied, 1e-9);
  ASSERT_TRUE(r.all_flash);  // however far down
  const Family family = r.designs[*r.all_flash].family;
  EXPECT_TRUE(family == Family::kFlashTlc || family == Family::kFlashQlc);
  for (std::size_t i = 0; i < *r.all_flash; ++i) {
    EXPECT_NE(r.designs[i].family, Family::kFlashTlc);
    EXPECT_NE(r.designs[i].family, Family::kFlashQlc);
  }
}

// What serves 100 TB and 64 accelerators serves 1 TB and 8 as well; what was made for the small
// job does not serve both.
TEST(Hedge, SatisfiedIsTheWeightOfWhatIsServed) {
  const PortfolioResult r = found(two(0.75));
  bool all = false, small_only = false;
  for (const HedgedDesign& d : r.designs) {
    EXPECT_TRUE(d.satisfied > 0.99 || std::abs(d.satisfied - 0.75) < 1e-12 ||
                std::abs(d.satisfied - 0.25) < 1e-12 || d.satisfied == 0)
        << d.satisfied;
    all = all || d.satisfied > 0.99;
    small_only = small_only || std::abs(d.satisfied - 0.75) < 1e-12;
  }
  EXPECT_TRUE(all);
  EXPECT_TRUE(small_only);
}

// A scenario that is not served is not free: its 64 accelerators, 1.9985 USD an hour each, idle all month.
TEST(Hedge, WhatIsNotServedIdles) {
  const PortfolioResult r = found(two(0.75));
  bool seen = false;
  for (const HedgedDesign& d : r.designs)
    if (d.not_served == std::vector<std::string>{"large"}) {
      seen = true;
      EXPECT_GT(d.totals[1], 64 * 730 * 1.99) << d.name;
    }
  EXPECT_TRUE(seen);
}

// The shipped examples have designs that serve all of their scenarios: one of them is named.
TEST(Hedge, TheShippedExamplesNameWhatServesAll) {
  for (const char* name : {"medical-imaging", "llm", "mixed"}) {
    const PortfolioResult r = found(load_portfolio(name));
    double most = 0;
    for (const HedgedDesign& d : r.designs) most = std::max(most, d.satisfied);
    EXPECT_NEAR(r.designs[r.complete].satisfied, most, 1e-9) << name;
    EXPECT_NEAR(r.designs[r.safest].satisfied, most, 1e-9) << name;
  }
}

// Where it is known what comes, the best design is regretted by nobody.
TEST(Hedge, NoDoubtNoRegret) {
  Portfolio one = two(1);
  one.scenarios.pop_back();
  const PortfolioResult r = found(one);
  ASSERT_FALSE(r.designs.empty());
  EXPECT_EQ(r.designs[0].satisfied, 1);
  EXPECT_NEAR(r.designs[0].expected_regret, 0, 1e-9);
  EXPECT_NEAR(r.designs[0].expected, r.scenarios[0].total, 1e-6);
  Screening screening(one.scenarios[0].ask, Catalogue::shipped(), 2);
  const auto ranked = screening.rank(PriceBook::shipped(), Grouping::kFamily);
  EXPECT_NEAR(r.scenarios[0].total, ranked.front().bill.total(), 1e-6);
}

// Services are rented when it is known what comes: the same one costs what each scenario needs of it.
TEST(Hedge, TheCloudIsRentedWhenItIsKnown) {
  Portfolio p = two(0.5);
  for (Scenario& s : p.scenarios) {
    s.ask.place = Place::kCloud;
    s.ask.family = Family::kCloudFile;
  }
  const PortfolioResult r = found(p);
  bool both = false;
  for (const HedgedDesign& d : r.designs)
    if (d.satisfied > 0.99) {
      both = true;
      EXPECT_LT(d.totals[0], d.totals[1]) << d.name;
    }
  EXPECT_TRUE(both);
}

TEST(Hedge, DeterministicWhateverTheThreads) {
  const PortfolioResult one = found(two(0.6), 1), four = found(two(0.6), 4);
  ASSERT_EQ(one.designs.size(), four.designs.size());
  for (std::size_t i = 0; i < one.designs.size(); ++i) {
    EXPECT_EQ(one.designs[i].name, four.designs[i].name);
    EXPECT_EQ(one.designs[i].totals, four.designs[i].totals);
  }
  EXPECT_EQ(one.safest, four.safest);
}

TEST(Hedge, AStopEndsIt) {
  std::stop_source source;
  source.request_stop();
  EXPECT_THROW(hedge(two(0.5), PriceBook::shipped(), Catalogue::shipped(), 1, source.get_token()),
               Interrupted);
}

}  // namespace
}  // namespace aforo
