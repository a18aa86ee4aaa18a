// What of a workload somebody uses, and so asks for.
#pragma once

namespace aforo {

// kDataset: its dataset alone, as who lays it; step time, batches and the like may then be absent.
enum class Use { kJob, kDataset };

}  // namespace aforo
