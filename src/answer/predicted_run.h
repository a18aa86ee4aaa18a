// A prediction beside a measurement: made before the run, so that the run cannot influence it.
#pragma once

#include <stop_token>
#include <string>

#include "measure/record.h"
#include "train/run_outcome.h"

namespace aforo {

struct RunPrediction {
  Json record;              // short: what a measured Record shows as `prediction`
  double au = 0;            // fraction; of the number that is fed, where that was asked for
  double accelerators = 0;  // with find_max: how many are fed
};

// The prediction of the run that `options` asks for on `dataset`, whose storage is described in the file `storage`:
// with find_max of the largest number of accelerators. Throws UserError, Interrupted.
RunPrediction predict_run(const RunOptions& options, const OpenedDataset& dataset, const std::string& storage,
                          std::stop_token stop);

// Adds `prediction` to the Record of what was measured, and where that is whole `prediction_error`: of utilisation a
// difference, of a number of accelerators relative to those that were counted.
void add_prediction_beside(Json& record, const RunPrediction& prediction, const RunOutcome& run,
                           const RunOptions& options);

}  // namespace aforo
