// From a workload and a layout to the JobPlan that carries it out: the same for a run and for a prediction.
//
// Thread-safe, pure. Failure: UserError.
#pragma once

#include <cstdint>
#include <string>

#include "pipeline/job.h"
#include "workload/access.h"
#include "workload/spec.h"

namespace aforo {

// Steps per epoch: as asked for, or as many whole steps of all ranks as the dataset has.
// What does not fill a step of all ranks is left out, as frameworks' drop_last does, so that no
// rank has a batch more than another. 0 = not even one step; plan_job refuses that.
std::uint64_t steps_per_epoch(const Workload& workload, const Layout& layout);

// The plan of `workload` on `layout` (which outlives the plan), without checks of contents. `where` names the
// dataset in messages: a directory, or "the workload's dataset". Throws UserError when the layout cannot be
// read or has fewer samples than one step of the job.
// All ranks are in this process. Checkpoints, the policy on errors and the checks have their
// defaults: they are set by whoever runs the plan.
// Fewer samples than a step are enough where the workload says how many steps an epoch has: it then
// reads them several times.
JobPlan plan_job(const Workload& workload, const Layout& layout, const std::string& where);

// How a job touches an opened or generated dataset: as for its spec, with the sizes that really lie there.
// Means over the whole dataset; 0 where it holds nothing. O(1): the layout knows its sums.
Access access_of(const Layout& layout, const LoaderSpec& loader, std::uint32_t ranks);
// As the plan's loaders will do it, with the ranks of all hosts: their number decides what a rank
// must read of shards that are dealt record by record.
Access access_of(const JobPlan& plan);

}  // namespace aforo
