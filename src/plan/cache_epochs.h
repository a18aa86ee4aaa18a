// Which epochs of a job on caches are simulated, and what each stands for.
#pragma once

#include <cstdint>

#include "model/storage_spec.h"
#include "plan/simulated_case.h"

namespace aforo {

// Cold, filling, and one that stands for all later ones.
inline constexpr std::uint64_t kMostCacheEpochs = 3;

// Each of several hosts' caches fills by what its host happens to read: N of them take some N passes over the
// dataset, and what the third epoch does is not what later ones do. Until they are full, an epoch is taken to lie
// between the third and one on full caches by what is missing (warm_epochs). An epoch counts as one pass. Of a large
// job, whose steps were asked for, as many as it makes: where its first epoch leaves caches full, the second stands
// for all later ones. `c` has its plan, of at most kMostCacheEpochs epochs, and its steps.
void settle_epochs(SimulatedCase& c, const StorageSpec& storage);

}  // namespace aforo
