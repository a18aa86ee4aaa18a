// Several hosts lay one dataset, as threads of this process: what they lay is what one lays.
#include "generate/generation.h"

#include <gmock/gmock.h>

#include <atomic>
#include <cerrno>

#include "generate/generate_test.h"
#include "hosts/test_crews.h"

namespace aforo {
namespace {

using testing::HasSubstr;

class GenerationTest : public GenerateTest {
 protected:
  // The outcome of the first; the sentences of all.
  GenerateOutcome together(std::uint32_t hosts,
                           const std::function<GenerateOptions(std::uint32_t)>& options) {
    TestHub hub(hosts);
    GenerateOutcome first;
    said_ = said_by_crews(hub, [&](Crew& crew) {
      GenerateOutcome mine = generate(options(crew.host()), {}, {}, &crew);
      if (crew.first()) first = std::move(mine);
    });
    return first;
  }
  GenerateOutcome together(std::uint32_t hosts, const GenerateOptions& options) {
    return together(hosts, [&](std::uint32_t) { return options; });
  }
  std::map<std::string, std::string> alone(GenerateOptions options) {
    options.directory = base_ / "alone";
    generate(options, {}, {});
    return content(base_ / "alone");
  }

  std::vector<std::string> said_;
};

TEST_F(GenerationTest, HostsLayWhatOneLays) {
  const GenerateOptions wanted = options(base_ / "d", 700, 3000);
  const GenerateOutcome outcome = together(3, wanted);
  EXPECT_EQ(said_, std::vector<std::string>(3));
  EXPECT_FALSE(outcome.partial);
  EXPECT_EQ(content(base_ / "d"), alone(wanted));
  EXPECT_EQ(manifest(base_ / "d"), manifest(base_ / "alone"));
  std::uint64_t files = 0;
  for (const Json& host : outcome.record["hosts"]) {
    EXPECT_GT(host["files_written"], 150);
    files += host["files_written"].get<std::uint64_t>();
  }
  EXPECT_EQ(files, 700);
  EXPECT_EQ(outcome.record["files_written"], 700);
  EXPECT_EQ(outcome.record["create_seconds"]["count"], 700);
}

// Of three hosts the second died early: the marker still names the job, one file is torn, and all that it had not come to is missing,
// while the others were farther than the mark.
TEST_F(GenerationTest, WhatADeadHostLeavesIsResumedByAnyNumber) {
  const GenerateOptions wanted = options(base_ / "d", 700, 3000);
  const auto want = alone(wanted);
  for (const std::uint32_t hosts : {1, 2, 4}) {
    together(3, wanted);
    Manifest left = manifest(base_ / "d");
    left.state = Manifest::State::kPartial, left.files_written = 40, left.job = "0123456789abcdef";
    std::ofstream(base_ / "d" / kManifestName) << write_manifest(left);
    const GeneratedLayout layout(wanted.workload.dataset, left.id);
    const FileShare dead = share_of(layout, 1, 3);
    for (std::uint64_t n = 10; n < dead.below(700); ++n) fs::remove(base_ / "d" / layout.path(dead[n]));
    fs::resize_file(base_ / "d" / layout.path(dead[9]), 1000);
    if (hosts == 1) {
      EXPECT_FALSE(generate(wanted, {}, {}).partial);
    } else {
      EXPECT_FALSE(together(hosts, wanted).partial);
    }
    EXPECT_EQ(content(base_ / "d"), want) << hosts;
    EXPECT_EQ(manifest(base_ / "d"), manifest(base_ / "alone"));
    delete_generated(wanted.directory, false, {}, {});
  }
}

TEST_F(GenerationTest, WhatIsMissingOrInTheWayIsFoundByWhoeversItIs) {
  const GenerateOptions wanted = options(base_ / "d", 700, 3000);
  together(2, wanted);
  const auto all = content(base_ / "d");
  int n = 0;
  for (const auto& [path, text] : all)
    if (++n % 10 == 0) fs::remove(base_ / "d" / path);
  const GenerateOutcome mended = together(3, wanted);
  EXPECT_EQ(mended.record["files_written"], 70);
  EXPECT_EQ(mended.record["skipped_files"], 630);
  EXPECT_EQ(content(base_ / "d"), all);

  const std::string victim = std::next(all.begin(), 333)->first;
  std::ofstream(base_ / "d" / victim, std::ios::app) << "somebody's";
  const GenerateOutcome refused = together(3, wanted);
  EXPECT_THAT(refused.error, HasSubstr(victim));
  EXPECT_TRUE(refused.partial);
  EXPECT_TRUE(manifest(base_ / "d").job.empty());
}

TEST_F(GenerationTest, AHostThatSeesAnotherPlaceEndsItForAll) {
  const auto apart = [&](std::uint32_t host) {
    return options(base_ / (host == 1 ? "other" : "d"), 300, 1000);
  };
  together(2, apart);
  EXPECT_THAT(said_[0], HasSubstr("b: expected the directory"));
  EXPECT_EQ(said_[1], "");
  EXPECT_FALSE(fs::exists(base_ / "d"));
  EXPECT_FALSE(fs::exists(base_ / "other"));
  // The same dataset, of its own: it is another place all the same.
  generate(options(base_ / "other", 300, 1000), {}, {});
  together(2, apart);
  EXPECT_THAT(said_[0], HasSubstr("found another one; name a directory that all hosts share"));
  EXPECT_FALSE(fs::exists(base_ / "d"));
}

TEST_F(GenerationTest, HostsThatAreAskedForOtherDatasetsAreRefused) {
  together(3, [&](std::uint32_t host) { return options(base_ / "d", host == 2 ? 301 : 300, 1000); });
  EXPECT_THAT(said_[0], HasSubstr("found another on b (process 2) than on a"));
  EXPECT_FALSE(fs::exists(base_ / "d"));
}

TEST_F(GenerationTest, APlaceThatIsSomebodysIsRefusedOnce) {
  fs::create_directories(base_ / "d");
  std::ofstream(base_ / "d" / "thesis.txt") << "years";
  together(3, options(base_ / "d", 300, 1000));
  EXPECT_THAT(said_[0], HasSubstr("thesis.txt"));
  EXPECT_EQ(said_[1] + said_[2], "");
}

TEST_F(GenerationTest, AHostThatIsGoneBeforeItBeginsIsNamedAndNothingIsLeft) {
  const GenerateOptions wanted = options(base_ / "d", 300, 1000);
  TestHub hub(3);
  const auto said = said_by_crews(
      hub,
      [&](Crew& crew) {
        if (crew.host() == 2)
          hub.cut(2);
        else
          generate(wanted, {}, {}, &crew);
      },
      Seconds{2});
  EXPECT_THAT(said[0], HasSubstr("expected b (process 2) to answer, found it gone"));
  EXPECT_EQ(said[1], "");
  EXPECT_FALSE(fs::exists(base_ / "d"));
}

TEST(ShareRounds, GoOnUntilAllHaveEnded) {
  TestHub hub(3);
  std::vector<ShareTold> told;
  FileId mark = 0;
  const auto said = said_by_crews(hub, [&](Crew& crew) {
    ShareRounds rounds(&crew, 10);
    ShareTold mine;
    mine.files = crew.host() + 1, mine.mark = 20 + crew.host();
    EXPECT_EQ(rounds.tell(mine), ShareRounds::Next::kGoOn);
    if (crew.first()) mark = rounds.mark();
    mine.ended = crew.host() != 1;
    EXPECT_EQ(rounds.tell(mine), ShareRounds::Next::kGoOn);
    mine.ended = true;
    EXPECT_EQ(rounds.tell(mine), ShareRounds::Next::kOver);
    if (crew.first()) told = rounds.told();
  });
  EXPECT_EQ(said, std::vector<std::string>(3));
  EXPECT_EQ(mark, 20);
  ASSERT_EQ(told.size(), 3);
  EXPECT_EQ(told[2].files, 3);
}

TEST(ShareRounds, OneThatFailsOrIsStoppedEndsAll) {
  for (const bool fails : {true, false}) {
    TestHub hub(2);
    said_by_crews(hub, [&](Crew& crew) {
      ShareRounds rounds(&crew, 0);
      ShareTold mine;
      if (crew.host() == 1) {
        mine.ended = fails, mine.stopped = !fails;
        if (fails) mine.error = ENOSPC;
      }
      EXPECT_EQ(rounds.tell(mine), ShareRounds::Next::kEnd);
      mine.ended = true;
      EXPECT_EQ(rounds.tell(mine), ShareRounds::Next::kOver);
    });
  }
}

// Host 2 falls silent after its first word: that word stands for it, and the others end.
TEST(ShareRounds, OneThatIsGoneEndsAllAndItsLastWordStands) {
  TestHub hub(3);
  std::vector<ShareTold> told;
  std::vector<std::uint32_t> missing;
  std::atomic<int> heard{0};
  said_by_crews(
      hub,
      [&](Crew& crew) {
        ShareRounds rounds(&crew, 5);
        ShareTold mine;
        mine.files = 7, mine.mark = 30;
        rounds.tell(mine);
        if (crew.host() == 2) {
          while (heard < 2) std::this_thread::yield();
          hub.cut(2);
          return;
        }
        ++heard;
        ShareRounds::Next next = ShareRounds::Next::kGoOn;
        while (next == ShareRounds::Next::kGoOn) next = rounds.tell(mine);
        EXPECT_EQ(next, ShareRounds::Next::kEnd);
        mine.ended = true, mine.mark = 40;
        EXPECT_EQ(rounds.tell(mine), ShareRounds::Next::kOver);
        if (crew.first()) told = rounds.told(), missing = rounds.missing();
      },
      Seconds{2});
  ASSERT_EQ(told.size(), 3);
  EXPECT_EQ(missing, (std::vector<std::uint32_t>{2}));
  EXPECT_EQ(told[2].mark, 30);
  EXPECT_EQ(told[2].files, 7);
}

}  // namespace
}  // namespace aforo
