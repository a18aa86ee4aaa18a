// The pictures of a Record: what a report shows that a terminal cannot.
//
// From its keys alone (docs/record.md); what a Record lacks has no picture. Each says its statistic, unit, source
// and configuration, and in one sentence what is to be seen. Pure, thread-safe; never throws for a Record
// of another shape.
#pragma once

#include <span>
#include <vector>

#include "measure/record.h"
#include "report/comparison.h"
#include "report/document.h"

namespace aforo {

// In the order of a page. `others` are the rest of a report: what they measured of the same job is drawn on a
// prediction. May be empty.
std::vector<Section> figures_of(const Json& record, std::span<const NamedRecord> others);

}  // namespace aforo
