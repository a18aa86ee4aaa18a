// A small dataset on a real directory, and jobs that read it: what the tests of training share.
#pragma once

#include <filesystem>
#include <string>

#include "base/test_directory.h"
#include "generate/generate_command.h"
#include "train/find_max.h"
#include "train/train_command.h"

namespace aforo {

// A place for a dataset that goes with the object.
class DataDirectory {
 public:
  std::string path() const { return base_ / "data"; }

 private:
  TestDirectory base_;
};

inline Workload small_job(LayoutKind layout, Content content) {
  Workload w;
  w.name = "small";
  w.dataset.layout = layout;
  w.dataset.content = content;
  w.dataset.samples = 240;
  w.dataset.samples_per_file = layout == LayoutKind::kFilePerSample ? 1 : 40;
  w.dataset.sample_size.kind = LawKind::kLognormal;
  w.dataset.sample_size.mean = 20'000;
  w.dataset.sample_size.stddev = 8'000;
  if (traits_of(layout).one_size) w.dataset.sample_size = {LawKind::kConstant, 20'000, 0, 0, 0, {}};
  w.loader.batch_size = 10;
  w.loader.workers = 3;
  w.loader.framework = layout == LayoutKind::kFilePerSample ? Framework::kPytorch : Framework::kTensorflow;
  w.accelerator.count = 2;
  w.accelerator.step_time.mean = 2e-3;
  w.training.epochs = 2;
  return w;
}

inline Json trained(const RunOptions& options, std::stop_token stop) {
  return train(options, open_run(options, stop), stop, {}).record;
}

inline Json searched(const RunOptions& options) {
  return find_max(options, open_run(options, {}), {}, {}).record;
}

struct LaidDataset {
  DataDirectory directory;
  RunOptions options;
  explicit LaidDataset(const Workload& workload = small_job(LayoutKind::kFilePerSample, Content::kRaw)) {
    GenerateOptions generate_options;
    generate_options.workload = workload;
    generate_options.directory = directory.path();
    generate(generate_options, {}, {});
    options.workload = generate_options.workload;
    options.directory = directory.path();
    options.diagnose = false;
  }
  std::filesystem::path some_file() const {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory.path()))
      if (entry.is_regular_file() && entry.file_size() > 4096 && entry.path().extension() != ".json")
        return entry.path();
    return {};
  }
};

}  // namespace aforo
