// `aforo probe`: what does this storage give at a constant number of operations in flight, for exactly the
// operations that a training job makes?
//
// Readers are the pipeline's own, on the lanes that a run reads with. An existing dataset is only read; in an
// absent or empty directory one is laid first and removed at the end, however the probe ends.
#pragma once

#include <stop_token>
#include <string>

#include "measure/record.h"
#include "model/storage_spec.h"
#include "probe/probe_config.h"
#include "world/progress.h"

namespace aforo {

// The Record, and what of it a prediction needs.
struct ProbeOutcome {
  // Complete unless `partial`. Not judged: parse_storage of its text says whether it can be used.
  StorageSpec storage;
  Json record;
  // Of a probe that chose its length: how that ended, a sentence; else empty.
  std::string precision;
  // A stop request ended it before all was measured; the Record says it too.
  bool partial = false;
};

// Blocks; the calling thread becomes home. Lanes, `progress`' thread and what lays data have ended
// when this returns. Data that was laid is removed however it ends, and a UserError names what
// could not be; what a killed probe left goes with the next one there.
//
// Throws UserError when nothing can be laid or read, or one sample cannot, Interrupted when
// it was stopped before the first curve. A stop later gives what was measured, `partial` =
// true. `progress` may be empty. With `precision` it throws what the promise does.
ProbeOutcome probe(const ProbeOptions& options, std::stop_token stop, const ProgressSink& progress);

}  // namespace aforo
