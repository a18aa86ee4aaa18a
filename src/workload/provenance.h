// Where the constants of a workload come from, as a field: a list of {field, kind, source, date}.
#pragma once

#include "workload/field_kinds.h"

namespace aforo {

Field provenance_field();

}  // namespace aforo
