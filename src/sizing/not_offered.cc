#include "sizing/not_offered.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sizing/build.h"
#include "sizing/host_limits.h"
#include "sizing/providers.h"
#include "sizing/shelf.h"
#include "sizing/staging.h"

namespace aforo {
namespace {

constexpr std::string_view kNothing = "Nothing in the catalogue is offered for what was asked";

// The most that a host's bays hold.
Bytes most_in_host(const Catalogue& catalogue) {
  Bytes most{0};
  for (const Drive& drive : catalogue.drives())
    if (is_flash(drive.media)) most = std::max(most, drive.capacity);
  return {static_cast<std::uint64_t>(in_bytes(most) * kMostHostDrives * kFill)};
}

// What hosts that are rented hold at most, wherever they may stand; 0 where none has flash.
Bytes most_in_instance(const SizingAsk& ask, const Need& need, const Catalogue& catalogue) {
  Bytes most{0};
  for (const Provider provider : providers_with_hosts(ask, catalogue))
    if (!ask.provider || *ask.provider == provider)
      most = std::max(most, host_of_jobs(need, catalogue, provider).nvme);
  return {static_cast<std::uint64_t>(in_bytes(most) * kFill)};
}

bool holds_more(const SizingAsk& ask, const Need& need) {
  double jobs = 0;
  for (const JobNeed& job : need.jobs) jobs += in_bytes(job.requirement.capacity);
  return ask.capacity && in_bytes(*ask.capacity) > kSameSize * jobs;
}

std::string in_memory_not(const Need& need) {
  if (need.page_cache.value == 0)
    return "the hosts' memory is not counted on: reads go around it, the storage benchmark's rules leave it out, or "
           "it is too small to matter (--host-memory)";
  return fmt::format("a host must hold {}, and its jobs leave {} of its memory; 'host NVMe' holds more",
                     bytes_decimal(copy_in_host(need)), bytes_decimal(need.page_cache));
}

// Of a copy in the hosts, and the family that has it elsewhere.
std::string in_hosts_not(const Need& need, Bytes most, std::string_view held_by, Family instead) {
  if (copy_in_host(need) <= most) return "";
  const std::string what = most.value == 0 ? fmt::format("{} none", held_by)
                                           : fmt::format("{} {} at most", held_by, bytes_decimal(most));
  return fmt::format("a host must hold {} of what it trains on, and {}; '{}' does it",
                     bytes_decimal(copy_in_host(need)), what, to_string(instead));
}

// Of what is held on premises, where no design that is looked at holds as much.
std::string beyond_all_servers(Family family, const Need& need, const Catalogue& catalogue) {
  const bool flash = family == Family::kFlashTlc || family == Family::kFlashQlc;  // what holds the data
  double most = 0;
  for (const Drive& drive : catalogue.drives())
    if (is_flash(drive.media) == flash) most = std::max(most, in_bytes(drive.capacity));
  most *= kMostDrives;
  if (in_bytes(need.capacity) <= most) return "";
  return fmt::format(
      "{} are to be held, and {} drives, the most of one design, hold {} at best; size it in parts",
      bytes_decimal(need.capacity), format_count(kMostDrives),
      bytes_decimal({static_cast<std::uint64_t>(most)}));
}

std::string reason(const SizingAsk& ask, const Need& need, const Catalogue& catalogue) {
  if (!ask.family) return "";
  const bool alone = *ask.family == Family::kHostNvme || *ask.family == Family::kHostMemory;
  if (!in_cloud(*ask.family) && !alone)
    if (std::string beyond = beyond_all_servers(*ask.family, need, catalogue); !beyond.empty()) return beyond;
  if (alone && ask.extras.copies > 1)
    return fmt::format("'{}' has nothing to copy; take another family with --copies", to_string(*ask.family));
  if (alone && holds_more(ask, need))
    return fmt::format("'{}' holds the jobs' own data alone, and {} are to be held; '{}' keeps the rest",
                       to_string(*ask.family), bytes_decimal(need.capacity), to_string(Family::kHotHost));
  switch (*ask.family) {
    case Family::kHostMemory:
      return in_memory_not(need);
    case Family::kHostNvme:
      return in_hosts_not(need, most_in_host(catalogue), "its drives hold", Family::kFlashQlc);
    case Family::kHotHost:
      return in_hosts_not(need, most_in_host(catalogue), "its drives hold", Family::kHotFlash);
    case Family::kCloudHotHost:
      return in_hosts_not(need, most_in_instance(ask, need, catalogue), "its instance's flash holds",
                          Family::kCloudHotFile);
    default:
      return "";
  }
}

}  // namespace

std::string why_not_offered(const SizingAsk& ask, const Need& need, const Catalogue& catalogue) {
  const std::string why = reason(ask, need, catalogue);
  return std::string(kNothing) + (why.empty() ? "." : ": " + why + ".");
}

}  // namespace aforo
