// Loader: the batches of one rank, in order. One per rank; lives on home.
#pragma once

#include <cstdint>

#include "pipeline/task.h"

namespace aforo {

struct LoadedBatch {
  bool valid = false;         // false: the job is stopping, there is no batch
  std::uint64_t samples = 0;  // that came whole
};

class Loader {
 public:
  virtual ~Loader() = default;

  // Begins `epoch`: readers start filling the prefetch window. Requires that the previous epoch was consumed
  // or stopped.
  virtual void start_epoch(std::uint64_t epoch) = 0;

  // The next batch in order; suspends until it is there. Handing a batch out lets the readers go on.
  virtual Task<LoadedBatch> next() = 0;

  // Readers end soon, `next` returns invalid at once. Idempotent.
  virtual void stop() = 0;

  // Samples that were handed out a second time in place of ones that failed, all epochs so far.
  virtual std::uint64_t read_again() const { return 0; }

  // Until no reader of this rank runs any more.
  virtual Task<> drained() = 0;
};

}  // namespace aforo
