#include "workload/checkpoint_shape.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aforo {
namespace {

using testing::HasSubstr;

constexpr double kGib = 1024.0 * 1024 * 1024;

CheckpointShape shape_of(const CheckpointSpec& spec, std::uint32_t accelerators = 1) {
  const auto shape = CheckpointShape::make(spec, accelerators);
  EXPECT_TRUE(shape) << shape.error();
  return shape.value_or(CheckpointShape{});
}

CheckpointSpec model(CheckpointModel which, CheckpointFiles files = CheckpointFiles::kDlioV3) {
  CheckpointSpec spec;
  spec.model = which;
  spec.files = files;
  return spec;
}

// Files are numbered without a gap, and hold all bytes.
void expect_whole(const CheckpointShape& shape) {
  std::uint64_t files = 0, bytes = 0, weights = 0;
  for (std::uint32_t rank = 0; rank < shape.ranks(); ++rank) {
    EXPECT_EQ(shape.first_file(rank), files) << rank;
    for (std::uint32_t i = 0; i < shape.files_of(rank); ++i) {
      bytes += shape.file(rank, i).bytes;
      weights += shape.file(rank, i).weight_bytes;
    }
    files += shape.files_of(rank);
  }
  EXPECT_EQ(shape.files(), files);
  EXPECT_EQ(shape.bytes().value, bytes);
  EXPECT_EQ(shape.weight_bytes().value, weights);
  EXPECT_EQ(shape.files_of(shape.ranks()), 0u);
}

// What the benchmark's formula gives, and v3.0 results report (15,426.589 GiB for llama3-1t).
struct Row {
  CheckpointModel model;
  std::uint32_t ranks;
  double parameters, optimizer_gib, first_gib, other_gib, model_gib, total_gib;
  std::uint64_t files;
};
constexpr Row kRows[] = {
    {CheckpointModel::kLlama8b, 8, 8.03e9, 11.218, 13.09, 13.09, 14.96, 104.70, 16},
    {CheckpointModel::kLlama70b, 64, 69.88e9, 12.204, 14.24, 14.24, 130.17, 911.2, 128},
    {CheckpointModel::kLlama405b, 512, 405.85e9, 8.860, 11.81, 8.86, 755.96, 5292.2, 1544},
    {CheckpointModel::kLlama1t, 1024, 1183.0e9, 12.913, 17.22, 12.91, 2203.6, 15426.589, 2072},
};

TEST(CheckpointShape, IsTheBenchmarks) {
  for (const Row& row : kRows) {
    SCOPED_TRACE(kCheckpointModelWords[static_cast<std::size_t>(row.model)]);
    const CheckpointShape shape = shape_of(model(row.model));
    EXPECT_NEAR(static_cast<double>(parameters_of(traits_of(row.model))) / row.parameters, 1, 1e-3);
    EXPECT_EQ(shape.ranks(), row.ranks);
    EXPECT_EQ(shape.files(), row.files);
    EXPECT_NEAR(static_cast<double>(shape.bytes().value) / kGib / row.total_gib, 1, 1e-4);
    EXPECT_NEAR(static_cast<double>(shape.weight_bytes().value) / kGib / row.model_gib, 1, 1e-3);
    const CheckpointShape::File last = shape.file(row.ranks - 1, shape.files_of(row.ranks - 1) - 1);
    EXPECT_EQ(last.part, CheckpointShape::Part::kOptimizer);
    EXPECT_NEAR(static_cast<double>(last.bytes) / kGib, row.optimizer_gib, 2e-3);
    EXPECT_NEAR(static_cast<double>(shape.bytes_of(row.ranks - 1).value) / kGib, row.other_gib, 6e-3);
    double replica = 0;  // the ranks of the first one
    const std::uint32_t group = shape.parallelism().tensor * shape.parallelism().pipeline;
    for (std::uint32_t rank = 0; rank < group; ++rank)
      replica += static_cast<double>(shape.bytes_of(rank).value) / kGib;
    EXPECT_NEAR(replica / group, row.first_gib, 6e-3);
    expect_whole(shape);
  }
}

// 405b: 8 slices of 126 layers, embedding, norm and head; a layer's file is 0.74 GiB. Stages 0 to 29 have 4 layers.
TEST(CheckpointShape, GivesEachLayerAFile) {
  const CheckpointShape shape = shape_of(model(CheckpointModel::kLlama405b));
  EXPECT_EQ(shape.files_of(0), 1u + 4 + 1);
  EXPECT_EQ(shape.files_of(8), 4u + 1);
  EXPECT_EQ(shape.files_of(8 * 31), 3u + 2 + 1);
  EXPECT_EQ(shape.files_of(256), 1u);
  EXPECT_EQ(shape.file(0, 0).layer, 0u);
  EXPECT_EQ(shape.file(8, 0).layer, 5u);
  EXPECT_EQ(shape.file(8 * 31, 2).layer, 126u);
  EXPECT_EQ(shape.file(8 * 31, 4).layer, 128u);
  EXPECT_NEAR(static_cast<double>(shape.file(8, 0).bytes) / kGib, 0.74, 5e-3);
}

// 1,000 parameters of 14 B on 3 ranks, two files each: 14,000 = 6 x 2,333 + 2, and of the weights 2,000 = 6 x 333 + 2.
TEST(CheckpointShape, DealsEvenly) {
  CheckpointSpec spec;
  spec.parameters = 1000;
  spec.files_per_rank = 2;
  const CheckpointShape shape = shape_of(spec, 3);
  EXPECT_EQ(shape.ranks(), 3u);
  EXPECT_EQ(shape.file(0, 1), (CheckpointShape::File{2334, 334, CheckpointShape::Part::kAll, 0}));
  EXPECT_EQ(shape.file(2, 1), (CheckpointShape::File{2333, 333, CheckpointShape::Part::kAll, 0}));
  expect_whole(shape);
  expect_whole(CheckpointShape::even(Bytes{1'000'001}, 3, 2));
}

// Every layout, with parameters and with a model, whatever ZeRO's stage, holds every byte once.
TEST(CheckpointShape, HoldsEveryByteOnce) {
  for (std::size_t files = 0; files < std::size(kCheckpointFilesWords); ++files)
    for (const CheckpointZero zero :
         {CheckpointZero::kAuto, CheckpointZero::k0, CheckpointZero::k1, CheckpointZero::k3})
      for (const bool of_model : {true, false}) {
        CheckpointSpec spec;
        spec.files = static_cast<CheckpointFiles>(files);
        if (of_model) spec.model = CheckpointModel::kLlama8b;
        if (!of_model) spec.parameters = 1'000'003;
        spec.zero = zero;
        spec.shard = of_model ? Bytes{1'000'000'000} : Bytes{1'000'000};
        if (spec.files == CheckpointFiles::kTorch) {
          spec.ranks = spec.tensor_parallel = spec.pipeline_parallel = spec.data_parallel = 1;
        } else {
          spec.ranks = 12, spec.tensor_parallel = 2, spec.pipeline_parallel = 3, spec.data_parallel = 2;
        }
        SCOPED_TRACE(testing::Message() << files << " " << static_cast<int>(zero) << " " << of_model);
        expect_whole(shape_of(spec));
      }
}

// Weights first, in as many files as 5 GB allow.
TEST(CheckpointShape, ShardsAsSafetensorsDo) {
  CheckpointSpec spec;
  spec.parameters = 4e9;  // 8 GB of weights, 48 GB of the optimizer
  spec.files = CheckpointFiles::kSafetensors;
  const CheckpointShape shape = shape_of(spec, 4);
  EXPECT_EQ(shape.weight_shards(), 2u);
  EXPECT_EQ(shape.optimizer_shards(), 10u);
  EXPECT_EQ(shape.files_of(0), 3u);
  EXPECT_EQ(shape.file(0, 1).weight_bytes, 4'000'000'000u);
  EXPECT_EQ(shape.file(0, 2).weight_bytes, 0u);
  EXPECT_EQ(shape_of(spec, 100).ranks(), 12u);
}

TEST(CheckpointShape, RefusesWhatDoesNotFitTogether) {
  CheckpointSpec spec;
  spec.parameters = 1e6;
  spec.ranks = 8;
  spec.tensor_parallel = 2;
  spec.pipeline_parallel = 2;
  spec.data_parallel = 3;
  EXPECT_THAT(CheckpointShape::make(spec, 1).error(),
              HasSubstr("2 x 2 x 3, to be the checkpoint's ranks, found 8"));
  spec.data_parallel = 0;
  EXPECT_EQ(shape_of(spec).parallelism().data, 2u);
  spec.files = CheckpointFiles::kTorch;
  EXPECT_THAT(CheckpointShape::make(spec, 1).error(),
              HasSubstr("as many ranks as 'torch' has files, 1, found 8"));
  spec.files = CheckpointFiles::kSafetensors;
  EXPECT_THAT(CheckpointShape::make(spec, 1).error(), HasSubstr("as 'safetensors' has files, 2, found 8"));
}

// A job's size is what its files hold: 8.03e9 x 14 B = 112.42 GB.
TEST(CheckpointShape, SizesAreThoseOfTheFiles) {
  CheckpointSpec spec;
  EXPECT_EQ(checkpoint_bytes(spec).value, 0u);
  spec.parameters = 8.03e9;
  EXPECT_EQ(checkpoint_bytes(spec).value, 112'420'000'000u);
  const CheckpointSpec llama = model(CheckpointModel::kLlama70b);
  EXPECT_EQ(checkpoint_bytes(llama), shape_of(llama).bytes());
}

}  // namespace
}  // namespace aforo
