// What the benchmark's file says of checkpoints. Private to the room; pure but for what the source notes.
#pragma once

#include "workload/dlio_source.h"
#include "workload/spec.h"
#include "workload/use.h"

namespace aforo {

// The model (one of its llama3, told by layers and hidden size, with the parallelism that the file gives; or as many bytes
// as model_size says, by rank 0), how often in steps, and fsync. Read where somebody uses checkpoints, or where the file says
// after how many steps one is written; else it marks nothing, and its keys are warned of. Throws UserError for a file that
// is used for its checkpoints and says no size.
CheckpointSpec read_dlio_checkpoint(DlioSource& source, Use use);

}  // namespace aforo
