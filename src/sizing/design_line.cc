#include "sizing/design_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "plan/cache_form.h"
#include "sizing/host_limits.h"
#include "sizing/rebuild.h"
#include "sizing/staging.h"

namespace aforo {
namespace {

// Estimate: file system, network and server of one read, beside the drive.
constexpr Seconds kFabric{100e-6};

// A shelf of so many servers; the drives of a tier follow from what it must hold.
Shelf shelf_of(const ShelfParts& p, std::uint32_t per_node, std::uint32_t nodes) {
  return {p.drive, p.node, p.nic, per_node * nodes, nodes, p.data, p.parity};
}

std::uint32_t up(double number) {
  return static_cast<std::uint32_t>(std::ceil(std::min(number, 4e9) - 1e-9));
}

Shelf tier_shelf(const DesignLine& line, std::uint32_t nodes) {
  Shelf out = shelf_of(line.tier, 0, nodes);
  out.drives = tier_drives(line, nodes);
  return out;
}

Bytes host_cache(const DesignLine& line) {
  if (line.cache) return *line.cache;
  return {static_cast<std::uint64_t>(in_bytes(line.tier.drive->capacity) * line.host_drives * kFill)};
}

std::string shelf_name(const Shelf& shelf) {
  return fmt::format("{} x {} {} in {} server{}, {}, {:g} Gbit/s", shelf.drives,
                     bytes_decimal(shelf.drive->capacity), to_string(shelf.drive->media), shelf.nodes,
                     shelf.nodes == 1 ? "" : "s", protection_text(shelf), shelf.nic->gbit);
}

std::string name_of(const Design& d) {
  const std::string main = d.staged ? "archive of " + shelf_name(d.main) : shelf_name(d.main);
  if (d.fast.drives == 0) return main;
  const std::string drive =
      fmt::format("{} {}", bytes_decimal(d.fast.drive->capacity), to_string(d.fast.drive->media));
  if (d.fast.node == nullptr)
    return fmt::format("{} x {} in {} + {}", d.fast.drives / d.hosts, drive,
                       d.hosts == 1 ? "the host" : fmt::format("each of {} hosts", d.hosts), main);
  if (d.staged) return shelf_name(d.fast) + " + " + main;
  return fmt::format("{} x {} in {} servers, {:g} Gbit/s + {}", d.fast.drives, drive, d.fast.nodes,
                     d.fast.nic->gbit, main);
}

BytesPerSecond local_read(const DesignLine& line) {
  const Drive& drive = *line.tier.drive;
  return line.host ? host_drives(*line.host, drive, line.host_drives) : drive.read * line.host_drives;
}

BytesPerSecond client_network(const DesignLine& line) {
  const Nic& card = *line.client_nic;
  return line.host ? host_cards(*line.host, card, line.client_cards) : card.payload * line.client_cards;
}

void add_fast_figures(const DesignLine& line, const Need& need, Design& d) {
  d.watts += shelf_watts(d.fast);
  d.rack_units += shelf_rack_units(d.fast);
  d.latency = d.fast.drive->latency + (d.fast.node != nullptr ? kFabric : Seconds{0});
  if (d.fast.node != nullptr) {
    d.opens += d.fast.node->metadata * d.fast.nodes;
    d.fast_read = shelf_read(d.fast, need);
    return;
  }
  d.local_cache = host_cache(line);
  d.local_read = local_read(line);
  d.fast_read = d.local_read * d.hosts;
}

// What is copied comes from the archive over the network of servers or hosts.
void add_staging(const Need& need, Design& d) {
  d.archive_read = d.read;
  d.read = d.fast_read;
  const StagingRate from{d.archive_read, "the archive's disks"};
  if (d.fast.node == nullptr) {
    d.losses = losses_of_drives(d.fast.drives);
    d.opens = PerSecond{0};
    const BytesPerSecond local = d.fast.drive->write * (static_cast<double>(d.fast.drives) / d.hosts);
    return set_staging(d, need, d.local_cache, from, {d.client_network, "a host's network"},
                       {local, "the hosts' drives"});
  }
  d.opens = d.fast.node->metadata * d.fast.nodes;
  d.write = shelf_write(d.fast);
  set_staging(d, need, shelf_usable(d.fast), from,
              {node_network(*d.fast.node, *d.fast.nic) * d.fast.nodes, "the flash servers' network"},
              {d.write, "writing to flash"});
}

double quotient(double have, double want) { return want > 0 ? have / want : HUGE_VAL; }

std::uint32_t fewest_tier_nodes(const DesignLine& line) {
  return std::max(kFewestTierNodes, fewest_nodes(line.tier.data, line.tier.parity));
}

bool too_large(const DesignLine& line, const LineSize& size) {
  return size.main > kMostNodes || size.tier > kMostNodes ||
         static_cast<double>(size.main) * line.per_node > kMostDrives;
}

}  // namespace

Shelf host_shelf(const DesignLine& line) {
  return {line.tier.drive, nullptr, nullptr, line.host_drives * line.hosts, line.hosts, 1, 0};
}

void add_client_costs(const DesignLine& line, std::vector<CostLine>& costs) {
  const Nic& card = *line.client_nic;
  const double all = static_cast<double>(line.client_cards) * line.hosts;
  add_link_costs(card, all, "network card for accelerator hosts", costs);
}

std::optional<LineSize> least_size(const DesignLine& line, const Need& need) {
  LineSize out{fewest_nodes(line.main.data, line.main.parity), 0};
  const double server = in_bytes(line.main.drive->capacity) * line.per_node * line.main.data /
                        (line.main.data + line.main.parity);
  out.main = std::max(out.main, up(in_bytes(need.capacity) / (server * kFill)));
  // The fewer servers, the more of them stays free.
  while (shelf_usable(shelf_of(line.main, line.per_node, out.main)) < need.capacity && !too_large(line, out))
    ++out.main;
  if (line.has_tier())
    out.tier = std::max(
        fewest_tier_nodes(line),
        up(in_bytes(line.tier_holds) / (in_bytes(line.tier.drive->capacity) * kFill * line.tier.node->bays)));
  if (too_large(line, out)) return std::nullopt;
  return out;
}

std::uint32_t most_tier_servers(const DesignLine& line, const Need& need) {
  if (line.staged || line.tier_holds >= need.datasets) return kMostNodes;
  const double fill = in_bytes(line.tier.drive->capacity) * kFill * fewest_drives(*line.tier.node);
  return std::max(fewest_tier_nodes(line), static_cast<std::uint32_t>(in_bytes(line.tier_holds) / fill));
}

std::uint32_t tier_drives(const DesignLine& line, std::uint32_t servers) {
  const double drives = in_bytes(line.tier_holds) / (in_bytes(line.tier.drive->capacity) * kFill);
  return servers * std::clamp(up(drives / servers), fewest_drives(*line.tier.node), line.tier.node->bays);
}

double hits_of(const DesignLine& line, const Need& need, std::uint32_t tier_servers) {
  if (line.tier.drive == nullptr) return 0;
  if (line.staged) return 1;
  const JobNeed& job = need.jobs.front();
  if (line.has_host_flash()) return steady_hits(host_cache(line), job.requirement.dataset, job.hosts);
  return steady_hits(shelf_usable(tier_shelf(line, tier_servers)), job.requirement.dataset, 1);
}

namespace {

// Reads that leave the hosts of the job whose page caches answer most, as a share of all.
double past_page_caches(const Need& need) {
  double most = 0;
  for (const JobNeed& job : need.jobs)
    most = std::max(most, steady_hits(need.page_cache, job.requirement.dataset, job.hosts));
  return 1 - most;
}

LineLimits limits_of_reads(const DesignLine& line, const Need& need) {
  LineLimits out{HUGE_VAL, HUGE_VAL, HUGE_VAL, HUGE_VAL, 0};
  const Shelf one = shelf_of(line.main, line.per_node, 1);
  const BytesPerSecond read = shelf_read(one, need);
  if (need.jobs.size() > 1) {
    if (line.tier.drive == nullptr)
      out.main = std::min(quotient(read.value, need.read.value),
                          quotient(one.node->metadata.value, need.opens.value));
    return out;
  }
  const JobNeed& job = need.jobs.front();
  const Requirement& r = job.requirement;
  const double full = r.read_full.value, opens = r.target > 0 ? r.opens.value / r.target : 0;
  if (!line.staged)
    out.main = std::min(quotient(read.value, full), quotient(one.node->metadata.value, opens));
  if (line.has_tier()) {
    const StorageNode& node = *line.tier.node;
    out.tier_drive =
        quotient(1 / drive_seconds_per_byte(*line.tier.drive, need, line.tier.data, &node), full);
    out.tier_server = std::min(quotient(node_network(node, *line.tier.nic).value, full),
                               quotient(node.metadata.value, opens));
  }
  if (line.has_host_flash()) out.hosts = quotient(local_read(line).value * job.hosts, full);
  const bool on_main = !line.staged || line.has_host_flash();
  if (on_main && r.checkpoint && r.checkpoint_every && r.checkpoint_every->value > 0)
    out.pause = *r.checkpoint / shelf_write(one) / *r.checkpoint_every;
  return out;
}

}  // namespace

LineLimits limits_of(const DesignLine& line, const Need& need) {
  LineLimits out = limits_of_reads(line, need);
  const double left = past_page_caches(need);
  for (double* limit : {&out.main, &out.tier_drive, &out.tier_server, &out.hosts})
    *limit = quotient(*limit, left);
  return out;
}

double utilisation_bound(const LineLimits& limits, const DesignLine& line, const Need& need,
                         const LineSize& size, double hits) {
  if (need.jobs.size() > 1) return 1;
  double out = std::min(need.jobs.front().host.pace, quotient(limits.main * size.main, 1 - hits));
  if (line.has_tier())
    out = std::min({out, quotient(limits.tier_server * size.tier, hits),
                    quotient(limits.tier_drive * tier_drives(line, size.tier), hits)});
  if (line.has_host_flash()) out = std::min(out, quotient(limits.hosts, hits));
  return out / (1 + limits.pause / size.main);
}

std::uint32_t servers_for(const LineLimits& limits, std::uint32_t least, double utilisation, double hits) {
  if (!(limits.main > 0)) return kMostNodes;
  return std::min(kMostNodes, std::max(least, up(utilisation * (1 - hits) / limits.main)));
}

Design figures_of(const DesignLine& line, const Need& need, const LineSize& size) {
  Design d;
  d.family = line.family;
  d.main = shelf_of(line.main, line.per_node, size.main);
  if (line.has_tier()) d.fast = tier_shelf(line, size.tier);
  if (line.has_host_flash()) d.fast = host_shelf(line);
  d.hosts = need.hosts;
  d.usable = shelf_usable(d.main);
  d.read = shelf_read(d.main, need);
  d.write = shelf_write(d.main);
  d.opens = d.main.node->metadata * d.main.nodes;
  d.latency = d.main.drive->latency + kFabric;
  d.client_nic = line.client_nic;
  d.client_network = client_network(line);
  d.cores = line.host_cores;
  const Rebuild rebuild = rebuild_of(d.main);
  d.rebuild = rebuild.spread;
  d.rebuild_one = rebuild.into_one;
  d.watts = shelf_watts(d.main);
  d.rack_units = shelf_rack_units(d.main);
  d.estimated = shelf_estimated(d.main) || shelf_estimated(d.fast);
  d.page_cache = need.page_cache;
  if (d.fast.drives > 0) add_fast_figures(line, need, d);
  if (line.staged) add_staging(need, d);
  set_cache_losses(need, d);
  return d;
}

Design design_of(const DesignLine& line, const Need& need, const LineSize& size) {
  Design d = figures_of(line, need, size);
  add_shelf_costs(d.main, d.costs);
  if (d.fast.drives > 0) add_shelf_costs(d.fast, d.costs);
  add_client_costs(line, d.costs);
  d.product = d.fast.drives > 0 ? d.fast.drive->model + " + " + d.main.drive->model : d.main.drive->model;
  d.name = name_of(d);
  for (std::string& note : cache_loss_notes(d)) d.notes.push_back(std::move(note));
  return d;
}

}  // namespace aforo
