// The page of `aforo checkpoint`.
#pragma once

#include "measure/record.h"
#include "report/document.h"

namespace aforo {

Document checkpoint_document(const Json& record);

// Into a section of its own: the checkpoints that a run wrote. Nothing where it wrote none.
void add_checkpoints_of_run(Document& doc, const Json& record);

}  // namespace aforo
