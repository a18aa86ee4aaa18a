#include <algorithm>
#include <cmath>
#include <set>

#include "sizing/build.h"
#include "sizing/design_line.h"
#include "sizing/host_limits.h"
#include "sizing/host_pace.h"
#include "sizing/staging.h"

namespace aforo {
namespace {

struct Protection {
  std::uint32_t data, parity;
};
// Chosen: what such systems are commonly set up with, all of which survive the loss of a server (1
// data, n parity: copies).
constexpr std::array kFlashProtections = {Protection{4, 2}, Protection{8, 2}, Protection{16, 3},
                                          Protection{1, 1}};
constexpr std::array kDiskProtections = {Protection{8, 3}, Protection{4, 2}, Protection{1, 2}};
// Of disks behind a cache: the search is over sizes there.
constexpr std::array kBackingProtections = {Protection{8, 3}};
// Of an archive, which may be small: 8+3 takes six servers, three copies three.
constexpr std::array kArchiveProtections = {Protection{8, 3}, Protection{1, 2}};
// Of a hot copy in flash servers: it loses a server and goes on.
constexpr std::array kHotProtections = {Protection{4, 2}, Protection{1, 1}};
// Of an accelerator host: what its bays hold.
constexpr std::array kLocalDrives = {1u, 2u, 4u, 8u};
// Of a server's bays, filled. Chosen: between two of them lies less than what servers cost.
constexpr std::array kFilledBays = {kFewestBays, 0.5, 2.0 / 3, 5.0 / 6, 1.0};
// Of servers behind a cache: small and whole.
constexpr std::array kBackingBays = {0.5, 1.0};
// Gbit/s of a storage server's cards.
constexpr double kSlowestCard = 100, kFastestCard = 400;

bool as_good(const Drive& a, const Drive& b) {
  return a.read >= b.read && a.write >= b.write && a.reads >= b.reads && a.latency <= b.latency &&
         a.watts <= b.watts;
}

class LineMaker {
 public:
  LineMaker(const SizingAsk& ask, const Need& need, const Catalogue& catalogue)
      : ask_(ask), need_(need), catalogue_(catalogue), host_(host_of_jobs(need, catalogue, std::nullopt)) {
    for (const Nic& nic : catalogue.nics()) add_card(nic);
    std::sort(nics_.begin(), nics_.end(), [](const Nic* a, const Nic* b) { return a->payload < b->payload; });
    pick_drives();
  }

  std::vector<DesignLine> make() {
    if (nics_.empty()) return {};
    if (!ask_.cache) {
      single_media();
      if (wanted(Family::kHybrid)) hybrids();
      if (wanted(Family::kHotFlash)) hot_flash();
      if (wanted(Family::kHotHost)) hot_hosts();
    }
    if (wanted(Family::kLocalHdd)) local_caches();
    return std::move(out_);
  }

 private:
  bool wanted(Family family) const { return !ask_.family || *ask_.family == family; }

  static Family family_of(Media media) {
    return media == Media::kTlc ? Family::kFlashTlc : media == Media::kQlc ? Family::kFlashQlc : Family::kHdd;
  }

  // The first card of each line rate: the plain one.
  void add_card(const Nic& nic) {
    if (nic.price.empty() || nic.port_price.empty()) return;
    const auto same = [&](const Nic* other) { return other->gbit == nic.gbit; };
    if (std::none_of(nics_.begin(), nics_.end(), same)) nics_.push_back(&nic);
  }

  // Of one medium, size and price those that no other betters; for families of two media the
  // fastest of them: pairs of near twins say nothing new.
  void pick_drives() {
    const auto rivals = [](const Drive& a, const Drive& b) {
      return a.media == b.media && a.capacity == b.capacity && a.price == b.price;
    };
    for (const Drive& drive : catalogue_.drives()) {
      if (drive.host_managed) continue;
      const auto bettered = [&](const Drive& other) {
        if (&other == &drive || other.host_managed || !rivals(other, drive)) return false;
        return as_good(other, drive) && (!as_good(drive, other) || &other < &drive);
      };
      if (std::any_of(catalogue_.drives().begin(), catalogue_.drives().end(), bettered)) continue;
      drives_.push_back(&drive);
    }
    fastest_ = fastest_of(drives_);
  }

