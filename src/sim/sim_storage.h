// A StorageSpec built up in virtual time, for all jobs of one simulation: its servers and caches, and for
// every job the ways that its reads take through them. One thread.
//
//   host's stations (NIC, CPU) -+-> cache that holds it: its stations -> done
//                               |
//                               +-> none holds it: the tier's curve -> the stations -> done
//
// A read passes the stations on its way one after another; the work that they ask for is drawn as
// it comes to each. The order in the storage file is the order of the way. Caches are asked before
// the first station, and cost nothing by being asked.
//
// A tier is where a share of the files lies; a file lies in one tier for good. Nothing moves
// between tiers during a simulation.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "model/page_cache.h"
#include "model/storage_spec.h"
#include "sim/cache.h"
#include "sim/clock.h"
#include "sim/station_use.h"
#include "sim/stations.h"
#include "sim/visit.h"
#include "workload/checkpoint.h"
#include "workload/spec.h"

namespace aforo {

// A job as its storage sees it.
// A job has hosts of its own, numbered [first_host, first_host + hosts) over all jobs: what is per
// host (CPU, NIC, page cache) is not shared between jobs, all else is.
struct StorageClient {
  // Both outlive the storage. Clients that point to the same layout and read it the same way have
  // the same items in caches.
  const Layout* layout = nullptr;
  const LoaderSpec* loader = nullptr;
  HostId first_host = 0, hosts = 1;
  // What it does at checkpoints; outlives the storage. Null: it writes nothing.
  const CheckpointPlan* checkpoint = nullptr;
};

class SimStorage;

// Where a job writes: over its hosts' links and to the first tier that says what such writing takes, at once, as pages go
// their way while others are still made; there through the same server as its reads.
struct WriteWays {
  Route link;           // of each write, beside `bytes`; empty where hosts have none
  Route bytes;          // of each write
  Route file;           // of each file: a delay and, where storage makes so many a second at most, that
  double per_file = 0;  // seconds there
  // A small file, one of less than a chunk, waits so many seconds at least, beside its bytes.
  Route waits;
  double least = 0;
  std::uint64_t chunk = 0;
  bool is_small(std::uint64_t offset, std::uint64_t n) const { return least > 0 && offset == 0 && n < chunk; }
};

// The ways of one job's reads. Owned by the SimStorage.
// A job reads all its data one way (ReadKind, from its Access), so its ways are made once, when the
// storage is built, and a read only picks one.
class ReadPaths {
 public:
  ReadKind kind() const { return kind_; }

  // Where a read of `item` goes: through the first cache that holds it, else to the tier where `file` lies.
  // Caches that were passed take it. Counts an access.
  // Changes caches: once per read, in the order of reads. Without caches it counts nothing. The
  // reference stays valid as long as the storage.
  const Route& way(HostId host, FileId file, ItemId item, std::uint64_t bytes);
  // Asks for the memory of what `way` asks on `host` first: a hint, without effect on what happens.
  void fetch(HostId host) const;
  // ... and then of what the first cache knows of `item`.
  void fetch(HostId host, ItemId item) const;
  // ... or of what it knows of all, where that is little.
  void fetch_books(HostId host) const;
  // The way past all caches.
  // Client stations, the curve of the file's tier, the storage's stations.
  const Route& miss(FileId file) const { return miss_[tier_of(file)]; }
  // Bytes that a read of `bytes` on `route`, from way(), moves: where caches hold whole files and none has it, all of the file.
  std::uint64_t moved(const Route& route, FileId file, std::uint64_t bytes) const {
    return whole_files_ && &route == &miss(file) ? layout_->file_size(file) : bytes;
  }
  // For caches: the file where it is one operation, or they hold files; else its range of `block_` bytes that `offset`
  // lies in. Two ranges of different sizes may now and then be one item.
  ItemId item_of(FileId file, std::uint64_t offset) const;

  // Where checkpoints are written; null: nobody knows what that takes.
  const WriteWays* writes() const { return writes_ ? &*writes_ : nullptr; }

  // Where the loader's own work is done: of one step. The client's first CPU station; a pure delay
  // where hosts have none.
  const Route& cpu() const { return cpu_; }

  // Whether many reads of a worker, one after another, are one visit of the summed work: one way for all, at
  // most one station on it, that one shared by processor sharing, or delays alone; and no cache.
  bool sums_up() const { return sums_up_; }

  // Whether a worker's reads that the first cache answers, one after another, are one visit of the summed work:
  // one way for all, at most one station on it, and that one shared by processor sharing.
  bool hits_sum_up() const { return hits_sum_up_; }
  // Whether `route`, from way(), is that of the nearest cache. Only with hits_sum_up.
  bool is_hit(const Route& route) const { return &route == &hit_[0][0]; }

  // Of a stream's request that passes all caches: bytes that storage fetches for it, read-ahead included;
  // negative where it fetches just what is asked. `size` of the file; 0 = unknown.
  double fetched(std::uint64_t offset, std::uint64_t bytes, std::uint64_t size) const;

  // Of caches: reads that asked, and those that any cache answered.
  std::uint64_t accesses() const { return accesses_; }
  std::uint64_t hits() const { return hits_; }

 private:
  friend class SimStorage;
  // A hash of the file deals files to tiers by their shares; the same number lies in the same tier
  // for all jobs.
  std::size_t tier_of(FileId file) const;

