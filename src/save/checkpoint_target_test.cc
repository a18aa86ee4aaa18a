#include "save/checkpoint_target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "base/test_directory.h"
#include "pipeline/restore.h"
#include "save/restore_pieces.h"
#include "save/save_work.h"
#include "storage/open_store.h"

namespace aforo {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// 100,000 parameters on 3 ranks: 1.4 MB in chunks of 64 KiB.
CheckpointSpec spec_of_three(CheckpointFiles files = CheckpointFiles::kDcp) {
  CheckpointSpec spec;
  spec.parameters = 1e5;
  spec.files = files;
  spec.chunk = Bytes{64 << 10};
  spec.shard = Bytes{400'000};
  spec.ranks = files == CheckpointFiles::kTorch ? 1 : 3;
  return spec;
}
CheckpointShape shape_of(const CheckpointSpec& spec) { return CheckpointShape::make(spec, 1).value(); }

class CheckpointTargets : public testing::Test {
 protected:
  std::string place() const { return directory_ / "place"; }
  WrittenCheckpoints write(const CheckpointSpec& spec, std::uint64_t count) {
    CheckpointTarget target(place(), spec, shape_of(spec), count);
    JobSettings settings;
    settings.store = &target.store();
    SaveCounters counters;
    return write_checkpoints(target, count, Seconds{0}, settings, {}, counters);
  }
  std::string refusal(const CheckpointSpec& spec, std::uint64_t count = 1) {
    try {
      const CheckpointTarget target(place(), spec, shape_of(spec), count);
    } catch (const UserError& error) {
      return error.what();
    }
    return "";
  }
  CheckpointPlace look() const { return look_at_checkpoints(*open_store(place())); }
  RestoredCheckpoint restore(const CheckpointManifest& manifest, RestoreAs as = RestoreAs::kOwn,
                             std::uint32_t ranks = 0) {
    const CheckpointLayout layout(shape_of(manifest.spec));
    const CheckpointContent content(manifest.content_key, manifest.spec.chunk);
    EXPECT_EQ(content.checksum(), manifest.content_checksum);
    RestorePlan plan;
    plan.readers = restore_pieces(layout, manifest.number, as, ranks);
    plan.chunk = Bytes{100'000};  // another than was written with
    plan.depth = 3;
    plan.check = [&](FileId file, std::uint64_t offset, std::span<const std::byte> bytes) {
      return content.first_wrong(file, offset, bytes);
    };
    const auto store = open_store(place());
    JobSettings settings;
    settings.store = store.get();
    SaveCounters counters;
    return restore_checkpoint(plan, layout, false, settings, {}, counters);
  }
  std::vector<std::uint64_t> numbers() const {
    std::vector<std::uint64_t> out;
    for (const CheckpointManifest& manifest : look().whole) out.push_back(manifest.number);
    return out;
  }

  TestDirectory directory_{TestDirectory::On::kMemory};  // thousands of files that are synced
};

// Every layout: two checkpoints, every byte of which is proved when they are read, by all ways of restoring.
TEST_F(CheckpointTargets, WhatIsWrittenIsRestored) {
  for (std::size_t i = 0; i < std::size(kCheckpointFilesWords); ++i) {
    SCOPED_TRACE(kCheckpointFilesWords[i]);
    const CheckpointSpec spec = spec_of_three(static_cast<CheckpointFiles>(i));
    const WrittenCheckpoints written = write(spec, 2);
    EXPECT_EQ(written.stats.committed, 2u) << written.stats.first_error;
    EXPECT_EQ(written.stats.bytes, 2 * shape_of(spec).bytes().value);
    EXPECT_EQ(written.usage.size(), 2u);
    EXPECT_EQ(numbers(), (std::vector<std::uint64_t>{0, 1}));
    for (const CheckpointManifest& manifest : look().whole) {
      require_files(*open_store(place()), manifest);
      for (const RestoreAs as :
           {RestoreAs::kOwn, RestoreAs::kShifted, RestoreAs::kResharded, RestoreAs::kWeights}) {
        const RestoredCheckpoint restored = restore(manifest, as, 5);
        EXPECT_EQ(restored.stats.failed, 0u) << to_string(as);
        EXPECT_GE(restored.stats.bytes, as == RestoreAs::kWeights ? shape_of(spec).weight_bytes().value
                                                                  : shape_of(spec).bytes().value);
      }
    }
    fs::remove_all(place());
  }
}

TEST_F(CheckpointTargets, AFlippedByteIsFound) {
  write(spec_of_three(), 1);
  const std::string path = place() + "/checkpoint-000000/__1_0.distcp";
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(200'001);
  const char byte = static_cast<char>(file.get() ^ 1);
  file.seekp(200'001);
  file.put(byte);
  file.close();
  const RestoredCheckpoint restored = restore(look().whole.at(0));
  EXPECT_EQ(restored.stats.failed, 1u);
  EXPECT_EQ(restored.stats.first_wrong, 200'001u);
}

// The newest two stay, whoever wrote the others.
TEST_F(CheckpointTargets, TheOldestGo) {
  CheckpointSpec spec = spec_of_three();
  write(spec, 3);
  spec.keep = 2;
  EXPECT_EQ(write(spec, 2).stats.removed, 3u);
  EXPECT_EQ(numbers(), (std::vector<std::uint64_t>{3, 4}));
  EXPECT_EQ(std::distance(fs::directory_iterator(place()), fs::directory_iterator()), 3)
      << "two and the marker";
}

// As a kill leaves them: a directory without its last renaming. It is none, and goes when somebody writes there again.
TEST_F(CheckpointTargets, WhatWasCutShortIsNoneAndGoes) {
  write(spec_of_three(), 2);
  fs::rename(place() + "/checkpoint-000001", place() + "/checkpoint-000001.writing");
  EXPECT_EQ(numbers(), (std::vector<std::uint64_t>{0}));
  EXPECT_EQ(look().unfinished, (std::vector<std::uint64_t>{1}));
  write(spec_of_three(), 1);
  EXPECT_EQ(numbers(), (std::vector<std::uint64_t>{0, 2}));
  EXPECT_TRUE(look().unfinished.empty());
}

TEST_F(CheckpointTargets, WhatIsNotOursIsNeverTouched) {
  fs::create_directory(place());
  std::ofstream(place() + "/thesis.pdf") << "x";
  EXPECT_THAT(refusal(spec_of_three()), HasSubstr("found other files there (thesis.pdf)"));
  EXPECT_EQ(std::distance(fs::directory_iterator(place()), fs::directory_iterator()), 1);
  fs::remove(place() + "/thesis.pdf");
  write(spec_of_three(), 1);
  fs::create_directory(place() + "/checkpoint-000001.writing");
  std::ofstream(place() + "/checkpoint-000001.writing/thesis.pdf") << "x";
  std::ofstream(place() + "/checkpoint-000001.writing/__0_0.distcp") << "x";
  EXPECT_THAT(refusal(spec_of_three()), HasSubstr("thesis.pdf"));
  EXPECT_TRUE(fs::exists(place() + "/checkpoint-000001.writing/thesis.pdf"));
}

TEST_F(CheckpointTargets, OtherShapesAreRefused) {
  write(spec_of_three(), 1);
  CheckpointSpec other = spec_of_three();
  other.ranks = 2;
  EXPECT_THAT(refusal(other), HasSubstr("ranks: 2 asked, 3 there"));
  EXPECT_THAT(refusal(spec_of_three(CheckpointFiles::kDlioV3)), HasSubstr("files: dlio-v3 asked, dcp there"));
}

// Said before anything is written, for all that will be kept.
TEST_F(CheckpointTargets, WhatDoesNotFitIsRefused) {
  CheckpointSpec spec = spec_of_three();
  spec.parameters = 1e15;
  EXPECT_THAT(refusal(spec, 2), HasSubstr("for 2 checkpoints"));
  EXPECT_FALSE(fs::exists(place()));
}

TEST_F(CheckpointTargets, NothingIsLeftWhereNothingWasWritten) {
  { const CheckpointTarget target(place() + "/deep", spec_of_three(), shape_of(spec_of_three()), 1); }
  EXPECT_FALSE(fs::exists(place()));
}

TEST_F(CheckpointTargets, WhatCannotBeRestoredIsSaid) {
  const CheckpointSpec asked = with_ranks(spec_of_three(), shape_of(spec_of_three()));
  const auto refused = [&](const CheckpointSpec& spec) -> std::string {
    try {
      require_restorable(look(), spec, place());
      for (const CheckpointManifest& manifest : look().whole) require_files(*open_store(place()), manifest);
    } catch (const UserError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(refused(asked), HasSubstr("found no '"));
  fs::create_directory(place());
  EXPECT_THAT(refused(asked), HasSubstr("found an empty directory"));
  write(spec_of_three(), 1);
  EXPECT_EQ(refused(asked), "");
  CheckpointSpec other = asked;
  other.ranks = other.data_parallel = 4;
  EXPECT_THAT(refused(other), HasSubstr("ranks: 4 asked, 3 there"));
  fs::resize_file(place() + "/checkpoint-000000/__2_0.distcp", 5);
  EXPECT_THAT(refused(asked), HasSubstr("__2_0.distcp' to have 466666 bytes, found 5"));
  fs::remove(place() + "/checkpoint-000000/.metadata");
  EXPECT_THAT(refused(asked), HasSubstr("expected a whole checkpoint"));
}

}  // namespace
}  // namespace aforo
