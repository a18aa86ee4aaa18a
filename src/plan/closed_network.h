// A workload on a storage system as a closed queueing network: what one sample needs of every station.
//
// The rounds of the network are samples; its jobs are the loader's readers. Where every read passes the same
// stations in the simulated world, it does here. Pure and thread-safe.
#pragma once

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
  bool in_order = false;  // residence = wait + work; else it is in proportion to the work
  std::shared_ptr<const OperationCurve> curve = {};  // with jitter of its own; null elsewhere
  double operations = 1;  // per passing sample, over which the curve's jitter averages
  bool client = false;    // of the client host
};

struct ClosedNetwork {
  std::vector<NetworkStation> stations;
  std::vector<MvaStation> mva;  // the same, as mva_schweitzer wants them
  std::vector<std::string> notes;
  bool as_simulated = true;  // no station is only approximated

  // Variation of the time from a sample's first request to its last byte when the network carries
  // `throughput` with `customers` samples in flight: coefficient of variation.
  double sample_cv(PerSecond throughput, double customers) const;
  // Of the rate as a whole, over 100 ms (CurvePoint::common), at the busiest curve.
  double common_cv(PerSecond throughput, double customers) const;
};

// `hits[i]`: share of samples that cache i answers. `hosts`: client hosts. Throws UserError where a tier has
// no curve for the way the job reads.
ClosedNetwork closed_network(const Workload& workload, const StorageSpec& storage, double hosts,
                             std::span<const double> hits);

}  // namespace aforo
