// How long redundancy is missing after the loss of a drive. Pure, thread-safe.
//
// A lost fragment is made again from as many others as a stripe has data, and goes where the loss of one more
// server still leaves redundancy: into a server that holds fewer of the stripe's fragments than may be lost less
// one; of copies into one that holds none. Beyond the fewest servers (shelf.h) every server has such stripes, so
// all drives take a part. In exactly the fewest that are full of fragments only the drive's own server has room.
// The time until the loss is noticed is not in it. Formulas: docs/sizing.md section 2.
#pragma once

#include <cstdint>

#include "base/units.h"
#include "sizing/design.h"

namespace aforo {

// Rates are of all of them together, kRebuildShare of what they could give.
struct Rebuild {
  double lost = 0;                              // bytes that the drive held; 0 without protection
  std::uint32_t sources = 0, source_nodes = 0;  // drives that are read, in so many servers
  std::uint32_t targets = 0, target_nodes = 0;  // drives that have room for it
  BytesPerSecond source{0};                     // of one that is read in pieces of kDiskChunk
  BytesPerSecond read{0}, decode{0}, write{0};  // decode: fragments taken in; 0 of copies, which need none
  // Into spare room, the slowest of the three; into one new drive, which takes all of its own write rate. Where
  // there is no room, the former is the latter.
  Seconds spread{0}, into_one{0};
};

// All 0 without protection, and of drives in accelerator hosts.
Rebuild rebuild_of(const Shelf& shelf);

}  // namespace aforo
