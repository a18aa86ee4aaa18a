#include "cli/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "answer/echo.h"
#include "answer/run.h"
#include "answer/size.h"
#include "base/error.h"
#include "base/text.h"

namespace aforo {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

CommandLine read(std::string_view command, std::vector<std::string> words) {
  return read_command_line(*find_command(command), words);
}

// The ask of a line of 'aforo run'.
RunAsk run(std::vector<std::string> words) {
  return dynamic_cast<RunAsk&>(*read("run", std::move(words)).ask);
}

std::string sentence(std::string_view command, std::vector<std::string> words) {
  try {
    const CommandLine line = read(command, std::move(words));
    refuse_contradictions(*line.ask);
  } catch (const UserError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(CommandLine, ValuesComeWithTheirUnits) {
  const RunAsk a =
      run({"job.yaml", "/mnt/data", "--timeout", "5 s", "--accelerator-price=6.88/h", "-n", "4"});
  EXPECT_EQ(*a.workload, "job.yaml");
  EXPECT_EQ(*a.directory, "/mnt/data");
  EXPECT_DOUBLE_EQ(a.timeout->value, 5);
  EXPECT_DOUBLE_EQ(a.accelerator_price->value, 6.88);
  EXPECT_EQ(*a.accelerators, 4U);
}

TEST(CommandLine, WithoutOptionsItIsTheAskOfDefaults) {
  const RunAsk a = run({"w", "d"});
  EXPECT_EQ(*a.engine, EngineKind::kAuto);
  EXPECT_DOUBLE_EQ(a.timeout->value, 30);
  EXPECT_EQ(*a.on_error, OnError::kStop);
  EXPECT_FALSE(a.time_limit.given());
  EXPECT_FALSE(*a.verify);
  EXPECT_FALSE(a.engine.given());
}

TEST(CommandLine, OptionsOfResultsAreNotOfTheAsk) {
  const CommandLine line = read("size", {"w", "--json", "-", "-q", "--years", "3"});
  EXPECT_EQ(*line.results.json, "-");
  EXPECT_TRUE(*line.results.quiet);
  EXPECT_FALSE(line.results.csv.given());
  EXPECT_EQ(*dynamic_cast<const SizeAsk&>(*line.ask).years, 3U);
}

TEST(CommandLine, AWordThatAnOptionLeavesOutIsPassedOver) {
  const RunAsk a = run({"--dlio", "unet3d.yaml", "/mnt/data"});
  EXPECT_FALSE(a.workload.given());
  EXPECT_EQ(*a.directory, "/mnt/data");
  EXPECT_EQ(sentence("run", {"--dlio", "unet3d.yaml", "w", "d"}),
            "expected no workload beside --dlio, found 'w'; leave W out");
}

TEST(CommandLine, AWordThatIsMissingIsAskedForByUsage) {
  EXPECT_EQ(
      sentence("run", {}),
      "expected a workload, as in 'aforo run W DIR [key=value]... [options]', found none; see 'aforo catalogue "
      "workloads'");
  EXPECT_EQ(
      sentence("run", {"w"}),
      "expected a directory, as in 'aforo run W DIR [key=value]... [options]', found none; see 'aforo run "
      "--help'");
  EXPECT_EQ(sentence("size", {"--jobs", "jobs.yaml"}), "accepted");
}

TEST(CommandLine, OptionsMayStandAnywhere) {
  const RunAsk a = run({"--verify", "w", "--read", "direct", "d"});
  EXPECT_TRUE(*a.verify);
  EXPECT_EQ(*a.read, ReadMode::kDirect);
  EXPECT_EQ(*a.workload, "w");
  EXPECT_EQ(*a.directory, "d");
}

TEST(CommandLine, WhatIsSaidMostPreciselyComesLast) {
  const RunAsk a = run({"w", "d", "loader.workers=2", "--set", "loader.workers=4", "--workers", "8", "--read",
                        "direct", "--asynchronous"});
  EXPECT_THAT(overrides_of(a),
              ElementsAre("loader.workers=8", "training.synchronous=false", "loader.read.mode=direct",
                          "loader.workers=4", "loader.workers=2"));
}

TEST(CommandLine, TheBenchmarksOverridesAreAssignments) {
  const RunAsk a = run({"w", "d", "++workload.reader.batch_size=8", "workload.train.epochs=1"});
  EXPECT_EQ(*a.directory, "d");
  EXPECT_THAT(overrides_of(a), ElementsAre("++workload.reader.batch_size=8", "workload.train.epochs=1"));
}

TEST(CommandLine, APathWithAnEqualsSignIsAPath) {
  EXPECT_EQ(*run({"w", "./run=1"}).directory, "./run=1");
  EXPECT_EQ(*run({"w", "/mnt/run=1"}).directory, "/mnt/run=1");
}

TEST(CommandLine, UnknownOptionsAreGuessed) {
  EXPECT_EQ(sentence("run", {"w", "d", "--acelerators", "4"}),
            "expected an option of 'aforo run', found '--acelerators'; did you mean '--accelerators'?; see "
            "'aforo run "
            "--help'");
  EXPECT_THAT(sentence("run", {"w", "d", "-Z"}), HasSubstr("found '-Z'"));
  EXPECT_THAT(sentence("size", {"w", "--verify"}),
              HasSubstr("expected an option of 'aforo size', found '--verify'"));
}

TEST(CommandLine, ValuesMissingOrTooMany) {
  EXPECT_EQ(sentence("run", {"w", "d", "--timeout"}), "--timeout: expected a value (TIME), found none");
  EXPECT_EQ(sentence("run", {"w", "d", "--verify=3"}), "--verify: expected no value, found '3'");
  EXPECT_EQ(sentence("run", {"w", "d", "-n", "2", "-n", "3"}),
            "--accelerators: expected it once, found it 2 times");
  EXPECT_THAT(sentence("run", {"w", "d", "extra"}), HasSubstr("one word too many: 'extra'"));
}

TEST(CommandLine, EveryValueIsJudgedBeforeAnythingActs) {
  EXPECT_THAT(sentence("run", {"w", "d", "--timeout", "30"}), HasSubstr("--timeout: expected"));
  EXPECT_THAT(sentence("size", {"w", "--capacity", "220"}), HasSubstr("--capacity: expected"));
  EXPECT_THAT(sentence("run", {"w", "d", "--engine", "uring"}),
              HasSubstr("--engine: expected auto or io_uring"));
  EXPECT_THAT(sentence("run", {"w", "d", "--set", "x"}), HasSubstr("--set: expected key=value"));
}

// What a row of the ask or of the results says of another option is said of one that the command has.
TEST(CommandLine, RowsSpeakOfOptionsThatThereAre) {
  std::size_t across = 0;
  for (const Command& command : commands()) {
    const auto ask = command.make();
    const ResultsAsk results(*command.results);
    const auto has = [&](const AskTable& own, std::string_view name) {
      if (find_row(own, name) != nullptr) return true;
      const AskTable& other = &own == &ask->table() ? results.table() : ask->table();
      across += find_row(other, name) != nullptr ? 1 : 0;
      return find_row(other, name) != nullptr;
    };
    for (const AskTable* table : {&ask->table(), &results.table()})
      for (const Row& row : table->rows) {
        if (!row.companion.name.empty()) {
          EXPECT_TRUE(has(*table, row.companion.name)) << row.companion.name;
        }
        for (const Exclusion& exclusion : row.exclusions)
          for (const std::string& name : split(exclusion.others, ' '))
            if (!name.empty() && name != "*") {
              EXPECT_TRUE(has(*table, name)) << row.option.name << " excludes '" << name << "'";
            }
      }
  }
  // Of size --storage-rank and --portfolio beside --storage-out, of run --live beside --dry-run and --find-max and
  // --serve beside --dry-run, of report -o.
  EXPECT_EQ(across, 6U);
}

TEST(CommandLine, TheEchoHoldsWhatWasGiven) {
  const CommandLine line =
      read("run", {"w", "d", "--verify", "-n", "4", "--set", "a=1", "--set", "b=2", "--json", "-", "c=3"});
  Json record;
  add_echo(record, *line.ask, {.front = &line.results});
  EXPECT_EQ(
      record["config"]["command_line"],
      Json::parse(
          R"({"accelerators":"4","json":"-","set":["a=1","b=2"],"verify":true,"assignments":["c=3"]})"));
}

}  // namespace
}  // namespace aforo
