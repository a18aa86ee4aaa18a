// The accelerator host as a device: what it takes in at most, from services, cards and drives of its own.
//
// Unknown is not unlimited: accelerators that the catalogue does not know stand in its least host. The
// rules and their constants are docs/sizing.md section 4; what its cores prepare is in host_pace.h. Pure,
// thread-safe.
#pragma once

#include <optional>

#include "catalogue/catalogue.h"
#include "sizing/need.h"

namespace aforo {

// Times that a byte crosses the host's memory from the wire to the accelerator: written by the card, copied
// once (read and written), read by the accelerator. Chosen: without GPUDirect, which files of most loaders
// do not take.
inline constexpr double kMemoryCrossings = 4;
// That stands with a provider, or is bought (absent). Of jobs on several types the one with the fewest
// cores, and of as many that which reads objects slowest: a design carries all jobs. Owned by `catalogue`.
const AcceleratorHost& host_of_jobs(const Need& need, const Catalogue& catalogue,
                                    std::optional<Provider> provider);

// What one host takes in, whatever its cards are.
BytesPerSecond memory_limit(const AcceleratorHost& host);
// From a service: by its protocol, no more than that gives one host, nor than memory_limit.
BytesPerSecond host_network(const AcceleratorHost& host, const CloudService& service);
// Through so many cards that are bought for it, each in a slot of its own.
BytesPerSecond host_cards(const AcceleratorHost& host, const Nic& card, std::uint32_t cards);
// From so many drives that are bought for it.
BytesPerSecond host_drives(const AcceleratorHost& host, const Drive& drive, std::uint32_t drives);

}  // namespace aforo
