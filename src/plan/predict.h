// What a training job would see on a storage that is known as data: utilisation with its interval,
// throughput, stalls and what limits it.
//
// Two ways. Closed form: formulas, in microseconds, where they are known to be near. Simulation:
// the job itself in virtual time, several times with other seeds. The interval holds three kinds of
// doubt: chance (95 % over the replications), the storage's own run-to-run spread (the same job on
// a storage slower and faster by half the measured spread) and what the model leaves out
// (prediction_error.h), combined as independent errors. docs/predicting.md tells how to read it.
//
// Deterministic: the same options give the same Prediction, whatever the number of threads.
// Thread-safe. Failure: UserError (the storage cannot serve the way the job reads; the job cannot
// be planned), Interrupted.
#pragma once

#include <stop_token>

#include "plan/prediction.h"

namespace aforo {

// Microseconds to a minute, as the method goes. kClosed of a job that the closed form cannot
// speak of is a UserError.
Prediction predict(const PredictOptions& options, std::stop_token stop = {});

}  // namespace aforo
