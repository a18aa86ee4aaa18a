// What limits a predicted job, in the words that a run's verdict uses. Private to plan.
#pragma once

#include "plan/prediction.h"
#include "plan/simulated_case.h"

namespace aforo {

// Sets `limit` (the busiest station) and `verdict`, by the same judgement as a run's
// (measure/verdict.h), from the first replication `run` and what more workers would do, where that
// was simulated. au, samples and bytes of `prediction` must be set.
void add_verdict(Prediction& prediction, const SimulatedCase& c, const SimulatedOnce& run,
                 const StorageSpec& storage, double au_target, std::optional<Counterfactual> more_workers);

// From the closed form's own words: no limit but "not limited" is named, since no evidence was seen.
Verdict closed_verdict(const Prediction& prediction, double au_target);

}  // namespace aforo
