// `run`: train against real storage, and say what limits it.
#pragma once

#include "answer/answer.h"
#include "answer/job_ask.h"

namespace aforo {

// What to do at a sample that cannot be read.
enum class OnError { kStop, kSkip };
constexpr std::string_view to_string(OnError on_error) {
  return on_error == OnError::kSkip ? "skip" : "stop";
}

struct RunAsk : JobAsk, EngineAsk {
  Setting<std::string> directory;        // that holds the dataset
  Setting<bool> drop_caches = false;     // before every epoch
  Setting<bool> cache_expected = false;  // a warm run is wanted
  Setting<bool> null = false;            // read nothing: this client's ceiling
  Setting<bool> verify = false;          // prove every sample read
  Setting<OnError> on_error = OnError::kStop;
  Setting<bool> find_max = false;
  Setting<std::uint64_t> max_accelerators;  // of find_max; not given = as many as the dataset has batches for
  Setting<std::string> storage;             // predict from this storage file first
  Setting<Dollars> accelerator_price;       // per hour
  Setting<Seconds> time_limit;              // not given, or 0 = none
  Setting<bool> no_diagnose = false;        // without the short extra runs after a missed target
  Setting<std::string> steps_csv;           // a path: written while the job runs
  Setting<bool> dry_run = false;

  const AskTable& table() const override;
};

// The Record of docs/record.md; of a dry run with a page. kNotMet where utilisation is below the target, or not even
// one accelerator is fed; kPartial after a stop; kFailed where samples could not be read or the step file not be
// written. A time limit that the ask sets is no interruption. The dataset is opened once, for prediction and run.
Answer answer(const RunAsk& ask, const Context& context);

}  // namespace aforo
