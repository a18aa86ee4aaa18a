// A run's dataset, opened once for whoever needs it, and what the run came to.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "measure/record.h"
#include "survey/dataset_open.h"
#include "train/run_options.h"

namespace aforo {

// The dataset that a run will read, with the door to it. Outlives the run, and a prediction of it.
struct OpenedRun {
  std::unique_ptr<Store> store;
  OpenedDataset dataset;
  Seconds took{0};  // to open it: a part of the time to the first step
};

// Opens `options.directory` as `options.workload` describes it. Throws UserError where it is missing or holds no such
// samples, Interrupted on a stop request.
OpenedRun open_run(const RunOptions& options, std::stop_token stop);

// What `train` or `find_max` came to. What is not known is absent.
struct RunOutcome {
  Json record;
  std::optional<double> au;                       // of `train`: fraction, by wall clock
  std::optional<std::uint32_t> max_accelerators;  // of `find_max`; 0 = not even one holds the target
  bool stopped = false;                           // before its end: asked to, or at its time limit
  bool failed = false;                // samples could not be read, and the policy or their number ended it
  std::vector<std::string> failures;  // the first few, "path: what"
  std::string
      steps_incomplete;  // why the step file is not whole, a sentence; "" = it is, or none was asked for
};

}  // namespace aforo
