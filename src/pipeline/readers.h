// Who reads for one rank of a job, and who would with more workers: what a verdict and advice are given of
// them.
//
// Asks the job's Access twice (workload/access.h), as it is and with workers without end, and reckons nothing
// itself. Pure, no failure, any thread.
#pragma once

#include "measure/evidence.h"
#include "pipeline/job.h"
#include "workload/spec.h"

namespace aforo {

// Of the dataset that the plan's layout is; of the one that the workload describes.
Readers readers_of(const JobPlan& plan);
Readers readers_of(const Workload& workload);

}  // namespace aforo
