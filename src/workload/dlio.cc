#include "workload/dlio.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/error.h"
#include "base/text.h"
#include "workload/dlio_checkpoint.h"
#include "workload/dlio_dataset.h"
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

// What is read other than the benchmark reads it would be another job's figures.
void refuse_other_reads(DlioSource& source) {
  if (const auto type = source.word("reader.read_type"); type && to_lower(*type) != "on_demand") {
    source.fail(
        "reader.read_type",
        fmt::format("expected on_demand, found {}: data that are read once and kept in memory are not "
                    "what aforo measures",
                    quote(*type)));
  }
  if (const auto loader = source.word("reader.data_loader"); loader && to_lower(*loader) == "synthetic") {
    source.fail("reader.data_loader",
                "expected a loader that reads storage, found 'synthetic': it makes samples in memory");
  }
}

void read_reader(DlioSource& source, Use use, LoaderSpec& loader) {
  if (use == Use::kJob) refuse_other_reads(source);
  read_framework(source, loader);
  loader.batch_size = source.count("reader.batch_size", 1, 10'000'000).value_or(1);
  loader.workers = static_cast<std::uint32_t>(source.count("reader.read_threads", 0, 1024).value_or(1));
  if (loader.framework == Framework::kTensorflow) loader.workers = std::max(1U, loader.workers);
  read_prefetch(source, loader);
  read_shuffle(source, loader);
  loader.transfer_size = {source.count("reader.transfer_size", 0, 1 << 30).value_or(0)};
  if (source.flag("reader.odirect").value_or(false)) loader.read_mode = ReadMode::kDirect;
  if (source.value_is("storage.storage_type", "direct_fs")) {
    source.take("storage.storage_type");
    loader.read_mode = ReadMode::kDirect;
  }
  loader.preprocess = source.time("reader.preprocess_time", "reader.preprocess_time_stdev").value_or(Law{});
  loader.seed = source.count("train.seed", 0, ~std::uint64_t{0}).value_or(123);
}

// A file that has no step time is often for something else than training; its `workflow` says for what.
[[noreturn]] void refuse_without_step_time(DlioSource& source) {
  const bool trains = source.flag("workflow.train").value_or(true);
  if (!trains && source.flag("workflow.checkpoint").value_or(false)) {
    source.fail(
        "workflow",
        "expected a job that trains, found one that only writes and reads checkpoints (train: False, "
        "checkpoint: True): it reads no dataset, so there is nothing to feed its accelerators with; write its "
        "checkpoints with 'aforo checkpoint'");
  }
  if (!trains && source.flag("workflow.generate_data").value_or(false)) {
    source.fail(
        "workflow",
        "expected a job that trains, found one that only generates its dataset (train: False): lay it "
        "with 'aforo generate', or give train.computation_time=SECONDS");
  }
  source.fail("train.computation_time",
              "expected the seconds of one step, found none: without them no accelerator is ever busy; give "
              "train.computation_time=SECONDS");
}

void read_training(DlioSource& source, Use use, Workload& workload) {
  TrainingSpec& training = workload.training;
  training.epochs = static_cast<std::uint32_t>(source.count("train.epochs", 1, 1'000'000).value_or(1));
  training.au_target = source.number("metric.au", 0.01, 1).value_or(0.90);
  // The benchmark counts steps from 1 in every epoch, so this limits each of them.
  const double steps = source.number("train.total_training_steps", -1, 1e12).value_or(-1);
  if (steps != std::floor(steps))
    source.fail("train.total_training_steps", fmt::format("expected whole steps, found {}", steps));
  if (steps > 0) training.steps = static_cast<std::uint64_t>(steps);
  const std::optional<Law> step = source.time("train.computation_time", "train.computation_time_stdev");
  const bool known = step && step->mean > 0;
  if (!known && use == Use::kJob) refuse_without_step_time(source);
  if (known) workload.accelerator.step_time = *step;
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

// The benchmark's defaults, 8 files of 64 KiB, are nobody's data. A file that only checkpoints names none.
void require_dataset(DlioSource& source) {
  if (source.has("dataset")) return;
  if (source.flag("workflow.train").value_or(true) || source.flag("workflow.generate_data").value_or(false))
    throw UserError(
        fmt::format("{}: expected a dataset, found none: give dataset.num_files_train and "
                    "dataset.record_length_bytes there, or as words behind the file",
                    source.file()));
  source.fail("workflow",
              "expected a job that has a dataset, found one that only writes and reads checkpoints (train: "
              "False, checkpoint: True): there is nothing to lay");
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
    const bool above = plain.find('.') != plain.npos && known.key.starts_with(plain) &&
                       known.key[plain.size()] == '.';  // "dataset.parquet" of "dataset.parquet.columns"
    return known.key == plain || above || (plain.starts_with(known.key) && plain[known.key.size()] == '.');
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

Workload read_dlio(const YamlNode& root, std::string_view file, Use use) {
  YamlNode tree = root;
  if (tree.find("data_reader") != nullptr && tree.find("reader") != nullptr)
    throw UserError(fmt::format("{}:{}: expected one of reader and data_reader, its older name, found both",
                                file, tree.find("data_reader")->line));
  for (YamlNode& item : tree.items) {
    if (item.key == "data_reader" && tree.find("reader") == nullptr) item.key = "reader";
  }
  DlioSource source(tree, file);
  Workload workload;
  read_names(source, workload);
  workload.checkpoint = read_dlio_checkpoint(source, use);
  if (use == Use::kCheckpoint) return workload;
  require_dataset(source);
  read_dlio_dataset(source, workload.dataset);
  read_reader(source, use, workload.loader);
  read_training(source, use, workload);
  workload.benchmark = true;
  read_switches(source);
  workload.warnings = source.warnings();
  return workload;
}

}  // namespace aforo
