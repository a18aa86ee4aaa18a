#include "sizing/design_storage.h"

#include <algorithm>
#include <cmath>

#include "sizing/host_pace.h"
#include "sizing/shelf.h"

namespace aforo {
namespace {

// Estimates, docs/sizing.md section 4.
constexpr double kLatencyCv = 0.5;  // of flash and network; services state their own
constexpr Seconds kLocalLatency{100e-6}, kLocalLatencyStddev{50e-6};  // of flash in the host itself
constexpr Bytes kServiceRange{1 << 20};      // a file system's client asks a service for so much at a time
constexpr Bytes kServiceRequest{256 << 10};  // and a service counts so much as one request (as kIopsSize)

Station latency_station(std::string name, Seconds mean, Seconds stddev, Bytes request, StationScope scope) {
  Station s;
  s.name = std::move(name);
  s.kind = StationKind::kLatency;
  s.scope = scope;
  s.request_size = request;
  s.latency = {.kind = stddev.value > 0 ? LawKind::kLognormal : LawKind::kConstant,
               .mean = mean.value,
               .stddev = stddev.value};
  return s;
}

Station requests_station(std::string name, PerSecond rate, Bytes request, StationScope scope) {
  Station s;
  s.name = std::move(name);
  s.kind = StationKind::kRequests;
  s.scope = scope;
  s.rate = rate;
  s.request_size = request;
  return s;
}

Station pipe(std::string name, BytesPerSecond bandwidth, StationScope scope) {
  Station s;
  s.name = std::move(name);
  s.kind = StationKind::kBandwidth;
  s.scope = scope;
  s.bandwidth = bandwidth;
  return s;
}

Station opens_station(std::uint32_t servers, PerSecond each) {
  Station s;
  s.name = "metadata";
  s.kind = StationKind::kMetadata;
  s.servers = servers;
  s.rate = each;
  return s;
}

class Maker {
 public:
  Maker(const Design& design, double left, const Access* read) : d_(design), left_(left), read_(read) {}

  StorageSpec make() {
    StorageSpec out;
    out.name = d_.product;
    out.description = d_.name;
    out.capacity = d_.usable;
    add_client(out);
    if (d_.page_cache.value > 0) out.caches.push_back(page_cache());
    if (!d_.staged && d_.fast.drives > 0 && d_.fast.node != nullptr) out.caches.push_back(tier_cache());
    if (!d_.staged && d_.local_cache.value > 0) out.caches.push_back(local_cache());
    out.tiers.push_back(tier());
    return out;
  }

 private:
  bool object() const { return d_.service != nullptr && d_.service->kind == ServiceKind::kObject; }

  // Some reads end in the host: they need neither its network nor an object store's client.
  bool ends_in_host() const { return d_.page_cache.value > 0 || d_.local_cache.value > 0; }

  // What every read costs its host.
  void add_client(StorageSpec& out) const {
    const bool all_objects = object() && !ends_in_host();
    out.client.push_back(host_cores("client CPU", d_.cores, all_objects ? kObjectCpu : kFileCpu,
                                    all_objects ? kObjectCpuPerByte : kFileCpuPerByte));
    if (!ends_in_host() && d_.client_network.value > 0)
      out.client.push_back(pipe("client network", d_.client_network, StationScope::kHost));
  }

  // What a read costs in addition that leaves its host.
  std::vector<Station> way_out(const std::string& prefix) const {
    std::vector<Station> out;
    if (!ends_in_host()) return out;
    if (object())
      out.push_back(host_cores("object client CPU", d_.cores, kObjectCpu - kFileCpu,
                               kObjectCpuPerByte - kFileCpuPerByte));
    if (d_.client_network.value > 0)
      out.push_back(pipe(prefix + "client network", d_.client_network, StationScope::kHost));
    return out;
  }

  // Where what no cache answers is read.
  TierSpec tier() const {
    TierSpec out;
    if (staged_in_hosts(d_)) {
      out.name = d_.family == Family::kHostMemory ? "host memory" : "host NVMe";
      out.stations = local_stations();
      return out;
    }
    out.name = in_cloud(d_.family) ? d_.service->title : "servers";
    out.stations = way_out("");
    const Shelf& shelf = d_.staged ? d_.fast : d_.main;
    for (Station& s : in_cloud(d_.family) ? service_stations() : shelf_stations(shelf, ""))
      out.stations.push_back(std::move(s));
    return out;
  }

