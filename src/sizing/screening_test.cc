#include "sizing/screening.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "sizing/providers.h"
#include "sizing/test_kit.h"

namespace aforo {
namespace {

// A job on disks' edge: 100 kB files at 7,200 /s, so that disks, caches and requests all decide something.
SizingAsk small_files(std::uint32_t accelerators) {
  SizingAsk ask = plain_ask();
  Workload& w = ask.jobs[0].workload;
  w.dataset.samples = 200'000'000;
  w.dataset.sample_size = Law{.kind = LawKind::kLognormal, .mean = 1e5, .stddev = 4e4};
  w.loader.batch_size = 100;
  w.loader.workers = 24;
  w.accelerator.count = accelerators;
  return ask;
}

SizingAsk of_family(SizingAsk ask, Family family) {
  ask.family = family;
  return ask;
}

double total_of(const Design& d, const Need& need, const SizingAsk& ask, const PriceBook& prices) {
  Judgement found = check_figures(d, need);
  if (found.serves()) found = judge_design(d, need, ask.accelerators_per_host);
  if (!found.serves()) return HUGE_VAL;
  const Standing standing(places_on_offer(ask, Catalogue::shipped()), need, prices, 0);
  return bill_of(d, need, found.served, prices, 0).total() + standing.more(cloud_of(d));
}

// The cheapest of a family by judging every one of its designs, of lines so many servers more than the
// least, at every `stride`-th line; infinite where none serves.
double cheapest_of_all(const SizingAsk& ask, const PriceBook& prices, std::uint32_t more,
                       std::size_t stride = 1) {
  const Need need = need_of(ask);
  double best = HUGE_VAL;
  for (const Design& d : build_designs(ask, need, Catalogue::shipped()))
    best = std::min(best, total_of(d, need, ask, prices));
  const std::vector<DesignLine> lines = design_lines(ask, need, Catalogue::shipped());
  LinePrices line_prices(prices, need, 0);
  for (std::size_t i = 0; i < lines.size(); i += stride) {
    const auto least = least_size(lines[i], need);
    const LineCosts costs = line_prices.costs_of(lines[i]);
    for (std::uint32_t n = 0; least && n < more; ++n)
      for (std::uint32_t t = 0; t < (least->tier > 0 ? more : 1); ++t) {
        const LineSize size{least->main + n, least->tier + t};
        if (cost_of(costs, lines[i], size) < best)
          best = std::min(best, total_of(design_of(lines[i], need, size), need, ask, prices));
      }
  }
  return best;
}

// Lines without a cache to the cent. With one, two numbers of servers are searched together: no design
// that was looked at here is cheaper by more than 1 %.
void expect_the_cheapest(const SizingAsk& ask, const PriceBook& prices) {
  for (const Family family : kFamilies) {
    const SizingAsk one = of_family(ask, family);
    const bool cached = family == Family::kHybrid || family == Family::kLocalHdd;
    const double best = cached ? cheapest_of_all(one, prices, 4, 11) : cheapest_of_all(one, prices, 40);
    Screening screening(one, Catalogue::shipped(), 2);
    const auto ranked = screening.rank(prices, Grouping::kFamily);
    if (!std::isfinite(best) && cached) continue;
    ASSERT_EQ(std::isfinite(best), !ranked.empty()) << to_string(*one.family);
    if (!std::isfinite(best)) continue;
    const double found = ranked.front().bill.compared();
    EXPECT_LE(found, best * (cached ? 1.01 : 1 + 1e-9)) << to_string(*one.family);
    if (!cached) {
      EXPECT_NEAR(found, best, 1e-9 * best) << to_string(*one.family);
    }
  }
}

TEST(Screening, TheCheapestIsThatOfAnExhaustiveSearch) {
  expect_the_cheapest(plain_ask(), PriceBook::shipped());
  expect_the_cheapest(small_files(8), PriceBook::shipped());
}

// Where disks are dear and accelerators cheap the least backing is not the one that pruning meets first.
TEST(Screening, TheCheapestAtOtherPricesToo) {
  PriceBook prices = PriceBook::shipped();
  prices.change("hdd=x20");
  prices.change("accelerators=x0.2");
  expect_the_cheapest(small_files(32), prices);
}

TEST(Screening, TheCheapestForTwoJobs) {
  SizingAsk ask = small_files(8);
  ask.jobs.push_back({plain_job(), 0.5});
  expect_the_cheapest(ask, PriceBook::shipped());
}

// Where the hosts' cores allow half of full speed, idle money is most of every total, whatever is bought.
TEST(Screening, TheCheapestWhereHostsHoldBack) {
  SizingAsk ask = small_files(16);
  ask.jobs[0].workload.loader.preprocess = constant_law(0.03);
  ASSERT_LT(need_of(ask).jobs[0].host.pace, 0.6);
  expect_the_cheapest(ask, PriceBook::shipped());
}

// Judged once for one set of prices, it still finds the cheapest at another.
TEST(Screening, RankingAgainJudgesWhatHasBecomeCheap) {
  const SizingAsk ask = of_family(small_files(16), Family::kHybrid);
  const PriceBook now = PriceBook::shipped(), dear = now.scaled("ssd", 10);
  Screening screening(ask, Catalogue::shipped(), 2);
  screening.rank(now, Grouping::kProduct);
  const auto again = screening.rank(dear, Grouping::kFamily);
  ASSERT_FALSE(again.empty());
  Screening anew(ask, Catalogue::shipped(), 2);
  const auto expected = anew.rank(dear, Grouping::kFamily);
  EXPECT_NEAR(again.front().bill.total(), expected.front().bill.total(), 1e-6);
}

// The one search for the best of all, under any limit, and whether there is one, against the ranking of all families.
TEST(Screening, TheCheapestIsTheFirstOfTheRanking) {
  const PriceBook& prices = PriceBook::shipped();
  for (const double target : {0.5, 0.9, 0.99, 0.9999})
    for (const std::uint32_t accelerators : {8U, 64U}) {
      SizingAsk ask = small_files(accelerators);
      ask.jobs[0].workload.training.au_target = target;
      Screening screening(ask, Catalogue::shipped(), 2);
      const auto ranked = screening.rank(prices, Grouping::kFamily);
      Screening anew(ask, Catalogue::shipped(), 2);
      EXPECT_EQ(anew.anything_serves(prices), !ranked.empty());
      Screening alone(ask, Catalogue::shipped(), 2);
      const auto found = alone.cheapest(prices);
      ASSERT_EQ(found.has_value(), !ranked.empty()) << target;
      if (!found) continue;
      const double least = ranked.front().bill.compared();
      EXPECT_NEAR(found->bill.compared(), least, 1e-9 * least);
      EXPECT_EQ(alone.designs()[found->design].name, screening.designs()[ranked.front().design].name);
      EXPECT_FALSE(alone.cheapest(prices, 0.999 * least));
    }
}

TEST(Screening, DeterministicWhateverTheThreads) {
  const SizingAsk ask = small_files(16);
  std::vector<std::vector<std::pair<std::size_t, double>>> found;
  std::vector<std::vector<std::string>> reasons;
  for (const unsigned threads : {1U, 2U, 5U}) {
    Screening screening(ask, Catalogue::shipped(), threads);
    found.emplace_back();
    for (const Ranked& r : screening.rank(PriceBook::shipped(), Grouping::kProduct))
      found.back().emplace_back(r.design, r.bill.total());
    reasons.emplace_back();
    for (const Rejected& r : screening.rejected()) reasons.back().push_back(r.reason);
  }
  EXPECT_FALSE(found[0].empty());
  EXPECT_EQ(found[0], found[1]);
  EXPECT_EQ(found[0], found[2]);
  EXPECT_EQ(reasons[0], reasons[1]);
  EXPECT_EQ(reasons[0], reasons[2]);
}

TEST(Screening, RankedIsCheapestFirstAndServes) {
  Screening screening(small_files(16), Catalogue::shipped(), 2);
  double last = 0;
  const auto ranked = screening.rank(PriceBook::shipped(), Grouping::kProduct);
  for (const Ranked& r : ranked) {
    EXPECT_TRUE(screening.judgement(r.design).serves());
    EXPECT_GE(r.bill.compared(), last);
    EXPECT_GE(r.bill.total(), fixed_costs(screening.designs()[r.design], PriceBook::shipped()));
    last = r.bill.compared();
  }
  EXPECT_GT(last, 0);
  EXPECT_GE(screening.judged_count(), ranked.size());
  EXPECT_GE(screening.offered_count(), screening.judged_count()) << "of most kinds none is judged";
}

// A reason is a rejection by some measure: below what is needed, and nearest first.
TEST(Screening, RejectionsReachLessThanIsNeeded) {
  Screening screening(small_files(64), Catalogue::shipped(), 2);
  const auto ranked = screening.rank(PriceBook::shipped(), Grouping::kProduct);
  double last = 1;
  const auto rejected = screening.rejected();
  ASSERT_FALSE(rejected.empty());
  for (const Rejected& r : rejected) {
    EXPECT_FALSE(r.reason.empty());
    EXPECT_LE(r.reach, last);
    EXPECT_LT(r.reach, 1) << r.reason;
    EXPECT_FALSE(screening.judgement(r.design).serves()) << r.reason;
    EXPECT_FALSE(screening.judgement(r.design).check.empty()) << r.reason;
    last = r.reach;
  }
  ASSERT_FALSE(ranked.empty());
  for (const Ranked& r : ranked) {
    const Judgement& j = screening.judgement(r.design);
    EXPECT_TRUE(j.serves()) << j.reason;
    EXPECT_GE(j.reach, 1);
    EXPECT_TRUE(j.check.empty()) << j.check;
  }
}

// Of each product one miss is named.
TEST(Screening, OneMissOfEachProduct) {
  SizingAsk ask = small_files(64);
  ask.place = Place::kCloud;
  ask.jobs[0].workload.dataset.samples = 300'000'000;
  Screening screening(ask, Catalogue::shipped(), 2);
  screening.rank(PriceBook::shipped(), Grouping::kProduct);
  std::set<std::pair<Family, std::string>> seen;
  for (const Rejected& r : screening.rejected()) {
    const Design& d = screening.designs()[r.design];
    EXPECT_TRUE(seen.insert({d.family, d.product}).second) << d.name;
  }
  EXPECT_FALSE(seen.empty());
}

// Steps that no host's network feeds, 800 GB/s of each: everything is rejected, and something is the
// nearest miss.
TEST(Screening, ThereIsANearestMissWhereNothingServes) {
  SizingAsk ask = plain_ask();
  ask.jobs[0].workload.accelerator.step_time = constant_law(1e-4);
  Screening screening(ask, Catalogue::shipped(), 2);
  EXPECT_TRUE(screening.rank(PriceBook::shipped(), Grouping::kFamily).empty());
  EXPECT_FALSE(screening.rejected().empty());
}

// Two steps an epoch, whose first batches no storage has ready: of hundreds of offers some of each product are judged.
TEST(Screening, WhereNoStorageCouldServeFewAreJudged) {
  SizingAsk ask = plain_ask();
  Workload& w = ask.jobs[0].workload;
  w.loader.preprocess = constant_law(0.004);
  w.dataset.samples = std::uint64_t{w.accelerator.count} * w.loader.batch_size * 2;
  Screening screening(ask, Catalogue::shipped(), 2);
  ASSERT_FALSE(screening.could_serve(0));
  EXPECT_TRUE(screening.rank(PriceBook::shipped(), Grouping::kFamily).empty());
  EXPECT_FALSE(screening.rejected().empty());
  EXPECT_LT(screening.judged_count(), screening.offered_count() / 4);
}

// After a design failed by simulation the next of its family that is ranked reads more than 1.2 times as much,
// or is of another service.
TEST(Screening, WhatFailedMakesItsFamilyWait) {
  for (const Family family : {Family::kFlashTlc, Family::kCloudFile}) {
    Screening screening(of_family(small_files(8), family), Catalogue::shipped(), 2);
    const std::size_t best = screening.rank(PriceBook::shipped(), Grouping::kFamily).front().design;
    screening.replace(best, {{}, "simulation", "simulation: too slow", 0.8});
    const double refused = screening.designs()[best].read.value;
    const CloudService* service = screening.designs()[best].service;
    EXPECT_FALSE(screening.judgement(best).serves());
    const auto ranked = screening.rank(PriceBook::shipped(), Grouping::kFamily);
    ASSERT_EQ(ranked.size(), 1u) << to_string(family);
    const Design& next = screening.designs()[ranked.front().design];
    EXPECT_TRUE(next.service != service || next.read.value > 1.2 * refused) << next.name;
    EXPECT_TRUE(screening.judgement(ranked.front().design).serves());
  }
}

// What passed stays, though another of its family that reads as much fails after it; and between the two that
// failed and passed there is something to try.
TEST(Screening, WhatPassedStays) {
  const PriceBook& prices = PriceBook::shipped();
  Screening screening(of_family(small_files(8), Family::kHdd), Catalogue::shipped(), 2);
  const auto first = [&] { return screening.rank(prices, Grouping::kFamily).front(); };
  const auto judged = [&](const Ranked& one) { return screening.judgement(one.design); };
  EXPECT_FALSE(screening.next_between(prices, HUGE_VAL)) << "nothing has failed";
  const Ranked least = first();
  screening.replace(least.design, {{}, "simulation", "simulation: too slow", 0.8});
  const Ranked enough = first();
  screening.replace(enough.design, judged(enough));
  EXPECT_EQ(first().design, enough.design);
  const auto between = screening.next_between(prices, enough.bill.total());
  if (between) {
    EXPECT_LT(between->bill.total(), enough.bill.total());
    screening.replace(between->design, {{}, "simulation", "simulation: too slow", 0.9});
  }
  for (int i = 0; i < 3; ++i) {
    const auto others = screening.rank(prices, Grouping::kProduct);
    for (const Ranked& other : others)
      if (other.design != enough.design) {
        screening.replace(other.design, {{}, "simulation", "simulation: too slow", 0.9});
        break;
      }
    EXPECT_EQ(first().design, enough.design) << i;
  }
}

// Dearer flash never makes all-flash win where it did not.
TEST(Screening, DearerFlashNeverMakesAllFlashWinMore) {
  SizingAsk ask = small_files(16);
  ask.place = Place::kOnPremises;
  Screening screening(ask, Catalogue::shipped(), 2);
  bool won = true;
  for (const double factor : {0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 20.0}) {
    const auto ranked = screening.rank(PriceBook::shipped().scaled("ssd", factor), Grouping::kFamily);
    ASSERT_FALSE(ranked.empty());
    const Family family = screening.designs()[ranked.front().design].family;
    const bool wins = family == Family::kFlashTlc || family == Family::kFlashQlc;
    EXPECT_TRUE(won || !wins) << factor;
    won = wins;
  }
}

// Whatever looks for designs: lines, offers, of one job and of two.
TEST(Screening, EndsWhatItSearchesOnAStop) {
  const PriceBook prices = round_prices();
  SizingAsk two = plain_ask();
  two.jobs.push_back({plain_job(), 1});
  for (const SizingAsk& ask : {plain_ask(), two})
    for (const Family family : {Family::kFlashTlc, Family::kHybrid, Family::kCloudObject}) {
      std::stop_source stop;
      Screening screening(of_family(ask, family), Catalogue::shipped(), 2, std::make_shared<SolvedNetworks>(),
                          stop.get_token());
      stop.request_stop();
      EXPECT_THROW(screening.rank(prices, Grouping::kProduct), Interrupted) << to_string(family);
      EXPECT_THROW(screening.cheapest(prices), Interrupted) << to_string(family);
      EXPECT_THROW(screening.anything_serves(prices), Interrupted) << to_string(family);
    }
}

}  // namespace
}  // namespace aforo