  std::vector<const Nic*> server_cards() const {
    std::vector<const Nic*> out;
    for (const Nic* nic : nics_)
      if (nic->gbit >= kSlowestCard && nic->gbit <= kFastestCard) out.push_back(nic);
    return out;
  }

  // The slowest card that carries all a host can consume; else two of the fastest that its slots do not slow.
  void set_client_card(DesignLine& line) const {
    const auto carries = [&](const Nic* nic) { return host_cards(host_, *nic, 1); };
    line.client_nic = nics_.front();
    for (const Nic* nic : nics_) {
      if (carries(line.client_nic) >= need_.network_per_host) break;
      if (carries(nic) > carries(line.client_nic)) line.client_nic = nic;
    }
    line.client_cards = carries(line.client_nic) >= need_.network_per_host ? 1 : 2;
  }

  DesignLine started(Family family, const ShelfParts& main, std::uint32_t per_node) const {
    DesignLine out;
    out.family = family;
    out.main = main;
    out.per_node = per_node;
    out.hosts = need_.hosts;
    out.host = &host_;
    out.host_cores = loading_cores(host_, need_.accelerators, ask_);
    set_client_card(out);
    return out;
  }

  template <class Bays>
  static std::set<std::uint32_t> fills(const StorageNode& node, const Bays& bays) {
    std::set<std::uint32_t> out;
    for (const double share : bays)
      out.insert(std::max(fewest_drives(node), static_cast<std::uint32_t>(std::lround(share * node.bays))));
    return out;
  }

  template <class Protections>
  void add_shelves(const Drive& drive, const Protections& protections) {
    for (const StorageNode& node : catalogue_.nodes()) {
      if (node.flash != is_flash(drive.media)) continue;
      for (const Nic* nic : server_cards())
        for (const Protection& p : protections)
          for (const std::uint32_t drives : fills(node, kFilledBays))
            out_.push_back(started(family_of(drive.media), {&drive, &node, nic, p.data, p.parity}, drives));
    }
  }

  void single_media() {
    for (const Drive* drive : drives_) {
      if (!wanted(family_of(drive->media))) continue;
      if (is_flash(drive->media))
        add_shelves(*drive, kFlashProtections);
      else
        add_shelves(*drive, kDiskProtections);
    }
  }

  // Disks behind a cache: the usual card, since the search is over sizes and not over cards.
  template <class Protections, class Take>
  void backings(Family family, const Protections& protections, const Take& take) {
    const std::vector<const Nic*> cards = server_cards();
    if (cards.empty()) return;
    for (const Drive* drive : fastest_) {
      if (is_flash(drive->media)) continue;
      for (const StorageNode& node : catalogue_.nodes()) {
        if (node.flash) continue;
        for (const Protection& p : protections)
          for (const std::uint32_t drives : fills(node, kBackingBays))
            take(started(family, {drive, &node, cards.front(), p.data, p.parity}, drives));
      }
    }
  }

  // The first sort of flash server, the larger one; null where there is none, or no card for it.
  const StorageNode* tier_node() const {
    const auto node = std::find_if(catalogue_.nodes().begin(), catalogue_.nodes().end(),
                                   [](const StorageNode& n) { return n.flash; });
    return node == catalogue_.nodes().end() || server_cards().empty() ? nullptr : &*node;
  }

