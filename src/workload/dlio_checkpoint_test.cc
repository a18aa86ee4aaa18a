#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "workload/checkpoint_shape.h"
#include "workload/parse.h"

namespace aforo {
namespace {

// The benchmark's llama3-8b, told by its layers; and a model that only says its bytes, written after every 250 steps.
TEST(DlioCheckpoint, IsAModelOrSoManyBytes) {
  const std::string llama =
      "framework: pytorch\nworkflow: {generate_data: False, train: False, checkpoint: True}\n"
      "model: {name: llama_8b, type: transformer, num_layers: 32, parallelism: {tensor: 1, pipeline: 1, zero_stage: 3},\n"
      "  transformer: {vocab_size: 128256, hidden_size: 4096, ffn_hidden_size: 14336}}\n"
      "checkpoint: {fsync: True, num_checkpoints_write: 10}\n";
  const CheckpointSpec found =
      parse_workload(llama, "job.yaml", {}, Dialect::kDetect, Use::kCheckpoint).checkpoint;
  EXPECT_EQ(found.model, CheckpointModel::kLlama8b);
  EXPECT_EQ(found.files, CheckpointFiles::kDlioV3);
  EXPECT_EQ(CheckpointShape::make(found, 1)->files(), 16u);
  const std::string bytes =
      "framework: pytorch\nworkflow: {train: True, checkpoint: True}\nmodel: {name: bert, model_size: 4034713312}\n"
      "dataset: {format: npz, num_files_train: 40, record_length_bytes: 28284}\ntrain: {computation_time: 0.1}\n"
      "checkpoint: {steps_between_checkpoints: 250}\n";
  const CheckpointSpec job = parse_workload(bytes, "job.yaml").checkpoint;
  EXPECT_EQ(job.every_steps, 250u);
  EXPECT_EQ(checkpoint_bytes(job).value, 4'034'713'312u);
  EXPECT_EQ(job.files, CheckpointFiles::kTorch);
}

// Who uses its checkpoints needs their size.
TEST(DlioCheckpoint, WithoutASizeIsRefused) {
  const std::string text =
      "framework: pytorch\nworkflow: {train: False, checkpoint: True}\ncheckpoint: {num_checkpoints_write: 10}\n";
  try {
    parse_workload(text, "job.yaml", {}, Dialect::kDetect, Use::kCheckpoint);
    FAIL() << "expected a refusal";
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("expected a model whose checkpoints have a size"));
  }
}

}  // namespace
}  // namespace aforo
