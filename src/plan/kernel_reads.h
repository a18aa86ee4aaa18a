// What Linux makes of a loader's requests before they reach storage: another question than what the loader
// asks (workload/access.h).
//
// Buffered reads arrive in read-ahead windows: those of a file or a range since decoders read in pieces smaller
// than one, those of a shard where requests are smaller than one; larger requests are passed on as they are.
// Direct reads arrive as they were asked. Pure, no failure, any thread.
#pragma once

#include "base/units.h"
#include "workload/access.h"

namespace aforo {

inline constexpr Bytes kReadahead{128 << 10};  // Linux's default read_ahead_kb

struct KernelReads {
  double requests_per_sample = 0;
  double request_bytes = 0;  // mean: bytes per sample / requests per sample
};

KernelReads kernel_reads(const Access& access, const DatasetSpec& dataset, const LoaderSpec& loader);

}  // namespace aforo
