// What each command's document says: typed values, units and tones, read from the Records in testdata/.
#include "report/document_of.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace aforo {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Json record(const std::string& name) {
  std::ifstream file(std::string(AFORO_TESTDATA) + "/" + name + ".json");
  return Json::parse(file);
}

// The blocks of a kind below a heading.
template <class T>
std::vector<T> blocks(const Document& doc, const std::string& heading) {
  std::vector<T> out;
  for (const Section& section : doc.sections) {
    if (section.heading != heading) continue;
    for (const Block& block : section.blocks)
      if (const T* found = std::get_if<T>(&block)) out.push_back(*found);
  }
  return out;
}

LabelledValue row(const Document& doc, const std::string& heading, const std::string& label) {
  for (const Rows& rows : blocks<Rows>(doc, heading))
    for (const LabelledValue& one : rows.rows)
      if (one.label == label) return one;
  ADD_FAILURE() << "no row '" << label << "' below '" << heading << "'";
  return {};
}

Table table(const Document& doc, const std::string& heading) {
  const auto found = blocks<Table>(doc, heading);
  EXPECT_EQ(found.size(), 1U) << heading;
  return found.empty() ? Table{} : found.front();
}

std::vector<std::string> texts(const std::vector<Value>& values) {
  std::vector<std::string> out;
  for (const Value& value : values) out.push_back(value.text);
  return out;
}

void expect_value(const Value& value, double number, Unit unit) {
  ASSERT_TRUE(value.number.has_value()) << value.text;
  EXPECT_DOUBLE_EQ(*value.number, number) << value.text;
  EXPECT_EQ(value.unit, unit) << value.text;
}

TEST(DocumentOf, ARunsTitleIsFactsNotALine) {
  const Document doc = whole_document_of(record("run"));
  EXPECT_THAT(texts(doc.title), ElementsAre("aforo run", "resnet50_h100", "8 accelerators"));
  expect_value(doc.title[2], 8, Unit::kCount);
  EXPECT_THAT(texts(doc.subtitle), ElementsAre("/mnt/nvme/imagenet", "target AU 90.0 %", "io_uring", "direct",
                                               "2026-06-01 12:00 UTC"));
  EXPECT_EQ(doc.subtitle[0].unit, Unit::kPath);
}

TEST(DocumentOf, ARunsRowsAreTyped) {
  const Json run = record("run");
  const Document doc = whole_document_of(run);
  const LabelledValue au = row(doc, "Accelerators", "utilisation (AU)");
  expect_value(au.value, run["au"], Unit::kFraction);
  EXPECT_EQ(au.value.tone, Tone::kBad) << "61 % of 90 %";
  expect_value(au.note, 0.9, Unit::kFraction);
  const LabelledValue throughput = row(doc, "Accelerators", "throughput");
  expect_value(throughput.value, run["samples_per_second"], Unit::kPerSecond);
  expect_value(throughput.note, run["bytes_per_second"], Unit::kBytesPerSecond);
  const LabelledValue cost = row(doc, "Accelerators", "idle accelerators cost");
  expect_value(cost.note, run["stall_cost_usd_per_month"], Unit::kDollarsPerMonth);
  const LabelledValue device = row(doc, "Storage", "device");
  EXPECT_EQ(device.label_name, "nvme0n1");
  expect_value(device.value, 0.99, Unit::kFraction);
  expect_value(row(doc, "Client", "without storage").value, 91300, Unit::kPerSecond);
}

TEST(DocumentOf, WhereARunsTimeWentIsAWhole) {
  const auto bars = blocks<Bars>(whole_document_of(record("run")), "Where their time goes");
  ASSERT_EQ(bars.size(), 1U);
  ASSERT_EQ(bars[0].bars.size(), 4U);
  double sum = 0;
  for (const Bar& bar : bars[0].bars) {
    sum += bar.share.number.value();
    EXPECT_EQ(bar.amount.unit, Unit::kSeconds);
  }
  EXPECT_NEAR(sum, 1, 1e-9);
  EXPECT_EQ(bars[0].bars[0].share.tone, Tone::kGood) << "compute";
  EXPECT_EQ(bars[0].bars[1].share.tone, Tone::kBad) << "waiting for data";
}

TEST(DocumentOf, APredictedRunHasTheIntervalsEnds) {
  const LabelledValue predicted =
      row(whole_document_of(record("run_predicted")), "Accelerators", "  predicted");
  expect_value(predicted.note, 0.6053, Unit::kFraction);
  EXPECT_DOUBLE_EQ(predicted.note.upper.value(), 0.6403);
}

