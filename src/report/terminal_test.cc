// Pages against their snapshots in testdata/: NAME.json, rendered at 80 columns, is NAME.80.txt. After a
// wanted change run this program with AFORO_UPDATE_SNAPSHOTS=1 and read the difference before committing it.
#include "report/terminal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace aforo {
namespace {

const char* const kRecords[] = {
    "run",           "plan",           "run_partial",      "find_max",         "generate",
    "inspect",       "size_explained", "catalogue",        "predict",          "predict_max",
    "predict_sweep", "run_predicted",  "catalogue_drives", "catalogue_service"};

std::string data(const std::string& name) { return std::string(AFORO_TESTDATA) + "/" + name; }

std::string contents(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

Json record(const std::string& name) { return Json::parse(contents(data(name + ".json"))); }

class Snapshot : public testing::TestWithParam<const char*> {};

void compare(const std::string& name, const std::string& shown) {
  if (std::getenv("AFORO_UPDATE_SNAPSHOTS") != nullptr) std::ofstream(data(name)) << shown;
  EXPECT_EQ(contents(data(name)), shown) << "snapshot " << name;
}

TEST_P(Snapshot, At80Columns) {
  const std::string name = GetParam();
  compare(name + ".80.txt", render(record(name), Look{80, false, true}));
}

TEST_P(Snapshot, At120ColumnsInAscii) {
  const std::string name = GetParam();
  const std::string shown = render(record(name), Look{120, false, false});
  for (char c : shown) ASSERT_TRUE(c == '\n' || (c >= ' ' && c <= '~')) << static_cast<int>(c);
  compare(name + ".120.txt", shown);
}

TEST_P(Snapshot, NoLineIsWiderThanTheTerminal) {
  for (std::size_t width = 64; width <= 140; ++width) {
    std::istringstream lines(render(record(GetParam()), Look{width, false, true}));
    for (std::string line; std::getline(lines, line);) {
      if (line.find("distribution: lognormal") != std::string::npos) continue;  // YAML is not wrapped
      ASSERT_LE(display_width(line), width) << line;
    }
  }
}

// A Record of another version may lack anything, or hold something else there.
TEST_P(Snapshot, EveryKeyMayBeMissingOrStrange) {
  const Json whole = record(GetParam());
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
  const std::string page = render_run({{"au", 0.8997}, {"config", {{"au_target", 0.9}}}}, Look{});
  EXPECT_THAT(page, testing::HasSubstr("89.97 %"));
  EXPECT_THAT(page, testing::HasSubstr("misses the target of 90.0 %"));
}

TEST(Terminal, AFileNameCannotMoveTheCursor) {
  const Json evil = {
      {"command", "run"},
      {"config", {{"directory", "/data/\x1b[2J"}, {"name", "\x1b]0;x\a"}}},
      {"errors", {{"count", 1}, {"examples", {"a\x1b[1Ab: EIO"}}, {"by_kind", {{"\x1b[5m", 1}}}}},
      {"statistics", {{"\x1b[7m", {{"au", 1}}}, {"wall", {{"au", 1}}}}},
      {"warnings", {"\x1b[31m"}},
      {"verdict", {{"limit", "\x1b"}, {"text", "\x1b[0m"}}}};
  EXPECT_THAT(render(evil, Look{80, false, true}), testing::Not(testing::HasSubstr("\x1b")));
}

TEST(Terminal, TheWorkloadsNameMayComeFromItsYaml) {
  const Json r = {
      {"command", "run"}, {"config", {{"workload", "name: chest-xray\ndataset:\n"}}}, {"accelerators", 2}};
  EXPECT_THAT(render(r, Look{}), testing::StartsWith("aforo run · chest-xray · 2 accelerators\n"));
}

}  // namespace
}  // namespace aforo
