// How many drives and servers hold and give so much, and what they give then. Pure, thread-safe.
//
// Formulas: docs/sizing.md section 2. Figures are of a shelf in working order, spread evenly.
#pragma once

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
// Estimate: of the system's bandwidth, given to a rebuild (rebuild.h).
inline constexpr double kRebuildShare = 0.25;
// As a number that can be divided.
constexpr double in_bytes(Bytes bytes) { return static_cast<double>(bytes.value); }

inline constexpr std::uint32_t kMostDrives = 50'000, kMostNodes = 4'000;

// What erasure code cuts a file into at least, bytes. Estimate: file systems and object stores on
// servers cut at 64 KiB to 1 MiB.
inline constexpr Bytes kFragment{128 << 10};
// Of what a server's processors and buses carry, left for writing data under erasure code: parity is
// reckoned, and crosses to other servers. Estimate: 15 to 25 GB/s of a server that reads 67. A rebuild takes in no
// more: so much is decoded by two to six cores at the published 4 to 15 GB/s each.
inline constexpr double kWriteShare = 0.3;
// Of a server's bays, filled at least. Chosen: nobody installs servers that stay nearly empty.
inline constexpr double kFewestBays = 1.0 / 3;
// Drives on the shelf beside those at work, of their number. Chosen: about two years' failures.
inline constexpr double kSpareDrives = 0.02;

// Which parts: everything but how many. None is null.
struct ShelfParts {
  const Drive* drive;
  const StorageNode* node;
  const Nic* nic;
  std::uint32_t data, parity;
};

// Fragments of which one read takes a seek of its own each: of a whole file or a range of it, as many
// as it is cut into, at most `data`. 1 for streams, which servers read ahead disk by disk.
std::uint32_t pieces_of(const Access& read, std::uint32_t data);

// What it reads and writes in a server's bay: the smaller of its own rate and of its link's, which is of
// the older PCIe generation of both. Null: as the data sheet says.
BytesPerSecond drive_read(const Drive& drive, const StorageNode* node);
BytesPerSecond drive_write(const Drive& drive, const StorageNode* node);

// Seconds that a disk spends per byte of this mix, seeks of every fragment included; of flash the
// larger of transfer and requests. The mean over the jobs, weighted by what they read.
// In a bay of `node`, as above.
double drive_seconds_per_byte(const Drive& drive, const Need& need, std::uint32_t data = 1,
                              const StorageNode* node = nullptr);

// Servers that a protection takes at least. Of fragments: so many that none holds more than one less
// than may be lost, so that the loss of one leaves redundancy (4+2 in 6, 8+3 in 6). Of n copies: one
// more than n, at least 3, so that a majority is left and the lost copy has a place. 1 without any.
std::uint32_t fewest_nodes(std::uint32_t data, std::uint32_t parity);
// Drives of a server at least: kFewestBays of its bays.
std::uint32_t fewest_drives(const StorageNode& node);
// The share of raw bytes (protection taken off) that is filled: kFill, and with protection no more
// than leaves room for what one of `nodes` servers holds.
double shelf_fill(std::uint32_t parity, std::uint32_t nodes);

// What a server sends: the smallest of its cards' payload (each in a slot of kCardLanes), of what its
// processors carry, and of what the lanes to its drives do.
BytesPerSecond node_network(const StorageNode& node, const Nic& nic);

// What a server takes of data and parity together, writing: the smaller of its cards' payload and
// what is left of its processors.
BytesPerSecond node_write_network(const ShelfParts& parts);

// What it holds at shelf_fill, protection taken off.
Bytes shelf_usable(const Shelf& shelf);
// The smaller of what its drives and its servers give for this mix.
BytesPerSecond shelf_read(const Shelf& shelf, const Need& need);
// Bytes of data a second, likewise: of drives, cards and kWriteShare of the servers.
BytesPerSecond shelf_write(const Shelf& shelf);
// Of flash at kFlashRequest, of disks seeks.
PerSecond shelf_requests(const Shelf& shelf);
double shelf_watts(const Shelf& shelf);
double shelf_rack_units(const Shelf& shelf);
// Appends what it costs: drives, spares, servers with their flash for metadata, cards and what they
// are joined by, space and power.
void add_shelf_costs(const Shelf& shelf, std::vector<CostLine>& costs);
// Of so many cards' ports: the cards, `label` naming them, the switch ports they take, the share of uplinks and
// spine behind those (item `spine`, of a port's price), and the cables between.
void add_link_costs(const Nic& nic, double cards, const std::string& label, std::vector<CostLine>& costs);
// Whether a row of the catalogue that it uses is an estimate; false of an empty shelf.
bool shelf_estimated(const Shelf& shelf);

}  // namespace aforo
