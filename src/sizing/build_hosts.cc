// Data in the accelerators' own hosts, and no storage behind them.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sizing/build.h"
#include "sizing/design_storage.h"
#include "sizing/host_limits.h"
#include "sizing/host_pace.h"
#include "sizing/shelf.h"
#include "sizing/staging.h"

namespace aforo {
namespace {

// Chosen: between these sizes no other is cheaper per byte.
constexpr std::array kHostDrives = {1u, 2u, 4u, 6u, kMostHostDrives};
constexpr std::size_t kSizesOfADrive = 3;  // chosen: more of them read faster than any host needs

std::vector<const Drive*> flash_of(const Catalogue& catalogue) {
  std::vector<const Drive*> out;
  for (const Drive& drive : catalogue.drives())
    if (is_flash(drive.media)) out.push_back(&drive);
  return out;
}

std::string each_host(const Need& need) {
  return need.hosts == 1 ? "the host" : fmt::format("each of {} hosts", need.hosts);
}

// What a host must have for its copy, and its part of the checkpoints and of the files' overhead.
double bytes_in_host(const Need& need) {
  return in_bytes(copy_in_host(need)) +
         std::max(0.0, in_bytes(need.capacity) - in_bytes(need.datasets)) / need.hosts;
}

// So many times what is to be held as a host has of what it must.
Bytes held_by(const Need& need, Bytes host) {
  return {
      static_cast<std::uint64_t>(std::ceil(in_bytes(need.capacity) * in_bytes(host) / bytes_in_host(need)))};
}

// Nothing is bought: files are copied to where memory holds them. It takes no checkpoints.
Design in_memory(const Need& need, std::uint32_t cores) {
  Design d;
  d.cores = cores;
  d.family = Family::kHostMemory;
  d.product = "memory";
  d.hosts = need.hosts;
  d.local_cache = need.page_cache;
  d.local_read = kHostMemory;
  d.read = d.fast_read = d.local_read * d.hosts;
  d.losses = losses_of_memory(need.hosts);
  d.usable = held_by(need, d.local_cache);
  d.name = fmt::format("{} of the memory of {}", bytes_decimal(copy_in_host(need)), each_host(need));
  const StagingRate network{kStagingNetwork, "the network that the data come over"};
  set_staging(d, need, d.local_cache, network, network, network);
  return d;
}

Design in_hosts(const Need& need, const AcceleratorHost& host, const Drive& drive, std::uint32_t per_host,
                std::uint32_t cores) {
  Design d;
  d.cores = cores;
  d.family = Family::kHostNvme;
  d.main = {&drive, nullptr, nullptr, per_host * need.hosts, need.hosts, 1, 0};
  d.product = drive.model;
  d.hosts = need.hosts;
  d.local_cache = {static_cast<std::uint64_t>(in_bytes(drive.capacity) * per_host * kFill)};
  d.local_read = host_drives(host, drive, per_host);
  d.read = d.fast_read = d.local_read * d.hosts;
  d.write = drive.write * d.main.drives;
  d.latency = drive.latency;
  d.losses = losses_of_drives(d.main.drives);
  d.page_cache = need.page_cache;
  d.estimated = shelf_estimated(d.main);
  d.usable = held_by(need, d.local_cache);
  d.watts = shelf_watts(d.main);
  add_shelf_costs(d.main, d.costs);
  d.name = fmt::format("{} x {} {} in {}", per_host, bytes_decimal(drive.capacity), to_string(drive.media),
                       each_host(need));
  const StagingRate network{kStagingNetwork, "the network that the data come over"};
  set_staging(d, need, d.local_cache, network, network, {drive.write * per_host, "the hosts' drives"});
  return d;
}

}  // namespace

std::vector<std::uint32_t> drives_in_host(const Drive& drive, double bytes_in_host) {
  std::vector<std::uint32_t> out;
  for (const std::uint32_t drives : kHostDrives)
    if (in_bytes(drive.capacity) * drives * kFill >= bytes_in_host && out.size() < kSizesOfADrive)
      out.push_back(drives);
  return out;
}

std::vector<const Drive*> fastest_of(const std::vector<const Drive*>& drives) {
  std::vector<const Drive*> out;
  for (const Drive* drive : drives) {
    const auto twin = std::find_if(out.begin(), out.end(), [&](const Drive* other) {
      return other->media == drive->media && other->capacity == drive->capacity;
    });
    if (twin == out.end())
      out.push_back(drive);
    else if ((*twin)->read < drive->read)
      *twin = drive;
  }
  return out;
}

// More that is to be held has no place here: nothing would be left of it when a host fails.
void build_hosts(const SizingAsk& ask, const Need& need, const Catalogue& catalogue,
                 std::vector<Design>& out) {
  if (ask.cache || ask.extras.copies > 1) return;
  const auto wanted = [&](Family family) { return !ask.family || *ask.family == family; };
  const AcceleratorHost& host = host_of_jobs(need, catalogue, std::nullopt);
  const std::uint32_t cores = loading_cores(host, need.accelerators, ask);
  double jobs = 0;
  for (const JobNeed& job : need.jobs) jobs += in_bytes(job.requirement.capacity);
  if (ask.capacity && in_bytes(*ask.capacity) > kSameSize * jobs) return;
  const double wanted_bytes = bytes_in_host(need);
  if (wanted(Family::kHostMemory) && in_bytes(need.page_cache) >= wanted_bytes)
    out.push_back(in_memory(need, cores));
  if (!wanted(Family::kHostNvme)) return;
  for (const Drive* drive : fastest_of(flash_of(catalogue)))
    for (const std::uint32_t drives : drives_in_host(*drive, wanted_bytes))
      out.push_back(in_hosts(need, host, *drive, drives, cores));
}

}  // namespace aforo
