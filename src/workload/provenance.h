// Where the constants of a workload come from, as a field: a list of {field, kind, source, date}.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "workload/field_kinds.h"

namespace aforo {

// Nothing for the name of a field or section; else what a person may have meant, "; did you mean ...?" or "".
using UnknownField = std::function<std::optional<std::string>(std::string_view name)>;

// `field` must name a field or a section, `kind` is measured, published or estimated, none may be
// empty. Not required of a workload; a test requires it of every preset.
Field provenance_field(UnknownField unknown);

}  // namespace aforo
