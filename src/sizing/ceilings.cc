#include "sizing/ceilings.h"

#include <algorithm>
#include <cmath>

namespace aforo {
namespace {

constexpr double kStep = 1.1;  // chosen: halving it would reckon twice as many to prune a few more
// Of bytes cached. Chosen: what a cache holds decides more than how many disks there are.
constexpr double kCoarseStep = 1.5, kShareStep = 1.03;
constexpr double kRoughness =
    1e-3;  // of a utilisation: the closed forms rise with what is bought, but for less
constexpr double kAnyLoad = 1e15;  // operations or bytes per second that nothing needs

const Nic& swift_card() {
  static const Nic card{"any", 0, {kAnyLoad}, 0, "", "", {}};
  return card;
}

// Servers of any number of drives each.
const StorageNode& swift_servers() {
  static const StorageNode node{"any", false, kMostDrives, 1, 0, 0, {kAnyLoad}, {kAnyLoad}, "", {}};
  return node;
}

// Of one drive each, so that any number of drives is one of servers.
const StorageNode& swift_single() {
  static const StorageNode node{"any", true, 1, 1, 0, 0, {kAnyLoad}, {kAnyLoad}, "", {}};
  return node;
}

// What is cached in hosts hits less often than what all of them share, and a copy that nothing protects is lost:
// of the same bytes they come to different utilisations.
std::uint32_t place_of(const DesignLine& line) {
  return (line.has_tier() ? 1u : line.has_host_flash() ? 2u : 0u) + (line.staged ? 3u : 0u);
}

// All drives in one server that carries anything.
DesignLine with_drives(DesignLine line, std::uint32_t drives) {
  line.main.node = &swift_servers();
  line.main.nic = &swift_card();
  line.per_node = drives;
  return line;
}

}  // namespace

std::uint32_t ceiling_count(std::uint32_t count) {
  const double power = std::ceil(std::log(std::max(1u, count)) / std::log(kStep) - 1e-9);
  return std::max(count, static_cast<std::uint32_t>(std::pow(kStep, power)));
}

const Ceiling& Ceilings::found(const Key& key, const DesignLine& ideal, std::uint32_t tier_servers) {
  {
    const std::lock_guard lock(mutex_);
    const auto known = found_.find(key);
    if (known != found_.end()) return known->second;
  }
  const Design design = figures_of(ideal, need_, {1, tier_servers});
  const Judgement judged = judge_design(design, need_, per_host_, &solved_, std::get<bool>(key));
  Ceiling out;
  const bool nearly = !std::get<bool>(key) && judged.reach > 1 - kRoughness;
  if (judged.serves() || nearly)
    for (const Served& served : judged.served) out.push_back(served.au);
  const std::lock_guard lock(mutex_);
  return found_.try_emplace(key, std::move(out)).first->second;
}

namespace {

// Drives that up to so many servers in front hold at most, whatever rounding adds.
std::uint32_t most_drives(const DesignLine& line, std::uint32_t servers) {
  const double one = in_bytes(line.tier.drive->capacity) * kFill;
  const auto held = static_cast<std::uint32_t>(std::ceil(in_bytes(line.tier_holds) / one));
  return std::max(held + servers, servers * fewest_drives(*line.tier.node));
}

// Bytes on the next power of `step` below all of them, or all.
Bytes rounded_up(Bytes held, Bytes all, double step) {
  if (held >= all) return all;
  const double power = std::floor(std::log(in_bytes(all) / in_bytes(held)) / std::log(step) + 1e-9);
  return {static_cast<std::uint64_t>(std::ceil(in_bytes(all) / std::pow(step, power)))};
}

}  // namespace

const Ceiling& Ceilings::of(const DesignLine& line) { return behind(line, 0, kMostNodes); }

bool Ceilings::could_serve(const DesignLine& line) { return !behind_as(line, 0, kMostNodes, false).empty(); }

const Ceiling& Ceilings::behind(const DesignLine& line, std::uint32_t drives, std::uint32_t tier_servers) {
  return behind_as(line, drives, tier_servers, true);
}

const Ceiling& Ceilings::behind_as(const DesignLine& line, std::uint32_t drives, std::uint32_t tier_servers,
                                   bool at_most) {
  const DesignLine ideal = with_drives(line, drives == 0 ? kMostDrives : drives);
  const Key key{line.main.drive, line.main.data, line.main.parity, drives, {0, 0}, 0, 0,
                nullptr,         place_of(line), at_most};
  if (line.tier.drive == nullptr) return found(key, ideal, 0);
  const Drive& drive = *line.tier.drive;
  double held = in_bytes(drive.capacity) * kFill * line.host_drives;
  if (line.has_tier())
    held = in_bytes(drive.capacity) * kFill *
           most_drives(line, std::min(tier_servers, most_tier_servers(line, need_)));
  const Bytes cached = line.cache ? *line.cache : Bytes{static_cast<std::uint64_t>(held)};
  // Most fail already behind a cache that is none too small and answers at once, which many lines share.
  const Ceiling& coarse =
      behind_cache(key, ideal, Seconds{0}, rounded_up(cached, need_.datasets, kCoarseStep));
  if (coarse.empty()) return coarse;
  const Seconds latency = line.has_tier() ? drive.latency : Seconds{0};  // of any flash in a host the same
  return behind_cache(key, ideal, latency, rounded_up(cached, need_.datasets, kShareStep));
}

// With a cache of so many bytes that serves any load.
const Ceiling& Ceilings::behind_cache(Key key, DesignLine ideal, Seconds latency, Bytes cached) {
  Drive front = *ideal.tier.drive;
  front.read = {kAnyLoad};
  front.reads = {kAnyLoad};
  front.write = {kAnyLoad};
  front.pcie = 0;
  front.latency = latency;
  front.capacity = {static_cast<std::uint64_t>(std::ceil(in_bytes(cached) / kFill))};
  ideal.tier.drive = &front;
  std::get<4>(key) = {latency.value, in_bytes(cached)};
  if (!ideal.has_tier()) {
    ideal.cache = cached;
    ideal.host_drives = 1;  // as seldom lost as any number of them
    return found(key, ideal, 0);
  }
  ideal.tier_holds = cached;
  ideal.tier.data = 1;
  ideal.tier.parity = 0;
  ideal.tier.node = &swift_single();
  ideal.tier.nic = &swift_card();
  return found(key, ideal, 1);
}

const Ceiling& Ceilings::in_front(const DesignLine& line, std::uint32_t tier_servers) {
  DesignLine ideal = with_drives(line, kMostDrives);
  std::uint32_t front = line.host_drives;
  if (line.has_tier()) {
    front = most_drives(line, tier_servers);
    ideal.tier_holds = {static_cast<std::uint64_t>(in_bytes(line.tier.drive->capacity) * kFill * front)};
  }
  const Key key{line.main.drive, line.main.data,  line.main.parity, 0,   {0, 0}, front,
                tier_servers,    line.tier.drive, place_of(line),   true};
  return found(key, ideal, tier_servers);
}

}  // namespace aforo
