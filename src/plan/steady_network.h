// The steady state of a closed network of readers: what they produce, how far that is ahead of what accelerators
// consume, and the utilisation that comes of it. One state of the caches; ClosedForm (closed_predict.cc) asks
// for as many as a job passes through. Pure, thread-safe.
#pragma once

#include "base/units.h"
#include "plan/au_form.h"
#include "plan/closed_network.h"
#include "plan/solved_networks.h"
#include "workload/access.h"
#include "workload/spec.h"

namespace aforo {

// Readers at work at that throughput, by the approximation made right at full load: `correction` is
// SolvedNetwork's; at most `most`.
double readers_at_work(const ClosedNetwork& network, PerSecond throughput, double correction, double most);

// Batches that each producer may be ahead, with the samples that wait for their turn beyond the window.
double batches_ahead(const Access& access, const Workload& w);

// Solved exactly where that costs little (mva_exact), else by Schweitzer's approximation. `step`: of the slowest
// rank, > 0. A network that nothing limits has AU 1. With `at_most` the AU may be more than that, never less: steps are
// not followed one by one (step_recursion.h).
SolvedNetwork steady_network(const Workload& w, const ClosedNetwork& network, const Access& access,
                             const LeadConstants& lead, Seconds step, bool at_most = false);

}  // namespace aforo
