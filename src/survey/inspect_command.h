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

struct InspectOutcome {
  Json record;           // docs/record.md
  bool partial = false;  // a stop request ended it before all was seen
  std::optional<DatasetSpec>
      dataset;  // what `dataset_yaml` of the Record says; absent where no sample's size is known
};

// The Record (docs/record.md). What could not be read is counted in `errors` and named in `warnings`.
// Throws UserError when the directory is missing, not a directory, unreadable, or holds no sample.
// A stop request gives the Record of what was seen, `partial` = true; Interrupted if that is nothing.
InspectOutcome inspect(const InspectOptions& options, std::stop_token stop, const ProgressSink& sink);

}  // namespace aforo
