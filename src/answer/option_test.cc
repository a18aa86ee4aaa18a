#include "answer/option.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aforo {
namespace {

using ::testing::HasSubstr;

Option of(ValueKind kind, std::string_view form = "X") {
  Option option;
  option.name = "thing";
  option.kind = kind;
  option.form = form;
  return option;
}

Option choice() {
  Option option = of(ValueKind::kChoice, "");
  option.words = [] { return std::vector<std::string>{"buffered", "direct"}; };
  return option;
}

TEST(Options, GoodValuesPass) {
  EXPECT_EQ(problem_with(of(ValueKind::kCount), "0"), "");
  EXPECT_EQ(problem_with(of(ValueKind::kPositive), "50_000"), "");
  EXPECT_EQ(problem_with(of(ValueKind::kFraction), "90%"), "");
  EXPECT_EQ(problem_with(of(ValueKind::kBytes), "220TB"), "");
  EXPECT_EQ(problem_with(of(ValueKind::kSeconds), "144 ms"), "");
  EXPECT_EQ(problem_with(of(ValueKind::kDollarsPerHour), "6.88/h"), "");
  EXPECT_EQ(problem_with(of(ValueKind::kPoints), "2.5"), "");
  for (const char* text : {"0", "-1", "101"})
    EXPECT_EQ(
        problem_with(of(ValueKind::kPoints), text),
        std::string("expected percentage points above 0 and up to 100, such as 3, found '") + text + "'");
  EXPECT_EQ(problem_with(choice(), "direct"), "");
  EXPECT_EQ(problem_with(of(ValueKind::kAssignment), "loader.workers=8"), "");
}

TEST(Options, BadValuesSayWhatWasExpectedAndFound) {
  EXPECT_THAT(problem_with(of(ValueKind::kPositive), "0"), HasSubstr("above 0, found 0"));
  EXPECT_THAT(problem_with(of(ValueKind::kCount), "-3"), HasSubstr("-3"));
  EXPECT_THAT(problem_with(of(ValueKind::kBytes), "220"), HasSubstr("unit"));
  EXPECT_THAT(problem_with(of(ValueKind::kSeconds), "323"), HasSubstr("unit"));
  EXPECT_THAT(problem_with(of(ValueKind::kFraction), "90"), HasSubstr("expected"));
  EXPECT_THAT(problem_with(of(ValueKind::kAssignment), "workers"), HasSubstr("expected key=value"));
  EXPECT_THAT(problem_with(of(ValueKind::kFile), ""), HasSubstr("found nothing"));
}

TEST(Options, AChoiceIsAWordWhateverTheCase) {
  EXPECT_EQ(problem_with(choice(), "DIRECT"), "");
  EXPECT_EQ(choice_word(choice(), "Direct"), "direct");
  EXPECT_EQ(choice_word(choice(), "direct "), "");
}

TEST(Options, AChoiceOfManyWordsListsThem) {
  Option option = choice();
  option.words = [] { return std::vector<std::string>{"a", "b", "c", "d", "e e"}; };
  EXPECT_EQ(problem_with(option, "x"), "expected one of a, b, c, d, e e, found 'x'");
  option.form = "NAME";
  EXPECT_EQ(spelled(option), "    --thing NAME") << "a form is shorter than its words";
}

// 4294967297 is 2^32 + 1: one accelerator, where it wraps.
TEST(Options, CountsHaveTheirBounds) {
  Option option = of(ValueKind::kPositive);
  option.most = 1000;
  EXPECT_EQ(problem_with(option, "1000"), "");
  EXPECT_EQ(problem_with(option, "4294967297"), "expected a whole number up to 1000, found 4294967297");
  Option field = of(ValueKind::kPositive);
  field.key = "accelerator.count";
  EXPECT_EQ(problem_with(field, "64"), "");
  EXPECT_EQ(problem_with(field, "4294967297"),
            "expected a whole number from 1 to 1000000, found '4294967297'");
}

TEST(Options, AMistypedChoiceIsGuessed) {
  EXPECT_THAT(problem_with(choice(), "dirct"),
              HasSubstr("expected buffered or direct, found 'dirct'; did you mean 'direct'?"));
}

TEST(Options, AreSpelledWithTheirValue) {
  Option option = of(ValueKind::kPositive, "N");
  EXPECT_EQ(spelled(option), "    --thing N");
  option.letter = 't';
  EXPECT_EQ(spelled(option), "-t, --thing N");
  EXPECT_EQ(spelled(of(ValueKind::kFlag, "")), "    --thing");
  EXPECT_EQ(spelled(choice()), "    --thing buffered|direct") << "a choice shows its words";
}

}  // namespace
}  // namespace aforo
