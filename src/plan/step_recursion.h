// Steps of a job whose readers share their storage, followed one after another: what no steady state tells.
//
// Ranks behind a barrier consume together, so that their readers begin together, and those that are done early wait
// for room while the last ones hold up the step. How many are at work therefore swings, and a storage that is kept
// busy by the mean of them is not kept busy by all that pass. Here every worker of every rank is a customer whose
// batch takes some work (gamma, of mean 1 and a given variation); with n of them at work the storage passes rates[n-1],
// shared equally (the flow-equivalent server of Chandy, Herzog and Woo 1975). An event is a batch that is done or a
// step that ends: some thousand are followed, 0.1 us each.
//
// Deterministic: the same draws for every case, so that cases differ by their numbers and not by chance. Pure,
// thread-safe.
#pragma once

#include <cstdint>
#include <span>

#include "base/units.h"

namespace aforo {

// One job, all counts >= 1.
struct StepCase {
  std::uint32_t ranks = 1;    // behind one barrier
  std::uint32_t workers = 1;  // of a rank, each of which builds whole batches
  std::uint32_t window = 1;   // batches of a rank that may be begun and not consumed; a multiple of `workers`
  double batch_cv = 0;        // of a batch's work
  Seconds step{0};            // > 0
};

// Compute over time in the steady state, in (0, 1]. `rates[n - 1]` > 0: batches per second while n are read;
// as many as there are workers of all ranks.
double stepped_au(const StepCase& c, std::span<const double> rates);

}  // namespace aforo
