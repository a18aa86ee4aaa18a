// Changing a workload that is complete already.
//
// Thread-safe, pure.
#pragma once

#include <span>
#include <string>

#include "workload/spec.h"
#include "workload/use.h"

namespace aforo {

// A complete workload with "dotted.key=value" over it (aforo's keys), validated together again; its dataset
// may have been exchanged before. Name, origin, warnings and provenance stay. Throws UserError.
Workload revised(Workload workload, std::span<const std::string> overrides, Use use = Use::kJob);

}  // namespace aforo
