#include "dataset/checkpoint_layout.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace aforo {
namespace {

CheckpointLayout layout_of(CheckpointFiles files, CheckpointModel model = CheckpointModel::kNone) {
  CheckpointSpec spec;
  spec.files = files;
  spec.model = model;
  spec.shard = Bytes{50'000'000'000};
  if (model == CheckpointModel::kNone) spec.parameters = 1e10;
  return CheckpointLayout(CheckpointShape::make(spec, 2).value());
}

TEST(CheckpointLayout, NamesAreThoseOfTheLayoutsPrograms) {
  const auto name = [](CheckpointFiles files, std::uint32_t rank, std::uint32_t part,
                       CheckpointModel model = CheckpointModel::kNone) {
    const CheckpointLayout layout = layout_of(files, model);
    return layout.path(CheckpointLayout::whole(layout.id({7, rank, part})));
  };
  EXPECT_EQ(name(CheckpointFiles::kDcp, 1, 0), "checkpoint-000007/__1_0.distcp");
  EXPECT_EQ(name(CheckpointFiles::kTorch, 0, 0), "checkpoint-000007/checkpoint.pt");
  EXPECT_EQ(name(CheckpointFiles::kSafetensors, 0, 0), "checkpoint-000007/model-00001-of-00001.safetensors");
  EXPECT_EQ(name(CheckpointFiles::kSafetensors, 1, 1),
            "checkpoint-000007/optimizer-00003-of-00003.safetensors");
  EXPECT_EQ(name(CheckpointFiles::kDlioV3, 1, 0),
            "checkpoint-000007/zero_pp_rank_1_mp_rank_0_model_states.pt");
  EXPECT_EQ(name(CheckpointFiles::kDlioV3, 1, 1),
            "checkpoint-000007/zero_pp_rank_1_mp_rank_0_optim_states.pt");
  EXPECT_EQ(name(CheckpointFiles::kDlioV3, 9, 0, CheckpointModel::kLlama405b),
            "checkpoint-000007/layer_5-model_1_model_states.pt");
}

TEST(CheckpointLayout, WhatIsWrittenIsNotYetCalledACheckpoint) {
  const CheckpointLayout layout = layout_of(CheckpointFiles::kDcp);
  EXPECT_EQ(layout.path(layout.id({7, 1, 0})), "checkpoint-000007.writing/__1_0.distcp");
  EXPECT_EQ(layout.path(CheckpointLayout::writing_directory(7)), "checkpoint-000007.writing");
  EXPECT_EQ(layout.path(CheckpointLayout::directory(7)), "checkpoint-000007");
  EXPECT_EQ(layout.path(CheckpointLayout::new_manifest(7)), "checkpoint-000007.writing/.metadata.new");
  EXPECT_EQ(layout.path(CheckpointLayout::manifest(7)), "checkpoint-000007.writing/.metadata");
  EXPECT_EQ(layout.path(CheckpointLayout::whole(CheckpointLayout::manifest(7))),
            "checkpoint-000007/.metadata");
  EXPECT_EQ(layout_of(CheckpointFiles::kTorch).path(CheckpointLayout::manifest(0)),
            "checkpoint-000000.writing/aforo-checkpoint.json");
}

// Two checkpoints of 405b, whose ranks write 6, 5, 4 or 1 files: every number once, every name once.
TEST(CheckpointLayout, NumbersAndNamesEveryFileOnce) {
  const CheckpointLayout layout = layout_of(CheckpointFiles::kDlioV3, CheckpointModel::kLlama405b);
  const CheckpointShape& shape = layout.shape();
  std::set<std::string> names;
  FileId next = 0;
  for (std::uint64_t checkpoint = 0; checkpoint < 2; ++checkpoint)
    for (std::uint32_t rank = 0; rank < shape.ranks(); ++rank)
      for (std::uint32_t part = 0; part < shape.files_of(rank); ++part) {
        const CheckpointLayout::File file{checkpoint, rank, part};
        ASSERT_EQ(layout.id(file), next++);
        EXPECT_EQ(layout.file(layout.id(file)), file);
        EXPECT_EQ(layout.file(CheckpointLayout::whole(layout.id(file))), file);
        names.insert(layout.path(layout.id(file)));
      }
  EXPECT_EQ(names.size(), 2 * 1544u);
}

TEST(CheckpointLayout, KnowsItsOwnNames) {
  for (std::size_t files = 0; files < std::size(kCheckpointFilesWords); ++files) {
    const CheckpointLayout layout = layout_of(static_cast<CheckpointFiles>(files));
    for (const FileId id :
         {layout.id({0, 0, 0}), CheckpointLayout::manifest(0), CheckpointLayout::new_manifest(0)}) {
      const std::string path = layout.path(id);
      EXPECT_TRUE(is_checkpoint_file_name(path.substr(path.find('/') + 1))) << path;
    }
  }
  EXPECT_FALSE(is_checkpoint_file_name("thesis.pdf"));
  EXPECT_EQ(checkpoint_of_name("checkpoint-000012")->number, 12u);
  EXPECT_TRUE(checkpoint_of_name("checkpoint-000012")->whole);
  EXPECT_EQ(checkpoint_of_name("checkpoint-1234567.writing")->number, 1'234'567u);
  EXPECT_FALSE(checkpoint_of_name("checkpoint-1234567.writing")->whole);
  for (const char* name : {"checkpoint-12", "checkpoint-", "checkpoint-000012.x", "checkpoint-00001a", "data",
                           "checkpoint--00012", ".aforo-checkpoints.json"})
    EXPECT_FALSE(checkpoint_of_name(name)) << name;
}

}  // namespace
}  // namespace aforo
