#include "plan/loader_producers.h"

#include <algorithm>

#include "pipeline/stream_loader.h"

namespace aforo {

Producers producers_of(const Workload& w, const SampleRead& read) {
  const LoaderSpec& loader = w.loader;
  const double workers = std::max<double>(1, loader.workers), prefetch = std::max<double>(1, loader.prefetch);
  const double batch = static_cast<double>(loader.batch_size);
  Producers out;
  if (read.kind == ReadKind::kStream) {
    out.readers = workers;
    const double ahead =
        std::max(static_cast<double>(kHandOverBytes), read.operation_bytes) * kReadAheadRequests;
    out.prefetch = prefetch + workers * ahead / (batch * read.bytes);
    out.in_order = true;
    if (loader.shuffle != ShuffleKind::kNone) out.first_samples = static_cast<double>(loader.shuffle_buffer);
  } else if (loader.framework == Framework::kPytorch) {
    out.readers = out.workers = workers;
    out.prefetch = prefetch;
    out.on_demand = loader.workers == 0;
  } else if (loader.framework == Framework::kTensorflow) {
    out.readers = workers;
    out.prefetch = prefetch + workers / batch;
    out.in_order = true;
  } else {
    out.readers = batch * prefetch;
    out.workers = prefetch;
    out.batch_at_once = true;
  }
  return out;
}

}  // namespace aforo
