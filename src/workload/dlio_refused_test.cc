// Files of the benchmark whose bytes, counts or steps would be others than it reads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "workload/parse.h"

namespace aforo {
namespace {

using testing::Contains;
using testing::HasSubstr;

std::string refused(const std::string& text) {
  try {
    parse_workload(text, "job.yaml", {}, Dialect::kDlio);
  } catch (const UserError& error) {
    return error.what();
  }
  return "taken";
}

constexpr const char* kTrain = "train: {computation_time: 1}\n";

// Its readers of these formats read a file anew, and whole, for each sample in it; images it lays one by one.
TEST(DlioRefused, SeveralSamplesInAFileThatIsReadWhole) {
  for (const std::string format : {"npz", "csv", "jpeg", "png"}) {
    const std::string file = "dataset: {format: " + format + ", num_samples_per_file: ";
    EXPECT_THAT(refused(file + "8}\n" + kTrain),
                HasSubstr("dataset.num_samples_per_file: expected 1 of " + format + " files, found 8"));
    EXPECT_EQ(refused(file + "1}\n" + kTrain), "taken");
  }
  EXPECT_EQ(refused(std::string("dataset: {format: npy, num_samples_per_file: 8}\n") + kTrain), "taken");
}

TEST(DlioRefused, NoDataset) {
  EXPECT_THAT(refused(kTrain), HasSubstr("expected a dataset, found none"));
  EXPECT_NO_THROW(parse_workload(kTrain, "job.yaml", std::vector<std::string>{"dataset.num_files_train=4"},
                                 Dialect::kDlio));
}

TEST(DlioRefused, WhatDecidesTwiceOrByHalves) {
  const std::string data = std::string("dataset: {num_files_train: 4}\n") + kTrain;
  EXPECT_EQ(refused(data + "data_reader: {batch_size: 40}\nreader: {batch_size: 4}\n"),
            "job.yaml:3: expected one of reader and data_reader, its older name, found both");
  EXPECT_THAT(
      refused("dataset: {num_files_train: 4}\ntrain: {computation_time: 1, total_training_steps: 2.7}\n"),
      HasSubstr("train.total_training_steps: expected whole steps, found 2.7"));
  EXPECT_THAT(refused("base: &b {num_files_train: 4}\ndataset: {<<: *b, format: npz}\n"),
              HasSubstr("job.yaml:2: expected a key, found a merge ('<<')"));
}

TEST(DlioRefused, AWholeFileUnderOneKeyIsUnwrapped) {
  std::string wrapped = "workload:\n";
  wrapped += "  dataset: {format: npz}\n  reader: {batch_size: 3}\n  train: {computation_time: 1}\n";
  EXPECT_EQ(parse_workload(wrapped, "job.yaml").loader.batch_size, 3u);
}

// As Hydra writes what it composed: the rest stands beside the wrapped file.
TEST(DlioRefused, WhatStandsBesideAWrappedFileIsNamed) {
  const Workload w = parse_workload(
      "workload: {dataset: {num_files_train: 4}, train: {computation_time: 1}}\nhydra: {run: here}\n",
      "job.yaml", {}, Dialect::kDlio);
  EXPECT_EQ(w.dataset.samples, 4u);
  EXPECT_THAT(w.warnings, Contains(HasSubstr("hydra.run")));
}

}  // namespace
}  // namespace aforo
