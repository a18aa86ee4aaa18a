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

// The verdict anew, and `limit` where checkpoints are it, once AU and rates of `prediction` are `share` in (0, 1] of those that
// it was judged by, for checkpoints.
void judge_with_checkpoints(Prediction& prediction, double share, const Workload& workload);

// From what the closed form found, in the words of a run's verdict: `au` and `limit` of `prediction` must
// be set, and `limited_by` is ClosedPrediction's. No evidence: none was seen.
Verdict closed_verdict(const Prediction& prediction, Limit limited_by, const Workload& workload);

}  // namespace aforo
