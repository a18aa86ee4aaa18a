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
  // Stays where it is when OpenedRun is moved: the dataset and lanes refer to it.
  std::unique_ptr<Store> store;
  OpenedDataset dataset;
  Seconds took{0};  // to open it: a part of the time to the first step
};

// Opens `options.directory` as `options.workload` describes it. Throws UserError where it is missing
// or holds no such samples, Interrupted on a stop request. Blocks: names are listed, and of packed
// files the headers are read.
OpenedRun open_run(const RunOptions& options, std::stop_token stop);

// What `train` or `find_max` came to. What is not known is absent.
struct RunOutcome {
  // Complete but for what the command line adds: config, measurement, verdict, warnings.
  Json record;
  // Of `train`: a fraction, by wall clock. Absent also where no epoch has a value.
  std::optional<double> au;
  // Of `find_max`: 0 = not even one holds the target; absent = the search came to no end.
  std::optional<std::uint32_t> max_accelerators;
  // Before its end: asked to, or at its time limit.
  bool stopped = false;
  // Before its end because somebody asked, not by its time limit.
  bool interrupted = false;
  // Requests that storage had not answered when the run was ended: it hangs, and nothing can be said of it.
  std::uint64_t unanswered = 0;
  // Why AU is not held against the target: a phrase; empty = it is.
  std::string not_judged;
  // Its time limit ended it before a step was done; no sample is at fault.
  bool out_of_time = false;
  // Samples could not be read, and the policy ended it, or none could be read at all; or some were not answered.
  bool failed = false;
  // ... because this process ran out of open files or memory: no sample is at fault.
  bool of_client = false;
  // Hosts that were gone before the end, or gave nothing; no sample is at fault.
  std::vector<std::string> missing;
  // The first few, "path: what".
  std::vector<std::string> failures;
  // Why a checkpoint could not be written, a sentence; empty = all could be, or none was due.
  std::string checkpoint_failure;
  // Why the step file is not whole, a sentence; empty = it is, or none was asked for.
  std::string steps_incomplete;
};

}  // namespace aforo
