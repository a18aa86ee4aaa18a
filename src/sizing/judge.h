// Whether a design serves a need, strictly: capacity, bandwidth, requests, opens, checkpoints, time per sample, and
// then the utilisation that the closed form predicts. A figure of 0 is nothing, not no limit. What fails says by how
// much. The checks and their order are docs/sizing.md section 3. Pure, thread-safe.
#pragma once

#include <string>
#include <vector>

#include "model/storage_spec.h"
#include "plan/solved_networks.h"
#include "sizing/design.h"
#include "sizing/money.h"
#include "sizing/need.h"

namespace aforo {

// What came out. It does not depend on prices.
struct Judgement {
  // Per job; empty where a check before the utilisation failed.
  std::vector<Served> served;
  // That failed: "durability", "capacity", "read", "write", "opens", "requests", "writes", "network", "latency",
  // "utilisation" or "simulation"; empty where it serves.
  std::string check;
  std::string reason;  // a sentence; empty where it serves, or no words were asked for
  // What it has over what is needed, of the check that failed: in (0, 1), or 0 where a like
  // design was judged instead.
  double reach = 1;
  std::uint64_t events = 0;  // of the simulations that it was made by: what it cost; 0 by closed forms
  bool serves() const { return check.empty(); }
};

// No utilisation (nor its interval) is larger than the job's hosts allow, and where storage limits nothing,
// or they are within a twentieth of that, they are the limit. A simulation that is cut short begins with
// what the loader has ready, and knows less.
void hold_to_host(const JobNeed& job, Served& served);

// Does the same first. Training stands still while a checkpoint is written, and before it starts while a hot copy is
// made (staging.h): takes these shares of the time off a utilisation (and its interval) that knows nothing of them;
// names the limit where that is the larger loss.
void subtract_pauses(const Design& design, const JobNeed& job, Served& served);

// All but the utilisation: arithmetic on the design's figures, microseconds. `served` stays empty.
// A design that passes need not serve. Without `words` there is no reason, which takes most of the time.
Judgement check_figures(const Design& design, const Need& need, bool words = true);

// How it would serve every job by closed forms, whether that suffices or not; in
// the order of need.jobs. `solved` and `at_most` are
// ClosedOptions' (closed_predict.h); the former may be null.
std::vector<Served> served_by(const Design& design, const Need& need, std::uint32_t accelerators_per_host,
                              SolvedNetworks* solved = nullptr, bool at_most = false);

// The time per sample and the utilisation of every job: a closed form each, up to milliseconds.
// Does not repeat check_figures.
Judgement judge_design(const Design& design, const Need& need, std::uint32_t accelerators_per_host,
                       SolvedNetworks* solved = nullptr, bool at_most = false);

// The storage as job i sees it while the others run: what they leave of the shared stations, and its part of a cache
// that all fill.
StorageSpec storage_for(const Design& design, const Need& need, std::size_t job);

// The share of the shared stations' rates that the others leave to job i when all run, [0.01, 1]:
// what is left of the read bandwidth, but never less than its own part of all that is asked.
double left_for(const Design& design, const Need& need, std::size_t job);

// Mean over the jobs, weighted by accelerators and duty; 0 of none.
double mean_au(const std::vector<Served>& served, const Need& need);

}  // namespace aforo
