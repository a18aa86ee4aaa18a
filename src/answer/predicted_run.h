// A prediction beside a measurement: made before the run, so that the run cannot influence it.
//
// The storage file is all that the prediction knows of the storage; of the run it takes the dataset
// as it was found, so that both speak of the same bytes.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>

#include "measure/record.h"
#include "train/run_outcome.h"

namespace aforo {

// What a run is compared with once it has ended. Plain data.
struct RunPrediction {
  // Short: what a measured Record shows as `prediction`.
  Json record;
  // A fraction; of the number that is fed, where that was asked for.
  double au = 0;
  // With find_max: how many are fed, 0 = not even one. Else 0, and not to be read.
  double accelerators = 0;
};

// The prediction of the run that `options` asks for on `dataset`, whose storage is described
// in the file `storage`: with find_max of the largest number of accelerators. A search
// measures short windows, so it predicts those: one epoch, long enough for a cache to fill as
// far as it would in the longest window. `machines`: that its accelerators are spread over; a search's are taken to stand
// in one.
//
// Blocks while it simulates. Both references are used during the call only. Throws UserError for a
// file that cannot be read or a storage that cannot serve the job, Interrupted.
RunPrediction predict_run(const RunOptions& options, const OpenedDataset& dataset, const std::string& storage,
                          std::uint32_t machines, std::stop_token stop);

// Adds `prediction` to the Record of what was measured, and where that is whole `prediction_error`:
// of utilisation a difference (predicted - measured), of a number of accelerators relative to those
// that were counted (at least 1). A run that was stopped or failed gets no error: it measured
// something else. With drop_caches a warning says what a probe does not know of.
void add_prediction_beside(Json& record, const RunPrediction& prediction, const RunOutcome& run,
                           const RunOptions& options);

}  // namespace aforo
