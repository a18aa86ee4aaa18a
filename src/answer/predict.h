// `predict`: what a job would see on a storage that is known as data.
#pragma once

#include "answer/answer.h"
#include "answer/job_ask.h"
#include "plan/predict.h"

namespace aforo {

struct PredictAsk : JobAsk {
  Setting<std::string> storage;  // a storage file's path
  Setting<bool> find_max = false;
  Setting<std::uint64_t> max_accelerators;  // of find_max; not given = as many as the dataset has batches for
  Setting<PredictMethod> method = PredictMethod::kAuto;
  Setting<std::string> sweep;  // "accelerators=1..64" (plan/sweep.h)
  Setting<bool> no_advice = false;
  Setting<std::uint64_t> per_host;          // accelerators in a host; not given = all share one
  Repeated beside;                          // other jobs on the storage: "W" or "W:N"
  Setting<std::uint64_t> checkpoint_every;  // steps
  Setting<Seconds> checkpoint_pause;

  const AskTable& table() const override;
  void check() const override;
};

// The Record of docs/record.md: one prediction with advice, the largest number of accelerators (`find_max`), or a
// sweep. kNotMet where utilisation is predicted below the target, or not even one accelerator is fed. Reads the
// files that the ask names; no clock decides, so that the same ask gives the same numbers.
Answer answer(const PredictAsk& ask, const Context& context);

}  // namespace aforo
