// Loader: the batches of one rank, in order. One per rank; lives on home.
#pragma once

#include <cstdint>

#include "pipeline/frame_pool.h"
#include "pipeline/sync.h"
#include "pipeline/task.h"

namespace aforo {

// What a rank gets: not the bytes, which went into the World's batch memory where the plan delivers
// them, but that they are there.
struct LoadedBatch {
  // False: the job is stopping, there is no batch, and none will follow.
  bool valid = false;
  // That came whole: fewer than the batch size where reads failed and errors are skipped.
  std::uint64_t samples = 0;
  // Whether it was waited for: false where it lay ready when it was asked for.
  bool waited = false;
};

// Virtual once per batch and rank, not once per sample: the cost is not seen. All members are
// called on home. A loader's readers are coroutines that refer to it: it may be destroyed only once
// `drained` has ended.
// The life of an epoch is start_epoch, `next` for each step, `drained`; or, where it ends early,
// `stop` at any point and then `drained`.
class Loader : public FetchedAhead {
 public:
  virtual ~Loader() = default;
  // Beside its readers' frames.
  static void* operator new(std::size_t bytes) { return allocate_frame(bytes); }
  static void operator delete(void* loader, std::size_t bytes) { release_frame(loader, bytes); }

  // Begins `epoch`: readers start filling the prefetch window. Requires that the previous epoch was consumed
  // or stopped.
  virtual void start_epoch(std::uint64_t epoch) = 0;

  // The next batch in order; suspends until it is there. Handing a batch out lets the readers go on.
  // One caller at a time, at most `steps` times per epoch. A batch that was handed out is given up:
  // its memory goes back when the accelerator has taken it, which in this emulation is at once.
  virtual Task<LoadedBatch> next() = 0;

  // Readers end soon, `next` returns invalid at once. Idempotent.
  // Reads that are under way are not cancelled: `drained` waits for them. A stopped loader begins
  // no epoch again.
  virtual void stop() = 0;

  // Samples that were handed out a second time in place of ones that failed, all epochs so far.
  // 0 for loaders of single samples: there a failed sample is missing from its batch.
  virtual std::uint64_t read_again() const { return 0; }

  // Until no reader of this rank runs any more.
  // May be awaited after each epoch; immediate where none runs. One waiter.
  virtual Task<> drained() = 0;

 private:
  // For `next`, which follows. One that is few, or spends its time elsewhere, asks for nothing.
  void fetch_behind(int) const override {}
};

}  // namespace aforo
