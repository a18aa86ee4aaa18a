// The fields below `checkpoint`. Private to the room; pure.
#pragma once

#include <vector>

#include "workload/field_kinds.h"

namespace aforo {

// In the order they are written.
std::vector<Field> checkpoint_fields();

}  // namespace aforo
