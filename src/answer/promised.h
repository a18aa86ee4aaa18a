// How narrowly a storage file lets a job be predicted: what a probe asks while it measures. The probe itself lies below
// predictions, so this is handed down to it.
#pragma once

#include <stop_token>

#include "model/storage_spec.h"
#include "probe/probe_precision.h"
#include "workload/spec.h"

namespace aforo {

// From the very interval that `predict` states for this job on the file that `storage` makes, and from that of the same
// file had its windows agreed. Where `storage` makes no file yet, nothing is promised (a half width of 1). Blocks for
// one or two predictions. Throws as predict() does.
Promise promise_of(const Workload& job, const StorageSpec& storage, std::stop_token stop);

// Throws UserError where a job cannot be predicted on any storage, as predict() would.
void require_predictable(const Workload& job);

}  // namespace aforo
