// Several hosts write and restore checkpoints together, as threads of this process.
#include "save/save_hosts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/test_directory.h"
#include "hosts/test_crews.h"
#include "save/checkpoint_place.h"
#include "save/save_command.h"
#include "storage/open_store.h"

namespace aforo {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

class SaveHostsTest : public testing::Test {
 protected:
  SaveOptions options(const fs::path& place, std::uint32_t ranks = 4) const {
    SaveOptions options;
    options.directory = place;
    CheckpointSpec& spec = options.workload.checkpoint;
    spec.parameters = 1e5;
    spec.files = CheckpointFiles::kDcp;
    spec.chunk = Bytes{64 << 10};
    spec.ranks = ranks;
    options.io_threads = 1;
    // The thread sanitizer does not see what the kernel unmaps between two rings.
    options.engine = EngineKind::kThreads;
    options.keep_cache = true;
    return options;
  }
  // The outcome of the first.
  SaveOutcome together(std::uint32_t hosts, const std::function<SaveOptions(std::uint32_t)>& options) {
    TestHub hub(hosts);
    SaveOutcome first;
    said_ = said_by_crews(hub, [&](Crew& crew) {
      const SaveOptions mine = options(crew.host());
      SaveOutcome out = save(mine, {}, {}, &crew);
      if (crew.first()) first = std::move(out);
    });
    return first;
  }
  SaveOutcome together(std::uint32_t hosts, const SaveOptions& options) {
    return together(hosts, [&](std::uint32_t) { return options; });
  }

