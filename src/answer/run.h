// `run`: train against real storage, and say what limits it.
#pragma once

#include "answer/answer.h"
#include "answer/job_ask.h"
#include "storage/cache/cache_options.h"

namespace aforo {

// What to do at a sample that cannot be read: end the job, or count it and go on without it.
enum class OnError { kStop, kSkip };
constexpr std::string_view to_string(OnError on_error) {
  return on_error == OnError::kSkip ? "skip" : "stop";
}

// A job on a directory of this machine. It writes nothing there; checkpoints go where they are asked for.
struct RunAsk : JobAsk, EngineAsk, RemoteAsk {
  // That holds the dataset. On disk it may be absent or empty for a dry run only, which then plans
  // the dataset that the workload describes.
  Setting<std::string> directory;
  // A directory of this host, for objects of a bucket that `directory` names; `cache_size` beside it, neither without the other. Excludes `null`.
  Setting<std::string> cache;
  Setting<Bytes> cache_size;
  Setting<Replacement> cache_policy = Replacement::kRandom;
  // Empty the page cache of the dataset before every epoch: as a whole where that is allowed, else
  // file by file. Excludes `cache_expected` and `null`.
  Setting<bool> drop_caches = false;
  // A warm run is wanted: do not flag it as one that the page cache served.
  Setting<bool> cache_expected = false;
  // Read nothing: this client's ceiling for the workload. Replaces `engine`; excludes `verify`.
  Setting<bool> null = false;
  // Prove every sample read: it is the one that was generated. Costs CPU time per byte.
  Setting<bool> verify = false;
  Setting<OnError> on_error = OnError::kStop;
  // Search the number of accelerators instead of running one; excludes
  // `accelerators` and `steps_csv`.
  Setting<bool> find_max = false;
  // Of find_max, and only beside it; not given = as many as the dataset has batches for.
  Setting<std::uint64_t> max_accelerators;
  // Predict from this storage file first, and put the difference into the Record.
  Setting<std::string> storage;
  // Per accelerator and hour; prices the stalls. Not given = they are not priced.
  Setting<Dollars> accelerator_price;
  // An object store of the catalogue, whose prices of requests and egress the Record then has.
  Setting<std::string> price_of;
  // End after the step that all ranks finish together then; not given, or 0 = none.
  Setting<Seconds> time_limit;
  // Without the short extra runs after a missed target, which tell storage from client and loader.
  Setting<bool> no_diagnose = false;
  // Where checkpoints are written, as the workload's checkpoint block says; not given = none are. Absent, empty, or one
  // that aforo wrote checkpoints to; apart from the dataset. Excludes `find_max` and `null`.
  Setting<std::string> checkpoint_directory;
  // Of the job; says how often a checkpoint pays. Beside `checkpoint_directory` only.
  Setting<Seconds> failure_every;
  // A path: every step of every rank, written while the job runs. A dry run leaves it alone.
  Setting<std::string> steps_csv;
  // Say what would be read, and read no data.
  Setting<bool> dry_run = false;
  // Of the page: all that is known, and not the first screen alone. The Record is the same.
  Setting<bool> full = false;

  const AskTable& table() const override;
};

// The Record of docs/record.md; of a dry run with a page. kNotMet where utilisation is below the
// target, or not even one accelerator is fed; kPartial after a stop; kFailed where samples could
// not be read, the step file not be written, or no epoch gave a utilisation. A time limit that the
// ask sets is no interruption: what was measured until then is judged.
//
// Blocks for the job; the calling thread becomes home, the thread of all accelerators. The
// dataset is opened once, for prediction and run. Throws UserError where the job cannot
// begin (no such samples, too few, too little memory), Interrupted where it was stopped
// before there was anything to judge.
Answer answer(const RunAsk& ask, const Context& context);

}  // namespace aforo
