// What the pages of a prediction say: one job, the largest number of accelerators, a sweep over a setting.
//
// From the Record of `aforo predict` (docs/record.md); what it lacks is left out. Pure; never throws.
#pragma once

#include "measure/record.h"
#include "report/document.h"

namespace aforo {

// By the presence of `sweep`, else of `max_accelerators`, else of one job.
Document predict_document(const Json& record);

}  // namespace aforo
