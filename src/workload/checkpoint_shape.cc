#include "workload/checkpoint_shape.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace aforo {
namespace {

// The benchmark's numbers: its 70b has 128 heads, where the model has 64.
constexpr CheckpointModelTraits kModels[] = {
    {"llama3-8b", 32, 4096, 14336, 32, 8, 128256, {8, 1, 1, 8, 3}},
    {"llama3-70b", 80, 8192, 28672, 128, 8, 128256, {64, 8, 1, 8, 3}},
    {"llama3-405b", 126, 16384, 53248, 128, 8, 128256, {512, 8, 32, 2, 1}},
    {"llama3-1t", 128, 25872, 98304, 192, 32, 128256, {1024, 8, 64, 2, 1}},
};

// Of one layer: two norms, q, k, v, o, gate, up, down.
constexpr std::uint64_t kTensorsOfALayer = 9;
// Beside the layers: embedding, norm, head.
constexpr std::uint64_t kOtherTensors = 3;
// Of a model that only says its parameters: as many tensors as llama3-8b has.
constexpr std::uint64_t kUsualTensors = kTensorsOfALayer * 32 + kOtherTensors;
// Of each tensor: the weights, and the optimizer's own weights, momentum and variance.
constexpr std::uint64_t kStatesOfATensor = 4;
// The benchmark adds so many values of `hidden` to each rank's optimizer.
constexpr std::uint64_t kBenchmarkExtra = 15;

// The i-th of `parts` parts of `whole` that differ by one at most.
std::uint64_t even_part(std::uint64_t whole, std::uint64_t parts, std::uint64_t i) {
  return whole / parts + (i < whole % parts ? 1 : 0);
}
std::uint64_t even_begin(std::uint64_t whole, std::uint64_t parts, std::uint64_t i) {
  return i * (whole / parts) + std::min(i, whole % parts);
}
std::uint64_t times(std::uint64_t parameters, double bytes) {
  return static_cast<std::uint64_t>(std::llround(static_cast<double>(parameters) * bytes));
}
std::uint64_t ceil_of(std::uint64_t a, std::uint64_t b) { return (a + b - 1) / b; }

std::uint64_t key_value_width(const CheckpointModelTraits& m) {
  return m.hidden / m.heads * m.key_value_heads;
}
// Of a layer without its norms: what tensor parallelism divides.
std::uint64_t matrices(const CheckpointModelTraits& m) {
  return m.hidden * (m.hidden + 2 * key_value_width(m)) + m.hidden * m.hidden + 3 * m.feed_forward * m.hidden;
}

tl::expected<CheckpointParallelism, std::string> parallelism_of(const CheckpointSpec& spec,
                                                                std::uint32_t accelerators) {
  const bool model = spec.model != CheckpointModel::kNone;
  CheckpointParallelism out;
  if (model) out = traits_of(spec.model).usual;
  const bool stated = model || spec.tensor_parallel || spec.pipeline_parallel || spec.data_parallel;
  if (spec.tensor_parallel) out.tensor = spec.tensor_parallel;
  if (spec.pipeline_parallel) out.pipeline = spec.pipeline_parallel;
  const std::uint64_t group = std::uint64_t{out.tensor} * out.pipeline;
  if (spec.data_parallel) {
    out.data = spec.data_parallel;
  } else if (!model) {
    const std::uint64_t ranks = spec.ranks ? spec.ranks : accelerators;
    out.data = static_cast<std::uint32_t>(std::max<std::uint64_t>(ranks / group, 1));
  }
  if (spec.zero != CheckpointZero::kAuto)
    out.zero = static_cast<std::uint32_t>(spec.zero) - static_cast<std::uint32_t>(CheckpointZero::k0);
  const std::uint64_t product = group * out.data;
  if (spec.ranks && product != spec.ranks)
    return tl::unexpected(fmt::format(
        "expected tensor x pipeline x data parallelism, {} x {} x {}, to be the checkpoint's ranks, found {} ranks",
        out.tensor, out.pipeline, out.data, spec.ranks));
  if (product > kMostCheckpointRanks)
    return tl::unexpected(fmt::format("expected at most {} ranks, found {} x {} x {}", kMostCheckpointRanks,
                                      out.tensor, out.pipeline, out.data));
  out.ranks = static_cast<std::uint32_t>(product);
  if (!stated && !spec.ranks && spec.files == CheckpointFiles::kTorch) out.ranks = out.data = 1;
  return out;
}

}  // namespace

