// What of a workload somebody uses, and so asks for.
#pragma once

namespace aforo {

// kDataset: its dataset alone, as who lays it; step time, batches and the like may then be absent. kCheckpoint: its
// checkpoints alone, which a job must then have; a dataset may be absent too.
enum class Use { kJob, kDataset, kCheckpoint };

}  // namespace aforo
