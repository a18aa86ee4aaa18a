// CheckpointShape: which files each rank writes of one checkpoint, how large each is, and how much of it are
// the model's weights.
//
// Layouts of files (CheckpointFiles), in the order of ranks:
//
//   dlio-v3      the public storage benchmark's: a rank's model files, then its optimizer file. ZeRO 3: one of
//                each on every rank. Below: a file per layer on the ranks of the first replica, and the optimizer
//                dealt to all (ZeRO 1, 2) or with the model (ZeRO 0)
//   dcp          torch.distributed.checkpoint: everything dealt evenly to all ranks, `files_per_rank` files each
//   dcp-tensors  the same, one file for each tensor of a rank: weights and three of the optimizer for each
//   torch        torch.save: one file, by rank 0
//   safetensors  files of `shard` bytes, weights first, dealt to the ranks in order
//
// In every file the weights come first. Sizes are those of the tensors, without what a format adds (some hundred
// bytes a tensor).
//
// Sources: sizes of llama3 models, and what the benchmark writes: dlio_benchmark/checkpointing/
// base_checkpointing.py of mlcommons/DLIO_local_changes at f6796ed (read 2026-11-28). Models: Dubey et al. 2024,
// The Llama 3 Herd of Models (arXiv:2407.21783), table 3; llama3-1t is the benchmark's own invention.
//
// Pure; O(1) memory and time per file (a model's stages are listed once); immutable and thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "base/units.h"
#include "workload/spec.h"

namespace aforo {

// How a model is spread over ranks. Rank r of `tensor` x `pipeline` x `data`: replica r / (tensor x pipeline), stage
// r / tensor within it, slice r % tensor.
struct CheckpointParallelism {
  std::uint32_t ranks = 1, tensor = 1, pipeline = 1, data = 1;
  std::uint32_t zero = 3;  // ZeRO's stage, 0 to 3
  bool operator==(const CheckpointParallelism&) const = default;
};

// What a model is made of, as far as its checkpoint shows it.
struct CheckpointModelTraits {
  std::string_view word;
  std::uint64_t layers, hidden, feed_forward, heads, key_value_heads, vocabulary;
  CheckpointParallelism usual;  // in the benchmark
};
// Not of kNone.
const CheckpointModelTraits& traits_of(CheckpointModel model);
// Of the model: 2 V h + h + L (2 h + h (h + 2 d) + h h + 3 f h), where d = h / heads x key_value_heads.
std::uint64_t parameters_of(const CheckpointModelTraits& model);

class CheckpointShape {
 public:
  // What a file holds of a rank's state.
  enum class Part { kModel, kLayer, kOptimizer, kAll };
  struct File {
    std::uint64_t bytes = 0, weight_bytes = 0;
    Part part = Part::kAll;
    std::uint32_t layer = 0;  // of kLayer: 0 the embedding, then the layers, the norm and the head
    bool operator==(const File&) const = default;
  };

  // Nothing, of one rank.
  CheckpointShape() = default;
  // Of `spec` in a job of `accelerators` ranks >= 1: as many take part as the spec says, or where it says nothing all
  // (torch: one). Or half a sentence "expected ..., found ..." where its numbers do not fit each other.
  static tl::expected<CheckpointShape, std::string> make(const CheckpointSpec& spec,
                                                         std::uint32_t accelerators);
  // `bytes` dealt evenly to `files_per_rank` files of each rank, as dcp does.
  static CheckpointShape even(Bytes bytes, std::uint32_t ranks, std::uint32_t files_per_rank = 1);

  CheckpointFiles files_kind() const { return kind_; }
  const CheckpointParallelism& parallelism() const { return parallel_; }
  std::uint32_t ranks() const { return parallel_.ranks; }
  // Of one checkpoint, all ranks together.
  std::uint64_t files() const { return first_file(parallel_.ranks); }
  Bytes bytes() const { return Bytes{bytes_}; }
  Bytes weight_bytes() const { return Bytes{weight_bytes_}; }

  // Ranks from ranks() on write nothing.
  std::uint32_t files_of(std::uint32_t rank) const {
    return static_cast<std::uint32_t>(first_file(rank + 1) - first_file(rank));
  }
  // How many files the ranks before `rank` write; of ranks() or more: all.
  std::uint64_t first_file(std::uint32_t rank) const;
  // Requires file < files_of(rank).
  File file(std::uint32_t rank, std::uint32_t file) const;
  // Of all its files.
  Bytes bytes_of(std::uint32_t rank) const;
  // Safetensors: of the weights, and of the optimizer.
  std::uint64_t weight_shards() const { return weight_shards_; }
  std::uint64_t optimizer_shards() const { return optimizer_shards_; }
  bool operator==(const CheckpointShape&) const = default;

 private:
  bool by_layers() const { return model_ != CheckpointModel::kNone && parallel_.zero < 3; }
  std::uint32_t layers_of(std::uint32_t stage) const;
  std::uint32_t first_layer_of(std::uint32_t stage) const;
  // Files of the first replica's ranks of that stage, without the optimizer's.
  std::uint32_t model_files_of(std::uint32_t stage) const;
  std::uint64_t layer_parameters(std::uint32_t layer) const;
  std::uint64_t tensor_parameters(std::uint64_t tensor) const;
  std::uint64_t model_bytes_of(std::uint32_t rank) const;
  std::uint64_t optimizer_bytes_of(std::uint32_t rank) const;
  File benchmark_file(std::uint32_t rank, std::uint32_t file) const;
  File tensor_file(std::uint32_t rank, std::uint32_t file) const;
  File shard_file(std::uint64_t file) const;
  void sum_up();

  CheckpointFiles kind_ = CheckpointFiles::kDcp;
  CheckpointModel model_ = CheckpointModel::kNone;
  CheckpointParallelism parallel_;
  double weight_each_ = 0, optimizer_each_ = 0;  // bytes of a parameter
  std::uint64_t parameters_ = 0;
  std::uint64_t weights_ = 0, optimizer_ = 0;  // of all parameters, bytes
  std::uint32_t files_per_rank_ = 1;
  std::uint64_t tensors_ = 1, shard_ = 1, weight_shards_ = 0, optimizer_shards_ = 0;
  std::uint64_t bytes_ = 0, weight_bytes_ = 0;  // as the files hold them
};

// Of one checkpoint as a run writes it, and as storage is sized for it; 0 where the job has none. Of a spec that
// was judged.
Bytes checkpoint_bytes(const CheckpointSpec& spec);

}  // namespace aforo
