// Pages against their snapshots in testdata/: NAME.json, rendered at 80 columns, is NAME.80.txt. After a
// wanted change run this program with AFORO_UPDATE_SNAPSHOTS=1 and read the difference before committing it.
#include "report/terminal.h"
#include "base/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "base/text.h"

namespace aforo {
namespace {

// Those of commands whose page is a screen; with --full all of it.
const char* const kScreens[] = {"run",     "run_hosts",   "run_partial",   "run_predicted", "find_max",
                                "predict", "predict_max", "predict_sweep", "size"};

const char* const kRecords[] = {"run",
                                "run_hosts",
                                "plan",
                                "run_partial",
                                "find_max",
                                "generate",
                                "inspect",
                                "size",
                                "size_nothing",
                                "size_explained",
                                "catalogue",
                                "predict",
                                "predict_max",
                                "predict_sweep",
                                "run_predicted",
                                "catalogue_drives",
                                "catalogue_service",
                                "catalogue_workload"};

std::string data(const std::string& name) { return std::string(AFORO_TESTDATA) + "/" + name; }

std::string contents(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

Json shown_record(const std::string& name) { return Json::parse(contents(data(name + ".json"))); }

class Snapshot : public testing::TestWithParam<const char*> {};

void compare(const std::string& name, const std::string& shown) {
  if (std::getenv("AFORO_UPDATE_SNAPSHOTS") != nullptr) std::ofstream(data(name)) << shown;
  EXPECT_EQ(contents(data(name)), shown) << "snapshot " << name;
}

TEST_P(Snapshot, At80Columns) {
  const std::string name = GetParam();
  compare(name + ".80.txt", render(shown_record(name), Look{80, false, true}));
}

TEST_P(Snapshot, At120ColumnsInAscii) {
  const std::string name = GetParam();
  const std::string shown = render(shown_record(name), Look{120, false, false});
  for (char c : shown) ASSERT_TRUE(c == '\n' || (c >= ' ' && c <= '~')) << static_cast<int>(c);
  compare(name + ".120.txt", shown);
}

Json asked_in_full(Json record) {
  record["config"]["command_line"]["full"] = true;
  return record;
}

class FullSnapshot : public testing::TestWithParam<const char*> {};

TEST_P(FullSnapshot, At80Columns) {
  const std::string name = GetParam();
  compare(name + ".full.80.txt", render(asked_in_full(shown_record(name)), Look{80, false, true}));
}

TEST_P(FullSnapshot, At120ColumnsInAscii) {
  const std::string name = GetParam();
  const std::string shown = render(asked_in_full(shown_record(name)), Look{120, false, false});
  for (char c : shown) ASSERT_TRUE(c == '\n' || (c >= ' ' && c <= '~')) << static_cast<int>(c);
  compare(name + ".full.120.txt", shown);
}

TEST_P(FullSnapshot, EveryKeyMayBeMissingOrStrange) {
  const Json whole = asked_in_full(shown_record(GetParam()));
  for (const auto& [key, value] : whole.items()) {
    if (key == "config") continue;
    for (const Json& strange :
         {Json(nullptr), Json("text"), Json(-1.5), Json::array({1, "x", nullptr}), Json::object()}) {
      Json changed = whole;
      changed[key] = strange;
      EXPECT_FALSE(render(changed, Look{}).empty()) << key << " = " << strange;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Pages, FullSnapshot, testing::ValuesIn(kScreens),
                         [](const auto& page) { return std::string(page.param); });

// Lines of the files that a Record holds (YAML), as a page shows them: those are not wrapped.
void add_lines_of_files(const Json& value, std::set<std::string>& lines) {
  if (value.is_structured())
    for (const Json& part : value) add_lines_of_files(part, lines);
  if (!value.is_string()) return;
  const std::string text = value;
  if (text.find('\n') == std::string::npos) return;
  for (const std::string& line : split(text, '\n')) lines.insert("  " + line);
}

TEST_P(Snapshot, NoLineIsWiderThanTheTerminal) {
  std::set<std::string> files;
  add_lines_of_files(shown_record(GetParam()), files);
  for (std::size_t width = 64; width <= 140; ++width) {
    std::istringstream lines(render(shown_record(GetParam()), Look{width, false, true}));
    for (std::string line; std::getline(lines, line);) {
      if (files.contains(line)) continue;
      ASSERT_LE(display_width(line), width) << line;
    }
  }
}

// A Record of another version may lack anything, or hold something else there.
TEST_P(Snapshot, EveryKeyMayBeMissingOrStrange) {
  const Json whole = shown_record(GetParam());
  for (const auto& [key, value] : whole.items()) {
    Json without = whole;
    without.erase(key);
    EXPECT_FALSE(render(without, Look{}).empty()) << key;
    for (const Json& strange : {Json(nullptr), Json("text"), Json(-1.5), Json::array({1, "x", nullptr}),
                                Json::object(), Json({{"p50", "x"}, {"mean", nullptr}})}) {
      Json changed = whole;
      changed[key] = strange;
      EXPECT_FALSE(render(changed, Look{}).empty()) << key << " = " << strange;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Pages, Snapshot, testing::ValuesIn(kRecords),
                         [](const auto& page) { return std::string(page.param); });

TEST(Terminal, TheCommandDecidesThePage) {
  EXPECT_THAT(render({{"command", "run"}, {"au", 0.5}}, Look{}),
              testing::HasSubstr("accelerators compute 50.0 % of the time (AU)"));
  EXPECT_THAT(render(asked_in_full({{"command", "run"}, {"au", 0.5}}), Look{}),
              testing::HasSubstr("utilisation (AU)        50.0 %"));
  EXPECT_THAT(render({{"command", "run"}, {"max_accelerators", 7}}, Look{}),
              testing::HasSubstr("7 accelerators"));
  EXPECT_THAT(render({{"command", "generate"}, {"state", "complete"}}, Look{}),
              testing::HasSubstr("complete"));
}

TEST(Terminal, RemovingIsNotShownAsWriting) {
  const Json removed = {{"command", "generate"}, {"delete", true}, {"dry_run", false},
                        {"directory", "/data"},  {"files", 10},    {"seconds", 0.5}};
  EXPECT_EQ(render(removed, Look{}),
            "aforo generate --delete\n/data\n\nRemoved\n  files                   10\n"
            "  took                    500 ms\n");
}

TEST(Terminal, AlmostMetIsNotShownAsMet) {
  const Json almost = {{"au", 0.8997}, {"config", {{"au_target", 0.9}}}};
  const std::string page = render(asked_in_full(almost), Look{});
  EXPECT_THAT(page, testing::HasSubstr("89.97 %"));
  EXPECT_THAT(page, testing::HasSubstr("misses the target of 90.0 %"));
  const std::string screen = render(almost, Look{});
  EXPECT_THAT(screen, testing::HasSubstr("compute 89.97 % of the time (AU) where 90.0 % is wanted"));
  EXPECT_THAT(screen, testing::HasSubstr("missed"));
}

TEST(Terminal, AFileNameCannotMoveTheCursor) {
  const Json evil = {
      {"command", "run"},
      {"config", {{"directory", "/data/\x1b[2J"}, {"workload", "\x1b]0;x\a"}}},
      {"errors", {{"count", 1}, {"examples", {"a\x1b[1Ab: EIO"}}, {"by_kind", {{"\x1b[5m", 1}}}}},
      {"statistics", {{"\x1b[7m", {{"au", 1}}}, {"wall", {{"au", 1}}}}},
      {"warnings", {"\x1b[31m"}},
      {"verdict", {{"limit", "\x1b"}, {"text", "\x1b[0m"}}}};
  EXPECT_THAT(render(evil, Look{80, false, true}), testing::Not(testing::HasSubstr("\x1b")));
  EXPECT_THAT(render(asked_in_full(evil), Look{80, false, true}), testing::Not(testing::HasSubstr("\x1b")));
}

// The renderer: a Document by hand, at several widths, with and without colour and Unicode.

Document one_section(Block block) {
  Document doc;
  doc.title = {"t"};
  doc.section("S");
  doc.append(std::move(block));
  return doc;
}

std::string below_heading(Block block, const Look& look) {
  const std::string page = to_terminal(one_section(std::move(block)), look);
  constexpr std::string_view kAbove = "t\n\nS\n";
  EXPECT_THAT(page, testing::StartsWith(std::string(kAbove)));
  return page.substr(std::min(page.size(), kAbove.size()));
}

constexpr Look kNarrow{40, false, true}, kWide{120, false, true}, kAscii{120, false, false};

TEST(ToTerminal, FactsAreJoinedByADot) {
  Document doc;
  doc.title = {"aforo run", "", "8 accelerators"};
  doc.subtitle = {path_value("/data"), "direct"};
  EXPECT_EQ(to_terminal(doc, kWide), "aforo run · 8 accelerators\n/data · direct\n");
  EXPECT_EQ(to_terminal(doc, kAscii), "aforo run - 8 accelerators\n/data - direct\n");
}

// 60 characters: beside a fact 48 of them are left, 23 before and 24 behind the ellipsis; alone all the
// page has.
TEST(ToTerminal, APathGivesWayToOtherFacts) {
  Document doc;
  doc.title = {"t"};
  const std::string path = "/" + std::string(29, 'a') + std::string(30, 'b');
  doc.subtitle = {path_value(path), "direct"};
  EXPECT_EQ(to_terminal(doc, kWide),
            "t\n/" + std::string(22, 'a') + "…" + std::string(24, 'b') + " · direct\n");
  doc.subtitle = {path_value(path)};
  EXPECT_EQ(to_terminal(doc, kWide), "t\n" + path + "\n");
  EXPECT_EQ(display_width(to_terminal(doc, kNarrow)), 1U + 40U + 2U) << "t, the path, the newlines as '?'";
}

TEST(ToTerminal, ANoteGoesBelowWhereItDoesNotFit) {
  Rows rows{{{"cost", {}, value_of(6.88, Unit::kDollars), "lost in this run"}}};
  EXPECT_EQ(below_heading(rows, kWide), "  cost                    $6.88  lost in this run\n");
  EXPECT_EQ(below_heading(rows, kNarrow),
            "  cost                    $6.88\n                          lost in this\n"
            "                          run\n");
}

TEST(ToTerminal, ANameInALabelKeepsToItsColumn) {
  Rows rows{{{"device", "a-name-that-is-much-too-long", "busy", {}}}};
  EXPECT_EQ(below_heading(rows, kAscii), "  device a-name...oo-long busy\n");
}

TEST(ToTerminal, ColourIsByToneAlone) {
  Rows rows{{{"AU", {}, toned(value_of(0.5, Unit::kFraction), Tone::kBad), "of 90 %"}}};
  EXPECT_EQ(below_heading(rows, kWide), "  AU                      50.0 %  of 90 %\n");
  const Look coloured{120, true, true};
  EXPECT_THAT(to_terminal(one_section(rows), coloured),
              testing::EndsWith("  AU                      \x1b[31m50.0 %\x1b[0m  \x1b[2mof 90 %\x1b[0m\n"));
  EXPECT_THAT(to_terminal(one_section(List{ListStyle::kWarnings, {{{}, "slow", {}}}, Tone::kWarn}), coloured),
              testing::EndsWith("\x1b[33m  ! slow\x1b[0m\n"));
}

TEST(ToTerminal, BarsGrowWithThePage) {
  Bars bars{{{"compute", value_of(0.5, Unit::kFraction), value_of(2, Unit::kSeconds)},
             {"other", value_of(0.0004, Unit::kFraction), value_of(0.01, Unit::kSeconds)}}};
  EXPECT_EQ(below_heading(bars, Look{40, false, false}),
            "  compute                  50.0 %  #####  2 s\n  other                     0.0 %\n")
      << "10 columns of a narrow page";
  EXPECT_THAT(below_heading(bars, kAscii),
              testing::StartsWith("  compute                  50.0 %  " + std::string(25, '#') + "  2 s\n"))
      << "50 columns of a wide one";
}

TEST(ToTerminal, ATablesBarIsItsNumber) {
  Table table{{{"n", true}, {"", false, Tone::kPlain, 0, CellStyle::kBar}},
              {{value_of(8, Unit::kCount), value_of(0.25, Unit::kFraction)}}};
  EXPECT_EQ(below_heading(table, kAscii), "  n\n  8  ####\n") << "of 16 columns";
  EXPECT_EQ(below_heading(table, kWide), "  n\n  8  ████\n");
}

TEST(ToTerminal, ATablesLabelsStandWhereThoseOfRowsDo) {
  Table table{{{""}, {"AU", true}}, {{"wall", value_of(0.5, Unit::kFraction)}}, true};
  EXPECT_EQ(below_heading(table, kWide),
            "                              AU\n  wall                    50.0 %\n");
}

TEST(ToTerminal, ListsHaveTheMarksOfTheirStyle) {
  const auto drawn = [](ListStyle style, Value label) {
    return below_heading(List{style, {{std::move(label), "text", {}}}}, kWide);
  };
  EXPECT_EQ(drawn(ListStyle::kBullets, {}), "  - text\n");
  EXPECT_EQ(drawn(ListStyle::kWarnings, {}), "  ! text\n");
  EXPECT_EQ(drawn(ListStyle::kSteps, {}), "  1. text\n");
  EXPECT_EQ(drawn(ListStyle::kSources, {}), "  [1] text\n");
  EXPECT_EQ(drawn(ListStyle::kRanks, value_of(7, Unit::kCount)), "     7  text\n");
  EXPECT_EQ(drawn(ListStyle::kReasons, "tar"), "    tar: text\n");
  EXPECT_EQ(drawn(ListStyle::kTerms, "HDD"), "    HDD" + std::string(30, ' ') + "text\n");
  EXPECT_EQ(drawn(ListStyle::kGains, "+2.0 points"), "    +2.0 points  text\n");
}

TEST(ToTerminal, AFigureStandsAboveWhereItComesFrom) {
  Explained figures{{{"read", value_of(1e9, Unit::kBytesPerSecond), "a x b", "1 x 2", "a preset"},
                     {"opens", value_of(7, Unit::kCount), "", "", ""}}};
  EXPECT_EQ(below_heading(figures, kWide),
            "  read   954 MiB/s\n    = a x b\n    = 1 x 2\n    from a preset\n  opens  7\n");
}

TEST(ToTerminal, PicturesAreNotDrawn) {
  Chart chart;
  chart.series.push_back({"s", Mark::kLine, {1}, {1}});
  EXPECT_EQ(to_terminal(one_section(chart), kWide), "t\n");
}

TEST(ToTerminal, NothingFromOutsideMovesTheCursor) {
  const std::string evil = "\x1b[2J";
  Document doc;
  doc.title = {evil};
  doc.subtitle = {path_value(evil)};
  doc.section(evil);
  doc.row(LabelledValue{evil, evil, evil, evil});
  doc.append(Table{{{evil}}, {{evil}}, true});
  doc.append(Bars{{{evil, {0.5, Unit::kFraction, "x"}, evil}}});
  doc.append(Text{evil});
  for (const ListStyle style :
       {ListStyle::kBullets, ListStyle::kReasons, ListStyle::kTerms, ListStyle::kGains})
    doc.append(List{style, {{evil, evil, evil}}});
  doc.append(Explained{{{evil, evil, evil, evil, evil}}});
  doc.append(Code{"yaml", evil});
  EXPECT_THAT(to_terminal(doc, kWide), testing::Not(testing::HasSubstr("\x1b")));
}

}  // namespace
}  // namespace aforo