const CheckpointModelTraits& traits_of(CheckpointModel model) {
  return kModels[static_cast<std::size_t>(model) - 1];
}

std::uint64_t parameters_of(const CheckpointModelTraits& m) {
  return 2 * m.vocabulary * m.hidden + m.hidden + m.layers * (2 * m.hidden + matrices(m));
}

CheckpointShape CheckpointShape::even(Bytes bytes, std::uint32_t ranks, std::uint32_t files_per_rank) {
  CheckpointShape out;
  out.parallel_.ranks = out.parallel_.data = ranks;
  out.files_per_rank_ = files_per_rank;
  out.optimizer_ = bytes.value;
  out.sum_up();
  return out;
}

tl::expected<CheckpointShape, std::string> CheckpointShape::make(const CheckpointSpec& spec,
                                                                 std::uint32_t accelerators) {
  const auto parallel = parallelism_of(spec, accelerators);
  if (!parallel) return tl::unexpected(parallel.error());
  CheckpointShape out;
  out.kind_ = spec.files;
  out.model_ = spec.model;
  out.parallel_ = *parallel;
  out.weight_each_ = spec.weight_bytes;
  out.optimizer_each_ = spec.optimizer_bytes;
  out.files_per_rank_ = spec.files_per_rank;
  if (spec.model != CheckpointModel::kNone) {
    const CheckpointModelTraits& m = traits_of(spec.model);
    out.parameters_ = parameters_of(m);
    out.tensors_ = kTensorsOfALayer * m.layers + kOtherTensors;
    if (m.layers < out.parallel_.pipeline)
      return tl::unexpected(
          fmt::format("expected at most {} stages of pipeline parallelism ({} layers), found {}", m.layers,
                      m.layers, out.parallel_.pipeline));
  } else {
    out.parameters_ = static_cast<std::uint64_t>(std::llround(spec.parameters));
    out.tensors_ = kUsualTensors;
  }
  out.weights_ = times(out.parameters_, spec.weight_bytes);
  out.optimizer_ = times(out.parameters_, spec.weight_bytes + spec.optimizer_bytes) - out.weights_;
  out.shard_ = spec.shard.value;
  if (spec.files == CheckpointFiles::kSafetensors) {
    out.weight_shards_ = ceil_of(out.weights_, out.shard_);
    out.optimizer_shards_ = ceil_of(out.optimizer_, out.shard_);
    const std::uint64_t shards = out.weight_shards_ + out.optimizer_shards_;
    const bool stated = spec.ranks || spec.model != CheckpointModel::kNone || spec.tensor_parallel ||
                        spec.pipeline_parallel || spec.data_parallel;
    if (!stated && shards > 0 && out.parallel_.ranks > shards)
      out.parallel_.ranks = out.parallel_.data = static_cast<std::uint32_t>(shards);
  }
  out.sum_up();
  const bool few = spec.files == CheckpointFiles::kTorch || spec.files == CheckpointFiles::kSafetensors;
  if (few && out.bytes_ > 0 && out.files() < out.parallel_.ranks)
    return tl::unexpected(fmt::format(
        "expected at most as many ranks as '{}' has files, {}, found {} ranks; lower checkpoint.ranks{}",
        to_string(spec.files), out.files(), out.parallel_.ranks,
        spec.files == CheckpointFiles::kSafetensors ? " or checkpoint.shard"
                                                    : ", or choose 'dcp' or 'dlio-v3'"));
  return out;
}

std::uint32_t CheckpointShape::layers_of(std::uint32_t stage) const {
  return static_cast<std::uint32_t>(even_part(traits_of(model_).layers, parallel_.pipeline, stage));
}
std::uint32_t CheckpointShape::first_layer_of(std::uint32_t stage) const {
  return static_cast<std::uint32_t>(even_begin(traits_of(model_).layers, parallel_.pipeline, stage));
}

// The first stage also has the embedding, the last the norm and the head.
std::uint32_t CheckpointShape::model_files_of(std::uint32_t stage) const {
  if (!by_layers()) return 1;
  return layers_of(stage) + (stage == 0 ? 1 : 0) + (stage + 1 == parallel_.pipeline ? 2 : 0);
}

