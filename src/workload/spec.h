// The workload: what a training job asks of storage. Plain data, validated where it is
// built (parse.h, dlio.h).
//
// Every consumer (run, generate, size, sim) reads this struct and nothing else. A Workload that
// came out of `load_workload` is complete and consistent; nobody downstream re-validates. SI units,
// copy freely. Each field's bounds and words stand in fields.cc, and in docs/reference.md.
#pragma once

#include <cassert>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"
#include "workload/law.h"

namespace aforo {

// How samples lie in files.
enum class LayoutKind {
  kFilePerSample,  // one file holds one sample (JPEG, npz, raw)
  kTfrecord,       // many tf.train.Example records per file, framed with masked CRC-32C
  kRecords,        // fixed-size binary records in big files (token windows, recommender rows)
  kWebdataset,     // tar shards
  kHdf5,           // sizing only
  kParquet,        // sizing only
  kNpy,            // one numpy array per file, its first axis the samples
};

// How loaders get at the samples of a file.
enum class Reading {
  kAnySample,     // each by itself; every framework reads it so
  kShardByShard,  // each by itself, but tf.data reads such a file from front to back
  kFrontToBack,   // only by reading the file from its front, whatever the framework
};

// What is known of a layout without a byte of it. How its bytes lie is told by its Container
// (dataset/container.h).
struct LayoutTraits {
  std::string_view word;   // what people write: "webdataset"
  std::string_view title;  // its own name: "WebDataset"
  bool packed = false;     // a file holds many samples
  bool one_size = false;   // samples are told apart by their size alone, which must be one
  Reading reading = Reading::kAnySample;
  bool sizing_only = false;  // aforo sizes such a dataset, and neither makes nor reads one
};

// One row for each LayoutKind, in its order.
inline constexpr LayoutTraits kLayoutTraits[] = {
    {"file-per-sample", "file per sample", false, false, Reading::kAnySample},
    {"tfrecord", "TFRecord", true, false, Reading::kShardByShard},
    {"records", "records", true, true, Reading::kShardByShard},
    {"webdataset", "WebDataset", true, false, Reading::kFrontToBack},
    {"hdf5", "HDF5", true, false, Reading::kAnySample, true},
    {"parquet", "Parquet", true, false, Reading::kFrontToBack, true},  // a row is had with its row group
    {"npy", "npy", true, true, Reading::kAnySample},
};

constexpr const LayoutTraits& traits_of(LayoutKind layout) {
  assert(static_cast<std::size_t>(layout) < std::size(kLayoutTraits));
  return kLayoutTraits[static_cast<std::size_t>(layout)];
}

// The first layout whose traits are as wanted: who needs one says what for, not which. There must be one.
template <class Wanted>
constexpr LayoutKind first_layout(Wanted wanted) {
  std::size_t i = 0;
  while (!wanted(traits_of(static_cast<LayoutKind>(i)))) ++i;
  return static_cast<LayoutKind>(i);
}

// What the bytes of one sample are, where files are made of them or looked at.
enum class Content { kRaw, kJpeg, kNpz, kPng, kNpy, kOther };
// The words that people write for it; here and below in the enumeration's order, one for each value.
inline constexpr std::string_view kContentWords[] = {"raw", "jpeg", "npz", "png", "npy", "other"};
static_assert(std::size(kContentWords) == static_cast<std::size_t>(Content::kOther) + 1);

// Whose loader the pipeline behaves like: who reads what, in which order, how far ahead
// (pipeline/loader.h and those that follow).
enum class Framework { kPytorch, kTensorflow, kIdeal };
inline constexpr std::string_view kFrameworkWords[] = {"pytorch", "tensorflow", "ideal"};
static_assert(std::size(kFrameworkWords) == static_cast<std::size_t>(Framework::kIdeal) + 1);

enum class ShuffleKind {
  // A new random permutation of all samples every epoch.
  kEpoch,
  kBuffer,  // sequential, through a shuffle buffer of `shuffle_buffer` samples
  kNone,    // dataset order
};
inline constexpr std::string_view kShuffleWords[] = {"epoch", "buffer", "none"};
static_assert(std::size(kShuffleWords) == static_cast<std::size_t>(ShuffleKind::kNone) + 1);

// Through the page cache, or past it (O_DIRECT).
enum class ReadMode { kBuffered, kDirect };
inline constexpr std::string_view kReadModeWords[] = {"buffered", "direct"};
static_assert(std::size(kReadModeWords) == static_cast<std::size_t>(ReadMode::kDirect) + 1);

// What becomes of a sample's bytes once they are read.
enum class Deliver {
  // A sample's bytes are read and dropped: measures storage.
  kDiscard,
  kBatch,  // ... and copied into a batch buffer, as a collating framework does
};
inline constexpr std::string_view kDeliverWords[] = {"discard", "batch"};
static_assert(std::size(kDeliverWords) == static_cast<std::size_t>(Deliver::kBatch) + 1);

// Whose requests a loader makes of an object store (client.h). kNone: aforo's own, as access.h says.
enum class Client {
  kNone,
  kBoto3Get,
  kBoto3Download,
  kS3fsOpen,
  kS3fsCat,
  kS3torch,
  kS3torchRange,
  kPyarrow,
  kCurlPipe,
  kMosaicml,
  kLitdata,
};
inline constexpr std::string_view kClientWords[] = {"none",      "boto3-get", "boto3-download", "s3fs-open",
                                                    "s3fs-cat",  "s3torch",   "s3torch-range",  "pyarrow",
                                                    "curl-pipe", "mosaicml",  "litdata"};
static_assert(std::size(kClientWords) == static_cast<std::size_t>(Client::kLitdata) + 1);

// The word of a value: "file-per-sample", "jpeg", "pytorch", "epoch", "buffered", "discard".
std::string_view to_string(LayoutKind layout);
std::string_view to_string(Content content);
std::string_view to_string(Framework framework);
std::string_view to_string(ShuffleKind shuffle);
std::string_view to_string(ReadMode mode);
std::string_view to_string(Deliver deliver);

// What is read. Sizes are drawn from `sample_size`: sample i has the same size on every machine.
struct DatasetSpec {
  LayoutKind layout = LayoutKind::kFilePerSample;
  Content content = Content::kRaw;
  std::uint64_t samples = 0;
  Law sample_size;                           // bytes
  std::uint64_t samples_per_file = 1;        // > 1 only for packed layouts
  std::uint64_t files_per_directory = 1000;  // 0 = all in one directory
  std::uint64_t seed = 10;                   // decides sizes and contents of generated data
  std::uint64_t files() const { return (samples + samples_per_file - 1) / samples_per_file; }
  bool operator==(const DatasetSpec&) const = default;
};

// How it is read. Of one rank: N accelerators have N loaders.
struct LoaderSpec {
  Framework framework = Framework::kPytorch;
  std::uint64_t batch_size = 1;
  // Pytorch: worker processes; tensorflow: parallel reads; 0 = load in the rank itself
  std::uint32_t workers = 4;
  std::uint32_t prefetch = 2;  // pytorch: batches per worker; tensorflow, ideal: batches per rank
  ShuffleKind shuffle = ShuffleKind::kEpoch;
  std::uint64_t shuffle_buffer = 0;
  std::uint64_t seed = 123;
  ReadMode read_mode = ReadMode::kBuffered;
  Bytes transfer_size{0};  // bytes per read request; 0 = the whole sample (tensorflow: 256 KiB)
  Client client = Client::kNone;
  bool drop_last = true;  // an incomplete last batch is dropped
  Deliver deliver = Deliver::kDiscard;
  Law preprocess;  // seconds of worker CPU per sample; constant 0 = none
  bool operator==(const LoaderSpec&) const = default;
};

// Who consumes it.
struct AcceleratorSpec {
  // "h100"; a name, looked up in the catalogue by `size`.
  std::string type;
  std::uint32_t count = 1;
  // Seconds of compute per step of one batch on one accelerator, without waiting.
  Law step_time;
  bool operator==(const AcceleratorSpec&) const = default;
};

// How long, and what counts as fed.
struct TrainingSpec {
  std::uint32_t epochs = 1;
  std::uint64_t steps = 0;  // steps per epoch; 0 = as many whole global batches as the dataset has
  bool synchronous = true;  // ranks meet at a barrier after every step
  double au_target = 0.90;  // fraction
  bool operator==(const TrainingSpec&) const = default;
};

// Whose model is written; kNone: `parameters` says how large it is.
enum class CheckpointModel { kNone, kLlama8b, kLlama70b, kLlama405b, kLlama1t };
inline constexpr std::string_view kCheckpointModelWords[] = {"none", "llama3-8b", "llama3-70b", "llama3-405b",
                                                             "llama3-1t"};

// How its state lies in files (workload/checkpoint_shape.h).
enum class CheckpointFiles { kDlioV3, kDcp, kDcpTensors, kTorch, kSafetensors };
inline constexpr std::string_view kCheckpointFilesWords[] = {"dlio-v3", "dcp", "dcp-tensors", "torch",
                                                             "safetensors"};
constexpr std::string_view to_string(CheckpointFiles files) {
  return kCheckpointFilesWords[static_cast<std::size_t>(files)];
}

// Stage of ZeRO; kAuto: the model's usual one, else 3.
enum class CheckpointZero { kAuto, k0, k1, k2, k3 };
inline constexpr std::string_view kCheckpointZeroWords[] = {"auto", "0", "1", "2", "3"};

// Training stands still until it is written, or goes on beside the writing.
enum class CheckpointMode { kSync, kAsync };
inline constexpr std::string_view kCheckpointModeWords[] = {"sync", "async"};

// Chosen: far beyond any job, and few enough to be counted one by one.
inline constexpr std::uint32_t kMostCheckpointRanks = 1'000'000;

// What is written meanwhile. Numbers of ranks: 0 = what the others leave (CheckpointShape::make).
struct CheckpointSpec {
  CheckpointModel model = CheckpointModel::kNone;
  // Of the model; 0 = no checkpoints, unless `model` is given.
  double parameters = 0;
  Seconds every{0};
  std::uint64_t every_steps = 0;  // instead of `every`
  std::uint32_t ranks = 0, tensor_parallel = 0, pipeline_parallel = 0, data_parallel = 0;
  CheckpointZero zero = CheckpointZero::kAuto;
  // Bytes of a parameter: half-precision weights, and what Adam keeps in single precision (checkpoint.h).
  double weight_bytes = 2, optimizer_bytes = 12;
  CheckpointFiles files = CheckpointFiles::kDcp;
  std::uint32_t files_per_rank = 1;           // dcp
  Bytes shard{5'000'000'000};                 // safetensors: of one file, at most
  Bytes chunk{std::uint64_t{32} << 20};       // of one write
  std::uint32_t depth = 1;                    // writes, or reads, of one file at once
  bool fsync = true;                          // a checkpoint counts as written once it is on storage
  ReadMode write_mode = ReadMode::kBuffered;  // past the page cache: writing, and restoring
  CheckpointMode mode = CheckpointMode::kSync;
  Bytes copy_rate{0};      // async: bytes per second and rank to host memory; 0 = it takes no time
  std::uint32_t keep = 0;  // the newest so many stay; 0 = all
  bool any() const { return model != CheckpointModel::kNone || parameters > 0; }
  bool operator==(const CheckpointSpec&) const = default;
};

// Where a constant comes from. Kept with the workload and copied into every Record that used it.
struct Provenance {
  // Dotted: "accelerator.step_time".
  std::string field;
  std::string kind;  // "measured" | "published" | "estimated"
  std::string source;
  std::string date;  // "2026-06"
  bool operator==(const Provenance&) const = default;
};

// The whole job.
struct Workload {
  std::string name;
  std::string description;
  std::string domain;  // "medical imaging": groups presets in the catalogue
  // Of the public storage benchmark: its rules about the size of datasets hold.
  bool benchmark = false;
  DatasetSpec dataset;
  LoaderSpec loader;
  AcceleratorSpec accelerator;
  TrainingSpec training;
  CheckpointSpec checkpoint;
  std::vector<Provenance> provenance;
  std::string origin;                 // "preset resnet50_h100", "workload.yaml", "dlio unet3d_h100.yaml"
  std::vector<std::string> warnings;  // what the input asked for and aforo does not honour
  bool operator==(const Workload&) const = default;
};

}  // namespace aforo