  TestDirectory directory_of_test_{TestDirectory::On::kMemory};
  fs::path base_{directory_of_test_.path()};
  std::vector<std::string> said_;
};

TEST_F(SaveHostsTest, WhatSeveralWriteOneRestoresAndTheOtherWayRound) {
  for (const std::uint32_t hosts : {2, 3, 4}) {
    SaveOptions both = options(base_ / std::to_string(hosts));
    both.writes = 2, both.reads = 2, both.verify = true;
    const SaveOutcome out = together(hosts, both);
    EXPECT_EQ(said_, std::vector<std::string>(hosts));
    EXPECT_EQ(out.error, "");
    EXPECT_EQ(out.record["checkpoints"].size(), 4);
    for (const Json& one : out.record["checkpoints"]) {
      EXPECT_EQ(one["whole"], true);
      EXPECT_EQ(one["bytes"], 1'400'000);
      EXPECT_EQ(one["rank_seconds"]["ranks"], 4);
      EXPECT_EQ(one["host_seconds"].size(), hosts);
      EXPECT_TRUE(one.contains("rank0_seconds"));
    }
    std::uint64_t written = 0, ranks = 0;
    for (const Json& host : out.record["hosts"]) {
      written += host["bytes_written"].get<std::uint64_t>();
      ranks += host["ranks"].get<std::uint64_t>();
      EXPECT_EQ(host["bytes_read"], host["bytes_written"]);
    }
    EXPECT_EQ(written, 2'800'000);
    EXPECT_EQ(ranks, 4);
    SaveOptions alone = both;
    alone.writes = 0;
    EXPECT_EQ(save(alone, {}, {}).error, "");
    alone.restore = RestoreAs::kShifted;
    EXPECT_EQ(together(hosts, alone).error, "");
  }
}

// Rank 2 of 4 is the second host's of two; shifted by a host's two ranks, rank 0 reads its file.
TEST_F(SaveHostsTest, ShiftedReadsWhatAnotherHostWrote) {
  SaveOptions wanted = options(base_ / "d");
  wanted.reads = 0;
  EXPECT_EQ(save(wanted, {}, {}).error, "");
  const auto store = open_store(base_ / "d");
  const CheckpointManifest manifest = look_at_checkpoints(*store).whole.at(0);
  const CheckpointLayout layout(CheckpointShape::make(manifest.spec, 1).value());
  const fs::path damaged = base_ / "d" / layout.path(CheckpointLayout::whole(layout.id({0, 2, 0})));
  std::fstream(damaged, std::ios::in | std::ios::out | std::ios::binary).seekp(1000).put('?').put('!');
  wanted.writes = 0, wanted.reads = 1, wanted.verify = true;
  EXPECT_THAT(together(2, wanted).error, AllOf(HasSubstr("b: expected byte"), HasSubstr(damaged.filename())));
  wanted.restore = RestoreAs::kShifted;
  EXPECT_THAT(together(2, wanted).error, testing::StartsWith("expected byte"));
}

TEST_F(SaveHostsTest, AHostThatSeesAnotherPlaceEndsItForAll) {
  const auto apart = [&](std::uint32_t host) { return options(base_ / (host == 1 ? "other" : "d")); };
  together(2, apart);
  EXPECT_THAT(said_[0], HasSubstr("b: expected the directory"));
  EXPECT_FALSE(fs::exists(base_ / "d"));
  EXPECT_EQ(save(options(base_ / "other"), {}, {}).error, "");  // a place of checkpoints, and not that one
  together(2, apart);
  EXPECT_THAT(said_[0], AllOf(HasSubstr("b: expected in"), HasSubstr("that all hosts share")));
  EXPECT_EQ(said_[1], "");
  EXPECT_FALSE(fs::exists(base_ / "d"));
  EXPECT_EQ(save(options(base_ / "d"), {}, {}).error, "");
  together(2, [&](std::uint32_t host) {
    SaveOptions mine = apart(host);
    mine.writes = 0;
    return mine;
  });
  EXPECT_THAT(said_[0], HasSubstr("b: expected checkpoint 0 in"));
}

TEST_F(SaveHostsTest, WhatCannotBeIsRefusedOnce) {
  together(3, options(base_ / "d", 2));
  EXPECT_THAT(said_[0], HasSubstr("expected a rank of the checkpoint for each of the 3 processes, found 2"));
  together(2, [&](std::uint32_t host) {
    SaveOptions mine = options(base_ / "d");
    mine.writes = 1 + host;
    return mine;
  });
  EXPECT_THAT(said_[0], HasSubstr("found another on b than on a"));
  SaveOptions none = options(base_ / "d");
  none.writes = 0;
  together(2, none);
  EXPECT_THAT(said_[0], HasSubstr("expected a directory of checkpoints"));
  EXPECT_FALSE(fs::exists(base_ / "d"));
}

TEST_F(SaveHostsTest, AHostThatIsGoneIsNamedAndNothingIsLeft) {
  TestHub hub(3);
  const auto said = said_by_crews(
      hub,
      [&](Crew& crew) {
        if (crew.host() == 2)
          hub.cut(2);
        else
          save(options(base_ / "d"), {}, {}, &crew);
      },
      Seconds{2});
  EXPECT_THAT(said[0], HasSubstr("expected b (process 2) to answer, found it gone"));
  EXPECT_EQ(said[1], "");
  EXPECT_FALSE(fs::exists(base_ / "d"));
}

// More readers than hosts, and fewer: what there are none for reads nothing.
TEST_F(SaveHostsTest, OntoHoweverManyRanks) {
  SaveOptions wanted = options(base_ / "d");
  wanted.reads = 0;
  together(2, wanted);
  wanted.writes = 0, wanted.reads = 1, wanted.verify = true, wanted.restore = RestoreAs::kResharded;
  for (const std::uint32_t ranks : {1, 3, 8}) {
    wanted.reshard_ranks = ranks;
    const Json one = save(wanted, {}, {}).record["checkpoints"][0];
    const SaveOutcome several = together(2, wanted);
    EXPECT_EQ(several.error, "");
    EXPECT_EQ(several.record["checkpoints"][0]["bytes"], one["bytes"]);
    EXPECT_EQ(several.record["checkpoints"][0]["rank_seconds"]["ranks"], one["rank_seconds"]["ranks"]);
  }
}

}  // namespace
}  // namespace aforo
