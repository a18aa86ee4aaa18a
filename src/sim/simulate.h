// Training jobs in virtual time, against a storage that exists only as data.
//
// The jobs are the pipeline's own coroutines (pipeline/training_job.h): the loader that is simulated is the
// loader that runs. Deterministic: the same setup gives the same result, on any machine and whatever else
// runs. One call uses one thread; calls side by side share nothing.
//
// Failure: UserError where the storage cannot serve what a job asks (no curve for the way it reads).
//
// What is not simulated: faults, writes where the storage file does not say what they take, the contents of samples, and
// the memory that batches take.
// A job's own CPU work is, where the workload has any (loader.preprocess), on the hosts' CPU
// station.
//
// Cost: a few events per read, and per station that is passed; memory grows with readers, stations
// and caches, not with samples, but for the caches' books (cache.h) and 24 bytes per step
// (step_log.h).
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

// A rank is dealt to hosts in blocks: ranks [0, n) to the first, and so on; the last may have
// fewer. The plan's layout outlives the call; its checks and delivery are left out, as there are no
// bytes.
struct SimJob {
  JobPlan plan;
  // 0 = all on one host.
  std::uint32_t ranks_per_host = 0;
};

struct SimSetup {
  // Not null; outlives the call.
  const StorageSpec* storage = nullptr;
  // Side by side on that storage from time 0 on, each on hosts of its own. At most 65535.
  std::vector<SimJob> jobs;
  // Of everything random in storage; what is random in a job (order, step times) follows from its
  // plan.
  std::uint64_t seed = 1;
  // A worker's batch as one operation where that changes nothing: the way of a read is one processor sharing
  // station, which a worker that goes from sample to sample never leaves, or delays alone. Elsewhere samples
  // are walked through one by one, in the same order and at the same times, but without a coroutine each.
  bool aggregate = true;
  // With `aggregate`: also the reads of a worker's batch that follow each other in a host's nearest cache, where
  // the way of a hit is one such station. The cache is then asked for each of them when the first begins, so
  // that another reader of the host may find it fuller or emptier by what a batch takes: chance, no bias, and
  // a fraction of the events.
  bool gather_hits = false;
  // Ends a job once the 95 % interval of its AU (batch means over steps) is narrower than this on either
  // side; 0 = run to the end.
  double au_half_width = 0;
  // Before an early end; at least 4. The warm-up is among them.
  std::uint64_t least_steps = 30;
  // The first job's end ends the others: steps that they have begun do not count. Else all run to their end.
  bool until_first = false;
};

// Of one job, in virtual seconds. Read faults do not occur; checkpoints that are written take no time where the storage
// file does not say what that takes (CheckpointStats::unknown).
struct SimJobResult {
  JobResult job;
  // Duration of rank 0's steps, with load, compute, barrier and checkpoint: where ranks are
  // synchronous, those of the job.
  Histogram steps;
  // A fraction. Over steps, warm-up cut off, batch means; absent for very few steps. AU by epochs,
  // as a run has it, is made from `job` (measure/au.h).
  std::optional<Interval> au;
  // A fraction. Over the first epoch's steps behind those that were prefetched at its start, which is at most
  // half of them: what the others go at. A whole number of times as many as the loader builds side by side, where there
  // are so many: these come together, and are waited for together. Absent where there are none.
  std::optional<double> settled_au;
  // Of reads that asked a cache; 0 also where there is none.
  double cache_hit_share = 0;
  // The same, by epoch.
  std::vector<double> cache_hits_per_epoch;
};

// However it ended: what was simulated until then is whole steps and counts.
struct SimResult {
  std::vector<SimJobResult> jobs;
  // Shared ones, and the busiest host's own. Empty where no time went by.
  std::vector<SimStation> stations;
  // From 0 to the end of the last job, in virtual time.
  Seconds simulated{0};
  // That happened: what the simulation cost is about proportional to it.
  std::uint64_t events = 0;
  bool ended_early = false;  // by au_half_width
  bool stopped = false;      // by the stop token
};

// Blocks until all jobs have ended. The stop token is looked at every few thousand events: jobs
// then end at once, `stopped` is set and the result is what there is. No threads, no files.
SimResult simulate(const SimSetup& setup, std::stop_token stop = {});

}  // namespace aforo
