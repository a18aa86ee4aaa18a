#include "cli/arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace aforo {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Arguments parsed(std::string_view command, std::vector<std::string> words) {
  return Arguments(*find_command(command), words);
}

std::string sentence(std::string_view command, std::vector<std::string> words) {
  try {
    parsed(command, std::move(words));
  } catch (const UserError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Arguments, ValuesComeWithTheirUnits) {
  const auto a =
      parsed("run", {"job.yaml", "/mnt/data", "--timeout", "5 s", "--accelerator-price=6.88/h", "-n", "4"});
  EXPECT_THAT(a.positionals(), ElementsAre("job.yaml", "/mnt/data"));
  EXPECT_DOUBLE_EQ(a.seconds("timeout")->value, 5);
  EXPECT_DOUBLE_EQ(a.dollars_per_hour("accelerator-price")->value, 6.88);
  EXPECT_EQ(a.count("accelerators"), 4U);
}

TEST(Arguments, DefaultsComeFromTheTable) {
  const auto a = parsed("run", {"w", "d"});
  EXPECT_EQ(a.text("engine"), "auto");
  EXPECT_DOUBLE_EQ(a.seconds("timeout")->value, 30);
  EXPECT_EQ(a.text("on-error"), "stop");
  EXPECT_FALSE(a.text("json").has_value());
  EXPECT_FALSE(a.seconds("time-limit").has_value());
  EXPECT_FALSE(a.given("verify"));
  EXPECT_FALSE(a.given("engine"));
}

TEST(Arguments, OptionsMayStandAnywhere) {
  const auto a = parsed("run", {"--verify", "w", "--read", "direct", "d"});
  EXPECT_TRUE(a.given("verify"));
  EXPECT_THAT(a.positionals(), ElementsAre("w", "d"));
}

TEST(Arguments, WhatIsSaidMostPreciselyComesLast) {
  const auto a = parsed("run", {"w", "d", "loader.workers=2", "--set", "loader.workers=4", "--workers", "8",
                                "--read", "direct", "--asynchronous"});
  EXPECT_THAT(a.overrides(), ElementsAre("loader.workers=8", "training.synchronous=false",
                                         "loader.read.mode=direct", "loader.workers=4", "loader.workers=2"));
}

TEST(Arguments, TheBenchmarksOverridesAreAssignments) {
  const auto a = parsed("run", {"w", "d", "++workload.reader.batch_size=8", "workload.train.epochs=1"});
  EXPECT_THAT(a.positionals(), ElementsAre("w", "d"));
  EXPECT_THAT(a.overrides(), ElementsAre("++workload.reader.batch_size=8", "workload.train.epochs=1"));
}

TEST(Arguments, APathWithAnEqualsSignIsAPath) {
  EXPECT_THAT(parsed("run", {"w", "./run=1"}).positionals(), ElementsAre("w", "./run=1"));
  EXPECT_THAT(parsed("run", {"w", "/mnt/run=1"}).positionals(), ElementsAre("w", "/mnt/run=1"));
}

TEST(Arguments, UnknownOptionsAreGuessed) {
  EXPECT_EQ(sentence("run", {"w", "d", "--acelerators", "4"}),
            "expected an option of 'aforo run', found '--acelerators'; did you mean '--accelerators'?; see "
            "'aforo run "
            "--help'");
  EXPECT_THAT(sentence("run", {"w", "d", "-Z"}), HasSubstr("found '-Z'"));
  EXPECT_THAT(sentence("size", {"w", "--verify"}),
              HasSubstr("expected an option of 'aforo size', found '--verify'"));
}

TEST(Arguments, ValuesMissingOrTooMany) {
  EXPECT_EQ(sentence("run", {"w", "d", "--timeout"}), "--timeout: expected a value (TIME), found none");
  EXPECT_EQ(sentence("run", {"w", "d", "--verify=3"}), "--verify: expected no value, found '3'");
  EXPECT_EQ(sentence("run", {"w", "d", "-n", "2", "-n", "3"}),
            "--accelerators: expected it once, found it 2 times");
  EXPECT_THAT(sentence("run", {"w", "d", "extra"}), HasSubstr("one word too many: 'extra'"));
}

TEST(Arguments, EveryValueIsJudgedBeforeAnythingActs) {
  EXPECT_THAT(sentence("run", {"w", "d", "--timeout", "30"}), HasSubstr("--timeout: expected"));
  EXPECT_THAT(sentence("size", {"w", "--capacity", "220"}), HasSubstr("--capacity: expected"));
  EXPECT_THAT(sentence("run", {"w", "d", "--engine", "uring"}),
              HasSubstr("--engine: expected auto or io_uring"));
  EXPECT_THAT(sentence("run", {"w", "d", "--set", "x"}), HasSubstr("--set: expected key=value"));
}

TEST(Arguments, TheEchoHoldsWhatWasGiven) {
  const Json echo =
      parsed("run", {"w", "d", "--verify", "-n", "4", "--set", "a=1", "--set", "b=2", "c=3"}).echo();
  EXPECT_EQ(echo,
            Json::parse(R"({"accelerators":"4","set":["a=1","b=2"],"verify":true,"assignments":["c=3"]})"));
}

TEST(Arguments, AskingForAnUndeclaredOptionIsADefect) {
  EXPECT_THROW(parsed("size", {"w"}).given("verify"), std::logic_error);
}

}  // namespace
}  // namespace aforo
