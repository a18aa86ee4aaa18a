// What the page of a run says: utilisation and what it cost, where the time went, the times themselves,
// storage, the client, the statistics by name, what failed, the verdict.
//
// From the Record of `aforo run` (docs/record.md); what it lacks is left out. Pure; never throws.
#pragma once

#include "measure/record.h"
#include "report/document.h"

namespace aforo {

Document run_document(const Json& record);

// Of a dry run, by `would_read`: what would be read, and how long it takes at least.
Document dry_run_document(const Json& record);

}  // namespace aforo
