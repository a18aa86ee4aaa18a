// The rows judge themselves: each is bound to its member, each default is the member's, each contradiction refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "answer/catalogue.h"
#include "answer/checkpoint.h"
#include "answer/echo.h"
#include "answer/generate.h"
#include "answer/inspect.h"
#include "answer/make_row.h"
#include "answer/predict.h"
#include "answer/probe.h"
#include "answer/run.h"
#include "answer/size.h"
#include "base/error.h"
#include "base/text.h"

namespace aforo {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Maker = std::function<std::unique_ptr<Ask>()>;
const std::vector<Maker> kAsks = {
    [] { return std::make_unique<RunAsk>(); },        [] { return std::make_unique<GenerateAsk>(); },
    [] { return std::make_unique<InspectAsk>(); },    [] { return std::make_unique<ProbeAsk>(); },
    [] { return std::make_unique<CheckpointAsk>(); }, [] { return std::make_unique<PredictAsk>(); },
    [] { return std::make_unique<SizeAsk>(); },       [] { return std::make_unique<CatalogueAsk>(); }};

// A good value that is no default.
std::string good_value(const Option& option) {
  switch (option.kind) {
    case ValueKind::kFlag:
      return "true";
    case ValueKind::kCount:
    case ValueKind::kPositive:
      return "7";
    case ValueKind::kFraction:
    case ValueKind::kShare:
      return "45%";
    case ValueKind::kPoints:
      return "2.5";
    case ValueKind::kBytes:
      return "3 MB";
    case ValueKind::kSeconds:
      return "144 ms";
    case ValueKind::kDollarsPerHour:
      return "6.88/h";
    case ValueKind::kChoice:
      return option.words().back();
    case ValueKind::kAssignment:
      return "loader.workers=3";
    default:
      return "word";
  }
}

std::string refusal(const Ask& ask) {
  try {
    refuse_contradictions(ask);
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

TEST(Rows, AValueThatIsSaidIsThatOfTheMember) {
  for (const Maker& make : kAsks)
    for (const Row& row : make()->table().rows) {
      SCOPED_TRACE(std::string(make()->table().command) + " " + std::string(row.option.name));
      const auto ask = make();
      EXPECT_FALSE(row.given(*ask));
      const std::string said = good_value(row.option);
      say(*ask, row.option.name, said);
      EXPECT_TRUE(row.given(*ask));
      EXPECT_THAT(row.said(*ask), ElementsAre(said)) << "the echo is what was said";
      for (const Row& other : ask->table().rows)
        EXPECT_EQ(other.given(*ask), &other == &row) << "and of this member alone: " << other.option.name;
      if (row.option.repeatable) continue;
      const auto again = make();
      say(*again, row.option.name, row.value(*ask));
      EXPECT_EQ(row.value(*again), row.value(*ask)) << "its exact text means the same";
    }
}

// Whether a person said it or a program assigned it. No count of an ask is narrowed to another one.
TEST(Rows, CountsBeyondTheirWidthAreRefusedByTheirOption) {
  for (const Maker& make : kAsks)
    for (const char* name :
         {"accelerators", "epochs", "workers", "prefetch", "max-accelerators", "per-host"}) {
      const Row* row = find_row(make()->table(), name);
      if (row == nullptr) continue;
      SCOPED_TRACE(std::string(make()->table().command) + " --" + name);
      const auto said = make();
      try {
        say(*said, name, "4294967297");
        ADD_FAILURE() << "it was taken";
      } catch (const UserError& error) {
        EXPECT_THAT(error.what(), AllOf(HasSubstr("--" + std::string(name) + ": expected a whole number "),
                                        HasSubstr("found")));
      }
    }
  RunAsk run;
  run.workload = "w", run.directory = "d", run.find_max = true;
  run.max_accelerators = 4294967297;
  EXPECT_THAT(refusal(run), HasSubstr("--max-accelerators: expected a whole number up to 1000000"));
  SizeAsk size;
  size.workload = "unet3d_h100";
  size.epochs = 4294967297;
  EXPECT_THAT(refusal(size), HasSubstr("--epochs: expected a whole number from 1 to 1000000"));
}

TEST(Rows, DefaultsInTheHelpAreThoseOfTheMembers) {
  for (const Maker& make : kAsks)
    for (const Row& row : make()->table().rows) {
      if (row.option.fallback.empty()) continue;
      const auto untouched = make(), said = make();
      say(*said, row.option.name, row.option.fallback);
      EXPECT_EQ(row.value(*untouched), row.value(*said))
          << untouched->table().command << " --" << row.option.name;
    }
}

TEST(Rows, EveryChoiceTakesItsWordsAndNoOther) {
  for (const Maker& make : kAsks)
    for (const Row& row : make()->table().rows) {
      if (row.option.kind != ValueKind::kChoice) continue;
      ASSERT_GE(row.option.words().size(), 2U) << row.option.name;
      for (const std::string& word : row.option.words()) {
        const auto ask = make();
        say(*ask, row.option.name, word);
        EXPECT_EQ(row.value(*ask), word) << "the value that the word names: " << row.option.name;
      }
      const auto ask = make();
      EXPECT_THROW(say(*ask, row.option.name, "none-of-them"), UserError);
    }
}

// Whichever was said first.
TEST(Rows, EveryContradictionIsRefusedBothWays) {
  std::size_t pairs = 0;
  for (const Maker& make : kAsks)
    for (const Row& row : make()->table().rows)
      for (const Exclusion& exclusion : row.exclusions)
        for (const std::string& name : split(exclusion.others, ' ')) {
          if (name.empty() || name == "*") continue;
          const Row* other = find_row(make()->table(), name);
          ASSERT_NE(other, nullptr) << row.option.name << " excludes '" << name
                                    << "', which the ask does not have";
          const auto one = make(), two = make();
          say(*one, row.option.name, good_value(row.option)), say(*one, name, good_value(other->option));
          say(*two, name, good_value(other->option)), say(*two, row.option.name, good_value(row.option));
          EXPECT_THAT(refusal(*one), HasSubstr("expected ")) << row.option.name << " " << name;
          EXPECT_EQ(refusal(*one), refusal(*two));
          ++pairs;
        }
  EXPECT_GE(pairs, 40U);
}

TEST(Rows, AnOptionWithoutItsCompanionIsRefused) {
  std::size_t companions = 0;
  for (const Maker& make : kAsks)
    for (const Row& row : make()->table().rows) {
      if (row.companion.name.empty()) continue;
      const auto ask = make();
      say(*ask, row.option.name, good_value(row.option));
      const Row* companion = find_row(ask->table(), row.companion.name);
      if (companion == nullptr) continue;  // its asker's: command_line_test.cc finds it there
      EXPECT_EQ(refusal(*ask), row.companion.sentence);
      say(*ask, row.companion.name, good_value(companion->option));
      EXPECT_NE(refusal(*ask), row.companion.sentence);
      ++companions;
    }
  // Of run: --max-accelerators, --failure-every, three of a cache; of predict: the first, both of a checkpoint, a cache's policy;
  // --sites; --precision.
  EXPECT_EQ(companions, 11U);
}

// An asker with options of its own: one that stands beside no --sweep, one that needs --epochs.
struct FrontAsk : Ask {
  Setting<std::string> plot, sheet;
  const AskTable& table() const override;
};
constexpr Row kFrontRows[] = {
    row<&FrontAsk::plot>({"plot", 0, ValueKind::kText, "FILE", "", "", kOutputGroup})
        .excluding("sweep", "one curve is drawn")
        .refusing("*", "expected --plot alone, found --{name}"),
    row<&FrontAsk::sheet>({"sheet", 0, ValueKind::kText, "FILE", "", "", kOutputGroup})
        .needing("epochs", "expected --epochs beside --sheet, found none")};
constexpr AskTable kFrontTable{"", "", kFrontRows};
const AskTable& FrontAsk::table() const { return kFrontTable; }

TEST(Rows, WhatAnAskerKeepsIsHeldAgainstTheAsk) {
  const auto between = [](const SizeAsk& ask, const FrontAsk& front) -> std::string {
    try {
      refuse_contradictions_between(ask, front);
    } catch (const UserError& error) {
      return error.what();
    }
    return "";
  };
  SizeAsk size;
  FrontAsk front;
  EXPECT_EQ(between(size, front), "");
  front.plot = "a", size.duty = 0.5;
  EXPECT_EQ(between(size, front), "") << "'*' is of its own table";
  size.sweep = "capacity=1TB";
  EXPECT_EQ(between(size, front), "expected --plot or --sweep, found both; one curve is drawn");
  front = {}, front.sheet = "b";
  EXPECT_EQ(between(size, front), "expected --epochs beside --sheet, found none");
  size.epochs = 3;
  EXPECT_EQ(between(size, front), "");
}

TEST(Rows, RefusalsSayWhichTwoAndWhy) {
  RunAsk run;
  run.null = true, run.verify = true;
  EXPECT_EQ(refusal(run), "expected --null or --verify, found both; nothing is read that could be verified");
  SizeAsk size;
  size.workload = "resnet50_h100", size.jobs = "jobs.yaml";
  EXPECT_EQ(refusal(size), "expected W or --jobs, found both ('resnet50_h100'); leave one out");
  GenerateAsk generate;
  generate.directory = "d", generate.remove = true, generate.samples = 5;
  EXPECT_EQ(
      refusal(generate),
      "expected --delete with a directory alone, found --samples; the manifest in the directory says what is "
      "removed");
}

TEST(Rows, DeleteStandsBesideNothingButOutputAndTheWayThere) {
  for (const Row& row : GenerateAsk().table().rows) {
    if (row.is_word || row.option.name == "delete") continue;
    GenerateAsk ask;
    ask.directory = "d", ask.remove = true;
    say(ask, row.option.name, good_value(row.option));
    EXPECT_EQ(refusal(ask).empty(), row.option.group == kOutputGroup || row.option.group == kBucketGroup)
        << row.option.name;
  }
}

TEST(Rows, WhatAProgramAssignsIsEchoedExactly) {
  SizeAsk ask;
  ask.target = 0.9;
  ask.capacity = Bytes{220'000'000'000'000};
  ask.failure_every = Seconds{3600};
  ask.explain = true;
  ask.where = Place::kCloud;
  Json record;
  add_echo(record, ask, {});
  EXPECT_EQ(record["config"]["command_line"],
            Json::parse(R"({"capacity": "220000000000000 B", "explain": true,
      "failure-every": "3600 s", "target": "0.9", "where": "cloud"})"));
}

TEST(Rows, NothingGivenIsNothingEchoed) {
  Json record = Json::object();
  add_echo(record, RunAsk(), {});
  EXPECT_EQ(record, Json::object());
}

TEST(Rows, UnknownOptionsAreGuessedAndBadValuesNamed) {
  SizeAsk ask;
  const auto sentence = [&](std::string_view name, std::string_view text) -> std::string {
    try {
      say(ask, name, text);
    } catch (const UserError& error) {
      return error.what();
    }
    return "accepted";
  };
  EXPECT_EQ(sentence("capacty", "1 TB"),
            "expected an option of 'aforo size', found 'capacty'; did you mean 'capacity'?");
  EXPECT_THAT(sentence("capacity", "220"), HasSubstr("--capacity: expected"));
  EXPECT_EQ(sentence("years", "3"), "accepted");
  EXPECT_EQ(sentence("years", "4"), "--years: expected it once, found it again");
}

}  // namespace
}  // namespace aforo