TEST(DocumentOf, WhatFailedAndWhatWeakensHasItsTone) {
  const Document doc = whole_document_of(record("run_partial"));
  EXPECT_EQ(row(doc, "Errors", "samples that failed").value.tone, Tone::kBad);
  const auto warnings = blocks<List>(doc, "Warnings");
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_EQ(warnings[0].style, ListStyle::kWarnings);
  EXPECT_EQ(warnings[0].tone, Tone::kWarn);
  EXPECT_THAT(warnings[0].items.front().text, testing::StartsWith("partial: "));
  EXPECT_EQ(blocks<Text>(doc, "Verdict").front().tone, Tone::kGood) << "not limited";
  EXPECT_EQ(blocks<List>(doc, "What to try").front().style, ListStyle::kSteps);
}

TEST(DocumentOf, APathIsWholeWhateverItsLength) {
  const Json run = record("run_partial");
  EXPECT_EQ(whole_document_of(run).subtitle[0].text, run["config"]["directory"]);
}

TEST(DocumentOf, ASearchsRampHasANumberPerCell) {
  const Document doc = whole_document_of(record("find_max"));
  expect_value(row(doc, "Result", "this storage feeds").value, 5, Unit::kCount);
  EXPECT_EQ(row(doc, "Result", "this storage feeds").value.tone, Tone::kStrong);
  expect_value(row(doc, "Result", "this storage feeds").note, 5, Unit::kCount);
  Json null = record("find_max");
  null["engine"] = "null";
  expect_value(row(whole_document_of(null), "Result", "this client could feed").value, 5, Unit::kCount);
  const Table ramp = table(doc, "Ramp");
  ASSERT_EQ(ramp.rows.size(), 6U);
  EXPECT_EQ(ramp.columns.back().style, CellStyle::kBar);
  expect_value(ramp.rows[4][0], 6, Unit::kCount);
  expect_value(ramp.rows[4][1], 0.812, Unit::kFraction);
  EXPECT_DOUBLE_EQ(ramp.rows[4][2].upper.value(), 0.83);
  expect_value(ramp.rows[4][3], 3, Unit::kSeconds);
  EXPECT_EQ(ramp.rows[4][4].text, "below");
}

TEST(DocumentOf, ADryRunSaysWhatItWouldRead) {
  const Document doc = document_of(record("plan"));
  expect_value(row(doc, "What it would read", "samples").value, 1'152'000, Unit::kCount);
  EXPECT_EQ(row(doc, "What it would read", "bytes").value.unit, Unit::kBytes);
  EXPECT_EQ(row(doc, "What it would read", "compute").value.unit, Unit::kSeconds);
}

