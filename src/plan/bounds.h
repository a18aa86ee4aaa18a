// Asymptotic and balanced-job bounds of a closed queueing network, and the interactive response-time law.
//
// A network of queueing stations with service demands D_i (seconds per job at station i), a delay L that
// nobody queues for, and K jobs that go round for ever. Source: Denning, Buzen, "The operational analysis of
// queueing network models", 1978; balanced-job bounds: Zahorjan, Sevcik, Eager, Galler, 1982. Both hold for
// any service law (asymptotic) or for product-form networks (balanced). Pure and thread-safe.
#pragma once

#include <span>

#include "base/units.h"

namespace aforo {

// X <= min(1 / max D, K / (sum D + L)). Infinite where there is neither demand nor delay. K >= 0.
PerSecond throughput_bound(std::span<const Seconds> demands, Seconds delay, double customers);

// Throughput lies in [low, high] for a product-form network of single queues with K >= 1 jobs.
struct ThroughputBounds {
  PerSecond low{0}, high{0};
};
ThroughputBounds balanced_job_bounds(std::span<const Seconds> demands, Seconds delay, double customers);

// N accelerators that think for Z and then wait for the response R: N = X (R + Z).
Seconds interactive_response(double accelerators, PerSecond throughput, Seconds think);

// The smallest response that N accelerators without prefetch can see: max(sum D, N max D - Z).
Seconds response_bound(std::span<const Seconds> demands, double accelerators, Seconds think);

// N* = (sum D + Z) / max D: beyond it somebody queues whatever the order. Infinite without demand.
double knee(std::span<const Seconds> demands, Seconds think);

}  // namespace aforo
