#include "sizing/shelf.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace aforo {
namespace {

// Bytes that one visit of a disk's head brings.
double bytes_per_seek(const Access& read) {
  if (read.kind == ReadKind::kStream) return in_bytes(kDiskChunk);
  return std::min(read.operation_bytes(), in_bytes(kDiskChunk));
}

double flash_requests_per_byte(const Access& read) {
  return 1 / std::max(1.0, std::min(read.operation_bytes(), in_bytes(kFlashRequest)));
}

std::uint32_t up(double number) { return static_cast<std::uint32_t>(std::ceil(number - 1e-9)); }

std::uint32_t fewest_nodes(std::uint32_t data, std::uint32_t parity) {
  if (data == 1) return 1 + parity;         // each copy on a server of its own
  return (data + 2 * parity - 1) / parity;  // no server holds more fragments than may be lost
}

}  // namespace

double drive_seconds_per_byte(const Drive& drive, const Need& need) {
  double seconds = 0;
  for (const JobNeed& job : need.jobs) {
    const double share = need.read.value > 0 ? job.requirement.read / need.read : 1;
    if (is_flash(drive.media))
      seconds +=
          share * std::max(1 / drive.read.value, flash_requests_per_byte(job.read) / drive.reads.value);
    else
      seconds += share * (1 / drive.read.value + 1 / (bytes_per_seek(job.read) * drive.reads.value));
  }
  return seconds;
}

BytesPerSecond node_network(const StorageNode& node, const Nic& nic) {
  return std::min(node.most, nic.payload * node.ports);
}

std::optional<Shelf> shelf_for(const ShelfParts& p, Bytes usable, BytesPerSecond read, const Need& need) {
  const double efficiency = static_cast<double>(p.data) / (p.data + p.parity);
  const double for_capacity = in_bytes(usable) / (in_bytes(p.drive->capacity) * efficiency * kFill);
  const double for_read = read.value * drive_seconds_per_byte(*p.drive, need);
  const double drives = std::max({for_capacity, for_read, static_cast<double>(p.data + p.parity)});
  if (!(drives <= kMostDrives)) return std::nullopt;
  const double nodes = std::max({drives / p.node->bays, read / node_network(*p.node, *p.nic),
                                 static_cast<double>(fewest_nodes(p.data, p.parity))});
  if (!(nodes <= kMostNodes)) return std::nullopt;
  Shelf out{p.drive, p.node, p.nic, 0, std::max(1u, up(nodes)), p.data, p.parity};
  out.drives = up(drives / out.nodes) * out.nodes;
  return out;
}

std::optional<Shelf> shelf_writing(const ShelfParts& p, Bytes usable, BytesPerSecond read,
                                   BytesPerSecond write, const Need& need) {
  std::optional<Shelf> out = shelf_for(p, usable, read, need);
  if (!out || shelf_write(*out) >= write) return out;
  const double raw = write.value / out->efficiency();
  const double drives = std::max<double>(out->drives, raw / p.drive->write.value);
  const double nodes = std::max(
      {static_cast<double>(out->nodes), drives / p.node->bays, raw / node_network(*p.node, *p.nic).value});
  if (!(drives <= kMostDrives) || !(nodes <= kMostNodes)) return std::nullopt;
  out->nodes = up(nodes);
  out->drives = up(drives / out->nodes) * out->nodes;
  return out;
}

Bytes shelf_usable(const Shelf& shelf) {
  return {static_cast<std::uint64_t>(std::llround(in_bytes(shelf.raw()) * shelf.efficiency() * kFill))};
}

BytesPerSecond shelf_read(const Shelf& shelf, const Need& need) {
  const BytesPerSecond drives{shelf.drives / drive_seconds_per_byte(*shelf.drive, need)};
  return std::min(drives, node_network(*shelf.node, *shelf.nic) * shelf.nodes);
}

BytesPerSecond shelf_write(const Shelf& shelf) {
  const BytesPerSecond drives = shelf.drive->write * shelf.drives * shelf.efficiency();
  return std::min(drives, node_network(*shelf.node, *shelf.nic) * shelf.nodes * shelf.efficiency());
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

Seconds shelf_rebuild(const Shelf& shelf) {
  if (shelf.parity == 0 || shelf.node == nullptr) return {0};
  const BytesPerSecond all =
      std::min(shelf.drive->read * shelf.drives, node_network(*shelf.node, *shelf.nic) * shelf.nodes);
  const double moved = in_bytes(shelf.drive->capacity) * kFill * shelf.data;
  return {moved / (all.value * kRebuildShare)};
}

void add_shelf_costs(const Shelf& shelf, std::vector<CostLine>& costs) {
  const Drive& drive = *shelf.drive;
  const std::string markup = is_flash(drive.media) ? "markup.flash" : "markup.hdd";
  costs.push_back({fmt::format("{} x {} ({})", shelf.drives, drive.model, bytes_decimal(drive.capacity)),
                   drive.price, in_bytes(shelf.raw()) / 1e12, shelf.node == nullptr ? "" : markup, true});
  const double watts = shelf_watts(shelf);
  if (shelf.node != nullptr) {
    const double cards = static_cast<double>(shelf.nodes) * shelf.node->ports;
    costs.push_back({fmt::format("{} x server, {}", shelf.nodes, shelf.node->name), shelf.node->price,
                     static_cast<double>(shelf.nodes), markup, true});
    costs.push_back(
        {fmt::format("{} x network card, {}", cards, shelf.nic->name), shelf.nic->price, cards, "", true});
    if (!shelf.nic->port_price.empty())
      costs.push_back({fmt::format("{} x switch port", cards), shelf.nic->port_price, cards, "", true});
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
