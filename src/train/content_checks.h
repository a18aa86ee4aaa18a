// The checks that a run applies to what it reads.
#pragma once

#include <string_view>

#include "pipeline/job.h"
#include "survey/dataset_open.h"

namespace aforo {

// Proves every sample read whole (`--verify`); `dataset` outlives the check.
SampleCheck make_sample_check(const OpenedDataset& dataset);

// Follows shards: always their framing, with `contents` every sample too. Empty for layouts without frames,
// unless `contents`. `dataset` outlives the checks.
StreamCheckFactory make_stream_checks(const OpenedDataset& dataset, bool contents);

// What a run of `plan` checks of every sample beyond its length: "content" (checksums, or every
// byte as generated), "framing" (lengths and marks of the format, not the payload), "length",
// or "none" (`nothing_read`).
std::string_view checks_of(const Layout& layout, const JobPlan& plan, bool nothing_read);

}  // namespace aforo
