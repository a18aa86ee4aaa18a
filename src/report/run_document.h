// What the page of a run says: utilisation and what it cost, where the time went, the times themselves,
// storage, the client, the statistics by name, what failed, the verdict.
//
// The first screen of it (run_first.h), or all that where the Record's echo of the command line has --full; both where
// it is wanted whole.
// From the Record of `aforo run` (docs/record.md); what it lacks is left out. Pure; never throws.
#pragma once

#include "measure/record.h"
#include "report/document.h"
#include "report/page_extent.h"

namespace aforo {

Document run_document(const Json& record, PageExtent extent);

// Of a dry run, by `would_read`: what would be read, and how long it takes at least.
Document dry_run_document(const Json& record);

}  // namespace aforo
