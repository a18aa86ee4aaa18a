// Some of the accelerators of a very large job, on as much less of its storage: what they tell of all others.
//
// Hosts of one job are alike: each reads its own part of one random order, through caches and a network card of its own,
// and meets the others where the storage is shared and behind the barrier. So the first of them, on their share of the
// storage, see what they see beside all others, but that the slowest of fewer ranks is less slow. How AU differs from
// one chance to another, and between storage as it is and a little slower or faster, is told by them; AU itself is not.
#pragma once

#include <cstdint>
#include <optional>

#include "model/storage_spec.h"
#include "plan/simulated_case.h"

namespace aforo {

struct SimulatedPart {
  SimulatedCase job;  // its rates and reads in flight are as those of all accelerators (SimulatedOnce)
  StorageSpec storage;
  double share = 1;  // of the accelerators; (0, 1]
};

// Absent of a job of no more than `most_whole` accelerators, one that shares its storage with other jobs, or whose hosts
// are too few to leave most of them out, and where the storage has no part (storage_part.h).
std::optional<SimulatedPart> part_of(const SimulatedCase& c, const StorageSpec& storage,
                                     std::uint32_t most_whole);

}  // namespace aforo
