// Whether a design serves a need, strictly: capacity, bandwidth, requests, opens, checkpoints, time per
// sample, and then the utilisation that the closed form predicts. What fails says by how much. Pure,
// thread-safe.
#pragma once

#include <string>
#include <vector>

#include "sizing/design.h"
#include "sizing/money.h"
#include "sizing/need.h"

namespace aforo {

struct Judgement {
  std::vector<Served> served;  // per job; empty where a check before the utilisation failed
  std::string check;   // that failed: "capacity", "read", "write", "opens", "requests", "network", "latency",
                       // "utilisation"
  std::string reason;  // a sentence; empty = it serves
  double reach = 1;    // what it has over what is needed, of the check that failed; below 1
  bool serves() const { return reason.empty(); }
};

// Training stands still while a checkpoint is written: takes that share of the time off a utilisation that
// knows nothing of it.
void pause(const Design& design, const JobNeed& job, Served& served);

// All but the utilisation: arithmetic on the design's figures.
Judgement check_figures(const Design& design, const Need& need);

// How it would serve every job, whether that suffices or not.
std::vector<Served> served_by(const Design& design, const Need& need, std::uint32_t accelerators_per_host);

// The time per sample and the utilisation of every job.
Judgement judge(const Design& design, const Need& need, std::uint32_t accelerators_per_host);

// No utilisation of a job that has the design to itself can be higher: what misses the design's caches comes
// at `read`, what hits them at `fast_read`, epoch by epoch. 1 where there is no cache.
double utilisation_bound(const Design& design, const JobNeed& job);

// The share of the shared stations' rates that the others leave to job i when all run.
double left_for(const Design& design, const Need& need, std::size_t job);

// Mean over the jobs, weighted by accelerators and duty.
double mean_au(const std::vector<Served>& served, const Need& need);

}  // namespace aforo
