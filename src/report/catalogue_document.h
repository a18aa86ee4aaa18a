// What the pages of `aforo catalogue` say: a table of a topic with its sources below, or one row in full.
//
// From the Record of `aforo catalogue` (docs/record.md): of the first topic it has rows of, else of
// workloads. What is bought is shown in the units it is sold in (TB, GB/s: powers of ten). Pure; never
// throws.
#pragma once

#include "measure/record.h"
#include "report/document.h"

namespace aforo {

Document catalogue_document(const Json& record);

}  // namespace aforo
