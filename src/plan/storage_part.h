// As much of a storage as some of a job's hosts have to themselves where the other hosts take the rest. Pure,
// thread-safe.
#pragma once

#include <optional>

#include "model/storage_spec.h"

namespace aforo {

// `storage` for `share` (0, 1] of the hosts, `ranks` accelerators on them: with as much less in flight as much less
// passes, and an operation takes as long as it does on the whole, but where one server of few is nearly idle. What every
// host has of its own stays. Absent where less of it is no smaller one of the same kind: a cache that all hosts share
// (which sees every sample so much more rarely), pipes or disks that files are dealt to while they are many beside
// `ranks`.
std::optional<StorageSpec> storage_part(StorageSpec storage, double share, double ranks);

}  // namespace aforo
