// What a page lets a person choose from: the shipped workloads and accelerators.
#pragma once

#include "measure/record.h"

namespace aforo {

// {"presets": [{"name", "summary", "domain", "accelerators", "accelerator_type", "dataset_bytes", "au_target"}],
// "accelerator_types": ["a100", ...]}. Reads only what the binary carries; some ten milliseconds.
Json offers();

}  // namespace aforo