  // The flash tier is a cache of what lies on disks: its loss costs speed, not data.
  void hybrids() {
    const StorageNode* node = tier_node();
    if (node == nullptr) return;
    for (const Drive* drive : fastest_) {
      if (!is_flash(drive->media)) continue;
      for (const double share : kFlashShares)
        backings(Family::kHybrid, kBackingProtections, [&](DesignLine line) {
          line.tier = {drive, node, server_cards().back(), 1, 0};
          line.tier_holds = {static_cast<std::uint64_t>(share * in_bytes(need_.datasets))};
          out_.push_back(line);
        });
    }
  }

  void hot_flash() {
    const StorageNode* node = tier_node();
    if (node == nullptr) return;
    const double held = in_bytes(hot_bytes(need_));
    for (const Drive* drive : fastest_) {
      if (!is_flash(drive->media)) continue;
      for (const Protection& p : kHotProtections) {
        // Room for what a server holds, of the fewest servers.
        const double fill = shelf_fill(p.parity, fewest_nodes(p.data, p.parity));
        const double raw = held * (p.data + p.parity) / p.data * kFill / fill;
        backings(Family::kHotFlash, kArchiveProtections, [&](DesignLine line) {
          line.tier = {drive, node, server_cards().back(), p.data, p.parity};
          line.tier_holds = {static_cast<std::uint64_t>(raw)};
          line.staged = true;
          out_.push_back(line);
        });
      }
    }
  }

  void hot_hosts() {
    for (const Drive* drive : fastest_) {
      if (!is_flash(drive->media)) continue;
      for (const std::uint32_t drives : drives_in_host(*drive, in_bytes(copy_in_host(need_))))
        backings(Family::kHotHost, kArchiveProtections, [&](DesignLine line) {
          line.tier = {drive, nullptr, nullptr, 1, 0};
          line.host_drives = drives;
          line.staged = true;
          out_.push_back(line);
        });
    }
  }

  std::vector<std::uint32_t> local_drives(const Drive& drive) const {
    if (!ask_.cache) return {kLocalDrives.begin(), kLocalDrives.end()};
    const double asked = in_bytes(*ask_.cache) / kFill;
    return {static_cast<std::uint32_t>(std::max(1.0, std::ceil(asked / in_bytes(drive.capacity))))};
  }

  void local_caches() {
    for (const Drive* drive : fastest_) {
      if (!is_flash(drive->media)) continue;
      for (const std::uint32_t drives : local_drives(*drive)) {
        backings(Family::kLocalHdd, kBackingProtections, [&](DesignLine line) {
          line.tier = {drive, nullptr, nullptr, 1, 0};
          line.host_drives = drives;
          line.cache = ask_.cache;
          out_.push_back(line);
        });
        if (in_bytes(drive->capacity) * drives * kFill >= in_bytes(need_.datasets)) break;
      }
    }
  }

  const SizingAsk& ask_;
  const Need& need_;
  const Catalogue& catalogue_;
  const AcceleratorHost& host_;
  std::vector<const Nic*> nics_;                // rising payload
  std::vector<const Drive*> drives_, fastest_;  // in the catalogue's order
  std::vector<DesignLine> out_;
};

}  // namespace

std::vector<DesignLine> design_lines(const SizingAsk& ask, const Need& need, const Catalogue& catalogue) {
  if (ask.place == Place::kCloud || ask.provider) return {};
  return LineMaker(ask, need, catalogue).make();
}

std::vector<Design> build_designs(const SizingAsk& ask, const Need& need, const Catalogue& catalogue) {
  std::vector<Design> out;
  if (ask.place != Place::kCloud && !ask.provider) build_hosts(ask, need, catalogue, out);
  if (ask.place != Place::kOnPremises) {
    build_cloud(ask, need, catalogue, out);
    build_cloud_archive(ask, need, catalogue, out);
  }
  for (Design& d : out) {
    set_cache_losses(need, d);
    for (std::string& note : cache_loss_notes(d)) d.notes.push_back(std::move(note));
  }
  return out;
}

}  // namespace aforo
