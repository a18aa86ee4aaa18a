// What the tests of the verdict begin with.
#pragma once

#include "measure/evidence.h"

namespace aforo {

// 8 accelerators that could use 1,000 samples/s, get 600 and miss 90 %; where their time goes is each test's.
inline Evidence late_job() {
  Evidence e;
  e.au_target = 0.9;
  e.samples_per_second = 600;
  e.demand_samples_per_second = 1000;
  e.client_cpu_share = 0.3;
  e.worker_busy_share = 0.8;
  e.workers = 8;
  e.prefetch = 2;
  return e;
}

// With nothing that points anywhere.
inline Evidence slow_job() {
  Evidence e = late_job();
  e.au = 0.6;
  e.compute_share = 0.6;
  e.load_wait_share = 0.3;
  e.barrier_wait_share = 0.05;
  e.requests_in_flight = 64;
  e.read_latency_mean = 3_ms;
  e.read_latency_p99 = 9_ms;
  return e;
}

}  // namespace aforo
