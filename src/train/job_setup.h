// From options and an opened dataset to a JobPlan, with everything judged before anything runs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hosts/crew.h"
#include "measure/record.h"
#include "pipeline/job.h"
#include "survey/dataset_open.h"
#include "train/run_options.h"

namespace aforo {

// The plan of `options.workload` on `dataset` (which outlives the plan). Throws UserError when the
// dataset has fewer samples than one step of the job, when the layout cannot be read, when the
// batches do not fit into memory, or when this process may open too few files.
// Checks are set up here: framing of shards always, contents with `verify`; none on an engine that
// moves no bytes. Opens and reads nothing.
// `crew`: the hosts that share its ranks, in blocks as equal as can be, in the order of hosts; null = all are here. A
// host without a rank is refused.
JobPlan make_plan(const RunOptions& options, const OpenedDataset& dataset, const Crew* crew = nullptr);

// Steps of a job that ends by other means (a search's window).
// 2^32 - 1 of them: no job of emulated steps comes to its end, and products with a batch size do
// not overflow.
inline constexpr std::uint64_t kEndlessSteps = ~std::uint32_t{0};

// What the workload asks for and this plan does not carry out, and what the dataset's opening had to say,
// into the Record's warnings.
void add_warnings(Json& record, const RunOptions& options, const OpenedDataset& dataset, const JobPlan& plan);

// Bytes of memory the plan needs for read buffers and for batches, at most.
// Read buffers: one request per reader, but no more than the lanes can have under way. Batches: the
// window and the one in the step, where the plan delivers them; 0 where it discards.
struct MemoryNeed {
  Bytes read_buffers{0};
  Bytes batches{0};
};
MemoryNeed memory_need(const JobPlan& plan, unsigned io_threads);

// Where that is more than nine tenths of what this machine has available: "2 GiB needed and 1 GiB available".
// `io_threads`: 0 = one per core.
// Asks the machine for what is available now. Absent = it fits.
std::optional<std::string> memory_lack(const JobPlan& plan, unsigned io_threads);

// Files that the plan's readers have open at once, at most, beside those that lanes keep: one each, but for whole files
// that an engine opens and reads in one operation, of which it has only some under way. `io_threads`: 0 = one per core.
std::uint64_t files_held(const JobPlan& plan, EngineKind engine, unsigned io_threads);

// Why this process may open too few files for the plan: a sentence (open_files_lack). Absent = enough.
std::optional<std::string> files_lack(const JobPlan& plan, EngineKind engine, unsigned io_threads);

// The plan of a run that only asks how fast the readers are: no compute, no barrier, no checks.
// One endless epoch under another seed, errors skipped: it needs a time limit to end. Ranks,
// loaders and the dataset stay.
JobPlan without_compute(JobPlan plan);

// Configuration echo of a Record: workload (name, origin, resolved YAML), directory and options.
// What a person would need to repeat it; keys as in docs/record.md. With the dataset as it was
// found, and the steps as they were resolved.
Json config_of(const RunOptions& options, const OpenedDataset& dataset, const JobPlan& plan);

}  // namespace aforo
