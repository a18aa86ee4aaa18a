// One checkpoint alone in virtual time: all ranks begin to write at once, and nobody reads meanwhile.
#pragma once

#include <optional>
#include <stop_token>

#include "model/storage_spec.h"
#include "sim/simulate.h"

namespace aforo {

// Seconds of virtual time.
struct SimSaving {
  Seconds whole{0};    // until it is committed
  Seconds slowest{0};  // until the last rank has written its files
  Seconds fastest{0};  // until the first has, of those that write any
  Seconds rank0{0};    // until rank 0 has
};

// The pipeline's own coroutines carry it out (pipeline/checkpoint.h), in the largest chunks there are: under processor
// sharing smaller ones of a file take as long together. `job.plan.checkpoint` must write; its layout and loader say how the
// job reads, which decides what servers it shares. Absent where `storage` does not say what such writing takes. One thread.
// Throws Interrupted on a stop. Events: some for each file.
std::optional<SimSaving> simulate_saving(const StorageSpec& storage, const SimJob& job,
                                         const std::stop_token& stop);

}  // namespace aforo
