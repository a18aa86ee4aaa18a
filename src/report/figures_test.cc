// The pictures of the Records in testdata/, and of Records of any other shape.
#include "report/figures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "measure/series.h"
#include "report/html_page.h"

namespace aforo {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Json record(const std::string& name) {
  std::ifstream file(std::string(AFORO_TESTDATA) + "/" + name + ".json");
  return Json::parse(file);
}

std::vector<Chart> charts(const Json& record, std::span<const NamedRecord> others = {}) {
  std::vector<Chart> out;
  for (const Section& section : figures_of(record, others))
    for (const Block& block : section.blocks)
      if (const Chart* chart = std::get_if<Chart>(&block)) out.push_back(*chart);
  return out;
}

Chart chart(const Json& record, const std::string& title, std::span<const NamedRecord> others = {}) {
  for (Chart& one : charts(record, others))
    if (one.title == title) return one;
  ADD_FAILURE() << "no picture '" << title << "'";
  return {};
}

TEST(Figures, ARunShowsItsUtilisationOverTimeAgainstTheTarget) {
  Json run = record("run");
  add_series(run, {"steps",
                   {"begin_seconds", "s", {0, 0.4}},
                   {{"step_seconds", "s", {0.4, 0.3}},
                    {"step_seconds_max", "s", {0.6, 0.3}},
                    {"au", "fraction", {0.5, 0.75}}},
                   2});
  const Chart au = chart(run, "AU over time");
  ASSERT_EQ(au.series.size(), 1U);
  EXPECT_THAT(au.series[0].x, ElementsAre(0, 0.4));
  EXPECT_THAT(au.series[0].y, ElementsAre(0.5, 0.75));
  ASSERT_EQ(au.lines.size(), 1U);
  EXPECT_EQ(au.lines[0].at, 0.9);
  EXPECT_THAT(au.about, HasSubstr("resnet50_h100, 8 accelerators")) << "its configuration";
  EXPECT_THAT(au.about, HasSubstr("measured")) << "its source";
  const Chart steps = chart(run, "Step time over time");
  EXPECT_THAT(steps.series[0].y, ElementsAre(0.6, 0.3)) << "joining must not hide a stall";
}

TEST(Figures, ARunsPredictionStandsBesideIt) {
  const Chart beside = chart(record("run_predicted"), "Predicted beside measured");
  EXPECT_THAT(beside.y.categories, ElementsAre("predicted", "measured"));
  EXPECT_THAT(beside.series[0].x, ElementsAre(0.6223));
  EXPECT_THAT(beside.series[0].low, ElementsAre(0.6053));
  EXPECT_THAT(beside.series[1].x, ElementsAre(0.6103));
}

TEST(Figures, ATimelineNamesItsRowsByRanks) {
  Json run = record("run");
  run["timeline"] = {{"begin_seconds", 0},
                     {"end_seconds", 2},
                     {"bins", 2},
                     {"rows", {{{"first_rank", 0}, {"ranks", 4}}, {{"first_rank", 4}, {"ranks", 1}}}},
                     {"states", {"compute", "load_wait"}},
                     {"shares", "AAAA"}};
  for (const Section& section : figures_of(run, {}))
    for (const Block& block : section.blocks)
      if (const TimelineChart* timeline = std::get_if<TimelineChart>(&block)) {
        EXPECT_THAT(timeline->rows, ElementsAre("0 to 3", "4"));
        EXPECT_EQ(timeline->states[1].label, "waiting for data");
        return;
      }
  ADD_FAILURE() << "no timeline";
}

TEST(Figures, ASearchIsDrawnInTheOrderOfItsAccelerators) {
  const Chart search = chart(record("find_max"), "AU over accelerators");
  EXPECT_TRUE(std::is_sorted(search.series[0].x.begin(), search.series[0].x.end()));
  EXPECT_EQ(search.series[0].x.size(), search.series[0].low.size());
  ASSERT_FALSE(search.lines.empty());
  EXPECT_EQ(search.lines[0].label, "largest number: 5");
}

TEST(Figures, MeasuredPointsLieOnThePredictedBand) {
  const Json sweep = record("predict_sweep");
  Json run = record("run");
  run["config"]["workload"] = sweep["config"]["workload"];
  run["config"]["read"] = sweep["config"]["read"];
  Json another = record("run");
  another["config"]["workload"] = "something_else";
  Json cached = run;
  cached["accelerators"] = 16;
  cached["cache_share"] = 0.9;
  Json direct = run, ended = run;
  direct["config"]["read"] = "direct";
  ended["partial"] = true;
  const std::vector<NamedRecord> others{{"sweep", sweep},   {"run", run},       {"another", another},
                                        {"cached", cached}, {"direct", direct}, {"ended", ended}};
  const Chart au = chart(sweep, "AU over accelerators", others);
  ASSERT_EQ(au.series.size(), 3U) << "band, line, points";
  EXPECT_EQ(au.series[0].mark, Mark::kBand);
  EXPECT_EQ(au.series[2].label, "measured");
  EXPECT_THAT(au.series[2].x, ElementsAre(8)) << "of the same job, whole, read alike, and not of memory";
  EXPECT_THAT(au.series[2].names, ElementsAre("run: /mnt/nvme/imagenet"));
}

TEST(Figures, ASizingShowsCostAgainstUtilisationWithItsFrontier) {
  const Chart cost = chart(record("size"), "Designs: cost against AU");
  ASSERT_GE(cost.series.size(), 2U);
  std::size_t points = 0;
  for (const ChartSeries& series : cost.series) {
    if (series.mark == Mark::kStep) {
      EXPECT_TRUE(std::is_sorted(series.x.begin(), series.x.end()));
      EXPECT_TRUE(std::is_sorted(series.y.begin(), series.y.end()))
          << "what costs more and is less busy is not on it";
    } else {
      points += series.x.size();
      EXPECT_EQ(series.names.size(), series.x.size());
    }
  }
  EXPECT_EQ(points, record("size")["designs"].size());
}

TEST(Figures, CostAgainstDataSizeHasItsCrossings) {
  Json sized = record("size");
  add_series(sized, {"cost by capacity, all-flash TLC",
                     {"capacity_bytes", "B", {1e14, 1e15}},
                     {{"total_usd_per_month", "USD/month", {1000, 9000}}},
                     2});
  sized["break_points"]["by_capacity"] = {
      {{"bytes", 4e14}, {"below", "all-flash TLC"}, {"above", "hybrid flash + HDD"}}};
  add_series(sized, {"cost by capacity, host NVMe",
                     {"capacity_bytes", "B", {1e14, 1e15}},
                     {{"total_usd_per_month", "USD/month", {1500, 8000}},
                      {"accelerators_more_usd_per_month", "USD/month", {0, 500}}},
                     2});
  const Chart cost = chart(sized, "Cost against data size");
  ASSERT_EQ(cost.series.size(), 1U) << "both are all-flash";
  EXPECT_EQ(cost.series[0].label, "all-flash");
  EXPECT_THAT(cost.series[0].y, ElementsAre(1000, 8500))
      << "the cheaper of the group, by what it comes to in all";
  EXPECT_EQ(cost.lines[0].at, 4e14);
  EXPECT_THAT(cost.lines[0].label, HasSubstr("400 TB: hybrid flash + HDD"));
}

TEST(Figures, OwningAndRentingAreDrawnOverMonths) {
  const Json sized = {{"command", "size"},
                      {"horizon",
                       {{"accounts",
                         {{{"name", "on premises"}, {"cumulative_usd", {3e6, 3.1e6}}},
                          {{"name", "cloud"}, {"cumulative_usd", {1e6, 2e6}}}}}}}};
  const Chart own = chart(sized, "Own or rent, over months");
  ASSERT_EQ(own.series.size(), 2U);
  EXPECT_THAT(own.series[1].x, ElementsAre(1, 2));
  EXPECT_EQ(own.series[1].label, "cloud");
  EXPECT_THAT(own.series[1].y, ElementsAre(1e6, 2e6));
}

TEST(Figures, EachSaysWhatItShowsAndFromWhat) {
  for (const auto& file : std::filesystem::directory_iterator(AFORO_TESTDATA)) {
    if (file.path().extension() != ".json") continue;
    for (const Chart& one : charts(record(file.path().stem()))) {
      EXPECT_FALSE(one.title.empty());
      EXPECT_FALSE(one.says.empty()) << one.title;
      EXPECT_THAT(one.about, HasSubstr("; ")) << one.title;
      EXPECT_TRUE(!one.x.unit.empty() || !one.x.categories.empty()) << one.title;
      EXPECT_TRUE(!one.y.unit.empty() || !one.y.categories.empty()) << one.title;
      EXPECT_NO_THROW(chart_json(one)) << one.title;
    }
  }
}

// Records come from files: each value of each becomes something else, one after the other.
void replace_each(const Json& whole, Json& part, const Json& other, int& left) {
  if (part.is_structured())
    for (Json& child : part) replace_each(whole, child, other, left);
  if (left-- <= 0) return;
  Json kept = std::exchange(part, other);
  EXPECT_NO_THROW(report_document(whole)) << kept;
  part = std::move(kept);
}

TEST(Figures, ARecordOfAnyShapeHasAPage) {
  for (const char* const name : {"run_predicted", "find_max", "predict", "predict_sweep", "size"})
    for (const Json& other : {Json(), Json("x"), Json(-1e300), Json::array({1, "a"}), Json::object()}) {
      Json whole = record(name);
      int left = 400;
      replace_each(whole, whole, other, left);
    }
}

TEST(HtmlReport, IsOneFileThatAsksForNothing) {
  const std::vector<NamedRecord> records{{"run.json", record("run")}, {"size.json", record("size")}};
  const std::string html = html_report(records);
  EXPECT_THAT(html, HasSubstr("default-src 'none'; script-src 'sha256-"));
  for (const char* const outside : {" src=", "@import", "url(http", "href=\"http", "<link"})
    EXPECT_THAT(html, Not(HasSubstr(outside))) << outside;
  EXPECT_THAT(html, HasSubstr("<a href=\"#record-2\">size.json</a>"));
}

TEST(HtmlReport, RunsOfOneJobStandBesideEachOther) {
  const std::vector<NamedRecord> same{{"a.json", record("run")}, {"b.json", record("run_predicted")}};
  EXPECT_THAT(html_report(same), HasSubstr("Runs of resnet50_h100"));
  const std::vector<NamedRecord> mixed{{"a.json", record("run")}, {"b.json", record("size")}};
  EXPECT_THAT(html_report(mixed), Not(HasSubstr("Beside each other")));
}

}  // namespace
}  // namespace aforo