  std::vector<Station> shelf_stations(const Shelf& shelf, const std::string& prefix) const {
    std::vector<Station> out;
    const auto shared = StationScope::kShared;
    out.push_back(opens_station(shelf.nodes, shelf.node->metadata * left_));
    const double drives = shelf.drives;
    if (is_flash(shelf.drive->media)) {
      out.push_back(
          latency_station(prefix + "latency", d_.latency, d_.latency * kLatencyCv, Bytes{0}, shared));
      out.push_back(
          requests_station(prefix + "requests", shelf_requests(shelf) * left_, kFlashRequest, shared));
      out.push_back(pipe(prefix + "drives", drive_read(*shelf.drive, shelf.node) * drives * left_, shared));
    } else {
      const Seconds seek{1 / shelf.drive->reads.value};  // at a deep queue; what is more is waited for alone
      const Seconds more{std::max(1e-4, (shelf.drive->latency - seek).value)};
      out.push_back(latency_station(prefix + "latency", more, Seconds{0}, Bytes{0}, shared));
      // So many disks seek together for one request, each for its fragment.
      const double together = read_ == nullptr ? 1 : pieces_of(*read_, shelf.data);
      Station disks;
      disks.name = prefix + "disks";
      disks.kind = StationKind::kDisk;
      disks.servers = static_cast<std::uint32_t>(std::max(1.0, std::floor(drives * left_ / together)));
      disks.seek = seek;
      disks.chunk = {static_cast<std::uint64_t>(in_bytes(kDiskChunk) * together)};
      disks.bandwidth = shelf.drive->read * together;
      out.push_back(disks);
    }
    out.push_back(
        pipe(prefix + "network", node_network(*shelf.node, *shelf.nic) * shelf.nodes * left_, shared));
    return out;
  }

  CacheSpec tier_cache() const {
    CacheSpec out;
    out.name = "flash tier";
    out.size = shelf_usable(d_.fast);
    out.scope = StationScope::kShared;
    out.stations = way_out("flash ");
    std::vector<Station> shelf = shelf_stations(d_.fast, "flash ");
    shelf.front().name = "flash metadata";
    for (Station& s : shelf) out.stations.push_back(std::move(s));
    return out;
  }

  CacheSpec local_cache() const {
    CacheSpec out;
    out.name = "local NVMe";
    out.size = d_.local_cache;
    out.stations = local_stations();
    return out;
  }

  CacheSpec page_cache() const {
    CacheSpec out;
    out.name = "page cache";
    out.size = d_.page_cache;
    out.stations.push_back(memory());
    return out;
  }

  static Station memory() { return pipe("host memory", kHostMemory, StationScope::kHost); }

  std::vector<Station> local_stations() const {
    if (d_.family == Family::kHostMemory) return {memory()};
    return {
        latency_station("local latency", kLocalLatency, kLocalLatencyStddev, Bytes{0}, StationScope::kHost),
        pipe("local drives", d_.local_read, StationScope::kHost)};
  }

  std::vector<Station> service_stations() const {
    const CloudService& s = *d_.service;
    const bool per_host = s.kind == ServiceKind::kBlock && d_.copies == d_.hosts && d_.copies > 1;
    const auto scope = per_host ? StationScope::kHost : StationScope::kShared;
    const double part = per_host ? 1.0 / d_.copies : left_;
    std::vector<Station> out;
    if (d_.opens.value > 0) out.push_back(opens_station(1, d_.opens * left_));
    out.push_back(latency_station("latency", s.latency, s.latency_stddev,
                                  object() ? kObjectRange : kServiceRange, scope));
    if (d_.requests.value > 0)
      out.push_back(
          requests_station("requests", d_.requests * part, object() ? kObjectRange : kServiceRequest, scope));
    if (d_.provisioned.value > 0) out.push_back(pipe("throughput", d_.provisioned * part, scope));
    return out;
  }

  const Design& d_;
  const double left_;
  const Access* read_;
};

}  // namespace

JobNeed as_read(const JobNeed& job, const Design& design) {
  JobNeed out = job;
  if (job.read.kind != ReadKind::kStream) return out;
  const bool object =
      design.service != nullptr && design.service->kind == ServiceKind::kObject && !staged_in_hosts(design);
  out.workload.loader.transfer_size =
      std::max(job.workload.loader.transfer_size, object ? kObjectRange : kStreamAhead);
  out.read = access_of(out.workload);
  return out;
}

StorageSpec storage_of_design(const Design& design, double left, const Access* read) {
  return Maker(design, left, read).make();
}

}  // namespace aforo
