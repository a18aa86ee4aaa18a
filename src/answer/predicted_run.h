// A prediction beside a measurement: made before the run, so that the run cannot influence it.
#pragma once

#include <stop_token>
#include <string>

#include "measure/record.h"
#include "train/run_options.h"

namespace aforo {

// The short prediction of the run that `options` asks for, on the storage described in the file `storage`:
// with
// --find-max the largest number of accelerators. Opens the dataset (names and sizes). Throws UserError,
// Interrupted.
Json predict_run(const RunOptions& options, const std::string& storage, std::stop_token stop);

// Adds `prediction` to a measured Record, and `prediction_error` where the measurement is whole.
void add_prediction_beside(Json& record, Json prediction);

}  // namespace aforo
