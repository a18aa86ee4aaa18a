#include "sizing/shelf.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "catalogue/pcie.h"

namespace aforo {
namespace {

constexpr const char* kMetadataPrice = "tlc";  // item

// Bytes that one visit of a disk's head brings.
double bytes_per_seek(const Access& read, std::uint32_t data) {
  if (read.kind == ReadKind::kStream) return in_bytes(kDiskChunk);
  return std::min(read.operation_bytes() / pieces_of(read, data), in_bytes(kDiskChunk));
}

// A drive's rate behind its link.
BytesPerSecond linked(BytesPerSecond own, const Drive& drive, const StorageNode* node) {
  if (node == nullptr || drive.pcie == 0 || node->pcie == 0) return own;
  return std::min(own, pcie_rate(std::min(drive.pcie, node->pcie), kDriveLanes));
}

// What all its cards carry, and the lanes to its drives.
BytesPerSecond node_links(const StorageNode& node, const Nic& nic) {
  if (node.pcie == 0) return nic.payload * node.ports;
  const BytesPerSecond cards = std::min(nic.payload, pcie_rate(node.pcie, kCardLanes)) * node.ports;
  return std::min(cards, pcie_rate(node.pcie, node.drive_lanes));
}

double flash_requests_per_byte(const Access& read) {
  return 1 / std::max(1.0, std::min(read.operation_bytes(), in_bytes(kFlashRequest)));
}

}  // namespace

std::uint32_t pieces_of(const Access& read, std::uint32_t data) {
  if (read.kind == ReadKind::kStream) return 1;
  const double cut = std::ceil(read.operation_bytes() / in_bytes(kFragment));
  return static_cast<std::uint32_t>(std::clamp(cut, 1.0, static_cast<double>(data)));
}

BytesPerSecond drive_read(const Drive& drive, const StorageNode* node) {
  return linked(drive.read, drive, node);
}

BytesPerSecond drive_write(const Drive& drive, const StorageNode* node) {
  return linked(drive.write, drive, node);
}

double drive_seconds_per_byte(const Drive& drive, const Need& need, std::uint32_t data,
                              const StorageNode* node) {
  const double rate = drive_read(drive, node).value;
  double seconds = 0;
  for (const JobNeed& job : need.jobs) {
    const double share = need.read.value > 0 ? job.requirement.read / need.read : 1;
    if (is_flash(drive.media))
      seconds += share * std::max(1 / rate, flash_requests_per_byte(job.read) / drive.reads.value);
    else
      seconds += share * (1 / rate + 1 / (bytes_per_seek(job.read, data) * drive.reads.value));
  }
  return seconds;
}

std::uint32_t fewest_nodes(std::uint32_t data, std::uint32_t parity) {
  if (parity == 0) return 1;
  if (data == 1) return std::max(3u, 2 + parity);
  const std::uint32_t held = std::max(1u, parity - 1);
  return (data + parity + held - 1) / held;
}

std::uint32_t fewest_drives(const StorageNode& node) {
  return std::max(1u, static_cast<std::uint32_t>(std::ceil(kFewestBays * node.bays)));
}

double shelf_fill(std::uint32_t parity, std::uint32_t nodes) {
  if (parity == 0 || nodes == 0) return kFill;
  return std::min(kFill, static_cast<double>(nodes - 1) / nodes);
}

BytesPerSecond node_network(const StorageNode& node, const Nic& nic) {
  return std::min(node.most, node_links(node, nic));
}

BytesPerSecond node_write_network(const ShelfParts& p) {
  const double share = p.parity > 0 ? kWriteShare : 1;
  return std::min(p.node->most * share, node_links(*p.node, *p.nic));
}

Bytes shelf_usable(const Shelf& shelf) {
  return {static_cast<std::uint64_t>(
      std::llround(in_bytes(shelf.raw()) * shelf.efficiency() * shelf_fill(shelf.parity, shelf.nodes)))};
}

BytesPerSecond shelf_read(const Shelf& shelf, const Need& need) {
  const BytesPerSecond drives{shelf.drives /
                              drive_seconds_per_byte(*shelf.drive, need, shelf.data, shelf.node)};
  return std::min(drives, node_network(*shelf.node, *shelf.nic) * shelf.nodes);
}

BytesPerSecond shelf_write(const Shelf& shelf) {
  const BytesPerSecond drives = drive_write(*shelf.drive, shelf.node) * shelf.drives * shelf.efficiency();
  const ShelfParts parts{shelf.drive, shelf.node, shelf.nic, shelf.data, shelf.parity};
  return std::min(drives, node_write_network(parts) * shelf.nodes * shelf.efficiency());
}

PerSecond shelf_requests(const Shelf& shelf) { return shelf.drive->reads * shelf.drives; }

double shelf_watts(const Shelf& shelf) {
  if (shelf.node == nullptr) return shelf.drives * shelf.drive->watts;
  const double cards = shelf.node->ports * shelf.nic->watts;
  return shelf.drives * shelf.drive->watts + shelf.nodes * (shelf.node->watts + cards);
}

double shelf_rack_units(const Shelf& shelf) {
  return shelf.node == nullptr ? 0 : shelf.nodes * shelf.node->rack_units;
}

void add_link_costs(const Nic& nic, double cards, const std::string& label, std::vector<CostLine>& costs) {
  costs.push_back({fmt::format("{} x {}, {}", cards, label, nic.name), nic.price, cards, "", true});
  if (!nic.port_price.empty()) {
    costs.push_back({fmt::format("{} x switch port", cards), nic.port_price, cards, "", true});
    costs.push_back({"uplinks and spine switches behind them", nic.port_price, cards, "spine", true});
  }
  if (!nic.cable_price.empty())
    costs.push_back({fmt::format("{} x cable", cards), nic.cable_price, cards, "", true});
}

void add_shelf_costs(const Shelf& shelf, std::vector<CostLine>& costs) {
  const Drive& drive = *shelf.drive;
  const std::string markup = is_flash(drive.media) ? "markup.flash" : "markup.hdd";
  costs.push_back({fmt::format("{} x {} ({})", shelf.drives, drive.model, bytes_decimal(drive.capacity)),
                   drive.price, in_bytes(shelf.raw()) / 1e12, shelf.node == nullptr ? "" : markup, true});
  if (shelf.node != nullptr) {
    const double spare = std::max(1.0, std::ceil(kSpareDrives * shelf.drives));
    costs.push_back({fmt::format("{} spare drive{}", spare, spare == 1 ? "" : "s"), drive.price,
                     spare * in_bytes(drive.capacity) / 1e12, "", true});
  }
  const double watts = shelf_watts(shelf);
  if (shelf.node != nullptr) {
    const double cards = static_cast<double>(shelf.nodes) * shelf.node->ports;
    costs.push_back({fmt::format("{} x server, {}", shelf.nodes, shelf.node->name), shelf.node->price,
                     static_cast<double>(shelf.nodes), markup, true});
    if (const Bytes flash = shelf.node->metadata_flash; flash.value > 0)
      costs.push_back({fmt::format("flash for metadata, {} a server", bytes_decimal(flash)), kMetadataPrice,
                       shelf.nodes * in_bytes(flash) / 1e12, markup, true});
    add_link_costs(*shelf.nic, cards, "network card", costs);
    costs.push_back({fmt::format("space, {:.4g} rack units", shelf_rack_units(shelf)), "rack_unit",
                     shelf_rack_units(shelf), "", false});
  }
  costs.push_back(
      {fmt::format("power, {:.3g} kW", watts / 1000), "power", watts / 1000 * kHoursPerMonth, "pue", false});
}

bool shelf_estimated(const Shelf& shelf) {
  const auto estimated = [](const Fact& fact) { return fact.kind == FactKind::kEstimated; };
  if (shelf.drive == nullptr) return false;
  return estimated(shelf.drive->fact) || (shelf.node && estimated(shelf.node->fact)) ||
         (shelf.nic && estimated(shelf.nic->fact));
}

}  // namespace aforo