// As one slice holds it: norms are not divided.
std::uint64_t CheckpointShape::layer_parameters(std::uint32_t layer) const {
  const CheckpointModelTraits& m = traits_of(model_);
  if (layer == 0 || layer == m.layers + 2) return m.vocabulary * m.hidden / parallel_.tensor;
  if (layer == m.layers + 1) return m.hidden;
  return 2 * m.hidden + matrices(m) / parallel_.tensor;
}

std::uint64_t CheckpointShape::tensor_parameters(std::uint64_t tensor) const {
  if (model_ == CheckpointModel::kNone) return even_part(parameters_, tensors_, tensor);
  const CheckpointModelTraits& m = traits_of(model_);
  if (tensor >= kTensorsOfALayer * m.layers)
    return tensor == kTensorsOfALayer * m.layers ? m.hidden : m.vocabulary * m.hidden;
  switch (tensor % kTensorsOfALayer) {
    case 0:
    case 1:
      return m.hidden;
    case 2:
    case 3:
      return m.hidden * m.hidden;
    case 4:
    case 5:
      return m.hidden * key_value_width(m);
    default:
      return m.feed_forward * m.hidden;
  }
}

std::uint64_t CheckpointShape::first_file(std::uint32_t rank) const {
  const std::uint64_t r = std::min(rank, parallel_.ranks);
  switch (kind_) {
    case CheckpointFiles::kDcp:
      return r * files_per_rank_;
    case CheckpointFiles::kDcpTensors:
      return r * tensors_ * kStatesOfATensor;
    case CheckpointFiles::kTorch:
      return r > 0 ? 1 : 0;
    case CheckpointFiles::kSafetensors:
      return even_begin(weight_shards_ + optimizer_shards_, parallel_.ranks, r);
    case CheckpointFiles::kDlioV3:
      break;
  }
  if (parallel_.zero == 3) return 2 * r;
  const std::uint64_t group = std::uint64_t{parallel_.tensor} * parallel_.pipeline;
  const auto of_stages = [this](std::uint64_t in_group) {  // of the first replica's ranks before that one
    const auto stage = static_cast<std::uint32_t>(in_group / parallel_.tensor);
    std::uint64_t files = in_group;  // each its optimizer's
    const std::uint64_t slice = in_group % parallel_.tensor;
    if (!by_layers()) return files + in_group;
    files += parallel_.tensor * std::uint64_t{first_layer_of(std::min(stage, parallel_.pipeline - 1))};
    if (stage == parallel_.pipeline)
      files += parallel_.tensor * (std::uint64_t{layers_of(stage - 1)} + 3);
    else if (stage > 0)
      files += parallel_.tensor;
    if (stage < parallel_.pipeline) files += slice * model_files_of(stage);
    return files;
  };
  if (r <= group) return of_stages(r);
  return of_stages(group) + (parallel_.zero == 0 ? 0 : r - group);
}

std::uint64_t CheckpointShape::model_bytes_of(std::uint32_t rank) const {
  const std::uint64_t group = std::uint64_t{parallel_.tensor} * parallel_.pipeline;
  if (model_ == CheckpointModel::kNone) {
    if (parallel_.zero == 3) return even_part(weights_, parallel_.ranks, rank);
    return rank < group ? even_part(weights_, group, rank) : 0;
  }
  const auto stage = static_cast<std::uint32_t>(rank % group / parallel_.tensor);
  std::uint64_t parameters = layers_of(stage) * layer_parameters(1);
  const auto layers = static_cast<std::uint32_t>(traits_of(model_).layers);
  if (stage == 0) parameters += layer_parameters(0);
  if (stage + 1 == parallel_.pipeline)
    parameters += layer_parameters(layers + 1) + layer_parameters(layers + 2);
  return times(parameters, weight_each_) / parallel_.data;
}

std::uint64_t CheckpointShape::optimizer_bytes_of(std::uint32_t rank) const {
  const std::uint64_t group = std::uint64_t{parallel_.tensor} * parallel_.pipeline;
  const std::uint64_t parts = parallel_.zero == 0 ? group : parallel_.ranks;
  if (model_ == CheckpointModel::kNone) return even_part(optimizer_, parts, rank);
  return times(parameters_ / parts, optimizer_each_) +
         times(kBenchmarkExtra * traits_of(model_).hidden, optimizer_each_ / 3);
}

