#include "workload/parse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "workload/dlio_keys.h"
#include "workload/fields.h"
#include "workload/law.h"

namespace aforo {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// The smallest complete workload; line numbers in the tests count from its first line.
constexpr std::string_view kSmall =
    "dataset:\n"               // 1
    "  samples: 1000\n"        // 2
    "  sample_size: 114 kB\n"  // 3
    "loader:\n"                // 4
    "  batch_size: 10\n"       // 5
    "accelerator:\n"           // 6
    "  step_time: 144 ms\n";   // 7

Workload parse(std::string_view text, std::vector<std::string> overrides = {}) {
  return parse_workload(text, "w.yaml", overrides);
}

std::string error_of(std::string_view text, std::vector<std::string> overrides = {}) {
  try {
    parse(text, std::move(overrides));
  } catch (const UserError& error) {
    return error.what();
  }
  return "no error";
}

// kSmall with `line` (1-based) replaced.
std::string with_line(std::size_t line, std::string_view replacement) {
  std::vector<std::string> lines = split(kSmall, '\n');
  lines.at(line - 1) = replacement;
  return join(lines, "\n");
}

TEST(Parse, TheDesignsExample) {
  const Workload w = load_workload(AFORO_SAMPLES "/chest_xray.yaml");
  EXPECT_EQ(w.name, "chest-xray");
  EXPECT_EQ(w.dataset.layout, LayoutKind::kFilePerSample);
  EXPECT_EQ(w.dataset.content, Content::kJpeg);
  EXPECT_EQ(w.dataset.samples, 2'000'000u);
  EXPECT_EQ(w.dataset.sample_size, (Law{.kind = LawKind::kLognormal, .mean = 150'000, .stddev = 60'000}));
  EXPECT_EQ(w.dataset.files_per_directory, 1000u);
  EXPECT_EQ(w.loader.framework, Framework::kPytorch);
  EXPECT_EQ(w.loader.batch_size, 256u);
  EXPECT_EQ(w.loader.workers, 8u);
  EXPECT_EQ(w.loader.prefetch, 2u);
  EXPECT_EQ(w.loader.shuffle, ShuffleKind::kEpoch);
  EXPECT_EQ(w.loader.read_mode, ReadMode::kBuffered);
  EXPECT_EQ(w.loader.transfer_size, 256_KiB);
  EXPECT_EQ(w.accelerator.type, "h100");
  EXPECT_EQ(w.accelerator.count, 64u);
  EXPECT_EQ(w.accelerator.step_time.mean, 0.144);
  EXPECT_EQ(w.training.epochs, 3u);
  EXPECT_TRUE(w.training.synchronous);
  EXPECT_EQ(w.checkpoint.parameters, 8e9);
  EXPECT_EQ(w.checkpoint.every.value, 1800);
  EXPECT_EQ(w.provenance.at(0).kind, "estimated");
}

TEST(Parse, TheSmallestTakesTheDefaults) {
  const Workload w = parse(kSmall);
  EXPECT_EQ(w.name, "w");
  EXPECT_EQ(w.origin, "w.yaml");
  EXPECT_EQ(w.loader.workers, LoaderSpec{}.workers);
  EXPECT_EQ(w.training.au_target, 0.90);
  EXPECT_EQ(w.dataset.sample_size, (Law{.mean = 114'000}));
}

TEST(Parse, MissingKeysAreNamed) {
  EXPECT_EQ(error_of(with_line(2, "")), "w.yaml: expected 'dataset.samples' (count), found no such key");
  EXPECT_EQ(error_of(with_line(7, "  count: 1")),
            "w.yaml: expected 'accelerator.step_time' (law of time), found no such key");
  EXPECT_THAT(error_of(with_line(5, "  workers: 1")), HasSubstr("'loader.batch_size'"));
  EXPECT_EQ(error_of(""), "w.yaml: expected keys and values, found an empty file");
  EXPECT_EQ(error_of("- 1\n"), "w.yaml: expected a mapping of keys, found a list");
}

TEST(Parse, UnknownKeysAreNamedWithTheirLineAndTheNearestKey) {
  EXPECT_THAT(error_of(with_line(5, "  bacth_size: 10")),
              AllOf(HasSubstr("w.yaml:5: expected a key of 'loader' (framework, batch_size,"),
                    HasSubstr("found 'bacth_size'; did you mean 'loader.batch_size'?")));
  EXPECT_THAT(error_of(with_line(1, "datasets:")), HasSubstr("w.yaml:1: expected a key (name, "));
  EXPECT_THAT(error_of(with_line(1, "datasets:")), HasSubstr("did you mean 'dataset'?"));
  // A key of another section is found there.
  EXPECT_THAT(error_of(with_line(5, "  batch_size: 10\n  epochs: 3")),
              HasSubstr("did you mean 'training.epochs'?"));
  EXPECT_THAT(error_of(with_line(3, "  sample_size: {mean: 1 kB, std: 1 B}")), HasSubstr("found 'std'"));
  EXPECT_THAT(error_of(std::string(kSmall) + "loader.workers: 3\n"), HasSubstr("w.yaml:8: expected a key"));
}

TEST(Parse, UnknownSectionsAreNamedToo) {
  const auto override_error = [](const std::string& assignment) {
    const std::vector<std::string> overrides = {assignment};
    try {
      parse_workload(kSmall, "w.yaml", overrides);
    } catch (const UserError& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  EXPECT_THAT(override_error("loder.workers=3"),
              AllOf(HasSubstr("expected a key below name, "),
                    HasSubstr("found 'loder.workers'; did you mean 'loader.workers'?")));
  EXPECT_THAT(override_error("reader.batch_size=3"), HasSubstr("did you mean 'loader.batch_size'?"));
  EXPECT_THAT(override_error("reader.nosuch=1"), HasSubstr("found 'reader.nosuch'"));
}

TEST(Parse, DuplicateKeysAreNamed) {
  EXPECT_EQ(error_of(with_line(5, "  batch_size: 10\n  batch_size: 20")),
            "w.yaml:6: expected every key once, found 'batch_size' again");
}

TEST(Parse, UnitsAreRequired) {
  EXPECT_EQ(error_of(with_line(3, "  sample_size: 114")),
            "w.yaml:3: dataset.sample_size: expected bytes with a unit such as 150 kB or 256 KiB, found "
            "'114'; the unit "
            "is missing");
  EXPECT_THAT(error_of(with_line(7, "  step_time: 0.144")),
              HasSubstr("w.yaml:7: accelerator.step_time: expected a time"));
  EXPECT_THAT(error_of(with_line(3, "  sample_size: {mean: 5 kB, stddev: 3, distribution: normal}")),
              HasSubstr("w.yaml:3: dataset.sample_size.stddev: "));
}

struct Wrong {
  std::size_t line;
  const char* text;
  const char* complaint;
};

TEST(Parse, AbsurdValuesAreRefused) {
  const Wrong cases[] = {
      {5, "  batch_size: 0", "loader.batch_size: expected a whole number from 1 to 10000000, found '0'"},
      {5, "  batch_size: -4", "it cannot be negative"},
      {5, "  batch_size: 2.5", "it has a fraction"},
      {5, "  batch_size: ten", "found 'ten'"},
      {5, "  batch_size:", "found nothing"},
      {5, "  batch_size: [1]", "found a list"},
      {5, "  batch_size: {a: 1}", "expected count, found a mapping"},
      {5, "  batch_size: 1001", "expected at most the dataset's 1000 samples, found 1001"},
      {5, "  batch_size: 10\n  workers: 100000",
       "loader.workers: expected a whole number from 0 to 1024, found '100000'"},
      {5, "  batch_size: 10\n  prefetch: 0", "loader.prefetch: expected a whole number from 1 to 1024"},
      {5, "  batch_size: 10\n  shuffle: {}", "expected {buffer: count}"},
      {5, "  batch_size: 10\n  shuffle: {buffer: 0}",
       "loader.shuffle.buffer: expected a whole number from 1"},
      {5, "  batch_size: 10\n  shuffle: epohc", "did you mean 'epoch'?"},
      {5, "  batch_size: 10\n  framework: torch",
       "expected pytorch | tensorflow | ideal, found 'torch'; did you mean"},
      {5, "  batch_size: 10\n  read: {transfer_size: 100 B}", "expected 0 or 512 B to 1 GiB"},
      {5, "  batch_size: 10\n  read: {mode: direct, transfer_size: 1 kB}", "expected a multiple of 512 B"},
      {5, "  batch_size: 10\n  read: direct", "expected a mapping of mode, transfer_size, found 'direct'"},
      {5, "  batch_size: 10\n  drop_last: 1", "expected true or false, found '1'"},
      {2, "  samples: 0", "dataset.samples: expected a whole number from 1"},
      {2, "  samples: 1e20", "found '1e20'"},
      {3, "  sample_size: 0", "dataset.sample_size: expected 1 B to 64 GiB, found '0'"},
      {3, "  sample_size: 1 TB", "expected 1 B to 64 GiB, found '1 TB'"},
      {3, "  sample_size: -1 kB", "it cannot be negative"},
      {3, "  sample_size: {mean: 5 kB, stddev: 3 kB}", "expected a distribution beside stddev"},
      {3, "  sample_size: {mean: 5 kB, distribution: normal}", "expected a stddev above 0"},
      {3, "  sample_size: {stddev: 5 kB, distribution: normal}", "expected a mean above 0"},
      {3, "  sample_size: {mean: 5 kB, distribution: gauss}", "found 'gauss'"},
      {3, "  sample_size: {mean: 5 kB, stddev: 1 MB, distribution: normal}", "at most 20 times the mean"},
      {3, "  sample_size: {quantiles: [1 kB]}", "expected a list of 2 to 1001 rising values"},
      {3, "  sample_size: {quantiles: [2 kB, 1 kB]}", "found '1 kB' after a larger one"},
      {3, "  sample_size: {quantiles: [1 kB, 2 kB], distribution: normal}",
       "expected distribution empirical"},
      {3, "  sample_size: {distribution: empirical}", "expected quantiles"},
      {3, "  sample_size: {quantiles: [1 kB, 2 kB], shares: [0, 0.5, 1]}",
       "a share for each of 2 quantiles, found 3"},
      {3, "  sample_size: {quantiles: [1 kB, 2 kB], shares: [0, 0.5]}", "rising fractions from 0 to 1"},
      {3, "  sample_size: {mean: 1 kB, shares: [0, 1]}", "expected distribution empirical"},
      {3, "  sample_size: {mean: 5 kB, minimum: 9 kB, maximum: 7 kB}", "expected minimum <= maximum"},
      {3, "  sample_size: 114 kB\n  samples_per_file: 10",
       "expected 1 with layout file-per-sample, found 10"},
      {3, "  sample_size: 114 kB\n  layout: tfrecord\n  content: npz", "with layout tfrecord, found npz"},
      {3, "  sample_size: {mean: 9 B, stddev: 1 B, distribution: normal}\n  layout: records",
       "one constant size"},
      {3, "  sample_size: 60 GiB\n  layout: npz", "loader: expected batches that fit in memory"},
      {7, "  step_time: 0", "accelerator.step_time: expected 1 us to 24 h, found '0'"},
      {7, "  step_time: 2 d", "accelerator.step_time: expected 1 us to 24 h"},
      {7, "  step_time: 1 s\n  count: 0", "accelerator.count: expected a whole number from 1"},
      {7, "  step_time: 1 s\ntraining: {au_target: 0}", "expected a fraction above 0"},
      {7, "  step_time: 1 s\ntraining: {au_target: 90}", "found '90'"},
      {7, "  step_time: 1 s\ncheckpoint: {parameters: -1}", "checkpoint.parameters: expected"},
      {7, "  step_time: 1 s\nprovenance: [{field: nope, kind: measured, source: x, date: 2026}]",
       "found 'nope'"},
      {7, "  step_time: 1 s\nprovenance: [{field: dataset, kind: guess, source: x, date: 2026}]",
       "found 'guess'"},
      {7, "  step_time: 1 s\nprovenance: [{field: dataset, kind: measured, source: x, date: May}]",
       "found 'May'"},
      {7, "  step_time: 1 s\nprovenance: [{field: dataset, kind: measured, date: 2026}]",
       "expected 'source'"},
  };
  for (const Wrong& wrong : cases) {
    const std::string error = error_of(with_line(wrong.line, wrong.text));
    EXPECT_THAT(error, HasSubstr(wrong.complaint)) << wrong.text;
    EXPECT_EQ(error.find('\n'), std::string::npos) << wrong.text;
    // Whatever is wrong stands in the line that was replaced or just after it, and the message says so.
    const bool placed = error.starts_with("w.yaml:" + std::to_string(wrong.line) + ":") ||
                        error.starts_with("w.yaml:" + std::to_string(wrong.line + 1) + ":") ||
                        error.starts_with("w.yaml:" + std::to_string(wrong.line + 2) + ":") ||
                        wrong.line == 3;
    EXPECT_TRUE(placed) << error;
  }
}

// However it is spelled, and no other field that begins alike.
TEST(Overrides, SayWhichFieldsTheySet) {
  for (const char* spelled :
       {"dataset.samples=5000", "++dataset.samples=5000", " dataset.samples = 5000", "+dataset.samples=1"})
    EXPECT_TRUE(sets_field(std::vector<std::string>{"loader.workers=2", spelled}, "dataset.samples"))
        << spelled;
  EXPECT_FALSE(sets_field(std::vector<std::string>{"dataset.samples_per_file=10"}, "dataset.samples"));
  EXPECT_FALSE(sets_field({}, "dataset.samples"));
}

TEST(Overrides, AreAppliedInOrderAfterTheFile) {
  const Workload w =
      parse(kSmall, {"loader.workers=8", "loader.workers=2", "loader.read.mode=direct",
                     "loader.shuffle={buffer: 500}", "accelerator.count=64", "training.steps=100",
                     "dataset.sample_size={mean: 1 MB, stddev: 10 kB, distribution: normal}",
                     "dataset.sample_size.mean=2 MB", "loader.deliver=batch", "loader.preprocess=2 ms"});
  EXPECT_EQ(w.loader.workers, 2u);
  EXPECT_EQ(w.loader.read_mode, ReadMode::kDirect);
  EXPECT_EQ(w.loader.shuffle, ShuffleKind::kBuffer);
  EXPECT_EQ(w.loader.shuffle_buffer, 500u);
  EXPECT_EQ(w.accelerator.count, 64u);
  EXPECT_EQ(w.training.steps, 100u);
  EXPECT_EQ(w.dataset.sample_size, (Law{.kind = LawKind::kNormal, .mean = 2e6, .stddev = 10e3}));
  EXPECT_EQ(w.loader.deliver, Deliver::kBatch);
  EXPECT_EQ(w.loader.preprocess.mean, 0.002);
}

TEST(Overrides, SupplyWhatTheFileLeavesOut) {
  EXPECT_EQ(parse(with_line(5, "  workers: 1"), {"loader.batch_size=16"}).loader.batch_size, 16u);
}

TEST(Overrides, AnOverriddenLawForgetsWhatItWas) {
  const Workload w = parse(with_line(3, "  sample_size: {mean: 9 kB, stddev: 1 kB, distribution: normal}"),
                           {"dataset.sample_size=114 kB"});
  EXPECT_EQ(w.dataset.sample_size, (Law{.mean = 114'000}));
}

TEST(Overrides, ErrorsNameTheWordOnTheCommandLine) {
  EXPECT_THAT(error_of(kSmall, {"loader.worker=8"}),
              AllOf(HasSubstr("--set 'loader.worker=8': "), HasSubstr("did you mean 'loader.workers'?")));
  EXPECT_THAT(error_of(kSmall, {"loader.workers=100000"}),
              HasSubstr("--set 'loader.workers=100000': loader.workers: "));
  EXPECT_THAT(error_of(kSmall, {"loader.workers"}), HasSubstr("expected key=value"));
  EXPECT_THAT(error_of(kSmall, {"loader.workers="}), HasSubstr("found nothing"));
  EXPECT_THAT(error_of(kSmall, {"loader=3"}), HasSubstr("expected a mapping of framework, "));
  EXPECT_THAT(error_of(kSmall, {"dataset.samples_per_file=7"}),
              AllOf(HasSubstr("--set 'dataset.samples_per_file=7': dataset.samples_per_file: expected 1"),
                    HasSubstr("such as webdataset")));
  EXPECT_THAT(error_of(kSmall, {"dataset.samples_per_file=7", "loader.framework=tensorflow"}),
              HasSubstr("such as tfrecord"));
}

TEST(Overrides, AValueIsJudgedAlone) {
  EXPECT_EQ(field_problem("loader.workers", "8"), "");
  EXPECT_EQ(field_problem("accelerator.step_time", "144 ms"), "");
  EXPECT_EQ(field_problem("accelerator.count", "4294967297"),
            "expected a whole number from 1 to 1000000, found '4294967297'");
  EXPECT_THAT(field_problem("loader.worker", "8"), HasSubstr("expected the key of a field"));
}

TEST(Layouts, NpzIsFilePerSampleWithNpzFiles) {
  const Workload w = parse(with_line(1, "dataset:\n  layout: npz"));
  EXPECT_EQ(w.dataset.layout, LayoutKind::kFilePerSample);
  EXPECT_EQ(w.dataset.content, Content::kNpz);
}

TEST(Layouts, AnEmpiricalLawKnowsItsMean) {
  // Pieces [0, 2] and [2, 6] kB: mean (1 + 4) / 2 kB.
  const Workload w = parse(with_line(3, "  sample_size: {quantiles: [0, 2 kB, 6 kB]}"));
  EXPECT_EQ(w.dataset.sample_size.kind, LawKind::kEmpirical);
  EXPECT_DOUBLE_EQ(w.dataset.sample_size.mean, 2500);
}

TEST(Emit, ComesBackFieldByField) {
  const std::vector<std::vector<std::string>> variants = {
      {},
      {"loader.shuffle={buffer: 7}", "loader.read.mode=direct", "loader.read.transfer_size=4 KiB"},
      {"dataset.sample_size={quantiles: [1 B, 3 kB, 3.5 kB], shares: [0, 0.999, 1]}", "loader.shuffle=none",
       "loader.drop_last=false"},
      {"dataset.sample_size={mean: 114660.07 B, stddev: 1/3, distribution: gamma}"},
      {"accelerator.step_time={mean: 7 ms, stddev: 0.1234567 ms, distribution: lognormal, maximum: 1 s, "
       "minimum: 1 us}"},
      {"name=\"a: b # c\"", "description=\"two \\\"words\\\"\"", "training.synchronous=false",
       "training.au_target=85%"},
      {"checkpoint.parameters=8.03e9", "checkpoint.every=1 h 30 min", "loader.seed=18446744073709551615"},
  };
  int compared = 0;
  for (const auto& overrides : variants) {
    // "1/3" is no size; it must fail, not round.
    if (error_of(kSmall, overrides) != "no error") continue;
    const Workload w = parse(kSmall, overrides);
    EXPECT_EQ(parse_workload(to_yaml(w), w.origin), w) << to_yaml(w);
    ++compared;
  }
  EXPECT_EQ(compared, 6);
}

TEST(DatasetBlock, IsReadAlone) {
  std::ifstream in(AFORO_SAMPLES "/dataset_block.yaml");
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  const DatasetSpec dataset = parse_dataset_block(text, "d.yaml");
  EXPECT_EQ(dataset.layout, LayoutKind::kTfrecord);
  EXPECT_EQ(dataset.files(), 1025u);  // 1281167 / 1251 = 1024.1
  EXPECT_EQ(parse_dataset_block(dataset_to_yaml(dataset), "d.yaml"), dataset);
}

TEST(DatasetBlock, HoldsNothingElse) {
  EXPECT_THROW(parse_dataset_block(kSmall, "d.yaml"), UserError);
  EXPECT_THROW(parse_dataset_block("dataset: {samples: 3}", "d.yaml"), UserError);
  EXPECT_THROW(parse_dataset_block("", "d.yaml"), UserError);
}

TEST(Load, SaysWhatItCouldNotRead) {
  const auto error = [](std::string_view what) -> std::string {
    try {
      load_workload(what);
    } catch (const UserError& e) {
      return e.what();
    }
    return "no error";
  };
  EXPECT_THAT(error("no/such.yaml"), HasSubstr("no/such.yaml: expected a workload file, found none"));
  EXPECT_THAT(error(AFORO_SAMPLES "/"), HasSubstr("found a directory"));
  EXPECT_THAT(error("resnet50_h10"), HasSubstr("found 'resnet50_h10'; did you mean 'resnet50_h100'?"));
  EXPECT_THAT(error("/dev/null"), HasSubstr("found an empty file"));
}

TEST(FieldDocs, EveryFieldIsDocumentedOnce) {
  std::set<std::string> keys;
  for (const FieldDoc& doc : workload_fields()) {
    EXPECT_TRUE(keys.insert(doc.key).second) << doc.key;
    EXPECT_FALSE(doc.form.empty()) << doc.key;
    EXPECT_FALSE(doc.fallback.empty()) << doc.key;
    EXPECT_TRUE(doc.text.ends_with('.')) << doc.key;
  }
  for (const char* key :
       {"loader.batch_size", "loader.read.mode", "loader.read.transfer_size", "accelerator.count",
        "dataset.sample_size.mean", "training.epochs", "training.steps", "loader.deliver"}) {
    EXPECT_TRUE(keys.contains(key)) << key;
  }
}

std::string refusal(std::string_view preset, const std::string& assignment) {
  try {
    load_workload(std::string(preset), std::vector<std::string>{assignment});
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

TEST(Overrides, AKeyOfTheBenchmarkNamesAforosOwn) {
  EXPECT_THAT(refusal("unet3d_h100", "workload.reader.read_threads=8"),
              testing::HasSubstr("'loader.workers'"));
  EXPECT_THAT(refusal("unet3d_h100", "train.epochs=8"), testing::HasSubstr("'training.epochs'"));
  EXPECT_THAT(refusal("unet3d_h100", "reader.pin_memory=true"), testing::HasSubstr("aforo does not run"));
}

TEST(Overrides, EveryKeyThatTheTableNamesIsAforos) {
  for (const DlioKey& known : dlio_keys()) {
    if (known.own.empty()) continue;
    EXPECT_NE(find_field(known.own), nullptr) << known.key << " -> " << known.own;
  }
}

// Who lays a dataset needs no step time, no batch and no loader.
TEST(Load, ADatasetAloneIsEnoughForWhoUsesNoMore) {
  const std::string text = "dataset: {layout: file-per-sample, samples: 3, sample_size: 10 kB}\n";
  const Workload w = parse_workload(text, "job.yaml", {}, Dialect::kDetect, Use::kDataset);
  EXPECT_EQ(w.dataset.samples, 3u);
  EXPECT_THROW(parse_workload(text, "job.yaml"), UserError);
  EXPECT_THROW(parse_workload("dataset: {samples: 3}\n", "job.yaml", {}, Dialect::kDetect, Use::kDataset),
               UserError);
}

}  // namespace
}  // namespace aforo
