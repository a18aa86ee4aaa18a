#include "sizing/cost_curve.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/error.h"
#include "measure/series.h"
#include "sizing/size_record.h"
#include "sizing/test_kit.h"

namespace aforo {
namespace {

// Twice the data: twice the samples and twice the capacity, but never less than one step of all accelerators.
TEST(CostCurve, MoreDataOfTheSameKind) {
  SizingAsk ask = plain_ask();
  ask.capacity = Bytes{3'000'000'000'000};
  const SizingAsk twice = with_data(ask, 2);
  EXPECT_EQ(twice.jobs[0].workload.dataset.samples, 2'000'000U);
  EXPECT_EQ(twice.capacity->value, 6'000'000'000'000U);
  EXPECT_EQ(with_data(ask, 1e-6).jobs[0].workload.dataset.samples, 80U);  // 8 x 10
}

class CostCurveTest : public ::testing::Test {
 protected:
  CostCurveTest() { ask_.capacity = Bytes{64'000'000'000'000}; }
  std::vector<CostsAt> costs(unsigned threads = 2) const {
    const Screening screening(ask_, Catalogue::shipped(), threads);
    return costs_by_capacity(screening, prices_, Catalogue::shipped(), threads);
  }
  // As a sizing of so much data alone ranks them.
  void expect_as_ranked(const CostsAt& at) const {
    Screening alone(with_data(ask_, at.factor), Catalogue::shipped(), 2);
    const auto ranked = alone.rank(prices_, Grouping::kFamily);
    ASSERT_EQ(at.kinds.size(), ranked.size()) << at.factor;
    const double least = std::min_element(ranked.begin(), ranked.end(), [](const Ranked& a, const Ranked& b) {
                           return a.bill.accelerators_more < b.bill.accelerators_more;
                         })->bill.accelerators_more;
    for (const Ranked& one : ranked) {
      const Family family = alone.designs()[one.design].family;
      const auto kind = std::find_if(at.kinds.begin(), at.kinds.end(),
                                     [&](const KindCost& k) { return k.family == family; });
      ASSERT_NE(kind, at.kinds.end()) << to_string(family);
      EXPECT_DOUBLE_EQ(kind->total, one.bill.total()) << to_string(family) << ", " << at.factor;
      EXPECT_DOUBLE_EQ(kind->accelerators_more, one.bill.accelerators_more - least) << to_string(family);
    }
  }
  SizingAsk ask_ = plain_ask();
  PriceBook prices_ = round_prices();
};

// 64 TB: places from 2 TB to 2,048 TB, each twice the one before.
TEST_F(CostCurveTest, EveryKindAsASizingOfItsOwn) {
  const auto found = costs();
  ASSERT_EQ(found.size(), kSizePlaces);
  for (std::size_t i = 0; i < found.size(); ++i)
    EXPECT_NEAR(static_cast<double>(found[i].capacity.value), 2e12 * (1U << i), 2) << i;
  for (const std::size_t i : {0U, 5U, 10U}) expect_as_ranked(found[i]);
  EXPECT_TRUE(std::any_of(found[5].kinds.begin(), found[5].kinds.end(),
                          [](const KindCost& k) { return in_cloud(k.family); }));
  for (const CostsAt& at : found) {
    const auto best = cheapest_on_premises(at);
    ASSERT_TRUE(best) << at.factor;
    EXPECT_FALSE(in_cloud(*best));
  }
}

TEST_F(CostCurveTest, DeterministicAndOfWhatWasAskedForAlone) {
  ask_.place = Place::kCloud;
  const auto one = costs(1), two = costs(2);
  ASSERT_EQ(one.size(), two.size());
  for (std::size_t i = 0; i < one.size(); ++i) {
    ASSERT_EQ(one[i].kinds.size(), two[i].kinds.size());
    EXPECT_FALSE(one[i].kinds.empty());
    EXPECT_FALSE(cheapest_on_premises(one[i]));
    for (std::size_t k = 0; k < one[i].kinds.size(); ++k) {
      EXPECT_EQ(one[i].kinds[k].total, two[i].kinds[k].total);
      EXPECT_TRUE(in_cloud(one[i].kinds[k].family));
    }
  }
}

// A series of each kind that serves somewhere, of the places where it does; what no kind serves is no point.
TEST(CostCurve, StandsInTheRecord) {
  Json record = Json::object();
  add_costs_by_capacity(record, {{0.5, Bytes{500}, {}},
                                 {1, Bytes{1000}, {{Family::kFlashTlc, 20, 0}, {Family::kCloudFile, 30, 5}}},
                                 {2, Bytes{2000}, {{Family::kFlashTlc, 40, 0}}}});
  const std::vector<Series> series = series_of(record);
  ASSERT_EQ(series.size(), 2U);
  EXPECT_EQ(series[0].name, "cost by capacity, all-flash TLC");
  EXPECT_EQ(series[0].x.key, "capacity_bytes");
  EXPECT_THAT(series[0].x.values, ::testing::ElementsAre(1000, 2000));
  EXPECT_EQ(series[0].y[0].key, "total_usd_per_month");
  EXPECT_EQ(series[0].y[0].unit, "USD/month");
  EXPECT_THAT(series[0].y[0].values, ::testing::ElementsAre(20, 40));
  EXPECT_EQ(series[1].name, "cost by capacity, cloud file service");
  EXPECT_THAT(series[1].y[0].values, ::testing::ElementsAre(30));
  EXPECT_EQ(series[1].y[1].key, "accelerators_more_usd_per_month");
  EXPECT_THAT(series[1].y[1].values, ::testing::ElementsAre(5));
}

TEST(CostCurve, StopsWhenAsked) {
  const Screening screening(plain_ask(), Catalogue::shipped(), 2);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(costs_by_capacity(screening, PriceBook::shipped(), Catalogue::shipped(), 2, stop.get_token()),
               Interrupted);
}

}  // namespace
}  // namespace aforo
