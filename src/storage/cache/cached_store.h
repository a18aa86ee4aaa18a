// A store that is read through a cache on this host's disk: what its engines read goes through an ObjectCache, all else is the store's.
//
// Its engine is one of threads that wait, for the disk, the store, or whoever fetches what they want (thread_engine.h); it says that it is of
// the kind that the store itself would have given. kNull passes the cache by, and there is no place at no cost: reading
// costs threads and a disk. `direct` reads past the page cache what lies on the
// disk. The page cache, which CacheControl drops and asks, is that of the cache's files. From storage came what the network brought and
// what the process read from disks (Counters::process_bytes_read).
#pragma once

#include <memory>

#include "storage/cache/cache_options.h"
#include "storage/store.h"

namespace aforo {

// Throws UserError as CacheDirectory does.
std::unique_ptr<Store> open_cached_store(std::unique_ptr<Store> store, const CacheOptions& options);

}  // namespace aforo
