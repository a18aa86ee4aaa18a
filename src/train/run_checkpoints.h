// The checkpoints of a run: from options to a plan and a place, and from what came of it into the Record.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hosts/crew.h"
#include "measure/record.h"
#include "pipeline/job.h"
#include "save/checkpoint_target.h"
#include "train/measured_job.h"
#include "train/run_options.h"

namespace aforo {

// Says in `plan` when and how the run writes checkpoints; nothing where options.checkpoint_directory is empty. Throws
// UserError where the workload does not say what or how often, where its ranks are not the job's, and for a place inside
// the dataset or around it. Touches nothing.
void plan_checkpoints(const RunOptions& options, JobPlan& plan);

// The place, made ready (CheckpointTarget), and `plan` with what it needs of it; null where none are written. It outlives
// the job. Throws UserError as CheckpointTarget does.
// `crew`: the hosts that write it together, all of which come to this; null = this one alone. The first takes the place.
std::unique_ptr<CheckpointTarget> open_checkpoints(const RunOptions& options, JobPlan& plan, Crew* crew);

// Lanes that write there, as many as read (settings.io_threads).
std::vector<std::unique_ptr<Lane>> checkpoint_writers(const CheckpointTarget& target, const JobPlan& plan,
                                                      JobSettings settings);

// The same plan without checkpoints, for the short jobs beside a run.
JobPlan without_checkpoints(JobPlan plan);

// What is planned, and for a run what came of it; keys in docs/record.md. Nothing where none are written.
void add_planned_checkpoints(Json& record, const RunOptions& options, const JobPlan& plan);
void add_checkpoints(Json& record, const RunOptions& options, const JobPlan& plan, const MeasuredJob& job,
                     const CheckpointTarget* target);

// Why one could not be written, a sentence; empty = all could.
std::string checkpoint_failure(const MeasuredJob& job, const CheckpointTarget* target);

}  // namespace aforo
