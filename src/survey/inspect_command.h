// `aforo inspect DIR`: what dataset is this? Count, sizes, layout, fan-out, and the `dataset:`
// block that describes it.
//
// Memory is bounded whatever the number of files: names are not kept, sizes go into a streaming summary.
// Reads file names, sizes and the first bytes of a sample of files; of record files (TFRecord, tar) the
// headers of all records, or of a bounded number of files, which the Record then says. Writes nothing.
#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "measure/record.h"
#include "workload/spec.h"
#include "world/progress.h"

namespace aforo {

struct InspectOptions {
  std::string directory;
  // 0 = twice the cores: scanning waits for the storage's metadata.
  unsigned threads = 0;
};

// What was seen. Plain data.
struct InspectOutcome {
  // docs/record.md.
  Json record;
  // A stop request ended it before all was seen; the Record says it too.
  bool partial = false;
  // What `dataset_yaml` of the Record says; absent where no sample's size is known.
  std::optional<DatasetSpec> dataset;
};

// Blocks until all is seen. What could not be read is counted in the Record's `errors` and named in
// `warnings`. Throws UserError when the directory is missing, not a directory, unreadable, or holds
// no file. A stop request gives what was seen, `partial` = true; Interrupted if that is nothing.
// `sink` may be empty; it is called from a thread of its own, which has ended when this returns.
InspectOutcome inspect(const InspectOptions& options, std::stop_token stop, const ProgressSink& sink);

}  // namespace aforo
