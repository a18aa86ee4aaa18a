// The accelerator utilisation of a job on a storage system, by closed forms, in
// well under a millisecond.
//
// A closed queueing network gives the rate that the loader's readers reach when all are at work
// (Schweitzer, with the measured curves as load-dependent stations) and the variation of a
// batch's time; the AU form gives what barrier and prefetch window leave of it. Readers that wait
// for room in the window do not load the storage, so the two are solved together: AU is the fixed
// point of AU -> throughput -> readers at work -> batch time -> AU. Caches are followed epoch by
// epoch and along each epoch.
//
// Measured error: docs/accuracy-closed-forms.md. Other jobs, pauses of the storage and reads ahead
// are not in it. Pure and thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/units.h"
#include "measure/evidence.h"
#include "model/storage_spec.h"
#include "plan/au_form.h"
#include "plan/solved_networks.h"
#include "workload/spec.h"

namespace aforo {

// What was found, and how far it may be trusted.
struct ClosedPrediction {
  // "wall": compute time over time, summed over all epochs, a cold first one included.
  double au = 0;
  // Au with the error that the cross-check found for such jobs.
  double au_low = 0, au_high = 0;
  PerSecond samples{0};
  BytesPerSecond bytes{0};  // that the loader asks for
  // A busy station's kind of limit, kLoaderSettings, kFewShards, kBarrierSkew, kEpochStart, kColdCache,
  // kCheckpoints, or kNone where the target is met.
  Limit limited_by = Limit::kNone;
  // The same for people: the station's name, "loader workers", else the limit's own words.
  std::string limit;
  // Of these the station's name; else empty.
  std::string limit_station;
  // What most of the loss is due to, in the words of `limit`, target met or not.
  std::string loss;
  // au_low and au_high lie less than a point apart: half a point of error at most.
  bool near = false;
  // What was approximated, and why it is not near.
  std::vector<std::string> notes;

  // AU of the last epoch's steady state, without its start and without checkpoints.
  double steady = 0;
  // R there: what the readers can make, all at work, over what is consumed.
  double ratio = 0;
  double batch_cv = 0;     // of one producer's batch there
  double concurrency = 0;  // samples being read at once, at most
  // What an epoch takes beyond its steps in the steady state.
  Seconds fill{0};
  std::string error_class;  // of closed_error.h
  // Of that class: 19 of 20 such jobs were predicted within it.
  double error = 0;
};

// What the workload does not say.
struct ClosedOptions {
  std::uint32_t ranks_per_host = 0;  // 0 = all on one host
  // Of all ranks, every workload.checkpoint.every.
  Seconds checkpoint_pause{0};
  LeadConstants lead = kLead;
  // An upper bound of the utilisation will do, and where the target is missed any of them, in a quarter of the
  // time: few of the epochs in which caches fill are followed (closed_bound_test.cc). Of what limits it, its interval and notes nothing is said.
  bool at_most = false;
  // Where networks that were solved are looked for and kept; null: nowhere. Outlives the call.
  SolvedNetworks* solved = nullptr;
};

// `steps` per epoch; 0 = training.steps, else from the dataset. Throws UserError where the storage
// has no curve for the way the job reads, the job has no whole step, or its step takes no time.
ClosedPrediction predict_closed(const Workload& workload, const StorageSpec& storage, std::uint64_t steps = 0,
                                const ClosedOptions& options = {});

}  // namespace aforo
