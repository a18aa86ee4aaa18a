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
std::uint64_t steps_per_epoch(const Workload& workload, const Layout& layout);

// The plan of `workload` on `layout` (which outlives the plan), without checks of contents. `where` names the
// dataset in messages: a directory, or "the workload's dataset". Throws UserError when the layout cannot be
// read or has fewer samples than one step of the job.
JobPlan plan_job(const Workload& workload, const Layout& layout, const std::string& where);

// How a job touches an opened or generated dataset: as for its spec, with the sizes that really lie there.
Access access_of(const Layout& layout, const LoaderSpec& loader, std::uint32_t ranks);
Access access_of(const JobPlan& plan);

}  // namespace aforo
