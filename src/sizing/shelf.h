// How many drives and servers hold and give so much, and what they give then. Pure, thread-safe.
//
// Formulas: docs/sizing.md section 2. Figures are of a shelf in working order, spread evenly.
#pragma once

#include <optional>

#include "sizing/design.h"
#include "sizing/need.h"

namespace aforo {

// Plan for four fifths of a file system: published rule, catalogue/nodes.csv
inline constexpr double kFill = 0.80;
// Estimate: an extent, and a file server's readahead, on disks.
inline constexpr Bytes kDiskChunk{4 << 20};
inline constexpr Bytes kFlashRequest{128
                                     // Linux splits reads at max_sectors_kb, 128 KiB on many drives.
                                     << 10};
// Estimate: of the system's bandwidth, given to a rebuild.
inline constexpr double kRebuildShare = 0.25;
// As a number that can be divided.
constexpr double in_bytes(Bytes bytes) { return static_cast<double>(bytes.value); }

inline constexpr std::uint32_t kMostDrives = 50'000, kMostNodes = 4'000;

// Which parts: everything but how many. None is null.
struct ShelfParts {
  const Drive* drive;
  const StorageNode* node;
  const Nic* nic;
  std::uint32_t data, parity;
};

// Seconds that a disk spends per byte of this mix, seeks included; of flash the larger of transfer
// and requests. The mean over the jobs, weighted by what they read.
double drive_seconds_per_byte(const Drive& drive, const Need& need);

// What a server sends: the smaller of its cards' payload and what its processors carry.
BytesPerSecond node_network(const StorageNode& node, const Nic& nic);

// The smallest shelf that holds `usable` at kFill and reads `read` of the mix: whole servers,
// evenly filled, and as many as the protection needs to survive the loss of one. Nothing where that
// is beyond kMostDrives or kMostNodes.
std::optional<Shelf> shelf_for(const ShelfParts& parts, Bytes usable, BytesPerSecond read, const Need& need);

// The same, that also writes `write` (bytes of data; what protects them is written too).
std::optional<Shelf> shelf_writing(const ShelfParts& parts, Bytes usable, BytesPerSecond read,
                                   BytesPerSecond write, const Need& need);

// What it holds at kFill, protection taken off.
Bytes shelf_usable(const Shelf& shelf);
// The smaller of what its drives and its servers give for this mix.
BytesPerSecond shelf_read(const Shelf& shelf, const Need& need);
// Bytes of data a second, likewise.
BytesPerSecond shelf_write(const Shelf& shelf);
// Of flash at kFlashRequest, of disks seeks.
PerSecond shelf_requests(const Shelf& shelf);
double shelf_watts(const Shelf& shelf);
double shelf_rack_units(const Shelf& shelf);
// Of one drive, from data + parity spread over all others; 0 = none
Seconds shelf_rebuild(const Shelf& shelf);

// Appends what it costs: drives, servers, cards, ports, space and power.
void add_shelf_costs(const Shelf& shelf, std::vector<CostLine>& costs);
// Whether a row of the catalogue that it uses is an estimate; false of an empty shelf.
bool shelf_estimated(const Shelf& shelf);

}  // namespace aforo
