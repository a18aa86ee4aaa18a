#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "sizing/build.h"
#include "sizing/shelf.h"

namespace aforo {
namespace {

struct Protection {
  std::uint32_t data, parity;
};
// Chosen: what such systems are commonly set up with, all of which survive the loss of a server (1
// data, n parity: copies). Each is one more shelf of every drive, server and card to judge.
constexpr std::array kFlashProtections = {Protection{4, 2}, Protection{8, 2}, Protection{16, 3},
                                          Protection{1, 1}};
constexpr std::array kDiskProtections = {Protection{8, 3}, Protection{4, 2}, Protection{1, 2}};
constexpr std::array kLocalDrives = {1u, 2u, 4u, 8u};  // of an accelerator host: what its bays hold
constexpr Protection kBackingProtection{8, 3};  // of disks behind a cache: the search is over sizes there
// That 8+3 spreads over, so that none holds more fragments than may be lost: ceil(11 / 3).
constexpr std::uint32_t kFewestServers = 4;
constexpr Seconds kFabric{100e-6};  // estimate: file system, network and server of one read, beside the drive

class OwnedDesigns {
 public:
  OwnedDesigns(const SizingAsk& ask, const Need& need, const Catalogue& catalogue, std::vector<Design>& out)
      : ask_(ask), need_(need), catalogue_(catalogue), out_(out) {
    for (const Nic& nic : catalogue.nics()) add_card(nic);
    std::sort(nics_.begin(), nics_.end(), [](const Nic* a, const Nic* b) { return a->payload < b->payload; });
    pick_caching_drives();
  }

  void run() {
    if (nics_.empty()) return;
    if (ask_.cache) {
      if (wanted(Family::kLocalHdd)) local_caches();
      return;
    }
    if (wanted(Family::kFlashTlc) || wanted(Family::kFlashQlc) || wanted(Family::kHdd)) single_media();
    if (wanted(Family::kHybrid)) hybrids();
    if (wanted(Family::kLocalHdd)) local_caches();
  }

 private:
  // The first card of each line rate: the plain one.
  void add_card(const Nic& nic) {
    if (nic.price.empty() || nic.port_price.empty()) return;
    const auto same = [&](const Nic* other) { return other->gbit == nic.gbit; };
    if (std::none_of(nics_.begin(), nics_.end(), same)) nics_.push_back(&nic);
  }

  // For families of two media one drive of each medium and size, the fastest: pairs of near
  // twins say nothing new.
  void pick_caching_drives() {
    for (const Drive& drive : catalogue_.drives()) {
      if (drive.host_managed) continue;
      const auto twin = std::find_if(drives_.begin(), drives_.end(), [&](const Drive* other) {
        return other->media == drive.media && other->capacity == drive.capacity;
      });
      if (twin == drives_.end())
        drives_.push_back(&drive);
      else if ((*twin)->read < drive.read)
        *twin = &drive;
    }
  }

  bool server_card(const Nic& nic) const { return nic.gbit >= 100 && nic.gbit <= 400; }

  bool wanted(Family family) const { return !ask_.family || *ask_.family == family; }

  static Family family_of(Media media) {
    return media == Media::kTlc ? Family::kFlashTlc : media == Media::kQlc ? Family::kFlashQlc : Family::kHdd;
  }

  // Calls with every shelf of `drive` that holds `usable` and reads `read` times each factor, none twice.
  template <class Factors, class Protections, class Take>
  void shelves(const Drive& drive, Bytes usable, BytesPerSecond read, const Factors& factors,
               const Protections& protections, const Take& take) const {
    for (const StorageNode& node : catalogue_.nodes()) {
      if (node.flash != is_flash(drive.media)) continue;
      for (const Nic* nic : nics_)
        for (const Protection& p : protections) {
          if (!server_card(*nic)) continue;
          std::set<std::pair<std::uint32_t, std::uint32_t>> seen;
          const auto take_new = [&](const std::optional<Shelf>& shelf) {
            if (shelf && seen.insert({shelf->drives, shelf->nodes}).second) take(*shelf);
          };
          const ShelfParts parts{&drive, &node, nic, p.data, p.parity};
          for (const double factor : factors) take_new(shelf_for(parts, usable, read * factor, need_));
          for (const double factor : kWriteFactors)
            if (need_.checkpoint_write.value > 0)
              take_new(shelf_writing(parts, usable, read, need_.checkpoint_write * factor, need_));
        }
    }
  }

