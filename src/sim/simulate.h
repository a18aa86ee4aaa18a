// Training jobs in virtual time, against a storage that exists only as data.
//
// The jobs are the pipeline's own coroutines (pipeline/training_job.h): the loader that is simulated is the
// loader that runs. Deterministic: the same setup gives the same result, on any machine and whatever else
// runs. One call uses one thread; calls side by side share nothing.
//
// Failure: UserError where the storage cannot serve what a job asks (no curve for the way it reads).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "measure/histogram.h"
#include "measure/interval.h"
#include "model/storage_spec.h"
#include "pipeline/job.h"
#include "sim/station_use.h"

namespace aforo {

struct SimJob {
  JobPlan plan;
  std::uint32_t ranks_per_host = 0;  // 0 = all on one host
};

struct SimSetup {
  const StorageSpec* storage = nullptr;  // outlives the call
  std::vector<SimJob> jobs;              // side by side on that storage, each on hosts of its own
  std::uint64_t seed = 1;
  // A worker's batch as one operation where that changes nothing: the way of a read is one processor sharing
  // station, which a worker that goes from sample to sample never leaves, or delays alone. Elsewhere samples
  // are walked through one by one, in the same order and at the same times, but without a coroutine each.
  bool aggregate = true;
  // Ends a job once the 95 % interval of its AU (batch means over steps) is narrower than this on either
  // side; 0 = run to the end.
  double au_half_width = 0;
  std::uint64_t least_steps = 30;  // before an early end
};

struct SimJobResult {
  JobResult job;
  Histogram steps;             // duration of synchronous steps (rank 0's steps where asynchronous)
  std::optional<Interval> au;  // over steps, warm-up cut off, batch means; absent for very few steps
  double cache_hit_share = 0;  // of samples
  std::vector<double> cache_hits_per_epoch;
};

struct SimResult {
  std::vector<SimJobResult> jobs;
  std::vector<SimStation> stations;  // shared ones, and the busiest host's own
  Seconds simulated{0};
  std::uint64_t events = 0;
  bool ended_early = false;  // by au_half_width
  bool stopped = false;      // by the stop token
};

SimResult simulate(const SimSetup& setup, std::stop_token stop = {});

}  // namespace aforo
