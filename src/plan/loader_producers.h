// A loader as producers of batches: what each framework's concurrency amounts to in the closed forms. Pure.
#pragma once

#include "plan/closed_network.h"
#include "workload/spec.h"

namespace aforo {

struct Producers {
  double readers = 1;   // samples of one rank being read at once
  double workers = 1;   // W: producers of whole batches
  double prefetch = 1;  // P: batches each may be ahead
  bool on_demand = false;
  bool in_order = false;       // readers that share one batch and deliver in order
  bool batch_at_once = false;  // all samples of a batch side by side: it is ready when the last is
  double first_samples = 0;    // beyond one batch, before the first batch of an epoch
};

Producers producers_of(const Workload& workload, const SampleRead& read);

}  // namespace aforo
