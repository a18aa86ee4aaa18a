// A storage with one thing changed, and what the file says of its own certainty. Pure, thread-safe.
// What is returned is complete and consistent where what was given is.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/units.h"
#include "model/storage_spec.h"

namespace aforo {

// Everything the storage does `factor` (> 0) times as fast: rates, bandwidths and curves of tiers
// and caches; times of latency and seeks divided. The client's stations stay as they are.
StorageSpec scale_rates(StorageSpec storage, double factor);
// The same, without the curves of one host: what its own way there gives stays.
StorageSpec scale_shared(StorageSpec storage, double factor);

// Twice the client's cores: cpu stations of the client; and where the probed client was at least 80 % busy at
// a point of a curve, that point's rate doubles too (the most that cores can give).
StorageSpec with_twice_the_cores(StorageSpec storage);
// Whether more cores of the client could change anything: it has cpu stations, or
// its probe found it busy.
bool client_takes_part(const StorageSpec& storage);

// The first cache with that size; a page cache on every host where there is none.
StorageSpec with_cache_size(StorageSpec storage, Bytes size);

// Behind a cache of whole files on each host's disk: of the file's own that is called kLocalCache, which then has that size and policy
// and keeps its stations; else of a new one, nearest to the client, whose hits cost nothing.
inline constexpr std::string_view kLocalCache = "local cache";
StorageSpec with_local_cache(StorageSpec storage, Bytes size, CachePolicy policy);

// The storage as direct reads see it, which the kernel's page cache serves nothing of: without caches of each host that
// Linux's rules empty, or that are named "page cache".
StorageSpec without_page_cache(StorageSpec storage);

// Whether a station gives more for a while, after it was spared.
bool has_bursts(const StorageSpec& storage);

// Whether what happened before changes what is served now: caches, bursts.
bool has_memory(const StorageSpec& storage);

// Whether every tier with curves has one of exactly that kind and mode.
bool has_curves(const StorageSpec& storage, ReadKind kind, ReadMode mode);

// (max - min) / median over repetitions at the measured point nearest to `in_flight` (by ratio) of the curve
// that operations of `size` bytes take; the largest over tiers. 0 where nothing was measured more than once.
double measured_spread(const StorageSpec& storage, ReadKind kind, ReadMode mode, double size,
                       double in_flight);

}  // namespace aforo
