#include "sim/sim_storage.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "model/page_cache.h"
#include "pipeline/plan_job.h"

namespace aforo {
namespace {

// Chosen: any will do that nothing else mixes with a file's number; it spells "tiers".
constexpr std::uint64_t kTierSalt = 0x7469657273;
// Bytes that the caches' own books may take. Chosen: what the machine of a person has, or little more.
constexpr double kMostCacheMemory = 16e9;

bool has_lists(CachePolicy policy) {
  return policy == CachePolicy::kLru || policy == CachePolicy::kPageCache;
}

bool costs_nothing(const Station& station) {
  return station.kind == StationKind::kCpu && station.per_operation.value <= 0 && station.per_byte.value <= 0;
}

}  // namespace

std::size_t ReadPaths::tier_of(FileId file) const {
  if (miss_.size() == 1) return 0;
  const double place = static_cast<double>(mix64(kTierSalt, file) >> 11) * 0x1.0p-53;
  std::size_t tier = 0;
  while (tier + 1 < miss_.size() && place >= storage_->tiers_[tier]->until) ++tier;
  return tier;
}

ItemId ReadPaths::item_of(FileId file, std::uint64_t offset) const {
  if (kind_ == ReadKind::kFile || first_item_.empty()) return base_ + file;
  return first_item_[file] + offset / block_;
}

// The file lies in chunks of `ahead_`: who touches the beginning of one waits for all of it.
double ReadPaths::fetched(std::uint64_t offset, std::uint64_t bytes, std::uint64_t size) const {
  if (ahead_ == 0) return -1;
  const std::uint64_t begin = (offset + ahead_ - 1) / ahead_ * ahead_;
  if (begin >= offset + bytes) return 0;
  return static_cast<double>(size > begin ? std::min(ahead_, size - begin) : ahead_);
}

const Route& ReadPaths::way(HostId host, FileId file, ItemId item, std::uint64_t bytes) {
  auto& caches = storage_->caches_;
  if (caches.empty()) return miss(file);
  ++accesses_;
  std::size_t level = 0;
  while (level < caches.size() && !caches[level].of(host).access(item)) ++level;
  const std::uint64_t taken = level > 0 && whole_files_ ? layout_->file_size(file) : bytes;
  for (std::size_t passed = 0; passed < level; ++passed)
    caches[passed].of(host).insert(item, caches[passed].takes(taken));
  if (level == caches.size()) return miss(file);
  ++hits_;
  return hit_[level][tier_of(file)];
}

SimStorage::SimStorage(const StorageSpec& spec, VirtualClock& clock, std::vector<StorageClient> clients,
                       std::uint64_t seed)
    : spec_(spec), clock_(clock), clients_(std::move(clients)), seed_(seed), paths_(clients_.size()) {
  for (const StorageClient& client : clients_) hosts_ = std::max(hosts_, client.first_host + client.hosts);
  for (const Station& station : spec.client) client_groups_.push_back(make_group(station, true));
  delay_ = std::make_unique<ServerGroup>();
  delay_->members.push_back(make_delay(clock));
  build_tiers();
  for (std::size_t i = 0; i < clients_.size(); ++i) {
    paths_[i].storage_ = this;
    const Access access = access_of(*clients_[i].layout, *clients_[i].loader, 1);  // the same for any ranks
    paths_[i].kind_ = access.kind;
    paths_[i].operation_bytes_ = std::max(access.operation_bytes(), 1.0);
    paths_[i].layout_ = clients_[i].layout;
    paths_[i].whole_files_ = access.kind != ReadKind::kFile &&
                             std::any_of(spec.caches.begin(), spec.caches.end(),
                                         [](const CacheSpec& cache) { return cache.whole_files; });
    if (!spec.caches.empty()) number_items(i);
  }
  build_caches();
  for (std::size_t i = 0; i < clients_.size(); ++i) make_routes(i);
}

std::unique_ptr<ServerGroup> SimStorage::make_group(const Station& station, bool per_host) {
  auto group = std::make_unique<ServerGroup>();
  group->name = station.name;
  group->per_host = per_host;
  const std::uint64_t seed = next_seed();
  for (HostId host = 0; host < (per_host ? hosts_ : 1); ++host)
    group->members.push_back(make_server(station, clock_, mix64(seed, host)));
  return group;
}

void SimStorage::build_tiers() {
  double sum = 0;
  for (const TierSpec& spec : spec_.tiers) {
    auto tier = std::make_unique<Tier>();
    tier->spec = &spec;
    tier->until = sum += spec.share;
    tier->curves.name = spec.name;
    tier->cached.name = spec.name + " (cached)";
    tier->cached.per_host = true;
    for (const Station& station : spec.stations)
      tier->stations.push_back(make_group(station, station.scope == StationScope::kHost));
    tiers_.push_back(std::move(tier));
  }
}

// The items of a client's dataset, for caches. Clients that read the same layout the same way share them.
void SimStorage::number_items(std::size_t client) {
  ReadPaths& paths = paths_[client];
  const Layout& layout = *clients_[client].layout;
  const double mean = paths.operation_bytes_;
  for (std::size_t other = 0; other < client; ++other) {
    const bool same = clients_[other].layout == &layout && paths_[other].kind_ == paths.kind_ &&
                      paths_[other].operation_bytes_ == mean;
    if (!same) continue;
    paths.base_ = paths_[other].base_;
    paths.items_ = paths_[other].items_;
    paths.block_ = paths_[other].block_;
    paths.first_item_ = paths_[other].first_item_;
    return;
  }
  paths.base_ = items_;
  if (paths.kind_ == ReadKind::kFile || paths.whole_files_) {
    items_ += paths.items_ = layout.files();
    return;
  }
  // Where ranges differ in size, two neighbours may begin in the same block: half the mean keeps that rare.
  const bool differ = paths.kind_ == ReadKind::kRange && layout.constant_sample() == 0;
  const double least =
      static_cast<double>(layout.total_bytes()) / (static_cast<double>(SimCache::kMostItems) / 4);
  paths.block_ = static_cast<std::uint64_t>(std::max({differ ? mean / 2 : mean, least, 1.0}));
  for (FileId file = 0; file < layout.files(); ++file) {
    paths.first_item_.push_back(items_);
    items_ += layout.file_size(file) / paths.block_ + 1;
  }
  paths.items_ = items_ - paths.base_;
}

std::uint64_t SimStorage::bytes_of_item(std::size_t client, ItemId item) const {
  const ReadPaths& paths = paths_[client];
  if (paths.first_item_.empty()) return clients_[client].layout->file_size(item - paths.base_);
  const auto next = std::upper_bound(paths.first_item_.begin(), paths.first_item_.end(), item);
  const auto file = static_cast<FileId>(next - paths.first_item_.begin() - 1);
  const std::uint64_t before = (item - paths.first_item_[file]) * paths.block_;
  const std::uint64_t size = clients_[client].layout->file_size(file);
  return std::min(paths.block_, size - std::min(size, before));
}

// With what a host's own job reads, or of all hosts' cache with what any job does.
void SimStorage::warm(Cache& filled, const HostId* host) const {
  SimCache& cache = filled.members.back();
  if (host != nullptr) {
    for (std::size_t i = 0; i < clients_.size(); ++i)
      if (*host >= clients_[i].first_host && *host < clients_[i].first_host + clients_[i].hosts)
        cache.warm(paths_[i].base_, paths_[i].items_,
                   [&](ItemId item) { return filled.takes(bytes_of_item(i, item)); });
    return;
  }
  // Datasets lie one after another.
  const auto client_of = [this](ItemId item) {
    std::size_t client = 0;
    for (std::size_t i = 0; i < clients_.size(); ++i)
      if (paths_[i].base_ <= item && paths_[i].base_ >= paths_[client].base_) client = i;
    return client;
  };
  cache.warm(0, items_, [&](ItemId item) { return filled.takes(bytes_of_item(client_of(item), item)); });
}

SimCache SimStorage::make_cache(const CacheSpec& spec, std::uint64_t largest, std::uint64_t seed) const {
  if (spec.policy != CachePolicy::kPageCache) return {spec.policy, spec.size.value, items_, largest, seed};
  PageLists lists;
  lists.active_per_inactive = active_per_inactive(spec.stands_for.value > 0 ? spec.stands_for : spec.size);
  Bytes room = spec.size;
  for (std::size_t i = 0; i < clients_.size(); ++i) {
    const Layout& layout = *clients_[i].layout;
    // Ranges share pages.
    if (paths_[i].kind_ == ReadKind::kFile) lists.page = kPageBytes;
    const auto same = [&](const StorageClient& other) { return other.layout == &layout; };
    if (layout.files() == 0 || std::any_of(clients_.begin(), clients_.begin() + static_cast<long>(i), same))
      continue;
    const auto files = static_cast<double>(layout.files());
    room = room_for_pages(room, files, static_cast<double>(layout.total_bytes()) / files);
  }
  return {spec.policy, room.value, items_, largest, seed, lists};
}

void SimStorage::build_caches() {
  if (items_ > SimCache::kMostItems)
    throw UserError(
        fmt::format("storage '{}': expected at most {} items to cache, found {}; leave the caches out",
                    spec_.name, SimCache::kMostItems, items_));
  double memory = 0;
  for (const CacheSpec& spec : spec_.caches)
    memory += static_cast<double>(items_) * (has_lists(spec.policy) ? 4.5 : 0.125) *
              (spec.scope == StationScope::kHost ? hosts_ : 1);
  if (memory > kMostCacheMemory)
    throw UserError(
        fmt::format("storage '{}': expected caches whose books fit in {:.0f} GB of memory, found {} items "
                    "on {} hosts; simulate fewer hosts or a smaller dataset",
                    spec_.name, kMostCacheMemory / 1e9, items_, hosts_));
  std::uint64_t largest = 1;
  for (const StorageClient& client : clients_) largest = std::max(largest, client.layout->largest_sample());
  for (std::size_t i = 0; i < clients_.size(); ++i)
    for (FileId file = 0; paths_[i].whole_files_ && file < clients_[i].layout->files(); ++file)
      largest = std::max(largest, clients_[i].layout->file_size(file));
  largest += kPageBytes;  // Cache::takes
  for (const CacheSpec& spec : spec_.caches) {
    Cache cache;
    cache.spec = &spec;
    const std::uint64_t seed = next_seed();
    const HostId members = spec.scope == StationScope::kHost ? hosts_ : 1;
    cache.members.reserve(members);
    for (HostId host = 0; host < members; ++host) {
      cache.members.push_back(make_cache(spec, largest, mix64(seed, host)));
      if (spec.warm) warm(cache, spec.scope == StationScope::kHost ? &host : nullptr);
    }
    for (const Station& station : spec.stations)
      cache.stations.push_back(make_group(station, station.scope == StationScope::kHost));
    caches_.push_back(std::move(cache));
  }
}

RouteStep SimStorage::curve_step(ServerGroup& group, bool per_host, const OperationCurve& curve,
                                 const WriteShare* writers) {
  if (group.members.empty()) {
    const std::uint64_t seed = next_seed();
    for (HostId host = 0; host < (per_host ? hosts_ : 1); ++host)
      group.members.push_back(make_curve_server(clock_, mix64(seed, host)));
  }
  const auto shared = std::make_shared<const OperationCurve>(curve);
  RouteStep step{&group, 0};
  for (auto& member : group.members) {
    auto& server = static_cast<CurveServer&>(*member);
    step.way = writers != nullptr ? server.add_writers(shared, *writers) : server.add(shared);
  }
  return step;
}

void SimStorage::make_routes(std::size_t client) {
  const StorageClient& who = clients_[client];
  ReadPaths& paths = paths_[client];
  const double size = paths.operation_bytes_;
  const ReadMode mode = who.loader->read_mode;
  Route common;
  for (auto& group : client_groups_) common.push_back({group.get(), 0});
  paths.hit_.resize(caches_.size());
  const bool free_hits =
      std::any_of(caches_.begin(), caches_.end(), [](const Cache& cache) { return cache.stations.empty(); });
  for (auto& tier : tiers_) {
    Route miss = common, cached = common;
    if (!tier->spec->curves.empty()) {
      const auto curve = OperationCurve::find(tier->spec->curves, paths.kind_, mode, false, size, who.hosts);
      if (!curve) throw UserError(missing_curve(spec_.name, *tier->spec, paths.kind_, mode));
      if (curve->ahead() > 0) paths.ahead_ = static_cast<std::uint64_t>(curve->ahead());
      miss.push_back(curve_step(tier->curves, false, *curve));
      const auto hit = OperationCurve::find(tier->spec->curves, paths.kind_, mode, true, size);
      if (hit && free_hits) cached.push_back(curve_step(tier->cached, true, *hit));
    }
    for (auto& group : tier->stations) miss.push_back({group.get(), 0});
    paths.miss_.push_back(std::move(miss));
    for (std::size_t i = 0; i < caches_.size(); ++i) {
      Route hit = caches_[i].stations.empty() ? cached : common;
      for (auto& group : caches_[i].stations) hit.push_back({group.get(), 0});
      paths.hit_[i].push_back(std::move(hit));
    }
  }
  ServerGroup* cpu = delay_.get();
  for (std::size_t i = spec_.client.size(); i-- > 0;)
    if (spec_.client[i].kind == StationKind::kCpu) cpu = client_groups_[i].get();
  paths.cpu_ = {{cpu, 0}};
  make_writes(client);
  paths.sums_up_ = sums_up(client);
  paths.hits_sum_up_ = hits_sum_up(client);
}

// Beside its reads, at the server of their curve; where there is none, at one of their own.
void SimStorage::make_writes(std::size_t client) {
  const StorageClient& who = clients_[client];
  ReadPaths& paths = paths_[client];
  if (who.checkpoint == nullptr || !who.checkpoint->writes()) return;
  for (auto& tier : tiers_) {
    const WriteCurve* const found = write_curve_for(tier->spec->writes, *who.checkpoint);
    if (found == nullptr) continue;
    WriteWays& writes = paths.writes_.emplace();
    for (std::size_t i = 0; i < spec_.client.size(); ++i)
      if (spec_.client[i].kind == StationKind::kBandwidth)
        writes.link.push_back({client_groups_[i].get(), 0});
    const OperationCurve curve = *writes_for(tier->spec->writes, *who.checkpoint, who.hosts);
    const WriteShare share =
        share_for(*tier->spec, *who.checkpoint, paths.kind_, who.loader->read_mode, paths.operation_bytes_);
    writes.bytes.push_back(curve_step(tier->curves, false, curve, &share));
    writes.file = {{delay_.get(), 0}};
    writes.per_file = found->per_file.value;
    writes.waits = {{delay_.get(), 0}}, writes.chunk = who.checkpoint->chunk.value;
    double one = 0;  // file's part of that
    if (found->files.value > 0) {
      Station limit;
      limit.kind = StationKind::kRequests;
      limit.rate = found->files;
      writes.file.push_back({new_files_.emplace_back(make_group(limit, false)).get(), 0});
      one = 1 / found->files.value;
    }
    writes.least = std::max(0.0, found->least.value - writes.per_file - one);
    return;
  }
}

bool SimStorage::sums_up(std::size_t client) const {
  if (paths_[client].writes_) return false;  // who writes shares the station
  const Route& route = paths_[client].miss_.front();
  if (!caches_.empty() || tiers_.size() != 1 || route.size() > Visit::kMostSummed) return false;
  std::size_t contended = tiers_[0]->spec->curves.empty() ? 0 : 1;
  std::size_t passed = contended;
  bool shared = true;
  const auto look_at = [&](const Station& station) {
    if (costs_nothing(station)) return;
    ++passed;
    if (!is_contended(station)) return;
    ++contended;
    shared = shared && aforo::sums_up(station);
  };
  for (const Station& station : spec_.client) look_at(station);
  for (const Station& station : tiers_[0]->spec->stations) look_at(station);
  // A delay before a shared station counts too: summed, it would gather the batch's work into one long visit.
  return contended == 0 || (passed == 1 && shared);
}

bool SimStorage::hits_sum_up(std::size_t client) const {
  if (caches_.empty()) return false;
  const std::vector<Station>& own = caches_.front().spec->stations;
  const auto shared = [](const Station& station) {
    return costs_nothing(station) || aforo::sums_up(station);
  };
  if (!std::all_of(spec_.client.begin(), spec_.client.end(), shared)) return false;
  if (!std::all_of(own.begin(), own.end(), shared)) return false;
  // With one way to everywhere, curves are those of cached reads: processor sharing too.
  return tiers_.size() == 1 && paths_[client].hit_[0][0].size() <= 1;
}

std::vector<SimStation> SimStorage::stations(Seconds simulated) {
  std::vector<SimStation> found;
  const auto add = [&](ServerGroup& group) {
    ServerUse most;
    for (auto& member : group.members) {
      const ServerUse use = member->use();
      if (most.operations == 0 || use.busy > most.busy) most = use;
    }
    if (most.operations <= 0) return;
    found.push_back({group.name, std::min(most.busy / simulated.value, 1.0), most.in_flight / simulated.value,
                     PerSecond{most.operations / simulated.value},
                     Seconds{most.in_flight / most.operations}});
  };
  for (auto& group : client_groups_) add(*group);
  for (Cache& cache : caches_)
    for (auto& group : cache.stations) add(*group);
  for (auto& tier : tiers_) {
    add(tier->cached);
    add(tier->curves);
    for (auto& group : tier->stations) add(*group);
  }
  return found;
}

}  // namespace aforo
