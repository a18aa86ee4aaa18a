// What gives way on a page that may take so many lines: whole clauses, then whole facts, words at the very last.
#include "report/fit_facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aforo {
namespace {

using testing::ElementsAre;

constexpr std::size_t kColumns = 20;

List facts(std::size_t most, std::vector<Item> items) {
  return {ListStyle::kFacts, std::move(items), {}, 0, most};
}

TEST(FitFacts, WhatFitsIsWhole) {
  const List list =
      facts(4, {{"a", "one two; three four", {}, " (and 2 more)", 0}, {"b", "$5,090 a month", {}}});
  EXPECT_THAT(fit_facts(list, kColumns), ElementsAre("one two; three four (and 2 more)", "$5,090 a month"));
  EXPECT_THAT(fit_facts(facts(0, {{"a", std::string(90, 'x'), {}}}), kColumns),
              ElementsAre(std::string(90, 'x')));
}

TEST(FitFacts, ClausesEndBeforeWordsDo) {
  const List list =
      facts(2, {{"a", "a first clause; with $12,300 a month", {}, " (and 2)", kNamed}, {"b", "short", {}}});
  EXPECT_THAT(fit_facts(list, kColumns), ElementsAre("", "short"))
      << "a clause and what goes with it are two lines";
  EXPECT_THAT(
      fit_facts(facts(2, {{"a", "a clause; with $12,300 a month", {}, "", kNamed}, {"b", "short", {}}}),
                kColumns),
      ElementsAre("a clause ...", "short"));
}

TEST(FitFacts, TheLeastKeptGoFirst) {
  const std::string two = "nothing that ends before its end",
                    clauses = "so much for $12; and more than a line";
  EXPECT_THAT(fit_facts(facts(4, {{"a", two, {}, "", 1}, {"b", two, {}, "", 0}, {"c", two, {}}}), kColumns),
              ElementsAre(two, "", two));
  EXPECT_THAT(
      fit_facts(facts(4, {{"a", clauses, {}, "", kNamed}, {"b", two, {}, "", 0}, {"c", two, {}}}), kColumns),
      ElementsAre(clauses, "", two))
      << "left out before another is shortened";
  EXPECT_THAT(fit_facts(facts(3, {{"a", clauses, {}, "", kNamed}, {"b", two, {}}}), kColumns),
              ElementsAre("so much for $12 ...", two));
  EXPECT_THAT(fit_facts(facts(3, {{"a", two, {}, "", kNamed}, {"b", clauses, {}}}), kColumns),
              ElementsAre("", clauses))
      << "and left out before what is kept is shortened";
}

TEST(FitFacts, WhatALargeOneLeavesIsGivenBack) {
  const std::string large(70, 'x');
  const List list = facts(3, {{"a", "a clause; and one more of it", {}, "", kNamed + 1},
                              {"b", large, {}, "", kNamed},
                              {"c", "short", {}}});
  EXPECT_THAT(fit_facts(list, kColumns), ElementsAre("a clause; and one more of it", "", "short"));
}

TEST(FitFacts, WordsAreCutWhereNothingElseIsLeft) {
  const std::string name(100, 'x');  // wider than the page
  const List list = facts(3, {{"a", name, {}}, {"b", "aforo predict job d.yaml", {}, "", kWhole}});
  const std::vector<std::string> found = fit_facts(list, kColumns);
  EXPECT_EQ(found[1], "aforo predict job d.yaml");
  EXPECT_LE(found[0].size(), kColumns);
}

}  // namespace
}  // namespace aforo
