// From a Record to what its page says: the one door for whoever makes pages, whatever of.
#pragma once

#include "measure/record.h"
#include "report/document.h"

namespace aforo {

// By the Record's `command`; of `run` also by the presence of `would_read` (a dry run), `max_accelerators` or
// `ramp` (a search). A Record of an unknown command is shown as a run.
// Keys that are absent are not shown; what is of another shape is absent. Never throws. Pure, thread-safe.
Document document_of(const Json& record);

// All that its page may say, whatever the echo of the command line asks for: the first screen where there is one, in
// sections without a heading, and the rest below it. For media that scroll. Otherwise as document_of.
Document whole_document_of(const Json& record);

}  // namespace aforo