  void single_media() {
    for (const Drive& drive : catalogue_.drives()) {
      if (drive.host_managed || !wanted(family_of(drive.media))) continue;
      const auto take = [&](const Shelf& shelf) { finish(family_of(drive.media), shelf, {}); };
      if (is_flash(drive.media))
        shelves(drive, need_.capacity, need_.read_with_headroom, kBandwidthFactors, kFlashProtections, take);
      else
        shelves(drive, need_.capacity, need_.read_with_headroom, kDiskFactors, kDiskProtections, take);
    }
  }

  // Of a cached family only the usual card: the search is over sizes, not over cards.
  const Nic* backing_nic() const {
    for (const Nic* nic : nics_)
      if (nic->gbit >= 100) return nic;
    return nics_.back();
  }

  // Large servers where they are filled, small ones else.
  const StorageNode* backing_node(std::uint32_t drives) const {
    const StorageNode* found = nullptr;
    for (const StorageNode& node : catalogue_.nodes()) {
      if (node.flash) continue;
      const bool filled = drives >= node.bays * kFewestServers;
      if (found == nullptr || (filled ? node.bays > found->bays || found->bays * kFewestServers > drives
                                      : node.bays < found->bays && found->bays * kFewestServers > drives))
        found = &node;
    }
    return found;
  }

  void find_backings() {
    if (!backings_.empty()) return;
    for (const Drive* drive : drives_) {
      if (is_flash(drive->media)) continue;
      std::uint32_t last = 0;
      for (const double factor : kBackingFactors) {
        const StorageNode* node = backing_node(~0u);
        std::optional<Shelf> shelf;
        for (int i = 0; i < 2 && node != nullptr; ++i) {
          shelf =
              shelf_writing({drive, node, backing_nic(), kBackingProtection.data, kBackingProtection.parity},
                            need_.capacity, need_.read_with_headroom * factor, need_.checkpoint_write, need_);
          node = shelf ? backing_node(shelf->drives) : nullptr;
          if (shelf && node == shelf->node) break;
        }
        if (shelf && shelf->drives != last) backings_.push_back(*shelf);
        if (shelf) last = shelf->drives;
      }
    }
  }

  // The flash tier is a cache of what lies on disks, so it needs no protection of its own.
  void hybrids() {
    find_backings();
    for (const Drive* drive : drives_) {
      if (!is_flash(drive->media)) continue;
      for (const StorageNode& node : catalogue_.nodes()) {
        if (!node.flash) continue;
        for (const double share : kFlashShares) {
          const Bytes size{static_cast<std::uint64_t>(share * static_cast<double>(need_.datasets.value))};
          const auto fast =
              shelf_for({drive, &node, tier_nic(), 1, 0}, size, need_.read_with_headroom, need_);
          if (!fast) continue;
          for (const Shelf& main : backings_) finish(Family::kHybrid, main, *fast);
        }
        break;  // the first sort of flash server, the larger one
      }
    }
  }

  const Nic* tier_nic() const {
    const Nic* found = nics_.back();
    for (const Nic* nic : nics_)
      if (server_card(*nic)) found = nic;
    return found;
  }

  std::vector<std::uint32_t> local_drives(const Drive& drive) const {
    if (!ask_.cache) return {kLocalDrives.begin(), kLocalDrives.end()};
    const double asked = static_cast<double>(ask_.cache->value) / kFill;
    return {static_cast<std::uint32_t>(
        std::max(1.0, std::ceil(asked / static_cast<double>(drive.capacity.value))))};
  }

  void local_caches() {
    find_backings();
    for (const Drive* drive : drives_) {
      if (!is_flash(drive->media)) continue;
      for (const std::uint32_t drives : local_drives(*drive)) {
        const Shelf fast{drive, nullptr, nullptr, drives * need_.hosts, need_.hosts, 1, 0};
        for (const Shelf& main : backings_) finish(Family::kLocalHdd, main, fast);
        const auto held = static_cast<double>(drive->capacity.value) * drives;
        if (held * kFill >= static_cast<double>(need_.datasets.value)) break;
      }
    }
  }

