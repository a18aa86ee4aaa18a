// What limits a predicted job, in the words that a run's verdict uses. Private to plan.
#pragma once

#include "plan/prediction.h"
#include "plan/simulated_case.h"

namespace aforo {

// Sets `limit` (the busiest station) and `verdict`, by the same judgement as a run's
// (measure/verdict.h), from the replications and what more workers would do, where that was
// simulated. au, samples, bytes and stalls of `prediction` must be set; what stations and workers did
// is of the first replication.
void add_verdict(Prediction& prediction, const SimulatedCase& c, const std::vector<SimulatedOnce>& runs,
                 const StorageSpec& storage, double au_target, std::optional<Counterfactual> more_workers);

// From the limit that the closed form names (`limit`, `limit_station`), in the words of a run's verdict: a
// station is what it is in `storage`. No evidence: none was seen.
Verdict closed_verdict(const Prediction& prediction, const StorageSpec& storage, double au_target);

}  // namespace aforo
