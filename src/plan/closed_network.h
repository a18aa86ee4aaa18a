// A workload on a storage system as a closed queueing network: what one sample needs of every station.
//
// The rounds of the network are samples; its jobs are the loader's readers. Where every read passes the same
// stations in the simulated world, it does here. Pure and thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "model/curve.h"
#include "model/storage_spec.h"
#include "plan/mva.h"
#include "workload/access.h"

namespace aforo {

// One station with what its visits vary by.
struct NetworkStation {
  MvaStation mva;
  double share = 1;       // of samples that pass it
  double work_cv = 0;     // of a passing sample's work there
  double size_cv = 0;     // what of that the sample's size brings, which is the same at all stations
  bool in_order = false;  // residence = wait + work; else it is in proportion to the work
  std::shared_ptr<const OperationCurve> curve = {};  // with jitter of its own; null elsewhere
  double operations = 1;  // per passing sample, over which the curve's jitter averages
  bool client = false;    // of the client host
  // Of readers, those whose file lies whole on one of the station's replicas; 0: files lie on all of them.
  double placed = 0;
  bool scattered =
      false;          // each sample may lie on another one of them; else a reader stays where its shard lies
  double visits = 1;  // per passing sample, each of which waits for itself

  // Of the time that a visit of so much work waits on average, seconds^2.
  double wait_variance(double work, double wait) const;
};

struct ClosedNetwork {
  std::vector<NetworkStation> stations;
  std::vector<MvaStation> mva;  // the same, as mva_schweitzer wants them
  std::vector<std::string> notes;
  bool as_simulated = true;  // no station is only approximated

  // No station has a curve, which numbers do not tell.
  bool plain() const;
  // The bytes of every number of every station: two plain networks of the same key are the same.
  std::string key() const;

  // Variation of the time from a sample's first request to its last byte when the network carries
  // `throughput` with `customers` samples in flight: coefficient of variation.
  double sample_cv(PerSecond throughput, double customers) const;
  // Of the rate as a whole, over 100 ms (CurvePoint::common), at the busiest curve.
  double common_cv(PerSecond throughput, double customers) const;
};

// The bytes of a number at the end of a key.
void append_bytes(std::string& key, double number);

// `hits[i]`: share of samples that cache i answers (cache_hits.h). `hosts`: client hosts. Throws UserError where a tier has
// no curve for the way the job reads.
ClosedNetwork closed_network(const Workload& workload, const StorageSpec& storage, double hosts,
                             std::span<const double> hits);

// The same for many `hits`, where what does not depend on them is reckoned once. Not thread-safe.
class NetworkMaker {
 public:
  // All outlive it. `access`: access_of(workload).
  NetworkMaker(const Workload& workload, const StorageSpec& storage, double hosts, const Access& access);
  ~NetworkMaker();

  // Throws as closed_network() does.
  ClosedNetwork with(std::span<const double> hits);

 private:
  class Builder;
  std::unique_ptr<Builder> builder_;
};

}  // namespace aforo
