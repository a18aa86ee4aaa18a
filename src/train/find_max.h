// `aforo run --find-max`: how many accelerators does this storage feed?
#pragma once

#include <stop_token>

#include "hosts/crew.h"
#include "measure/record.h"
#include "train/run_outcome.h"
#include "world/progress.h"

namespace aforo {

// The largest number of accelerators with AU at or above workload.training.au_target, by ramp and bisection
// over short windows, with its uncertainty. Throws UserError where the first window cannot be set up
// (dataset missing or too small, no memory, no step time), Interrupted when it was stopped before any
// window gave an answer. A read error in a later window ends the search: the Record says `failed`.
//
// Blocks for some minutes: about ten windows of up to kLongestWindow. The Record is that of a run,
// of the largest count that held (of the smallest that did not, where none held), with the search
// beside it: `ramp`, `max_accelerators` and its interval. `max_accelerators` is absent where the
// search was stopped or failed: a count that was not confirmed is no answer. `progress` is called
// between windows, on this thread.
// `crew`: the hosts that search together, all of which call this with the same options. Every host has as many
// accelerators; the first decides for all from what all measured, and its outcome alone has a Record.
RunOutcome find_max(const RunOptions& options, const OpenedRun& opened, std::stop_token stop,
                    const ProgressSink& progress, Crew* crew = nullptr);

}  // namespace aforo
