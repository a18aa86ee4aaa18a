#include "workload/dlio_keys.h"

#include <algorithm>

namespace aforo {
namespace {

constexpr std::string_view kGiven = "the directory is named on the command line";
constexpr std::string_view kCheckpoint =
    "a run writes checkpoints after steps or time, where --checkpoint-dir says";
constexpr std::string_view kCheckpointCount =
    "--write and --read of `aforo checkpoint` say how many, --gap how far apart";
constexpr std::string_view kEvaluation = "a run has no evaluation phase";
constexpr std::string_view kOutput = "results are written where --json says";
constexpr std::string_view kModel = "only the step time of the model matters to storage";
constexpr std::string_view kStorage = "the storage is what the directory on the command line lies on";
constexpr std::string_view kProfile = "aforo measures by itself";
constexpr std::string_view kPython = "it tunes the Python loader, which aforo does not run";
constexpr std::string_view kGenerate = "`aforo generate` lays the dataset";
constexpr std::string_view kColumns = "records are read whole";
constexpr std::string_view kResize = "samples are handed on as they were read";

}  // namespace

// NOLINTNEXTLINE(readability-function-size): a table, not a course of action
const std::vector<DlioKey>& dlio_keys() {
  static const std::vector<DlioKey> keys = {
      {"framework", "", "loader.framework"},
      {"model", "", "name"},
      {"model.name", "", "name"},
      {"model.type", kModel},
      {"model.model_size", kModel},
      {"model.model_size_bytes", kModel},
      {"model.optimization_groups", kModel},
      {"model.num_layers", kModel},
      {"model.layer_parameters", kModel},
      {"model.model_datatype", kModel},
      {"model.optimizer_datatype", kModel},
      {"model.parallelism", kModel},
      {"model.transformer", kModel},
      {"workflow.train", "a run always trains"},
      {"workflow.generate_data", kGenerate},
      {"workflow.evaluation", kEvaluation},
      {"workflow.checkpoint", kCheckpoint},
      {"workflow.profiling", kProfile},
      {"workflow.debug", kProfile},
      {"dataset.format", "", "dataset.layout"},
      {"dataset.num_files_train", "", "dataset.samples"},
      {"dataset.num_samples_per_file", "", "dataset.samples_per_file"},
      {"dataset.record_length", "", "dataset.sample_size"},
      {"dataset.record_length_bytes", "", "dataset.sample_size"},
      {"dataset.record_length_stdev", "", "dataset.sample_size.stddev"},
      {"dataset.record_length_bytes_stdev", "", "dataset.sample_size.stddev"},
      {"dataset.record_length_resize", kResize},
      {"dataset.record_length_bytes_resize", kResize},
      {"dataset.num_subfolders_train", "", "dataset.files_per_directory"},
      {"dataset.data_folder", kGiven},
      {"dataset.num_files_eval", kEvaluation},
      {"dataset.num_subfolders_eval", kEvaluation},
      {"dataset.generation_buffer_size", kGenerate},
      {"dataset.enable_chunking", "only HDF5 has chunks"},
      {"dataset.chunk_size", "only HDF5 has chunks"},
      {"dataset.compression", ""},
      {"dataset.compression_level", "data are written uncompressed"},
      {"dataset.file_prefix", "generated files have aforo's names"},
      {"dataset.keep_files", "`aforo generate --delete` removes a dataset"},
      {"dataset.record_element_bytes", "the benchmark takes it from record_element_type"},
      {"dataset.record_element_type", "", "dataset.sample_size"},
      {"dataset.record_dims", "", "dataset.sample_size"},
      {"dataset.columns", "only Parquet has columns", "dataset.sample_size"},
      {"dataset.parquet.columns", "only Parquet has columns", "dataset.sample_size"},
      {"dataset.parquet.row_group_size", kColumns},
      {"dataset.parquet.partition_by", kColumns},
      {"dataset.parquet.generation_batch_size", kGenerate},
      {"dataset.parquet.use_s3dlio_gen", kGenerate},
      {"dataset.hdf5.chunk_dims", "only HDF5 has chunks"},
      {"dataset.hdf5.num_dset_per_record", "samples are read whole"},
      {"dataset.hdf5.max_shape", "samples are read whole"},
      {"dataset.data_gen_method", kGenerate},
      {"dataset.listing_validation_interval", "names of generated files are computed, never listed"},
      {"dataset.listing_threads", "names of generated files are computed, never listed"},
      {"dataset.row_group_size", kColumns},
      {"dataset.skip_listing", "names of generated files are computed, never listed"},
      {"reader.data_loader", "", "loader.framework"},
      {"reader.batch_size", "", "loader.batch_size"},
      {"reader.read_threads", "", "loader.workers"},
      {"reader.write_threads", kGenerate},
      {"reader.prefetch_size", "", "loader.prefetch"},
      {"reader.file_shuffle", "", "loader.shuffle"},
      {"reader.sample_shuffle", "", "loader.shuffle"},
      {"reader.shuffle_size", "only the tensorflow loader with sample_shuffle has a shuffle buffer",
       "loader.shuffle.buffer"},
      {"reader.transfer_size", "", "loader.read.transfer_size"},
      {"reader.odirect", "", "loader.read.mode"},
      {"reader.preprocess_time", "", "loader.preprocess"},
      {"reader.preprocess_time_stdev", "", "loader.preprocess.stddev"},
      {"reader.computation_threads", "parsing threads of tensorflow are not emulated"},
      {"reader.dont_use_mmap", "files are never mapped"},
      {"reader.multiprocessing_context", kPython},
      {"reader.pin_memory", kPython},
      {"reader.reader_classname", kPython},
      {"reader.data_loader_classname", kPython},
      {"reader.data_loader_sampler", kPython},
      {"reader.batch_size_eval", kEvaluation},
      {"reader.file_access", "one file is opened by one reader at a time"},
      {"reader.read_type", ""},
      {"reader.read_mode", kColumns},
      {"reader.row_group_size", kColumns},
      {"reader.seed_change_epoch", ""},
      {"reader.transformed_record_dims", kResize},
      {"reader.transformed_record_element_type", kResize},
      {"train.epochs", "", "training.epochs"},
      {"train.computation_time", "", "accelerator.step_time"},
      {"train.computation_time_stdev", "", "accelerator.step_time.stddev"},
      {"train.total_training_steps", "", "training.steps"},
      {"train.seed", "", "loader.seed"},
      {"train.seed_change_epoch", "every epoch has a new order"},
      {"metric.au", "", "training.au_target"},
      {"evaluation", kEvaluation},
      {"checkpoint.checkpoint_folder", kCheckpoint},
      {"checkpoint.checkpoint_after_epoch", kCheckpoint},
      {"checkpoint.epochs_between_checkpoints", kCheckpoint},
      {"checkpoint.steps_between_checkpoints", kCheckpoint, "checkpoint.every_steps"},
      {"checkpoint.model_size", kCheckpoint},
      {"checkpoint.type", kCheckpoint},
      {"checkpoint.mode", kCheckpoint},
      {"checkpoint.fsync", kCheckpoint, "checkpoint.fsync"},
      {"checkpoint.rank_sync", kCheckpoint},
      {"checkpoint.checkpoint_mechanism_classname", kCheckpoint},
      {"checkpoint.time_between_checkpoints", kCheckpointCount},
      {"checkpoint.num_checkpoints_write", kCheckpointCount},
      {"checkpoint.num_checkpoints_read", kCheckpointCount},
      {"checkpoint.recovery_rank_shift", "--restore shifted says so"},
      {"checkpoint.randomize_tensor", kCheckpoint},
      {"checkpoint.ksm", kCheckpoint},
      {"storage.storage_type", kStorage},
      {"storage.storage_library", kStorage},
      {"storage.post_generation_settle_seconds", kGenerate},
      {"storage.storage_root", kStorage},
      {"storage.storage_options", kStorage},
      {"output.folder", kOutput},
      {"output.log_file", kOutput},
      {"output.metric.exclude_start_steps", "each statistic excludes what its name says"},
      {"output.metric.exclude_end_steps", "each statistic excludes what its name says"},
      {"profiling.profiler", kProfile},
      {"profiling.iostat_devices", kProfile},
  };
  return keys;
}

const DlioKey* find_dlio_key(std::string_view key) {
  const auto& keys = dlio_keys();
  const auto at =
      std::find_if(keys.begin(), keys.end(), [&](const DlioKey& known) { return known.key == key; });
  return at == keys.end() ? nullptr : &*at;
}

std::vector<std::string> dlio_key_words() {
  std::vector<std::string> words;
  for (const DlioKey& known : dlio_keys()) words.emplace_back(known.key);
  return words;
}

}  // namespace aforo
