// Where the constants of a workload come from, as a field: a list of {field, kind, source, date}.
#pragma once

#include "workload/field_kinds.h"

namespace aforo {

// `field` must name a field or a section, `kind` is measured, published or estimated, none may be
// empty. Not required of a workload; a test requires it of every preset.
Field provenance_field();

}  // namespace aforo
