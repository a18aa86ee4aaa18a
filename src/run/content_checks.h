// The checks that a run applies to what it reads.
#pragma once

#include "pipeline/job.h"
#include "run/dataset_open.h"

namespace aforo {

// Proves every sample read whole (`--verify`); `dataset` outlives the check.
SampleCheck make_sample_check(const OpenedDataset& dataset);

// Follows shards: always their framing, with `contents` every sample too. Empty for layouts without frames,
// unless `contents`. `dataset` outlives the checks.
StreamCheckFactory make_stream_checks(const OpenedDataset& dataset, bool contents);

}  // namespace aforo
