// What the caches of a storage answer in the epochs of a job, and when they are full. Pure and thread-safe.
#pragma once

#include <cstdint>
#include <vector>

#include "model/storage_spec.h"
#include "workload/spec.h"

namespace aforo {

// Hits of each cache at fraction `q` of epoch `epoch`, [0, 1] and counted from 0, as shares of all samples:
// what closed_network() is given. Caches hold what cache_form.h says.
std::vector<double> cache_hits_at(const Workload& workload, const StorageSpec& storage, double hosts,
                                  double epoch, double q);

// The first epoch from which on caches hold 0.995 or more of what they will ever hold: 0 where all are warm or
// there are none. A cache that every read passes is full after one epoch; those of several hosts hold what
// their host happened to read (filled_share), which takes some epochs for each host. A page cache: 2, as the second
// epoch is another than all later.
std::uint64_t epochs_until_filled(const Workload& workload, const StorageSpec& storage, double hosts);

}  // namespace aforo
