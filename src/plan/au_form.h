// Accelerator utilisation of N ranks that load batches ahead of their steps: closed forms.
//
// Z is the step time. Each rank has W loader workers; a worker takes W Z / r on average for a
// batch, varying by `batch_cv` (gamma), so r is the production ratio: what all workers together can
// make over what is consumed. A worker may be at most `prefetch` P batches ahead, batches are
// consumed in order, and with a barrier every step waits for the slowest rank. "min of rates", AU =
// min(1, r), is the limit of small variation.
//
//   AU = min(1, r, 1 / (1 + int_1^inf (1 - F(y)^{N W}) dy))
//
// the slowest of N W producers, each averaged over the `lead` q of batches it may run ahead; F is
// the gamma law of mean 1/r and shape q / cv^2. Source: own derivation (extreme values); ln q is
// a polynomial in ln P, ln cv, ln r and 1/W, fitted to half of 2,688 runs of the loader's
// recursion (au_form_test.cc). Measured error against the simulated world, none of which was
// fitted to: docs/accuracy-closed-forms.md.
//
// Microseconds each. Arguments out of their range are the caller's mistake. Pure and thread-safe.
#pragma once

#include <array>
#include <cstdint>

#include "base/units.h"

namespace aforo {

// One job, as its loader sees it.
struct AuCase {
  double ratio = 1;     // r > 0
  double batch_cv = 0;  // of a worker's batch time, >= 0
  double ranks = 1;     // N >= 1
  double workers = 1;   // W >= 1, of a rank
  double prefetch = 1;  // batches per worker, >= 1
  bool barrier = true;  // false: every rank goes on alone
};

// ln q = a0 + a1 p + a2 v + a3 / W + a4 r' + a5 p v + a6 p^2 + a7 r' v + a8 v^2 + a9 p r', with p =
// ln P, v = ln cv, r' = ln r. Beyond the fitted region (P <= 8, 0.05 <= cv <= 2, 0.3 <= r <= 3) the
// nearest edge's lead is taken. To fit them again, give others: bench/accuracy compares.
using LeadConstants = std::array<double, 10>;
inline constexpr LeadConstants kLead = {0.4037,  1.3211, -0.0668, 0.2452, -0.1930,
                                        -1.0082, 0.1163, 0.4596,  0.0287, -0.1078};
// The lead q of such a job, in batches; > 0.
double lead(const AuCase& c, const LeadConstants& constants = kLead);

// In the steady state, in (0, min(1, r)].
double steady_au(const AuCase& c, const LeadConstants& constants = kLead);

// W readers take the samples of one rank in order, at most W ahead of the first unfinished one (tf.data's
// deterministic map): the share of W readers' rate that is left. Fitted to the recursion D_j = max(D_{j-1},
// D_{j-W} + R_j), within 0.02 for W in 2..64 and cv in 0.1..1.5 (au_form_test.cc).
double in_order_efficiency(double readers, double cv);

// Expected maximum of `n` >= 1 draws (need not be whole) from a gamma law of mean 1; 1 where cv is
// 0. By quadrature.
double expected_largest_gamma(double n, double cv);

// The rank loads its own batch when it asks (workers = 0): Z / (Z + E max over N of the batch
// time); without a barrier N = 1. `batch` is the mean time, > 0.
double on_demand_au(Seconds step, Seconds batch, double batch_cv, double ranks, bool barrier);

// An epoch begins with empty loaders: S steps at `steady` and the time until the first batch is
// there. S Z / (S Z / steady + fill). steps > 0, steady > 0.
double epoch_au(double steady, std::uint64_t steps, Seconds step, Seconds fill);

// All ranks stand still for `pause` after every `every` of training: tau / (tau + delta). 1 if every is 0.
double checkpoint_factor(Seconds every, Seconds pause);

}  // namespace aforo
