// Accelerator utilisation of N ranks that load batches ahead of their steps: closed forms.
//
// Z is the step time. Each rank has W loader workers; a worker takes W Z / r on average for a batch, varying
// by `batch_cv` (gamma), so r is the production ratio: what all workers together can make over what is
// consumed. A worker may be at most `prefetch` batches ahead, batches are consumed in order, and with a
// barrier every step waits for the slowest rank. "min of rates", AU = min(1, r), is the limit of small
// variation. Source: own derivation (extreme values of the mean of some batches; local time of a reflected
// Brownian motion), constants fitted against the simulated world; the measured error is in
// docs/accuracy-closed-forms.md. Pure and thread-safe.
#pragma once

#include <cstdint>

#include "base/units.h"

namespace aforo {

struct AuCase {
  double ratio = 1;     // r > 0
  double batch_cv = 0;  // of a worker's batch time, >= 0
  double ranks = 1;     // N >= 1
  double workers = 1;   // W >= 1, of a rank
  double prefetch = 1;  // batches per worker, >= 1
  bool barrier = true;  // false: every rank goes on alone
};

// In the steady state, in (0, min(1, r)].
double steady_au(const AuCase& c);

// Expected maximum of `n` >= 1 draws (need not be whole) from a gamma law of mean 1.
double expected_largest_gamma(double n, double cv);

// The rank loads its own batch when it asks (workers = 0): Z / (Z + E max over N of the batch time); without
// a barrier N = 1. `batch` is the mean time, > 0.
double on_demand_au(Seconds step, Seconds batch, double batch_cv, double ranks, bool barrier);

// An epoch begins with empty loaders: S steps at `steady` and the time until the first batch is there.
// S Z / (S Z / steady + fill). steps > 0.
double epoch_au(double steady, std::uint64_t steps, Seconds step, Seconds fill);

// All ranks stand still for `pause` after every `every` of training: tau / (tau + delta). 1 if every is 0.
double checkpoint_factor(Seconds every, Seconds pause);

// Young's (1974) interval between checkpoints: sqrt(2 delta MTBF).
Seconds young_interval(Seconds pause, Seconds mean_time_between_failures);

}  // namespace aforo
