// What the pages of a prediction say: one job, the largest number of accelerators, a sweep over a setting.
//
// The first screen of it (run_first.h), or all that where the Record's echo of the command line has --full; both where
// it is wanted whole. A sweep's screen is its table, of a dozen points at most.
// From the Record of `aforo predict` (docs/record.md); what it lacks is left out. Pure; never throws.
#pragma once

#include "measure/record.h"
#include "report/document.h"
#include "report/page_extent.h"

namespace aforo {

// By the presence of `sweep`, else of `max_accelerators`, else of one job.
Document predict_document(const Json& record, PageExtent extent);

}  // namespace aforo
