// `predict`: what a job would see on a storage that is known as data.
#pragma once

#include <optional>
#include <string>

#include "answer/answer.h"
#include "answer/job_ask.h"
#include "plan/predict.h"
#include "storage/cache/cache_options.h"

namespace aforo {

// A job, a storage as data, and one of three questions: what one number of accelerators sees, how
// many are fed (`find_max`), or one setting over its values (`sweep`).
struct PredictAsk : JobAsk {
  // A storage file's path, from `probe` or written by hand. Must be given.
  Setting<std::string> storage;
  // The content of that file, where whoever asks has it already: nothing is read then, and `storage` only names it.
  std::optional<std::string> storage_text = {};
  // Read through a cache on each host's disk, as `run --cache` does (plan/changed_storage.h, with_local_cache); not given = as the file says.
  Setting<Bytes> cache_size;
  Setting<Replacement> cache_policy = Replacement::kRandom;
  // Excludes `accelerators` and `sweep`.
  Setting<bool> find_max = false;
  // Of find_max; not given = as many as the dataset has batches for.
  Setting<std::uint64_t> max_accelerators;
  // kClosed of a job that the formulas cannot speak of is a UserError; kAuto simulates it.
  Setting<PredictMethod> method = PredictMethod::kAuto;
  // "accelerators=1..64" (plan/sweep.h).
  Setting<std::string> sweep;
  // Skips the simulations that tell which change would help most. They are made for one prediction
  // only, where accelerators would idle, and never for kClosed.
  Setting<bool> no_advice = false;
  // Accelerators in a host; not given = all share one.
  Setting<std::uint64_t> per_host;
  // Other jobs on the storage meanwhile: "W" or "W:N", N the accelerators instead of W's own.
  Repeated beside;
  // Steps of an epoch between two pauses. Given together with `checkpoint_pause`, or neither.
  Setting<std::uint64_t> checkpoint_every;
  // How long all accelerators then wait.
  Setting<Seconds> checkpoint_pause;
  // Of the page: all that is known, and not the first screen alone. The Record is the same.
  Setting<bool> full = false;

  const AskTable& table() const override;
  // Throws UserError for `accelerators` beside a sweep over them, and for a sweep that
  // cannot be read where both are given.
  void check() const override;
};

// The Record of docs/record.md: one prediction with advice, the largest number of accelerators
// (`find_max`), or a sweep. kNotMet where utilisation is predicted below the target, or not even
// one accelerator is fed; a sweep is always kDone. Never kPartial: a stop throws Interrupted.
//
// Reads the files that the ask names; no clock decides, so that the same ask gives the same numbers
// whatever the number of threads. Microseconds by closed forms, up to a minute by simulation, more
// for a sweep. Throws UserError where the storage cannot serve the way the job reads.
Answer answer(const PredictAsk& ask, const Context& context);

}  // namespace aforo
