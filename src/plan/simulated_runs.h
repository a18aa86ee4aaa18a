// The simulations that one prediction is made from: replications, what chance makes of them, and what the storage's own
// spread does. Of a very large job one alone is of all accelerators; the others are of some of them
// (simulated_part.h), side by side with it.
#pragma once

#include <optional>
#include <stop_token>
#include <vector>

#include "measure/verdict.h"
#include "plan/prediction.h"
#include "plan/simulated_part.h"

namespace aforo {

struct SimulatedRuns {
  std::vector<SimulatedOnce> whole;  // replications of the job; at least one
  std::uint64_t epochs =
      1;  // simulated of each of them; the part's later ones say how those that follow differ
  bool beside_on_full = false;  // one more was, by itself on full caches
  std::optional<SimulatedPart> part;
  std::vector<SimulatedOnce> of_part;  // replications of it; empty where there is none, or none was needed
  double chance = 0;                   // half width of AU's 95 % interval by chance; 0 = not known
  double spread = 0;                   // of the storage's rates, relative
  double slower = 0, faster = 0;       // as Prediction has it
};

// Deterministic, whatever the number of threads. Throws Interrupted.
SimulatedRuns run_case(const SimulatedCase& c, const PredictOptions& options, const StorageSpec& storage,
                       std::stop_token stop);

// As a run tries it after a missed target: twice the workers on the same storage, or as many as find a shard,
// neither with compute. Absent beside other jobs, which would end as they like, and where hardly more would
// read. Throws Interrupted.
std::optional<Counterfactual> more_workers(const SimulatedCase& c, const SimulatedRuns& runs,
                                           const PredictOptions& options, const StorageSpec& storage,
                                           std::stop_token stop);

// Of replications by the time that each took, as AU is of epochs: one that took twice as long counts twice.
template <class Field>
double by_time(const std::vector<SimulatedOnce>& runs, const Field& field) {
  double sum = 0, time = 0;
  for (const SimulatedOnce& run : runs) {
    sum += field(run) * run.stalls.total.value;
    time += run.stalls.total.value;
  }
  return time > 0 ? sum / time : 0;
}

}  // namespace aforo