  // A card in every accelerator host that carries all it can consume, or two of the largest.
  void add_client_network(Design& d) const {
    const Nic* card = nics_.back();
    for (const Nic* nic : nics_)
      if (nic->payload >= need_.network_per_host) {
        card = nic;
        break;
      }
    const std::uint32_t cards = card->payload >= need_.network_per_host ? 1 : 2;
    d.client_nic = card;
    d.client_network = card->payload * cards;
    const double all = static_cast<double>(cards) * need_.hosts;
    d.costs.push_back({fmt::format("{} x network card for accelerator hosts, {}", all, card->name),
                       card->price, all, "", true});
    d.costs.push_back({fmt::format("{} x switch port", all), card->port_price, all, "", true});
  }

  void finish(Family family, const Shelf& main, const Shelf& fast) {
    Design d;
    d.family = family;
    d.main = main;
    d.fast = fast;
    d.hosts = need_.hosts;
    d.usable = shelf_usable(main);
    d.read = shelf_read(main, need_);
    d.write = shelf_write(main);
    d.opens = main.node->metadata * main.nodes;
    d.latency = main.drive->latency + kFabric;
    d.rebuild = shelf_rebuild(main);
    d.watts = shelf_watts(main);
    d.rack_units = shelf_rack_units(main);
    d.estimated = shelf_estimated(main) || shelf_estimated(fast);
    add_shelf_costs(main, d.costs);
    if (fast.drives > 0) add_fast(d);
    add_client_network(d);
    d.product = fast.drives > 0 ? fast.drive->model + " + " + main.drive->model : main.drive->model;
    name(d);
    out_.push_back(std::move(d));
  }

  void add_fast(Design& d) const {
    d.watts += shelf_watts(d.fast);
    d.rack_units += shelf_rack_units(d.fast);
    d.latency = d.fast.drive->latency + (d.fast.node ? kFabric : Seconds{0});
    add_shelf_costs(d.fast, d.costs);
    if (d.fast.node == nullptr) {
      d.fast_read = d.fast.drive->read * d.fast.drives;
      const double per_host = static_cast<double>(d.fast.raw().value) / d.hosts;
      d.local_cache = ask_.cache.value_or(Bytes{static_cast<std::uint64_t>(per_host * kFill)});
      d.local_read = d.fast.drive->read * (static_cast<double>(d.fast.drives) / d.hosts);
    } else {
      d.opens += d.fast.node->metadata * d.fast.nodes;
      d.fast_read = shelf_read(d.fast, need_);
    }
  }

  static std::string shelf_name(const Shelf& shelf) {
    return fmt::format("{} x {} {} in {} server{}, {}, {:g} Gbit/s", shelf.drives,
                       bytes_decimal(shelf.drive->capacity), to_string(shelf.drive->media), shelf.nodes,
                       shelf.nodes == 1 ? "" : "s", protection_text(shelf), shelf.nic->gbit);
  }

  static void name(Design& d) {
    d.name = shelf_name(d.main);
    if (d.fast.drives == 0) return;
    if (d.fast.node == nullptr)
      d.name = fmt::format("{} x {} {} in {} + {}", d.fast.drives / d.hosts,
                           bytes_decimal(d.fast.drive->capacity), to_string(d.fast.drive->media),
                           d.hosts == 1 ? "the host" : fmt::format("each of {} hosts", d.hosts), d.name);
    else
      d.name =
          fmt::format("{} x {} {} in {} server{} + {}", d.fast.drives, bytes_decimal(d.fast.drive->capacity),
                      to_string(d.fast.drive->media), d.fast.nodes, d.fast.nodes == 1 ? "" : "s", d.name);
  }

  const SizingAsk& ask_;
  const Need& need_;
  const Catalogue& catalogue_;
  std::vector<Design>& out_;
  std::vector<const Nic*> nics_;      // rising payload
  std::vector<const Drive*> drives_;  // one of each medium and size
  std::vector<Shelf> backings_;       // disks behind a cache
};

}  // namespace

void build_on_premises(const SizingAsk& ask, const Need& need, const Catalogue& catalogue,
                       std::vector<Design>& out) {
  OwnedDesigns(ask, need, catalogue, out).run();
}

std::vector<Design> build_designs(const SizingAsk& ask, const Need& need, const Catalogue& catalogue) {
  std::vector<Design> out;
  if (ask.place != Place::kCloud && !ask.provider) build_on_premises(ask, need, catalogue, out);
  if (ask.place != Place::kOnPremises) build_cloud(ask, need, catalogue, out);
  return out;
}

}  // namespace aforo
