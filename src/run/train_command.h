// `aforo run`: train against real storage with emulated accelerators and say what limits the job.
//
// All functions run on the calling thread (it becomes the accelerators' thread) plus their own I/O threads,
// which have ended when they return. They write nothing to the target.
#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "base/units.h"
#include "measure/record.h"
#include "run/progress.h"
#include "workload/spec.h"

namespace aforo {

struct RunOptions {
  Workload workload;
  std::string directory;
  std::string engine = "auto";  // auto | io_uring | threads
  unsigned io_threads = 0;      // lanes; 0 = one per available core
  bool drop_caches = false;     // before every epoch, so that every epoch comes from storage
  bool cache_expected = false;  // a warm run is wanted: do not flag it
  bool verify = false;          // prove every sample read
  bool skip_errors = false;     // count failed samples and go on, instead of stopping at the first
  bool null_storage = false;    // the same job on an engine that answers at once: this client's ceiling
  bool diagnose = true;         // short re-runs after a missed target, to tell storage from settings
  Seconds io_timeout{30};
  Seconds time_limit{0};  // end cleanly after this long; 0 = none
  std::optional<Dollars> accelerator_price_per_hour;
  std::string steps_csv;  // path; empty = none
  bool find_max = false;
  unsigned max_accelerators = 0;  // find-max: do not try more; 0 = as many as the dataset allows
};

// --dry-run: the complete resolved configuration and what would be read. Opens the dataset (reads names),
// reads no data; where the directory is absent or empty, the dataset that the workload describes stands in
// for it, with a warning. Throws UserError as `train` would.
Json plan_run(const RunOptions& options, std::stop_token stop);

// Runs the job; returns its Record, marked partial if it was stopped early. Throws UserError when the job
// cannot begin (dataset missing or too small, no memory), Interrupted when it was stopped before the first
// step.
Json train(const RunOptions& options, std::stop_token stop, const ProgressSink& progress);

// The largest number of accelerators with AU at or above workload.training.au_target, by ramp and bisection
// over short windows, with its uncertainty. Same failures.
Json find_max(const RunOptions& options, std::stop_token stop, const ProgressSink& progress);

}  // namespace aforo
