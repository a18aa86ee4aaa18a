#include "plan/kernel_reads.h"

#include <algorithm>

namespace aforo {

KernelReads kernel_reads(const Access& access, const DatasetSpec& dataset, const LoaderSpec& loader) {
  const double bytes = access.bytes_per_sample, ahead = static_cast<double>(kReadahead.value);
  double requests = access.requests_per_sample;
  if (loader.read_mode == ReadMode::kBuffered && access.kind == ReadKind::kStream) {
    requests = bytes / std::max(access.request_bytes, std::min(ahead, access.whole_bytes));
  } else if (loader.read_mode == ReadMode::kBuffered) {
    const double window = std::max(static_cast<double>(loader.transfer_size.value), ahead);
    requests = requests_for(bytes, window, bytes * law_cv(dataset.sample_size));
  }
  return {requests, bytes / requests};
}

}  // namespace aforo
