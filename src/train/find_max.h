// `aforo run --find-max`: how many accelerators does this storage feed?
#pragma once

#include <stop_token>

#include "measure/record.h"
#include "train/run_outcome.h"
#include "world/progress.h"

namespace aforo {

// The largest number of accelerators with AU at or above workload.training.au_target, by ramp and bisection
// over short windows, with its uncertainty. Throws
// UserError where the first window cannot be set up (dataset missing or too small, no memory, no step time),
// Interrupted when it was stopped before any window gave an answer. A read error in a later window ends the
// search: the Record says `failed`.
RunOutcome find_max(const RunOptions& options, const OpenedRun& opened, std::stop_token stop,
                    const ProgressSink& progress);

}  // namespace aforo
