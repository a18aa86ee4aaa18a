// What is simulated of a dataset whose layout aforo sizes and neither lays nor reads. Pure, thread-safe.
#pragma once

#include <string>
#include <vector>

#include "workload/spec.h"

namespace aforo {

// The same workload, its dataset in the first layout that is read in the same way (front to back, or any sample of a
// packed file) and that can be laid; where that tells samples apart by their size alone, all have the mean. One that
// aforo lays is as it was.
Workload in_known_layout(Workload workload);

// Likewise, with a note on what was taken where something was.
Workload in_known_layout(Workload workload, std::vector<std::string>& notes);

}  // namespace aforo
