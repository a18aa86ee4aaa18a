// What the page of a search says: how many accelerators this storage feeds, and how each number tried did.
//
// The first screen of it (run_first.h), or all that where the Record's echo of the command line has --full; both where
// it is wanted whole.
// From the Record of `aforo run --find-max` (docs/record.md); what it lacks is left out. Pure; never throws.
#pragma once

#include "measure/record.h"
#include "report/document.h"
#include "report/page_extent.h"

namespace aforo {

Document find_max_document(const Json& record, PageExtent extent);

}  // namespace aforo
