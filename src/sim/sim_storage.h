// A StorageSpec built up in virtual time, for all jobs of one simulation: its servers and caches, and for
// every job the ways that its reads take through them. One thread.
#pragma once

#include <memory>
#include <vector>

#include "model/storage_spec.h"
#include "sim/cache.h"
#include "sim/clock.h"
#include "sim/station_use.h"
#include "sim/stations.h"
#include "sim/visit.h"
#include "workload/spec.h"

namespace aforo {

// A job as its storage sees it.
struct StorageClient {
  const Layout* layout = nullptr;
  const LoaderSpec* loader = nullptr;
  HostId first_host = 0, hosts = 1;
};

class SimStorage;

// The ways of one job's reads. Owned by the SimStorage.
class ReadPaths {
 public:
  ReadKind kind() const { return kind_; }

  // Where a read of `item` goes: through the first cache that holds it, else to the tier where `file` lies.
  // Caches that were passed take it. Counts an access.
  const Route& way(HostId host, FileId file, ItemId item, std::uint64_t bytes);
  // The way past all caches.
  const Route& miss(FileId file) const { return miss_[tier_of(file)]; }
  ItemId item_of(FileId file, std::uint64_t offset) const;

  const Route& cpu() const { return cpu_; }  // where the loader's own work is done: of one step

  // Whether many reads of a worker, one after another, are one visit of the summed work: one way for all, at
  // most one station on it, that one shared by processor sharing, or delays alone; and no cache.
  bool sums_up() const { return sums_up_; }

  // Of a stream's request that passes all caches: bytes that storage fetches for it, read-ahead included;
  // negative where it fetches just what is asked. `size` of the file; 0 = unknown.
  double fetched(std::uint64_t offset, std::uint64_t bytes, std::uint64_t size) const;

  std::uint64_t accesses() const { return accesses_; }
  std::uint64_t hits() const { return hits_; }

 private:
  friend class SimStorage;
  std::size_t tier_of(FileId file) const;

  SimStorage* storage_ = nullptr;
  ReadKind kind_ = ReadKind::kFile;      // one for all reads of a job
  double operation_bytes_ = 1;           // of one operation of that kind, on average
  std::vector<Route> miss_;              // by tier
  std::vector<std::vector<Route>> hit_;  // by cache, by tier
  Route cpu_;
  bool sums_up_ = false;
  std::uint64_t ahead_ = 0;         // kStream: bytes, where storage reads ahead
  std::vector<ItemId> first_item_;  // kRange, kStream: by file
  std::uint64_t block_ = 1;         // kRange, kStream: bytes that one item stands for
  ItemId base_ = 0;
  std::uint64_t accesses_ = 0, hits_ = 0;
};

class SimStorage {
 public:
  // `spec`, `clock` and what the clients point to outlive it. Throws UserError where a tier has no curve for
  // the way a client reads.
  SimStorage(const StorageSpec& spec, VirtualClock& clock, std::vector<StorageClient> clients,
             std::uint64_t seed);

  ReadPaths& paths(std::size_t client) { return paths_[client]; }

  // Of everything that was used; of stations per host, the busiest. `simulated` > 0: the time they refer to.
  std::vector<SimStation> stations(Seconds simulated);

 private:
  friend class ReadPaths;

  struct Tier {
    const TierSpec* spec = nullptr;
    double until = 1;            // upper end of its part of [0, 1)
    ServerGroup curves, cached;  // empty where there are none
    std::vector<std::unique_ptr<ServerGroup>> stations;
  };
  struct Cache {
    const CacheSpec* spec = nullptr;
    std::vector<std::unique_ptr<SimCache>> members;  // one, or one per host
    std::vector<std::unique_ptr<ServerGroup>> stations;
    SimCache& of(HostId host) { return *members[members.size() == 1 ? 0 : host]; }
  };

  std::unique_ptr<ServerGroup> make_group(const Station& station, bool per_host);
  void build_tiers();
  void build_caches();
  void number_items(std::size_t client);
  std::uint64_t bytes_of_item(std::size_t client, ItemId item) const;
  void make_routes(std::size_t client);
  RouteStep curve_step(ServerGroup& group, bool per_host, const OperationCurve& curve);
  bool sums_up(std::size_t client) const;
  std::uint64_t next_seed() { return mix64(seed_, ++groups_made_); }

  const StorageSpec& spec_;
  VirtualClock& clock_;
  const std::vector<StorageClient> clients_;
  const std::uint64_t seed_;
  std::uint64_t groups_made_ = 0;
  HostId hosts_ = 0;
  ItemId items_ = 0;
  std::vector<std::unique_ptr<ServerGroup>> client_groups_;
  std::unique_ptr<ServerGroup> delay_;  // the loader's own work where hosts have no CPU station
  std::vector<std::unique_ptr<Tier>> tiers_;
  std::vector<Cache> caches_;
  std::vector<ReadPaths> paths_;
};

}  // namespace aforo
