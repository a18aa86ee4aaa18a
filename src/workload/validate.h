// What no single field can know: required keys, and combinations that make no sense. Thread-safe.
#pragma once

#include <string_view>

#include "workload/fields.h"
#include "workload/use.h"

namespace aforo {

// Completes what follows from other fields (mean and spread of an empirical law), then checks
// everything together. `places` says where keys were given; `file` is named for those that are
// missing. Of what `use` does not use nothing is asked. Throws UserError.
void complete_and_check(Workload& workload, std::string_view file, const Places& places, Use use = Use::kJob);

// The same for a dataset alone.
void complete_and_check_dataset(DatasetSpec& dataset, std::string_view file, const Places& places);

}  // namespace aforo
