// What the page of a search says: how many accelerators this storage feeds, and how each number tried did.
//
// From the Record of `aforo run --find-max` (docs/record.md); what it lacks is left out. Pure; never throws.
#pragma once

#include "measure/record.h"
#include "report/document.h"

namespace aforo {

Document find_max_document(const Json& record);

}  // namespace aforo
