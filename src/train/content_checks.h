// The checks that a run applies to what it reads.
#pragma once

#include <string_view>

#include "pipeline/job.h"
#include "survey/dataset_open.h"

namespace aforo {

// Proves every sample read whole (`--verify`); `dataset` outlives the check.
// Of a dataset that aforo laid every byte is compared with what was generated, once its manifest is
// sure to be of this very dataset; of foreign data what the format itself can prove: a checksum,
// its structure, or nothing. `checks_of` says which.
SampleCheck make_sample_check(const OpenedDataset& dataset);

// Follows shards: always their framing, with `contents` every sample too. Empty for layouts without frames,
// unless `contents`. `dataset` outlives the checks.
// A missing or bad frame is a fault of everything behind it in that shard.
StreamCheckFactory make_stream_checks(const OpenedDataset& dataset, bool contents);

// What a run of `plan` checks of every sample beyond its length: "content" (checksums, or every
// byte as generated), "framing" (lengths and marks of the format, not the payload), "length",
// or "none" (`nothing_read`).
// For the Record: a run that looked at lengths alone must not read as if it had proved contents.
std::string_view checks_of(const Layout& layout, const JobPlan& plan, bool nothing_read);

}  // namespace aforo
