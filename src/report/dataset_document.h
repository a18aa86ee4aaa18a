// What the pages about data say: of `aforo generate` what was laid or removed, of `aforo inspect` what was
// found.
//
// From their Records (docs/record.md); what these lack is left out. Pure; never throws.
#pragma once

#include "measure/record.h"
#include "report/document.h"

namespace aforo {

Document generate_document(const Json& record);  // also of --dry-run and --delete
Document inspect_document(const Json& record);   // with the `dataset:` block for a workload file

}  // namespace aforo