  SimStorage* storage_ = nullptr;
  const Layout* layout_ = nullptr;
  // Caches hold whole files, and reads are of parts of them.
  bool whole_files_ = false;
  // One for all reads of a job.
  ReadKind kind_ = ReadKind::kFile;
  // Of one operation of that kind, on average: the size at which the curves are taken.
  double operation_bytes_ = 1;
  // By tier.
  std::vector<Route> miss_;
  // By cache, by tier: a cache without stations of its own answers at the speed of the tier's curve
  // for cached reads, or at once where there is none.
  std::vector<std::vector<Route>> hit_;
  Route cpu_;
  std::optional<WriteWays> writes_;
  bool sums_up_ = false, hits_sum_up_ = false;
  // kStream: bytes of a read-ahead window, where storage reads ahead; 0 = it does not.
  std::uint64_t ahead_ = 0;
  // kRange, kStream: by file.
  std::vector<ItemId> first_item_;
  // kRange, kStream: bytes that one item stands for.
  std::uint64_t block_ = 1;
  // Its items are [base_, base_ + items_).
  ItemId base_ = 0;
  std::uint64_t items_ = 0;
  std::uint64_t accesses_ = 0, hits_ = 0;
};

// What is shared between jobs is a server here, so jobs feel each other by waiting there, and by
// what they put into the same cache. The seeds of servers follow from the order in which they are
// made: the same storage, clients and seed give the same draws.
class SimStorage {
 public:
  // `spec`, `clock` and what the clients point to outlive it. Throws UserError where a tier has no curve for
  // the way a client reads.
  //
  // UserError also where the caches' own books would not fit: more than SimCache::kMostItems items,
  // or more than 16 GB for all hosts' caches together. O(items) where caches begin warm.
  SimStorage(const StorageSpec& spec, VirtualClock& clock, std::vector<StorageClient> clients,
             std::uint64_t seed);

  // Stays where it is as long as the storage.
  ReadPaths& paths(std::size_t client) { return paths_[client]; }

  // Of everything that was used; of stations per host, the busiest. `simulated` > 0: the time they refer to.
  // In the order of a read's way: clients, caches, tiers. What nothing passed is left out. For the
  // end of a simulation.
  std::vector<SimStation> stations(Seconds simulated);

 private:
  friend class ReadPaths;

  // Owned by pointer: routes point into it.
  struct Tier {
    const TierSpec* spec = nullptr;
    // Upper end of its part of [0, 1), the sum of shares up to it.
    double until = 1;
    // Empty where there are none. Cached reads are served by each host's own memory.
    ServerGroup curves, cached;
    std::vector<std::unique_ptr<ServerGroup>> stations;
  };
  struct Cache {
    const CacheSpec* spec = nullptr;
    // One, or one per host.
    FrameVector<SimCache> members;
    std::vector<std::unique_ptr<ServerGroup>> stations;
    // Room that an item of so many bytes takes there: of files on a disk, whole blocks.
    std::uint64_t takes(std::uint64_t bytes) const {
      return spec->whole_files ? (bytes + kPageBytes - 1) / kPageBytes * kPageBytes : bytes;
    }
    SimCache& of(HostId host) { return members[members.size() == 1 ? 0 : host]; }
  };

  std::unique_ptr<ServerGroup> make_group(const Station& station, bool per_host);
  void build_tiers();
  void build_caches();
  SimCache make_cache(const CacheSpec& spec, std::uint64_t largest, std::uint64_t seed) const;
  void warm(Cache& cache, const HostId* host) const;
  void number_items(std::size_t client);
  std::uint64_t bytes_of_item(std::size_t client, ItemId item) const;
  void make_routes(std::size_t client);
  // Adds `curve` as a class of operations to the group's servers, which are made at the first.
  // `writers`: not null where it is the class of writers.
  RouteStep curve_step(ServerGroup& group, bool per_host, const OperationCurve& curve,
                       const WriteShare* writers = nullptr);
  void make_writes(std::size_t client);
  bool sums_up(std::size_t client) const;
  bool hits_sum_up(std::size_t client) const;
  std::uint64_t next_seed() { return mix64(seed_, ++groups_made_); }

  const StorageSpec& spec_;
  VirtualClock& clock_;
  const std::vector<StorageClient> clients_;
  const std::uint64_t seed_;
  std::uint64_t groups_made_ = 0;
  // Of all clients.
  HostId hosts_ = 0;
  // Of all datasets.
  ItemId items_ = 0;
  std::vector<std::unique_ptr<ServerGroup>> client_groups_;
  // The loader's own work where hosts have no CPU station.
  std::unique_ptr<ServerGroup> delay_;
  // Of jobs that write, where storage makes only so many files a second.
  std::vector<std::unique_ptr<ServerGroup>> new_files_;
  std::vector<std::unique_ptr<Tier>> tiers_;
  std::vector<Cache> caches_;
  std::vector<ReadPaths> paths_;
};

inline void ReadPaths::fetch(HostId host) const {
  if (storage_->caches_.empty()) return;
  prefetch_lines(&storage_->caches_.front().of(host), 0, 4);
  const Route& hit = hit_.front().front();
  if (!hit.empty()) prefetch_lines(&hit.front().group->of(host), 0, 4);
}

inline void ReadPaths::fetch_books(HostId host) const {
  if (!storage_->caches_.empty()) storage_->caches_.front().of(host).fetch_books();
}

inline void ReadPaths::fetch(HostId host, ItemId item) const {
  if (!storage_->caches_.empty()) storage_->caches_.front().of(host).fetch(item);
}

}  // namespace aforo
