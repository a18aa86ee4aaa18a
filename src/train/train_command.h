// `aforo run`: train against real storage with emulated accelerators and say what limits the job.
//
// All functions run on the calling thread (it becomes the accelerators' thread) plus their own I/O threads,
// which have ended when they return. They write nothing to the target.
#pragma once

#include <stop_token>

#include "hosts/crew.h"
#include "measure/record.h"
#include "train/run_outcome.h"
#include "world/progress.h"

namespace aforo {

// --dry-run: the complete resolved configuration and what would be read. Opens the dataset (reads names),
// reads no data; where the directory is absent or empty, the dataset that the workload describes stands in
// for it, with a warning. Throws UserError as `train` would.
Json plan_run(const RunOptions& options, std::stop_token stop);

// Runs the job on what `open_run(options)` opened; returns its Record, marked partial if it was
// stopped early. Throws UserError when the job cannot begin (dataset missing or too small, no
// memory), Interrupted when it was stopped before the first step.
//
// Blocks for the run, and then, where `diagnose` is set and bytes were moved, for the short re-runs
// of run_evidence.h. Read errors are in the outcome; damaged shards that were found on opening end
// it with a UserError unless errors are skipped. `progress` may be empty; it is called from a
// thread of its own, which has ended when this returns.
// `crew`: the hosts of the job, all of which call this with the same options; each carries its part of the ranks. What
// differs between them is refused before anything is read. The first returns the Record of all, the others an outcome
// with the Record left out. A host that is gone meanwhile ends the job for all: what the rest measured is the result,
// partial and failed.
RunOutcome train(const RunOptions& options, const OpenedRun& opened, std::stop_token stop,
                 const ProgressSink& progress, Crew* crew = nullptr);

}  // namespace aforo
