#include "plan/kernel_reads.h"

#include <algorithm>
#include <cmath>

namespace aforo {

KernelReads kernel_reads(const Access& access, const DatasetSpec& dataset, const LoaderSpec& loader) {
  const double sample = access.bytes_per_sample;
  double requests = access.requests_per_sample;
  if (access.kind != ReadKind::kStream && loader.read_mode == ReadMode::kBuffered) {
    const double window =
        std::max(static_cast<double>(loader.transfer_size.value), static_cast<double>(kReadahead.value));
    // Where sizes differ the last window of a sample is half full on average.
    requests =
        law_cv(dataset.sample_size) > 0 ? std::max(1.0, sample / window + 0.5) : std::ceil(sample / window);
  }
  return {requests, sample / requests};
}

}  // namespace aforo
