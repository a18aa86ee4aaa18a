// What the page of a probe says: a table per measured curve, what the client needs, how sure all this is.
//
// From the Record of `aforo probe` (docs/record.md); what it lacks is left out. Pure; never throws.
#pragma once

#include "measure/record.h"
#include "report/document.h"

namespace aforo {

Document probe_document(const Json& record);

}  // namespace aforo
