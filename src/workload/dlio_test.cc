#include "workload/dlio.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include <fmt/format.h>

#include "base/error.h"
#include "workload/dlio_keys.h"
#include "workload/parse.h"

namespace aforo {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

// One row of the published parameter table.
struct Official {
  const char* name;
  Framework framework;
  LayoutKind layout;
  Content content;
  std::uint64_t files, samples_per_file;
  double mean, stddev;
  std::uint64_t batch;
  double step;
  std::uint32_t workers, prefetch, epochs;
  double au;
  ShuffleKind shuffle;
};

constexpr auto kTorch = Framework::kPytorch;
constexpr auto kTf = Framework::kTensorflow;
constexpr auto kFiles = LayoutKind::kFilePerSample;
constexpr auto kPacked = LayoutKind::kTfrecord;

// prefetch: pytorch ceil(2 / read_threads) batches per worker; tensorflow 2 batches.
const Official kOfficial[] = {
    {"unet3d_a100", kTorch, kFiles, Content::kNpz, 168, 1, 146600628, 68341808, 7, 0.636, 4, 1, 5, 0.90,
     ShuffleKind::kEpoch},
    {"unet3d_h100", kTorch, kFiles, Content::kNpz, 168, 1, 146600628, 68341808, 7, 0.323, 4, 1, 5, 0.90,
     ShuffleKind::kEpoch},
    {"unet3d_b200", kTorch, kFiles, Content::kNpz, 7200, 1, 146600628, 68341808, 7, 0.162, 4, 1, 5, 0.90,
     ShuffleKind::kEpoch},
    {"resnet50_a100", kTf, kPacked, Content::kRaw, 1024, 1251, 114660.07, 0, 400, 0.435, 8, 2, 5, 0.90,
     ShuffleKind::kNone},
    {"resnet50_h100", kTf, kPacked, Content::kRaw, 1024, 1251, 114660.07, 0, 400, 0.224, 8, 2, 5, 0.90,
     ShuffleKind::kNone},
    {"cosmoflow_a100", kTf, kPacked, Content::kRaw, 524288, 1, 2828486, 71311, 1, 0.00551, 4, 2, 5, 0.70,
     ShuffleKind::kBuffer},
    {"cosmoflow_h100", kTf, kPacked, Content::kRaw, 524288, 1, 2828486, 71311, 1, 0.00350, 4, 2, 5, 0.70,
     ShuffleKind::kBuffer},
    {"retinanet_b200", kTorch, kFiles, Content::kJpeg, 1170301, 1, 322957, 0, 24, 0.04755, 8, 1, 8, 0.85,
     ShuffleKind::kEpoch},
    {"retinanet_mi355", kTorch, kFiles, Content::kJpeg, 1170301, 1, 322957, 0, 32, 0.0634, 8, 1, 8, 0.85,
     ShuffleKind::kEpoch},
};

Workload load(const std::string& name, std::vector<std::string> overrides = {}) {
  return load_workload(AFORO_SAMPLES "/dlio/" + name + ".yaml", overrides);
}

TEST(Dlio, OfficialFilesResolveToTheirPublishedNumbers) {
  for (const Official& row : kOfficial) {
    const Workload w = load(row.name);
    EXPECT_EQ(w.name, row.name);
    EXPECT_THAT(row.name, testing::EndsWith(w.accelerator.type));
    EXPECT_EQ(w.loader.framework, row.framework) << row.name;
    EXPECT_EQ(w.dataset.layout, row.layout) << row.name;
    EXPECT_EQ(w.dataset.content, row.content) << row.name;
    EXPECT_EQ(w.dataset.samples, row.files * row.samples_per_file) << row.name;
    EXPECT_EQ(w.dataset.samples_per_file, row.samples_per_file) << row.name;
    EXPECT_EQ(w.dataset.sample_size.mean, row.mean) << row.name;
    EXPECT_EQ(w.dataset.sample_size.stddev, row.stddev) << row.name;
    EXPECT_EQ(w.dataset.sample_size.kind, row.stddev > 0 ? LawKind::kProductOfNormals : LawKind::kConstant)
        << row.name;
    EXPECT_EQ(w.loader.batch_size, row.batch) << row.name;
    EXPECT_EQ(w.accelerator.step_time, (Law{.mean = row.step})) << row.name;
    EXPECT_EQ(w.loader.workers, row.workers) << row.name;
    EXPECT_EQ(w.loader.prefetch, row.prefetch) << row.name;
    EXPECT_EQ(w.loader.shuffle, row.shuffle) << row.name;
    EXPECT_EQ(w.loader.shuffle_buffer, row.shuffle == ShuffleKind::kBuffer ? 2u : 0u) << row.name;
    EXPECT_EQ(w.loader.seed, 123u) << row.name;
    EXPECT_EQ(w.training.epochs, row.epochs) << row.name;
    EXPECT_EQ(w.training.au_target, row.au) << row.name;
    EXPECT_EQ(w.loader.read_mode, ReadMode::kBuffered) << row.name;
  }
}

TEST(Dlio, PresetsSayTheSameAsTheOfficialFiles) {
  for (const Official& row : kOfficial) {
    const Workload file = load(row.name);
    const Workload preset = load_preset(row.name);
    EXPECT_EQ(preset.dataset, file.dataset) << row.name;
    EXPECT_EQ(preset.loader, file.loader) << row.name;
    EXPECT_EQ(preset.accelerator, file.accelerator) << row.name;
    EXPECT_EQ(preset.training, file.training) << row.name;
  }
}

TEST(Dlio, EveryKeyThatIsNotHonouredIsNamed) {
  const std::vector<std::string> warnings = load("unet3d_h100").warnings;
  for (const char* key :
       {"'model.type: cnn'", "'model.model_size: 499153191'", "'workflow.checkpoint: True'",
        "'dataset.data_folder: data/unet3d/'", "'dataset.record_length_bytes_resize: 2097152'",
        "'checkpoint.checkpoint_folder: checkpoints/unet3d'", "'checkpoint.checkpoint_after_epoch: 5'",
        "'checkpoint.epochs_between_checkpoints: 2'"}) {
    EXPECT_THAT(warnings, Contains(HasSubstr(key)));
  }
  EXPECT_EQ(warnings.size(), 8u);
  EXPECT_THAT(load("resnet50_a100").warnings, Contains(HasSubstr("'reader.dont_use_mmap: True'")));
  EXPECT_THAT(load("resnet50_a100").warnings, Contains(HasSubstr("'reader.computation_threads: 8'")));
  EXPECT_THAT(load("cosmoflow_h100").warnings, Contains(HasSubstr("'reader.file_shuffle: seed'")));
  EXPECT_THAT(load("unet3d_b200").warnings, Contains(HasSubstr("'reader.multiprocessing_context: fork'")));
}

constexpr std::string_view kBase =
    "framework: pytorch\n"
    "dataset: {format: npz, num_files_train: 1000, record_length_bytes: 100000}\n"
    "reader: {data_loader: pytorch, batch_size: 4, read_threads: 2}\n"
    "train: {computation_time: 0.5}\n";

Workload dlio(std::vector<std::string> overrides) { return parse_workload(kBase, "job.yaml", overrides); }

std::string refused(std::vector<std::string> overrides) {
  try {
    dlio(std::move(overrides));
  } catch (const UserError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Dlio, UnknownKeysAreWarningsWithTheNearestKey) {
  const Workload w = dlio({"workload.reader.btach_size=8", "workload.colour=red"});
  EXPECT_EQ(w.loader.batch_size, 4u);
  EXPECT_THAT(w.warnings,
              Contains(HasSubstr(
                  "'reader.btach_size: 8' is not honoured: aforo knows no such key of the benchmark; did "
                  "you mean 'reader.batch_size'?")));
  EXPECT_THAT(w.warnings, Contains(HasSubstr("'colour: red'")));
}

TEST(Dlio, OverridesInEitherSpelling) {
  EXPECT_EQ(dlio({"reader.batch_size=8"}).loader.batch_size, 8u);
  EXPECT_EQ(dlio({"workload.reader.batch_size=9"}).loader.batch_size, 9u);
  EXPECT_EQ(dlio({"loader.batch_size=10"}).loader.batch_size, 10u);
  EXPECT_EQ(dlio({"dataset.num_files_train=77"}).dataset.samples, 77u);
  EXPECT_EQ(dlio({"dataset.samples=78", "accelerator.count=3"}).dataset.samples, 78u);
  EXPECT_EQ(dlio({"train.computation_time=0.25"}).accelerator.step_time.mean, 0.25);
  EXPECT_THAT(refused({"loader.worker=3"}), HasSubstr("did you mean 'loader.workers'?"));
}

TEST(Dlio, OverridesAsHydraTakesThem) {
  EXPECT_EQ(dlio({"+reader.batch_size=8"}).loader.batch_size, 8u);
  EXPECT_EQ(dlio({"++workload.reader.batch_size=9"}).loader.batch_size, 9u);
  EXPECT_EQ(dlio({"++loader.batch_size=10"}).loader.batch_size, 10u);
  // computation_time is the plain 0.5 in the file.
  EXPECT_EQ(dlio({"train.computation_time.mean=0.3"}).accelerator.step_time, (Law{.mean = 0.3}));
  EXPECT_EQ(dlio({"train.computation_time.stdev=0.1"}).accelerator.step_time,
            (Law{.kind = LawKind::kNormal, .mean = 0.5, .stddev = 0.1}));
  EXPECT_EQ(
      dlio({"train.computation_time.mean=0.3", "train.computation_time.stdev=0.1"}).accelerator.step_time,
      (Law{.kind = LawKind::kNormal, .mean = 0.3, .stddev = 0.1}));
}

TEST(Dlio, AWrongOverrideIsBlamedOnTheCommandLine) {
  EXPECT_EQ(refused({"reader.batch_size=many"}),
            "the command line: reader.batch_size: expected a whole number from 1 to 10000000, found 'many'");
  EXPECT_THAT(refused({"train.computation_time.mean=long"}),
              testing::StartsWith("the command line: train.computation_time: expected 'mean'"));
  EXPECT_THAT(refused({"train.computation_time={type: cauchy}"}), testing::StartsWith("the command line: "));
}

TEST(Dlio, PrefetchIsPerWorkerForTorchAndPerRankForTensorflow) {
  EXPECT_EQ(dlio({"reader.prefetch_size=6", "reader.read_threads=4"}).loader.prefetch, 2u);  // ceil(6 / 4)
  EXPECT_EQ(dlio({"reader.prefetch_size=0"}).loader.prefetch, 2u);  // torch's default
  EXPECT_EQ(dlio({"reader.prefetch_size=5", "reader.read_threads=0"}).loader.prefetch, 5u);
  EXPECT_EQ(dlio({"reader.data_loader=tensorflow", "reader.prefetch_size=6"}).loader.prefetch, 6u);
}

TEST(Dlio, ComputationTimeAsDistribution) {
  const auto step = [](const std::string& value) {
    return dlio({"train.computation_time=" + value}).accelerator.step_time;
  };
  EXPECT_EQ(step("{mean: 0.3, stdev: 0.05}"), (Law{.kind = LawKind::kNormal, .mean = 0.3, .stddev = 0.05}));
  EXPECT_EQ(step("{mean: 0.3}"), (Law{.mean = 0.3}));
  EXPECT_EQ(step("{type: normal, mean: 0.3, stdev: 0.05}").kind, LawKind::kNormal);
  EXPECT_EQ(step("{type: exponential, scale: 0.2}"), (Law{.kind = LawKind::kExponential, .mean = 0.2}));
  EXPECT_EQ(step("{type: poisson, lam: 3}"), (Law{.kind = LawKind::kPoisson, .mean = 3}));
  // gamma(4, 0.1): mean 0.4, deviation sqrt(4) 0.1 = 0.2. uniform(1, 3): mean 2, deviation 2 / sqrt(12).
  EXPECT_EQ(step("{type: gamma, shape: 4, scale: 0.1}"),
            (Law{.kind = LawKind::kGamma, .mean = 0.4, .stddev = 0.2}));
  const Law uniform = step("{type: uniform, min: 1, max: 3}");
  EXPECT_EQ(uniform.kind, LawKind::kUniform);
  EXPECT_DOUBLE_EQ(uniform.mean, 2);
  EXPECT_DOUBLE_EQ(uniform.stddev, 2 / std::sqrt(12.0));
  EXPECT_THAT(refused({"train.computation_time={type: cauchy}"}), HasSubstr("found 'cauchy'"));
  EXPECT_THAT(refused({"train.computation_time={type: gamma, shape: 1}"}), HasSubstr("expected 'scale'"));
  EXPECT_THAT(refused({"train.computation_time=0"}), HasSubstr("expected the seconds of one step"));
  const Workload older = dlio({"train.computation_time_stdev=0.1"});
  EXPECT_EQ(older.accelerator.step_time, (Law{.kind = LawKind::kNormal, .mean = 0.5, .stddev = 0.1}));
}

TEST(Dlio, OtherKeysThatCount) {
  EXPECT_EQ(dlio({"reader.odirect=True"}).loader.read_mode, ReadMode::kDirect);
  EXPECT_EQ(dlio({"reader.transfer_size=262144"}).loader.transfer_size, 256_KiB);
  EXPECT_EQ(dlio({"reader.preprocess_time=0.002"}).loader.preprocess.mean, 0.002);
  EXPECT_EQ(dlio({"train.total_training_steps=50"}).training.steps, 50u);
  EXPECT_EQ(dlio({"train.seed=7"}).loader.seed, 7u);
  // 1000 files in 8 folders: 125 each. None: all in one.
  EXPECT_EQ(dlio({"dataset.num_subfolders_train=8"}).dataset.files_per_directory, 125u);
  EXPECT_EQ(dlio({}).dataset.files_per_directory, 0u);
  EXPECT_EQ(dlio({}).loader.shuffle, ShuffleKind::kNone);
  EXPECT_EQ(dlio({"reader.file_shuffle=seed"}).loader.shuffle, ShuffleKind::kEpoch);
  EXPECT_EQ(dlio({"dataset.format=parquet"}).dataset.layout, LayoutKind::kParquet);
}

TEST(Dlio, WhatIsOnlyNearlyTheSameIsSaid) {
  const Workload many = dlio({"dataset.format=indexed_binary", "dataset.num_samples_per_file=4",
                              "dataset.record_length_bytes_stdev=10"});
  EXPECT_EQ(many.dataset.layout, LayoutKind::kRecords);
  EXPECT_EQ(many.dataset.samples, 4000u);
  EXPECT_THAT(many.warnings, Contains(HasSubstr("'dataset.record_length_bytes_stdev: 10'")));
  const Workload rows = dlio({"dataset.format=npy", "dataset.num_samples_per_file=4"});
  EXPECT_EQ(rows.dataset.layout, LayoutKind::kNpy);
  EXPECT_EQ(rows.dataset.content, Content::kRaw);
  EXPECT_EQ(rows.dataset.samples_per_file, 4U);
  EXPECT_THAT(rows.warnings, Contains(HasSubstr("along the first axis")));
  const Workload single = dlio({"dataset.format=npy"});
  EXPECT_EQ(single.dataset.layout, LayoutKind::kFilePerSample);
  EXPECT_EQ(single.dataset.content, Content::kNpy);
  EXPECT_THAT(dlio({"train.seed_change_epoch=False"}).warnings,
              Contains(HasSubstr("every epoch has a new order")));
  EXPECT_THAT(dlio({"workflow.train=False"}).warnings, Contains(HasSubstr("a run always trains")));
  EXPECT_THAT(dlio({"reader.data_loader=dali"}).warnings, Contains(HasSubstr("behaves like pytorch's")));
}

// The benchmark counts from 1 in every epoch, and ends it with its samples: 1000 in batches of 4 are 250 steps.
TEST(Dlio, TotalStepsLimitEachEpoch) {
  const auto steps = [](std::vector<std::string> more) {
    more.insert(more.begin(), "train.epochs=3");
    const Workload w = dlio(more);
    EXPECT_TRUE(w.warnings.empty());
    return w.training.steps;
  };
  EXPECT_EQ(steps({"train.total_training_steps=9"}), 9u);
  EXPECT_EQ(steps({"train.total_training_steps=-1"}), 0u);
  EXPECT_EQ(steps({"train.total_training_steps=1000"}), 0u);
  EXPECT_EQ(steps({"train.total_training_steps=100", "accelerator.count=2"}), 100u);
  EXPECT_EQ(steps({"train.total_training_steps=130", "accelerator.count=2"}), 0u);
  EXPECT_EQ(steps({"train.total_training_steps=9", "training.steps=700"}), 700u);
}

// 512 x 512 numbers of 4 bytes are 1 MiB, whatever record_length_bytes says.
TEST(Dlio, DimensionsAndTypesDecideTheBytes) {
  const auto bytes = [](std::vector<std::string> more) { return dlio(more).dataset.sample_size.mean; };
  EXPECT_EQ(bytes({"dataset.record_dims=[512, 512]", "dataset.record_element_type=float32"}), 0x1p20);
  EXPECT_EQ(bytes({"dataset.record_dims=[64, 8, 8]"}), 4096);
  EXPECT_EQ(bytes({"dataset.record_dims=[]"}), 100'000);
  EXPECT_EQ(bytes({"dataset.record_element_type=float64"}), 800'000);
  EXPECT_EQ(bytes({"dataset.record_element_type='<i2'"}), 200'000);
  EXPECT_EQ(bytes({"dataset.record_element_type=float64", "dataset.format=jpeg"}), 100'000);
  EXPECT_THAT(dlio({"dataset.record_dims=[8]"}).warnings, Contains(HasSubstr("record_dims says it")));
  EXPECT_THAT(refused({"dataset.record_dims=[8]", "dataset.record_length_bytes_stdev=5"}),
              HasSubstr("expected no spread beside record_dims"));
  EXPECT_THAT(refused({"dataset.record_dims=[8, 0]"}), HasSubstr("expected whole numbers from 1"));
  EXPECT_THAT(refused({"dataset.record_dims=8"}), HasSubstr("expected a list"));
  EXPECT_THAT(refused({"dataset.record_dims=[8, 8, 3]", "dataset.format=png"}), HasSubstr("at most 2"));
  EXPECT_THAT(refused({"dataset.record_element_type=float33"}), HasSubstr("did you mean 'float32'?"));
}

// A row of 524,328 floats and 7 more is 4 x 524,335 bytes.
TEST(Dlio, ColumnsDecideTheBytesOfARow) {
  const std::string columns =
      "dataset.parquet={columns: [{name: a, dtype: float32, size: 524328}, {name: b, size: 6}, "
      "{name: c, dtype: list}], row_group_size: 32}";
  const Workload rows = dlio({"dataset.format=parquet", columns});
  EXPECT_EQ(rows.dataset.sample_size.mean, 4 * 524335);
  EXPECT_THAT(rows.warnings, Contains(HasSubstr("'dataset.parquet.row_group_size: 32'")));
  EXPECT_THAT(rows.warnings, Contains(HasSubstr("the columns say it")));
  EXPECT_THAT(refused({"dataset.format=parquet", "dataset.columns=[{name: a, dtype: string}]"}),
              HasSubstr("expected columns of a fixed size"));
  EXPECT_THAT(refused({"dataset.format=parquet", "dataset.columns=[{name: a, read: false}]"}),
              HasSubstr("expected all columns to be read"));
}

TEST(Dlio, WhatWouldBeOtherBytesIsRefused) {
  for (const char* format : {"npz", "hdf5", "csv", "parquet"}) {
    EXPECT_THAT(refused({fmt::format("dataset.format={}", format), "dataset.compression=gzip"}),
                HasSubstr("dataset.compression: expected none, found 'gzip'"));
  }
  EXPECT_EQ(refused({"dataset.compression=none"}), "no error");
  EXPECT_THAT(dlio({"dataset.format=tfrecord", "dataset.compression=gzip"}).warnings,
              Contains(HasSubstr("the benchmark never compresses tfrecord")));
  EXPECT_THAT(refused({"dataset.format=hdf5", "dataset.enable_chunking=True"}), HasSubstr("read whole"));
  EXPECT_THAT(refused({"dataset.format=hdf5", "dataset.hdf5={chunk_dims: [8]}"}), HasSubstr("read whole"));
  EXPECT_EQ(refused({"dataset.format=hdf5", "dataset.record_dims=[8]", "dataset.hdf5={chunk_dims: [8]}"}),
            "no error");
  EXPECT_THAT(refused({"dataset.format=synthetic"}), HasSubstr("made in memory"));
  EXPECT_THAT(refused({"reader.data_loader=synthetic"}), HasSubstr("makes samples in memory"));
  EXPECT_THAT(refused({"reader.read_type=memory"}), HasSubstr("expected on_demand, found 'memory'"));
  EXPECT_EQ(refused({"reader.read_type=on_demand"}), "no error");
  EXPECT_EQ(dlio({"storage.storage_type=direct_fs"}).loader.read_mode, ReadMode::kDirect);
}

// Whatever the table holds: a key that aforo maps to one of its own is read, and others say why not.
TEST(Dlio, EveryKeyOfTheTableIsReadOrHasAReason) {
  for (const DlioKey& known : dlio_keys()) {
    if (!known.own.empty()) continue;
    const bool read = known.key == "dataset.compression" || known.key == "reader.read_type" ||
                      known.key.ends_with("seed_change_epoch");
    EXPECT_TRUE(read || !known.reason.empty()) << known.key;
  }
}

TEST(Dlio, KeysOfTheCurrentBenchmarkAreKnown) {
  for (const char* key :
       {"storage.storage_library", "storage.post_generation_settle_seconds", "dataset.data_gen_method",
        "dataset.listing_validation_interval", "reader.write_threads", "workflow.debug"}) {
    const Workload w = dlio({fmt::format("{}=True", key)});
    ASSERT_EQ(w.warnings.size(), 1u) << key;
    EXPECT_THAT(w.warnings[0], testing::Not(HasSubstr("knows no such key")));
  }
}

// As people copy them from the benchmark's command lines.
TEST(Dlio, WhatSteersHydraIsPassedOver) {
  const Workload w = dlio({"workload=unet3d_h100", "++hydra.run.dir=out", "hydra/launcher=x"});
  EXPECT_EQ(w.warnings.size(), 3u);
  EXPECT_THAT(w.warnings,
              Contains(HasSubstr("'workload=unet3d_h100' is not honoured: the file is the workload")));
}

// A command asks only for what it uses; a file for something else is told so by its workflow.
TEST(Dlio, AFileForSomethingElseIsToldSo) {
  const std::string generate =
      "framework: tensorflow\nworkflow: {generate_data: True, train: False}\n"
      "dataset: {format: tfrecord, num_files_train: 40, record_length_bytes: 28284}\n";
  const std::string checkpoint =
      "framework: pytorch\nworkflow: {generate_data: False, train: False, checkpoint: True}\n"
      "checkpoint: {num_checkpoints_write: 10}\n";
  const auto dataset = parse_workload(generate, "job.yaml", {}, Dialect::kDetect, Use::kDataset).dataset;
  EXPECT_EQ(dataset.samples, 40u);
  EXPECT_EQ(dataset.sample_size.mean, 28284);
  const auto refusal = [](const std::string& text, Use use) -> std::string {
    try {
      parse_workload(text, "job.yaml", {}, Dialect::kDetect, use);
    } catch (const UserError& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_THAT(refusal(generate, Use::kJob),
              HasSubstr("job.yaml:2: workflow: expected a job that trains, found one "
                        "that only generates its dataset"));
  EXPECT_THAT(refusal(checkpoint, Use::kJob), HasSubstr("only writes and reads checkpoints"));
  EXPECT_THAT(refusal(checkpoint, Use::kDataset), HasSubstr("there is nothing to lay"));
}

TEST(Dlio, WrongValuesAreErrorsWithTheirLine) {
  EXPECT_THAT(refused({"reader.batch_size=0"}),
              HasSubstr("reader.batch_size: expected a whole number from 1"));
  // The bounds of aforo's own fields hold here too.
  EXPECT_EQ(refused({"dataset.record_length_bytes=1e14"}),
            "job.yaml: dataset.sample_size: expected 1 B to 64 GiB, found '100 TB'");
  EXPECT_THAT(refused({"train.computation_time=1e-9"}),
              HasSubstr("accelerator.step_time: expected 1 us to 24 h"));
  EXPECT_THAT(refused({"dataset.format=npzz"}), HasSubstr("did you mean 'npz'?"));
  EXPECT_THAT(refused({"reader.file_shuffle=maybe"}), HasSubstr("expected off | seed | random"));
  const std::string text =
      "dataset: {format: npz}\nreader:\n  batch_size: many\ntrain: {computation_time: 1}\n";
  try {
    parse_workload(text, "job.yaml");
    FAIL();
  } catch (const UserError& error) {
    EXPECT_STREQ(error.what(),
                 "job.yaml:3: reader.batch_size: expected a whole number from 1 to 10000000, found 'many'");
  }
}

TEST(Dlio, IsRecognisedByItsKeys) {
  const auto recognised = [](std::string_view text) { return is_dlio(read_yaml(text, "f")); };
  EXPECT_TRUE(recognised("train: {epochs: 1}"));
  EXPECT_TRUE(recognised("framework: pytorch\ndataset: {}"));
  EXPECT_FALSE(recognised("loader: {batch_size: 1}\ndataset: {}"));
  EXPECT_FALSE(recognised("dataset: {}"));
  EXPECT_FALSE(recognised("loader: {}\nreader: {}"));
}

}  // namespace
}  // namespace aforo