TEST(DocumentOf, GenerateSaysHowFarItCame) {
  const Document doc = document_of(record("generate"));
  EXPECT_EQ(row(doc, "Dataset", "state").value.tone, Tone::kWarn) << "partial";
  expect_value(row(doc, "Written now", "files").value, 19'200, Unit::kCount);
  EXPECT_EQ(row(doc, "Written now", "files").note.unit, Unit::kPerSecond);
  EXPECT_EQ(row(doc, "Written now", "bytes").note.unit, Unit::kBytesPerSecond);
}

TEST(DocumentOf, InspectHoldsTheYamlAsItIs) {
  const Json inspected = record("inspect");
  const Document doc = document_of(inspected);
  const auto code = blocks<Code>(doc, "For a workload file");
  ASSERT_EQ(code.size(), 1U);
  EXPECT_EQ(code[0].language, "yaml");
  EXPECT_EQ(code[0].text, inspected["dataset_yaml"]);
  const Table sizes = table(doc, "Sample sizes");
  EXPECT_EQ(sizes.columns[0].heading, "mean");
  expect_value(sizes.rows[0][0], inspected["sizes"]["mean"], Unit::kBytes);
}

TEST(DocumentOf, APredictionsAdviceIsByGain) {
  const Document doc = whole_document_of(record("predict"));
  const auto advice = blocks<List>(doc, "What would move it, each alone");
  ASSERT_EQ(advice.size(), 1U);
  EXPECT_EQ(advice[0].style, ListStyle::kGains);
  EXPECT_NEAR(advice[0].items[0].label.number.value(), 0.286, 0.0006);
  const Table stations = table(doc, "Stations");
  EXPECT_TRUE(stations.labels);
  EXPECT_EQ(stations.rows[0][3].unit, Unit::kPerSecond);
  EXPECT_EQ(stations.rows[0][4].unit, Unit::kSeconds);
  expect_value(table(doc, "Beside it").rows[0][1], 2, Unit::kCount);
}

TEST(DocumentOf, AllPredictionsHaveTheirOwnSections) {
  EXPECT_EQ(
      row(whole_document_of(record("predict_max")), "Result, predicted", "this storage feeds").value.number,
      5);
  EXPECT_EQ(table(whole_document_of(record("predict_max")), "Ramp").columns.size(), 5U)
      << "no rates are known";
  const Table sweep = table(document_of(record("predict_sweep")), "Predicted utilisation over accelerators");
  EXPECT_EQ(sweep.columns.size(), 8U);
  expect_value(sweep.rows[6][0], 64, Unit::kCount);
  EXPECT_EQ(sweep.rows[6][6].unit, Unit::kBytesPerSecond);
}

TEST(DocumentOf, ASweepOverSizesIsInBytes) {
  Json sweep = record("predict_sweep");
  sweep["sweep_key"] = "cache_size";
  const Table points = table(document_of(sweep), "Predicted utilisation over cache_size");
  EXPECT_EQ(points.rows[0][0].unit, Unit::kBytes);
}

TEST(DocumentOf, AProbesCurvesAreTables) {
  const Json probe = {{"command", "probe"},
                      {"curves",
                       {{{"kind", "file"},
                         {"read", "direct"},
                         {"operation_bytes", 4096},
                         {"knee", 8},
                         {"points",
                          {{{"concurrency", 1}, {"operations_per_second", 900}, {"latency_seconds", 0.0011}},
                           {{"concurrency", 8}, {"operations_per_second", 4000}, {"spread", 0.02}}}}}}},
                      {"notes", {"a note"}}};
  const Document doc = document_of(probe);
  const Table curve = table(doc, "Whole files of 4.00 KiB, direct");
  ASSERT_EQ(curve.rows.size(), 2U);
  expect_value(curve.rows[0][1], 900, Unit::kPerSecond);
  expect_value(curve.rows[0][3], 0.0011, Unit::kSeconds);
  EXPECT_EQ(curve.rows[0][6].text, "");
  EXPECT_EQ(curve.rows[1][6].text, "knee");
  EXPECT_FALSE(curve.rows[1][3].known());
  EXPECT_EQ(blocks<List>(doc, "How sure")[0].items[0].text, "a note");
}

TEST(DocumentOf, ARequirementIsExplained) {
  const Json sized = record("size_explained");
  const auto found = blocks<Explained>(document_of(sized), "Requirement");
  ASSERT_EQ(found.size(), 1U);
  const ExplainedValue& read = found[0].values.at(0);
  EXPECT_EQ(read.label, "read bandwidth, mean");
  expect_value(read.value, sized["requirement"]["read_bytes_per_second"], Unit::kBytesPerSecond);
  EXPECT_EQ(read.formula, "t s N B / Z");
  EXPECT_EQ(read.source, "--accelerators; workload chest-xray");
  for (const ExplainedValue& one : found[0].values) EXPECT_TRUE(one.value.number.has_value()) << one.label;
}

TEST(DocumentOf, DesignsNameTheStationThatLimitsThem) {
  const Json sized = {{"command", "size"},
                      {"config", {{"command_line", {{"full", true}}}}},
                      {"designs",
                       {{{"name", "a"},
                         {"family", "flash of every host"},
                         {"family_short", "NVMe"},
                         {"limit", "measured curve of 'x', 93 % of its best rate"},
                         {"limit_station", "drives"},
                         {"watts", 2600},
                         {"usable_bytes", 287e12},
                         {"total_usd_per_month", 12345}},
                        {{"name", "b"}, {"family", "HDD"}, {"limit", "not limited"}, {"estimated", true}}}}};
  const Document doc = document_of(sized);
  const Table designs = table(doc, "Designs on premises that serve, by total cost a month");
  ASSERT_EQ(designs.rows.size(), 2U);
  EXPECT_EQ(designs.rows[0].back().text, "drives") << "not what stands between quotes";
  EXPECT_EQ(designs.rows[1].back().text, "-");
  EXPECT_EQ(designs.rows[0][1].text, "NVMe") << "as the Record shortens it";
  EXPECT_EQ(designs.rows[1][1].text, "HDD") << "a Record from before has the whole word";
  expect_value(designs.rows[0][2], 12345, Unit::kDollarsPerMonth);
  expect_value(designs.rows[0][6], 287e12, Unit::kBytes);
  expect_value(designs.rows[0][7], 2600, Unit::kWatts);
  const auto names = blocks<List>(doc, "Designs on premises that serve, by total cost a month");
  EXPECT_EQ(names.at(0).items[0].text, "a; 287 TB usable, 2.6 kW");
}

TEST(DocumentOf, BreakingEvenIsSaidForAllTermsInOneLine) {
  const Json sized = {{"command", "size"},
                      {"config", {{"command_line", {{"full", true}}}}},
                      {"horizon",
                       {{"accounts", {{{"name", "cloud"}, {"cumulative_usd", {1e6, 2e6}}}}},
                        {"break_even_month", 10.08},
                        {"break_even_by_terms",
                         {{{"terms", "on-demand"}, {"break_even_month", 10.08}},
                          {{"terms", "committed-1y"}, {"break_even_month", 16.62}},
                          {{"terms", "committed-3y"}}}}}}};
  EXPECT_EQ(row(document_of(sized), "Own or rent, accelerators included", "by terms of rent").value.text,
            "on-demand in month 11, committed-1y in month 17, committed-3y not within the horizon");
}

// The designs that are accounted for, and a duty as a share is said elsewhere.
TEST(DocumentOf, OwningAndRentingAreOfNamedDesigns) {
  const Json sized = {{"command", "size"},
                      {"config", {{"command_line", {{"full", true}}}}},
                      {"horizon",
                       {{"accounts",
                         {{{"name", "on premises"}, {"design", "60 disks"}, {"cumulative_usd", {3e6, 3.1e6}}},
                          {{"name", "cloud"}, {"design", "a store"}, {"cumulative_usd", {1e6, 2e6}}},
                          {{"name", "cloud, then on premises"},
                           {"design", "a store, then 60 disks"},
                           {"cumulative_usd", {1e6, 2e6}}}}},
                        {"break_even_duty", 0.31092}}}};
  const std::string section = "Own or rent, accelerators included";
  const Document doc = document_of(sized);
  const auto said = blocks<Text>(doc, section);
  ASSERT_EQ(said.size(), 2U);
  EXPECT_EQ(said[0].text, "on premises: 60 disks");
  EXPECT_EQ(said[1].text, "cloud: a store");
  EXPECT_EQ(row(doc, section, "or renting pays below").value.text, "31 %");
}

TEST(DocumentOf, ACatalogueCitesItsSources) {
  const Document doc = document_of(record("catalogue_drives"));
  const Table drives = table(doc, "Drives");
  EXPECT_EQ(drives.rows[1][1].text, "[2]");
  expect_value(drives.rows[1][3], 61.44e12, Unit::kBytes);
  EXPECT_EQ(drives.rows[1][3].text, "61.44");
  expect_value(drives.rows[1][5], 1005e3, Unit::kPerSecond);
  expect_value(drives.rows[1][7], 277, Unit::kDollars);
  EXPECT_EQ(drives.rows[1][7].text, "~277");
  const auto sources = blocks<List>(doc, "Drives");
  ASSERT_EQ(sources.size(), 1U);
  EXPECT_EQ(sources[0].style, ListStyle::kSources);
  EXPECT_EQ(sources[0].items.size(), 3U);
}

// A name that begins with the mark is not a price.
TEST(DocumentOf, OnlyAnEstimatedPriceIsMarked) {
  Json drives = record("catalogue_drives");
  for (Json& drive : drives["drives"]) {
    drive["name"] = "~drive";
    drive["prices"]["capacity"]["kind"] = "published";
  }
  EXPECT_THAT(blocks<Text>(document_of(drives), "Drives"), IsEmpty());
}

TEST(DocumentOf, ACatalogueRowInFullIsRows) {
  const Document doc = document_of(record("catalogue_service"));
  expect_value(row(doc, "Cloud services", "comes with it").value, 125e6, Unit::kBytesPerSecond);
  expect_value(row(doc, "Cloud services", "latency").value, 0.001, Unit::kSeconds);
  expect_value(row(doc, "Prices", "storage").value, 0.08, Unit::kDollars);
  EXPECT_EQ(table(document_of(record("catalogue")), "Workloads").rows[0][1].unit, Unit::kBytesPerSecond);
}

// The first screen, then the rest, whether the echo asks for it or not.
TEST(DocumentOf, AWholeDocumentHasTheFirstScreenAndTheRest) {
  Json size = record("size");
  size["config"]["command_line"].erase("full");
  const auto headings = [](const Document& doc) {
    std::vector<std::string> out;
    for (const Section& section : doc.sections) out.push_back(section.heading);
    return out;
  };
  EXPECT_THAT(headings(document_of(size)), ElementsAre(""));
  const Document whole = whole_document_of(size);
  EXPECT_THAT(headings(whole).front(), "");
  const List facts = blocks<List>(whole, "").front();
  EXPECT_EQ(facts.style, ListStyle::kFacts);
  for (const Item& item : facts.items) {
    EXPECT_THAT(item.text + item.after, testing::Not(testing::HasSubstr("--full"))) << "all stands below";
  }
  Json full = size;
  full["config"]["command_line"]["full"] = true;
  const auto below = headings(document_of(full));
  EXPECT_GT(below.size(), 3U);
  EXPECT_THAT(below, testing::IsSubsetOf(headings(whole)));
  EXPECT_EQ(headings(whole_document_of(full)), headings(whole));
}

}  // namespace
}  // namespace aforo
