// The same job on another accelerator: its step time from the catalogue's rates.
//
// Pure: what they return is the job with another step time, its provenance and, where it is a
// guess, a warning. Failure: UserError that names what is known.
#pragma once

#include <string>
#include <string_view>

#include "catalogue/catalogue.h"
#include "workload/spec.h"

namespace aforo {

// `set`: "benchmark" or "training": which set of rates is meant; "" = training where it has both
// accelerators, else benchmark. The step time is scaled by the two accelerators' rates in one set;
// a workload without an accelerator's type takes the new one's rate itself. Where no rate of the
// job is known, it is scaled by the median of three or more other workloads' gains, with a warning
// in the workload. Nothing is changed where the type is the job's own.
Workload on_accelerator(Workload workload, std::string_view type, std::string_view set,
                        const Catalogue& catalogue);

// The step time that the set gives for the job's own accelerator, as `--rates training` asks.
// UserError where it has none.
Workload at_rates(Workload workload, std::string_view set, const Catalogue& catalogue);

// The catalogue's workload that a job is of: the longest name that the job's
// contains; "" if there is none.
std::string rated_workload(const Workload& workload, const Catalogue& catalogue);

}  // namespace aforo
