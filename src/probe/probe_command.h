// `aforo probe`: what does this storage give at a constant number of operations in flight, for exactly the
// operations that a training job makes?
//
// Readers are the pipeline's own, on the lanes that a run reads with. An existing dataset is only read; in an
// absent or empty directory one is laid first and removed at the end, however the probe ends.
#pragma once

#include <stop_token>

#include "hosts/crew.h"
#include "probe/probe_config.h"
#include "probe/probe_outcome.h"
#include "world/progress.h"

namespace aforo {

// Blocks; the calling thread becomes home. Lanes, `progress`' thread and what lays data have ended
// when this returns. Data that was laid is removed however it ends, and a UserError names what
// could not be; what a killed probe left goes with the next one there.
//
// Throws UserError when nothing can be laid or read, or one sample cannot, Interrupted when
// it was stopped before the first curve. A stop later gives what was measured, `partial` =
// true. `progress` may be empty. With `precision` it throws what the promise does.
//
// `crew`: the processes that measure together, all of which come to it with the same options and no `precision`; null: this
// one alone. The first's outcome is that of all, the others' is empty; what ends one of them ends all, as Crew says.
ProbeOutcome probe(const ProbeOptions& options, std::stop_token stop, const ProgressSink& progress,
                   Crew* crew = nullptr);

}  // namespace aforo
