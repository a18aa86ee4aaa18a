#include "report/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aforo {
namespace {

const Look kPlain{60, false, true};

TEST(Page, ValuesStandInOneColumnAndNotesInAnother) {
  Page page(kPlain);
  page.title("aforo run", "");
  page.section("Storage");
  page.row("requested", "16 GiB");
  page.row("from storage", "8.5 GiB", "half from cache");
  page.row("open", "5 %", "of the time");
  EXPECT_EQ(page.text(),
            "aforo run\n"
            "\n"
            "Storage\n"
            "  requested               16 GiB\n"
            "  from storage            8.5 GiB  half from cache\n"
            "  open                    5 %      of the time\n");
}

TEST(Page, AbsentValuesAndEmptySectionsLeaveNoTrace) {
  Page page(kPlain);
  page.section("Nothing known");
  page.row("throughput", "");
  page.section("Something");
  page.row("steps", "3");
  EXPECT_EQ(page.text(), "Something\n  steps                   3\n");
}

TEST(Page, ANoteThatDoesNotFitGoesBelow) {
  Page page(Look{40, false, true});
  page.section("S");
  page.row("label", "value", "a note of many words");
  EXPECT_EQ(page.text(),
            "S\n"
            "  label                   value\n"
            "                          a note of many\n"
            "                          words\n");
}

TEST(Page, TablesAlignNumbersRightAndDropWhatDoesNotFit) {
  const std::vector<Column> columns = {{"name"}, {"AU", true}, {"a very wide column"}};
  const std::vector<std::vector<std::string>> rows = {{"wall", "61.0 %", "x"}, {"mlps-v1.0", "7.1 %", "y"}};
  Page wide(kPlain), narrow(Look{40, false, true});
  wide.table(columns, rows);
  EXPECT_EQ(wide.text(),
            "  name           AU  a very wide column\n"
            "  wall       61.0 %  x\n"
            "  mlps-v1.0   7.1 %  y\n");
  narrow.table({{"name"}, {"AU", true}, {"a column wider than this"}}, rows);
  EXPECT_EQ(narrow.text(),
            "  name           AU\n"
            "  wall       61.0 %\n"
            "  mlps-v1.0   7.1 %\n");
}

TEST(Page, TablesDropTheLeastKeptColumnsFirst) {
  const std::vector<Column> columns = {
      {"name"}, {"middle column"}, {"total", true, Tone::kPlain, 1}, {"limited by", false, Tone::kPlain, 1}};
  Page page(Look{40, false, true});
  page.table(columns, {{"wall", "x", "7", "a reason of words"}});
  EXPECT_EQ(page.text(),
            "  name  total  limited by\n"
            "  wall      7  a reason of words\n");
}

TEST(Page, ALongLabelKeepsAGapBeforeItsValue) {
  Page page(kPlain);
  page.section("S");
  page.row("a label beyond its column's width", "$50", "once");
  page.row("a label that with its value is wider than all of the page", "$7");
  EXPECT_EQ(page.text(),
            "S\n"
            "  a label beyond its column's width  $50  once\n"
            "  a label that with its value is wider than all of the page\n"
            "                          $7\n");
}

TEST(Page, ParagraphsHang) {
  Page page(Look{40, false, true});
  page.paragraph("1. ", "--drop-caches empties the page cache before the run");
  EXPECT_EQ(page.text(),
            "  1. --drop-caches empties the page\n"
            "     cache before the run\n");
}

TEST(Page, ColourDoesNotChangeTheText) {
  const auto build = [](const Look& look) {
    Page page(look);
    page.title("t", "s");
    page.section("A");
    page.row("l", "v", "n", Tone::kBad);
    page.table({{"x"}, {"y", true}}, {{"1", "2"}});
    page.paragraph("! ", "w", Tone::kWarn);
    return page.text();
  };
  std::string coloured = build(Look{60, true, true});
  EXPECT_THAT(coloured, testing::HasSubstr("\x1b[31mv\x1b[0m"));
  for (std::size_t at; (at = coloured.find('\x1b')) != std::string::npos;) {
    coloured.erase(at, coloured.find('m', at) - at + 1);
  }
  EXPECT_EQ(coloured, build(Look{60, false, true}));
}

}  // namespace
}  // namespace aforo
