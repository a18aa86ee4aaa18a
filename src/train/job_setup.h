// From options and an opened dataset to a JobPlan, with everything judged before anything runs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "measure/record.h"
#include "pipeline/job.h"
#include "survey/dataset_open.h"
#include "train/run_options.h"

namespace aforo {

// The plan of `options.workload` on `dataset` (which outlives the plan). Throws UserError when the
// dataset has fewer samples than one step of the job, when the layout cannot be read, or when the
// batches do not fit into memory.
JobPlan make_plan(const RunOptions& options, const OpenedDataset& dataset);

// Steps of a job that ends by other means (a search's window).
inline constexpr std::uint64_t kEndlessSteps = ~std::uint32_t{0};

// What the workload asks for and this plan does not carry out, and what the dataset's opening had to say,
// into the Record's warnings.
void add_warnings(Json& record, const RunOptions& options, const OpenedDataset& dataset, const JobPlan& plan);

// Bytes of memory the plan needs for read buffers and for batches, at most.
struct MemoryNeed {
  Bytes read_buffers{0};
  Bytes batches{0};
};
MemoryNeed memory_need(const JobPlan& plan, unsigned io_threads);

// Where that is more than nine tenths of what this machine has available: "2 GiB needed and 1 GiB available".
// `io_threads`: 0 = one per core.
std::optional<std::string> memory_lack(const JobPlan& plan, unsigned io_threads);

// The plan of a run that only asks how fast the readers are: no compute, no barrier, no checks.
JobPlan without_compute(JobPlan plan);

// Configuration echo of a Record: workload (name, origin, resolved YAML), directory and options.
Json config_of(const RunOptions& options, const OpenedDataset& dataset, const JobPlan& plan);

}  // namespace aforo
