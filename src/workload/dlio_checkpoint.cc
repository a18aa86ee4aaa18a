#include "workload/dlio_checkpoint.h"

#include <cmath>

#include "workload/checkpoint_shape.h"

namespace aforo {
namespace {

constexpr std::uint64_t kMostDlioLayers = 100'000, kMostDlioWidth = 10'000'000;

CheckpointModel model_of_layers(DlioSource& source) {
  const auto layers = source.count("model.num_layers", 0, kMostDlioLayers).value_or(0);
  const auto hidden = source.count("model.transformer.hidden_size", 0, kMostDlioWidth).value_or(0);
  for (std::size_t i = 1; i < std::size(kCheckpointModelWords); ++i) {
    const auto model = static_cast<CheckpointModel>(i);
    if (traits_of(model).layers == layers && traits_of(model).hidden == hidden) return model;
  }
  return CheckpointModel::kNone;
}

void read_parallelism(DlioSource& source, CheckpointSpec& spec) {
  const auto ranks = [&source](const char* key) {
    return static_cast<std::uint32_t>(source.count(key, 0, kMostCheckpointRanks).value_or(0));
  };
  spec.tensor_parallel = ranks("model.parallelism.tensor");
  spec.pipeline_parallel = ranks("model.parallelism.pipeline");
  spec.data_parallel = ranks("model.parallelism.data");
  if (const auto zero = source.count("model.parallelism.zero_stage", 0, 3))
    spec.zero = static_cast<CheckpointZero>(static_cast<std::uint64_t>(CheckpointZero::k0) + *zero);
}

}  // namespace

CheckpointSpec read_dlio_checkpoint(DlioSource& source, Use use) {
  CheckpointSpec spec;
  const bool by_steps = source.has("checkpoint.steps_between_checkpoints");
  if (use == Use::kDataset || (use == Use::kJob && !by_steps)) return spec;
  const double steps = source.number("checkpoint.steps_between_checkpoints", -1, 1e12).value_or(-1);
  if (steps != std::floor(steps))
    source.fail("checkpoint.steps_between_checkpoints", "expected whole steps, found a part of one");
  if (steps <= 0 && use == Use::kJob) return spec;
  if (steps > 0) spec.every_steps = static_cast<std::uint64_t>(steps);
  spec.fsync = source.flag("checkpoint.fsync").value_or(true);
  spec.model = model_of_layers(source);
  if (spec.model != CheckpointModel::kNone) {
    spec.files = CheckpointFiles::kDlioV3;
    read_parallelism(source, spec);
    return spec;
  }
  const char* key = source.has("model.model_size_bytes") ? "model.model_size_bytes" : "model.model_size";
  spec.parameters = source.number(key, 0, 1e15).value_or(0);  // bytes
  spec.weight_bytes = 1, spec.optimizer_bytes = 0;
  spec.files = CheckpointFiles::kTorch;
  if (spec.parameters <= 0 && use == Use::kCheckpoint)
    source.fail(
        "checkpoint",
        "expected a model whose checkpoints have a size, found none of the benchmark's llama3 and no "
        "model.model_size; give checkpoint.model or checkpoint.parameters in a workload file of aforo");
  return spec;
}

}  // namespace aforo
