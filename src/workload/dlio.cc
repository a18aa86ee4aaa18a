#include "workload/dlio.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/error.h"
#include "base/text.h"
#include "workload/dlio_keys.h"
#include "workload/dlio_source.h"

namespace aforo {
namespace {

constexpr std::string_view kWrapper = "workload.";
// Published: the benchmark's own defaults (DLIO, utils/config.py: prefetch_size, shuffle_size), and the
// prefetch_factor of PyTorch's DataLoader, which holds where the file's prefetch_size is 0.
constexpr std::uint64_t kDefaultPrefetch = 2;
constexpr std::uint64_t kDefaultShuffleSize = 1024;
constexpr std::uint64_t kTorchPrefetch = 2;

// The accelerators that the benchmark's file names end in.
const std::vector<std::string> kAccelerators = {"v100", "a100",  "h100",   "h200",   "b200",
                                                "b300", "gb200", "mi300x", "mi325x", "mi355"};

std::string_view without_wrapper(std::string_view key) {
  if (key.starts_with(kWrapper)) key.remove_prefix(kWrapper.size());
  return key;
}

struct Format {
  std::string_view word;
  LayoutKind layout;
  Content content;
  std::string_view caveat;                    // what is different from the real format
  LayoutKind of_many = LayoutKind::kRecords;  // of files that hold several samples, where `layout` holds one
};

constexpr Format kFormats[] = {
    {"npz", LayoutKind::kFilePerSample, Content::kNpz, ""},
    {"npy", LayoutKind::kFilePerSample, Content::kNpy, "", LayoutKind::kNpy},
    {"jpeg", LayoutKind::kFilePerSample, Content::kJpeg, ""},
    {"png", LayoutKind::kFilePerSample, Content::kPng, ""},
    {"tfrecord", LayoutKind::kTfrecord, Content::kRaw, ""},
    {"hdf5", LayoutKind::kHdf5, Content::kRaw, ""},
    {"hdf5_opt", LayoutKind::kHdf5, Content::kRaw, ""},
    {"parquet", LayoutKind::kParquet, Content::kRaw, ""},
    {"indexed_binary", LayoutKind::kRecords, Content::kRaw, ""},
    {"mmap_indexed_binary", LayoutKind::kRecords, Content::kRaw, "records are read, not mapped"},
    {"csv", LayoutKind::kRecords, Content::kRaw, "rows are read as fixed-size records"},
    {"synthetic", LayoutKind::kRecords, Content::kRaw,
     "there are no synthetic samples; records are read from files"},
};

void read_names(DlioSource& source, Workload& workload) {
  workload.name = std::filesystem::path(source.file()).stem().string();
  const std::size_t underscore = workload.name.rfind('_');
  const std::string suffix =
      underscore == std::string::npos ? "" : to_lower(workload.name.substr(underscore + 1));
  const bool known = std::find(kAccelerators.begin(), kAccelerators.end(), suffix) != kAccelerators.end();
  if (known) workload.accelerator.type = suffix;
  std::optional<std::string> model = source.word("model.name");
  const YamlNode* plain = source.take("model.name") == nullptr ? source.take("model") : nullptr;
  if (plain != nullptr && plain->kind == YamlNode::Kind::kScalar) model = plain->text;
  if (!known && model) workload.name = *model;
}

const Format& read_layout(DlioSource& source, DatasetSpec& dataset) {
  const std::string word = source.word("dataset.format").value_or("tfrecord");
  const auto format =
      std::find_if(std::begin(kFormats), std::end(kFormats), [&](const Format& f) { return f.word == word; });
  if (format == std::end(kFormats)) {
    std::vector<std::string> words;
    for (const Format& known : kFormats) words.emplace_back(known.word);
    source.fail("dataset.format", fmt::format("expected {}, found {}{}", join(words, " | "), quote(word),
                                              did_you_mean(word, words)));
  }
  dataset.layout = format->layout;
  dataset.content = format->content;
  if (!format->caveat.empty()) source.decline("dataset.format", std::string(format->caveat));
  return *format;
}

void read_dataset(DlioSource& source, DatasetSpec& dataset) {
  const Format& format = read_layout(source, dataset);
  const std::uint64_t files = source.count("dataset.num_files_train", 1, 1'000'000'000'000).value_or(8);
  dataset.samples_per_file = source.count("dataset.num_samples_per_file", 1, 1'000'000'000).value_or(1);
  dataset.samples = files * dataset.samples_per_file;
  const auto either = [&](std::string_view now, std::string_view before, double least) {
    const std::optional<double> value = source.number(now, least, 0x1p50);
    const std::optional<double> old = source.number(before, least, 0x1p50);
    if (value && old) source.decline(before, fmt::format("{} says it", now));
    return value ? value : old;
  };
  Law& size = dataset.sample_size;
  size.mean = either("dataset.record_length_bytes", "dataset.record_length", 1).value_or(65536);
  size.stddev = either("dataset.record_length_bytes_stdev", "dataset.record_length_stdev", 0).value_or(0);
  if (size.stddev > 0) size.kind = LawKind::kProductOfNormals;
  if (!traits_of(dataset.layout).packed && dataset.samples_per_file > 1) {
    source.decline("dataset.num_samples_per_file",
                   format.of_many == LayoutKind::kNpy
                       ? "samples lie along the first axis of a file's array, and are read one at a time"
                       : "such files are laid and read as fixed-size records, one at a time");
    dataset.layout = format.of_many;
    dataset.content = Content::kRaw;
  }
  if (traits_of(dataset.layout).one_size && size.stddev > 0) {
    source.decline("dataset.record_length_bytes_stdev", "records of such files have one size");
    source.decline("dataset.record_length_stdev", "records of such files have one size");
    size = {.mean = size.mean};
  }
  const std::uint64_t folders = source.count("dataset.num_subfolders_train", 0, 1'000'000'000).value_or(0);
  dataset.files_per_directory = folders == 0 ? 0 : (files + folders - 1) / folders;
}

void read_framework(DlioSource& source, LoaderSpec& loader) {
  const std::string framework = source.word("framework").value_or("tensorflow");
  const std::string_view pytorch = to_string(Framework::kPytorch),
                         tensorflow = to_string(Framework::kTensorflow);
  loader.framework = framework == pytorch ? Framework::kPytorch : Framework::kTensorflow;
  if (framework != pytorch && framework != tensorflow) {
    source.decline("framework",
                   "the loader behaves like tensorflow's unless reader.data_loader says otherwise");
  }
  const std::optional<std::string> name = source.word("reader.data_loader");
  if (name == pytorch) {
    loader.framework = Framework::kPytorch;
  } else if (name == tensorflow) {
    loader.framework = Framework::kTensorflow;
  } else if (name) {
    source.decline("reader.data_loader",
                   fmt::format("the loader behaves like {}'s", to_string(loader.framework)));
  }
}

bool shuffles(DlioSource& source, std::string_view key) {
  const std::string word = to_lower(source.word(key).value_or("off"));
  if (word == "off" || word == "false") return false;
  if (word == "seed" || word == "random") return true;
  source.fail(key, fmt::format("expected off | seed | random, found {}", quote(word)));
}

void read_shuffle(DlioSource& source, LoaderSpec& loader) {
  const bool files = shuffles(source, "reader.file_shuffle");
  const bool samples = shuffles(source, "reader.sample_shuffle");
  if (loader.framework == Framework::kPytorch) {
    loader.shuffle = files || samples ? ShuffleKind::kEpoch : ShuffleKind::kNone;
    return;
  }
  loader.shuffle = samples ? ShuffleKind::kBuffer : ShuffleKind::kNone;
  if (samples) {
    loader.shuffle_buffer =
        source.count("reader.shuffle_size", 1, 1'000'000'000).value_or(kDefaultShuffleSize);
  }
  if (files)
    source.decline("reader.file_shuffle", "the benchmark's tensorflow loader reads files in one fixed order");
}

void read_prefetch(DlioSource& source, LoaderSpec& loader) {
  const std::uint64_t batches = source.count("reader.prefetch_size", 0, 1024).value_or(kDefaultPrefetch);
  std::uint64_t prefetch = batches;
  if (loader.framework == Framework::kPytorch) {
    const std::uint64_t workers = std::max(1U, loader.workers);
    prefetch = batches == 0 ? kTorchPrefetch : (batches + workers - 1) / workers;
  } else if (batches == 0) {
    source.decline("reader.prefetch_size", "at least one batch is prefetched");
    prefetch = 1;
  }
  loader.prefetch = static_cast<std::uint32_t>(prefetch);
}

void read_reader(DlioSource& source, LoaderSpec& loader) {
  read_framework(source, loader);
  loader.batch_size = source.count("reader.batch_size", 1, 10'000'000).value_or(1);
  loader.workers = static_cast<std::uint32_t>(source.count("reader.read_threads", 0, 1024).value_or(1));
  if (loader.framework == Framework::kTensorflow) loader.workers = std::max(1U, loader.workers);
  read_prefetch(source, loader);
  read_shuffle(source, loader);
  loader.transfer_size = {source.count("reader.transfer_size", 0, 1 << 30).value_or(0)};
  if (source.flag("reader.odirect").value_or(false)) loader.read_mode = ReadMode::kDirect;
  loader.preprocess = source.time("reader.preprocess_time", "reader.preprocess_time_stdev").value_or(Law{});
  loader.seed = source.count("train.seed", 0, ~std::uint64_t{0}).value_or(123);
}

void read_training(DlioSource& source, Workload& workload) {
  TrainingSpec& training = workload.training;
  training.epochs = static_cast<std::uint32_t>(source.count("train.epochs", 1, 1'000'000).value_or(1));
  training.au_target = source.number("metric.au", 0.01, 1).value_or(0.90);
  const double steps = source.number("train.total_training_steps", -1, 1e12).value_or(-1);
  if (steps > 0 && training.epochs == 1) training.steps = static_cast<std::uint64_t>(steps);
  if (steps > 0 && training.epochs > 1) {
    source.decline("train.total_training_steps", "with several epochs, training.steps limits each of them");
  }
  const std::optional<Law> step = source.time("train.computation_time", "train.computation_time_stdev");
  if (!step || step->mean <= 0)
    source.fail("train.computation_time", "expected the seconds of one step, found none");
  workload.accelerator.step_time = *step;
}

// Switches that are honoured in one position only.
void read_switches(DlioSource& source) {
  const auto expect = [&](std::string_view key, bool position, std::string_view why) {
    if (source.flag(key).value_or(position) != position) source.decline(key, std::string(why));
  };
  for (const DlioKey& known : dlio_keys()) {
    if (known.key.starts_with("workflow.")) expect(known.key, known.key == "workflow.train", known.reason);
  }
  expect("train.seed_change_epoch", true, "every epoch has a new order");
  expect("reader.seed_change_epoch", true, "every epoch has a new order");
}

// The lines of a word on the command line say nothing.
void place_on_command_line(YamlNode& node) {
  node.line = kCommandLine;
  for (YamlNode& item : node.items) place_on_command_line(item);
}

// A plain value that becomes a mapping: it stays as the mean where a spread is set beside it.
void open_mapping(YamlNode& node, const std::string& name) {
  YamlNode map;
  map.kind = YamlNode::Kind::kMap;
  map.key = node.key;
  map.line = kCommandLine;
  if (node.kind == YamlNode::Kind::kScalar && name == "stdev") {
    map.items.push_back(node);
    map.items.back().key = "mean";
  }
  node = std::move(map);
}

YamlNode* find_or_add(YamlNode& map, const std::string& name) {
  for (YamlNode& item : map.items) {
    if (item.key == name) return &item;
  }
  map.kind = YamlNode::Kind::kMap;
  map.items.emplace_back().key = name;
  return &map.items.back();
}

}  // namespace

bool is_dlio(const YamlNode& root) {
  for (const char* ours : {"loader", "accelerator", "training", "provenance"}) {
    if (root.find(ours) != nullptr) return false;
  }
  for (const char* theirs : {"reader", "data_reader", "train", "workflow", "framework", "metric"}) {
    if (root.find(theirs) != nullptr) return true;
  }
  return false;
}

bool is_dlio_key(std::string_view key) {
  const std::string_view plain = without_wrapper(key);
  if (plain.size() != key.size()) return true;
  const auto& keys = dlio_keys();
  return std::any_of(keys.begin(), keys.end(), [&](const DlioKey& known) {
    return known.key == plain || (plain.starts_with(known.key) && plain[known.key.size()] == '.');
  });
}

void override_dlio(YamlNode& root, std::string_view assignment) {
  const std::size_t equals = assignment.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    throw UserError(
        fmt::format("--set: expected key=value such as reader.batch_size=8, found {}", quote(assignment)));
  }
  const std::vector<std::string> path = split(without_wrapper(trim(assignment.substr(0, equals))), '.');
  YamlNode value = read_yaml(trim(assignment.substr(equals + 1)), fmt::format("--set {}", quote(assignment)));
  YamlNode* node = &root;
  for (const std::string& name : path) {
    if (!node->is_map()) open_mapping(*node, name);
    const bool inside_value = node != &root && &name - path.data() > 1;
    if (inside_value) node->line = kCommandLine;  // what it holds is judged as a whole
    node = find_or_add(*node, name);
  }
  place_on_command_line(value);
  value.key = path.back();
  *node = std::move(value);
}

Workload read_dlio(const YamlNode& root, std::string_view file) {
  YamlNode tree = root;
  for (YamlNode& item : tree.items) {
    if (item.key == "data_reader" && tree.find("reader") == nullptr) item.key = "reader";
  }
  DlioSource source(tree, file);
  Workload workload;
  read_names(source, workload);
  read_dataset(source, workload.dataset);
  read_reader(source, workload.loader);
  read_training(source, workload);
  workload.benchmark = true;
  read_switches(source);
  workload.warnings = source.warnings();
  return workload;
}

}  // namespace aforo
