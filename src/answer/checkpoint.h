// `checkpoint`: write a job's checkpoints to a place, and restore them.
#pragma once

#include "answer/answer.h"
#include "answer/job_ask.h"
#include "save/restore_pieces.h"

namespace aforo {

// Of the workload only the checkpoint block counts (Use::kCheckpoint), and the number of accelerators where that says no
// ranks.
struct CheckpointAsk : WorkloadAsk, EngineAsk {
  // Absent, empty, or one that aforo wrote checkpoints to.
  Setting<std::string> directory;
  // How many; neither given: one of each. One of them given: the other is 0, but with `verify` one is read.
  Setting<std::uint64_t> write, read;
  Setting<RestoreAs> restore = RestoreAs::kOwn;
  // Ranks that restore, with restore resharded and only then.
  Setting<std::uint64_t> ranks;
  Setting<bool> verify = false;
  // Restore without emptying the page cache before.
  Setting<bool> cache_expected = false;
  // Before each one that is written.
  Setting<Seconds> gap;
  Setting<Seconds> failure_every;
  Setting<Dollars> accelerator_price;
  Setting<bool> dry_run = false;

  const AskTable& table() const override;
  // Throws UserError for `ranks` without restore resharded, or the other way round, and for nothing to do.
  void check() const override;
};

// The Record of docs/record.md. kPartial after a stop: whole checkpoints stay. kFailed where writing or reading failed, or
// a byte is another than was written; the sentence is in `say`. Blocks as long as the storage takes. Throws UserError as
// `save` does.
Answer answer(const CheckpointAsk& ask, const Context& context);

}  // namespace aforo
