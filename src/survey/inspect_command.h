// `aforo inspect DIR`: what dataset is this? Count, sizes, layout, fan-out, and the `dataset:`
// block that describes it.
//
// Memory is bounded whatever the number of files: names are not kept, sizes go into a streaming summary.
// Reads file names, sizes and the first bytes of a sample of files; of record files (TFRecord, tar) the
// headers of all records, or of a bounded number of files, which the Record then says. Writes nothing.
#pragma once

#include <stop_token>

#include "hosts/crew.h"
#include "survey/inspect_options.h"
#include "world/progress.h"

namespace aforo {

// Blocks until all is seen. What could not be read is counted in the Record's `errors` and named in
// `warnings`. Throws UserError when the directory is missing, not a directory, unreadable, or holds
// no file. A stop request gives what was seen, `partial` = true; Interrupted if that is nothing.
// `sink` may be empty; it is called from a thread of its own, which has ended when this returns.
//
// `crew`: hosts that do it together, all of which call this; null: this process alone. The first lists, and all look into files
// (inspect_hosts.h); it returns the outcome of all, the others an empty one. Throws UserError, too, where a host sees other files.
InspectOutcome inspect(const InspectOptions& options, std::stop_token stop, const ProgressSink& sink,
                       Crew* crew = nullptr);

}  // namespace aforo
