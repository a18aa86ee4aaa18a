// What the page of `aforo size` says: what to buy and why, what was rejected, what would turn it, what the
// jobs need.
//
// The first screen (size_first.h) and what was asked for beside it; all of it where the Record's echo of the
// command line has --full or --explain, with formulas where the Record has them; both where it is wanted whole. From the Record of
// `aforo size` (docs/record.md); what it lacks is left out. Pure; never throws.
#pragma once

#include "measure/record.h"
#include "report/document.h"
#include "report/page_extent.h"

namespace aforo {

Document size_document(const Json& record, PageExtent extent);

}  // namespace aforo
