#include "workload/checkpoint_fields.h"

namespace aforo {
namespace {

constexpr double kMostParameters = 1e15;
constexpr Seconds kLongestInterval{30 * 86400.0};  // chosen: a month, so that a slip of a unit is told
constexpr std::uint32_t kMostFilesPerRank = 1024,
                        kDeepestCheckpoint = 64;  // chosen: more than any writer opens
constexpr double kMostBytesPerParameter = 64;

void add_what(std::vector<Field>& all) {
  all.push_back(enum_field<CheckpointModel>(
      {"checkpoint.model",
       "Whose state is written: one of the benchmark's models, or none with checkpoint.parameters."},
      kCheckpointModelWords, [](Workload& w) -> CheckpointModel& { return w.checkpoint.model; }));
  all.push_back(number_field(
      {"checkpoint.parameters", "Parameters of the model; 0 for no checkpoints."},
      [](Workload& w) -> double& { return w.checkpoint.parameters; }, 0, kMostParameters));
  all.push_back(seconds_field(
      {"checkpoint.every", "Time between checkpoints."},
      [](Workload& w) -> Seconds& { return w.checkpoint.every; }, kLongestInterval));
  all.push_back(count_field(
      {"checkpoint.every_steps", "Steps between checkpoints; 0 goes by checkpoint.every."},
      [](Workload& w) -> std::uint64_t& { return w.checkpoint.every_steps; }, 0, 1'000'000'000'000));
  const auto ranks = [&](const char* key, const char* text, std::uint32_t& (*member)(Workload&)) {
    all.push_back(count32_field({key, text}, member, 0, kMostCheckpointRanks));
  };
  ranks("checkpoint.ranks", "Ranks that the state is dealt to; 0 follows from parallelism and accelerators.",
        [](Workload& w) -> std::uint32_t& { return w.checkpoint.ranks; });
  ranks("checkpoint.tensor_parallel", "Slices of a layer; 0 is the model's, else 1.",
        [](Workload& w) -> std::uint32_t& { return w.checkpoint.tensor_parallel; });
  ranks("checkpoint.pipeline_parallel", "Stages of layers; 0 is the model's, else 1.",
        [](Workload& w) -> std::uint32_t& { return w.checkpoint.pipeline_parallel; });
  ranks("checkpoint.data_parallel", "Replicas; 0 is the model's, else what the ranks leave.",
        [](Workload& w) -> std::uint32_t& { return w.checkpoint.data_parallel; });
  all.push_back(enum_field<CheckpointZero>(
      {"checkpoint.zero", "Stage of ZeRO; auto is the model's, else 3 (all is dealt to all ranks)."},
      kCheckpointZeroWords, [](Workload& w) -> CheckpointZero& { return w.checkpoint.zero; }));
  all.push_back(number_field(
      {"checkpoint.weight_bytes", "Bytes of the weights per parameter."},
      [](Workload& w) -> double& { return w.checkpoint.weight_bytes; }, 0, kMostBytesPerParameter));
  all.push_back(number_field(
      {"checkpoint.optimizer_bytes", "Bytes of the optimizer's state per parameter."},
      [](Workload& w) -> double& { return w.checkpoint.optimizer_bytes; }, 0, kMostBytesPerParameter));
}

void add_how(std::vector<Field>& all) {
  all.push_back(
      enum_field<CheckpointFiles>({"checkpoint.files", "How the state lies in files."}, kCheckpointFilesWords,
                                  [](Workload& w) -> CheckpointFiles& { return w.checkpoint.files; }));
  all.push_back(count32_field(
      {"checkpoint.files_per_rank", "Files of each rank, with files dcp."},
      [](Workload& w) -> std::uint32_t& { return w.checkpoint.files_per_rank; }, 1, kMostFilesPerRank));
  all.push_back(bytes_field({"checkpoint.shard", "Bytes of one file at most, with files safetensors."},
                            [](Workload& w) -> Bytes& { return w.checkpoint.shard; }, {4096},
                            {std::uint64_t{1} << 50}));
  all.push_back(bytes_field(
      {"checkpoint.chunk", "Bytes of one write, and of one read; a multiple of 4 KiB."},
      [](Workload& w) -> Bytes& { return w.checkpoint.chunk; }, {4096}, 1_GiB));
  all.push_back(count32_field(
      {"checkpoint.depth", "Writes, or reads, of one file at once."},
      [](Workload& w) -> std::uint32_t& { return w.checkpoint.depth; }, 1, kDeepestCheckpoint));
  all.push_back(flag_field({"checkpoint.fsync", "A checkpoint is done once it is on storage."},
                           [](Workload& w) -> bool& { return w.checkpoint.fsync; }));
  all.push_back(enum_field<ReadMode>(
      {"checkpoint.write", "Through the page cache, or past it (O_DIRECT); restoring too."}, kReadModeWords,
      [](Workload& w) -> ReadMode& { return w.checkpoint.write_mode; }));
  all.push_back(enum_field<CheckpointMode>(
      {"checkpoint.mode", "Training stands still for a checkpoint, or goes on beside its writing."},
      kCheckpointModeWords, [](Workload& w) -> CheckpointMode& { return w.checkpoint.mode; }));
  all.push_back(bytes_field(
      {"checkpoint.copy_rate", "With mode async: bytes a second and rank to host memory; 0 takes no time."},
      [](Workload& w) -> Bytes& { return w.checkpoint.copy_rate; }, {1}, {std::uint64_t{1} << 50}));
  all.push_back(count32_field(
      {"checkpoint.keep", "The newest so many stay, older ones are removed; 0 keeps all."},
      [](Workload& w) -> std::uint32_t& { return w.checkpoint.keep; }, 0, 1'000'000));
}

}  // namespace

std::vector<Field> checkpoint_fields() {
  std::vector<Field> all;
  add_what(all);
  add_how(all);
  return all;
}

}  // namespace aforo