CheckpointShape::File CheckpointShape::benchmark_file(std::uint32_t rank, std::uint32_t file) const {
  const std::uint64_t group = std::uint64_t{parallel_.tensor} * parallel_.pipeline;
  if (file + 1 == files_of(rank)) return {optimizer_bytes_of(rank), 0, Part::kOptimizer, 0};
  if (!by_layers()) {
    const std::uint64_t bytes = model_bytes_of(rank);
    return {bytes, bytes, Part::kModel, 0};
  }
  const auto stage = static_cast<std::uint32_t>(rank % group / parallel_.tensor);
  const std::uint32_t layer = stage == 0 ? file : first_layer_of(stage) + 1 + file;
  const std::uint64_t bytes = times(layer_parameters(layer), weight_each_);
  return {bytes, bytes, Part::kLayer, layer};
}

CheckpointShape::File CheckpointShape::tensor_file(std::uint32_t rank, std::uint32_t file) const {
  const std::uint64_t whole = tensor_parameters(file / kStatesOfATensor);
  if (file % kStatesOfATensor == 0) {
    const std::uint64_t bytes = even_part(times(whole, weight_each_), parallel_.ranks, rank);
    return {bytes, bytes, Part::kModel, 0};
  }
  return {even_part(times(whole, optimizer_each_ / 3), parallel_.ranks, rank), 0, Part::kOptimizer, 0};
}

CheckpointShape::File CheckpointShape::shard_file(std::uint64_t file) const {
  if (file < weight_shards_) {
    const std::uint64_t bytes = even_part(weights_, weight_shards_, file);
    return {bytes, bytes, Part::kModel, 0};
  }
  return {even_part(optimizer_, optimizer_shards_, file - weight_shards_), 0, Part::kOptimizer, 0};
}

CheckpointShape::File CheckpointShape::file(std::uint32_t rank, std::uint32_t file) const {
  switch (kind_) {
    case CheckpointFiles::kDlioV3:
      return benchmark_file(rank, file);
    case CheckpointFiles::kDcpTensors:
      return tensor_file(rank, file);
    case CheckpointFiles::kSafetensors:
      return shard_file(first_file(rank) + file);
    case CheckpointFiles::kTorch:
      return {weights_ + optimizer_, weights_, Part::kAll, 0};
    case CheckpointFiles::kDcp:
      break;
  }
  const std::uint64_t all = first_file(parallel_.ranks), index = first_file(rank) + file;
  const std::uint64_t bytes = even_part(weights_ + optimizer_, all, index);
  return {bytes, std::min(bytes, even_part(weights_, all, index)), Part::kAll, 0};
}

Bytes CheckpointShape::bytes_of(std::uint32_t rank) const {
  std::uint64_t bytes = 0;
  for (std::uint32_t i = 0; i < files_of(rank); ++i) bytes += file(rank, i).bytes;
  return Bytes{bytes};
}

// What the ranks of a replica of one stage write is alike; so are all replicas but the first.
void CheckpointShape::sum_up() {
  bytes_ = weights_ + optimizer_;
  weight_bytes_ = weights_;
  const bool rounded = model_ != CheckpointModel::kNone && (kind_ == CheckpointFiles::kDlioV3);
  if (!rounded && kind_ != CheckpointFiles::kDcpTensors) return;
  bytes_ = weight_bytes_ = 0;
  if (kind_ == CheckpointFiles::kDcpTensors) {
    for (std::uint64_t t = 0; t < tensors_; ++t) {
      weight_bytes_ += times(tensor_parameters(t), weight_each_);
      bytes_ += 3 * times(tensor_parameters(t), optimizer_each_ / 3);
    }
    bytes_ += weight_bytes_;
    return;
  }
  for (std::uint32_t rank = 0; rank < parallel_.ranks; ++rank)
    for (std::uint32_t i = 0; i < files_of(rank); ++i) {
      const File one = benchmark_file(rank, i);
      bytes_ += one.bytes;
      weight_bytes_ += one.weight_bytes;
    }
}

Bytes checkpoint_bytes(const CheckpointSpec& spec) {
  if (spec.model == CheckpointModel::kNone && spec.parameters <= 0) return Bytes{0};
  const auto shape = CheckpointShape::make(spec, 1);
  return shape ? shape->bytes() : Bytes{0};
}

}  // namespace aforo
