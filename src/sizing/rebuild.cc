#include "sizing/rebuild.h"

#include <algorithm>

#include "sizing/shelf.h"

namespace aforo {
namespace {

// Of one drive, read front to back in what a file server reads ahead.
BytesPerSecond source_rate(const Drive& drive, const StorageNode& node) {
  const BytesPerSecond read = drive_read(drive, &node);
  if (is_flash(drive.media)) return read;
  return {1 / (1 / read.value + 1 / (in_bytes(kDiskChunk) * drive.reads.value))};
}

// Fragments of a stripe that one server may hold.
std::uint32_t most_in_a_server(const Shelf& s) { return s.data == 1 ? 1 : std::max(1u, s.parity - 1); }

void set_places(const Shelf& s, Rebuild& out) {
  const std::uint32_t stripe = s.data + s.parity, in_server = s.drives / s.nodes;
  const bool one_each = s.nodes >= stripe;  // the others are on other servers
  out.sources = std::max(1u, one_each ? s.drives - in_server : s.drives - 1);
  out.source_nodes = one_each ? s.nodes - 1 : s.nodes;
  const bool room = s.nodes * most_in_a_server(s) > stripe;
  out.targets = (room ? s.drives : in_server) - 1;
  out.target_nodes = room ? s.nodes : 1;
}

void set_rebuild_rates(const Shelf& s, Rebuild& out) {
  const BytesPerSecond sent = node_network(*s.node, *s.nic) * out.source_nodes;
  const BytesPerSecond taken =
      node_write_network({s.drive, s.node, s.nic, s.data, s.parity}) * out.target_nodes;
  out.source = source_rate(*s.drive, *s.node);
  out.read = std::min(out.source * out.sources, sent) * kRebuildShare;
  out.write = std::min(drive_write(*s.drive, s.node) * out.targets, taken) * kRebuildShare;
  if (s.data > 1) out.decode = s.node->most * (kWriteShare * s.nodes * kRebuildShare);
}

}  // namespace

Rebuild rebuild_of(const Shelf& s) {
  Rebuild out;
  if (s.parity == 0 || s.node == nullptr || s.drives == 0) return out;
  out.lost = in_bytes(s.drive->capacity) * shelf_fill(s.parity, s.nodes);
  set_places(s, out);
  set_rebuild_rates(s, out);
  const double taken_in = out.lost * s.data;
  double making = taken_in / out.read.value;
  if (out.decode.value > 0) making = std::max(making, taken_in / out.decode.value);
  out.into_one = {std::max(making, out.lost / drive_write(*s.drive, s.node).value)};
  out.spread = out.targets == 0 ? out.into_one : Seconds{std::max(making, out.lost / out.write.value)};
  return out;
}

}  // namespace aforo
