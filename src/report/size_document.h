// What the page of `aforo size` says: what to buy and why, what was rejected, what would turn it, what the
// jobs need.
//
// From the Record of `aforo size` (docs/record.md); what it lacks is left out. With formulas where the
// Record has them (--explain). Pure; never throws.
#pragma once

#include "measure/record.h"
#include "report/document.h"

namespace aforo {

Document size_document(const Json& record);

}  // namespace aforo
