// From a typed ask to an Answer: what every command comes to, without a command line and without a console.
//
// answer(const RunAsk&, context), answer(const SizeAsk&, context), ... stand beside their asks. Each judges the ask
// (refuse_contradictions) before it touches anything, runs on the calling thread, and has ended all threads of its
// own when it returns. Failure: UserError for what ends a command, Interrupted where a stop was asked for before
// there was anything to report. What happens in I/O is in the Record, and in the outcome.
#pragma once

#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "answer/row.h"
#include "measure/record.h"
#include "world/progress.h"

namespace aforo {

// What a command came to. The command line's exit codes: 0, 1, 2, 2.
enum class Outcome {
  kDone,     // the answer is there, and it is yes where it is a yes or no
  kNotMet,   // ... and it is no: the target is missed, nothing serves
  kPartial,  // ended before it was done
  kFailed,   // could not be done
};

// A file that comes beside the Record, under the name that it is known by: "dataset.yaml", "storage.yaml".
struct Artifact {
  std::string name;
  std::string text;
};

struct Answer {
  Json record;
  Outcome outcome = Outcome::kDone;
  std::vector<std::string>
      say;  // sentences for whoever asked, even where he reads no Record: why it is not whole
  std::vector<Artifact> files;  // none where it is not whole: a part would be believed
  std::string page;  // plain text that tells the Record better than a page made of it; mostly empty
};

// Where an ask is answered.
struct Context {
  std::stop_token stop = {};
  ProgressSink progress =
      {};  // about five times a second, from a thread that has ended when the answer is there
  std::string started = {};  // when the ask came in, ISO 8601 UTC: of Records that measure nothing themselves
};

// What `say` holds for an answer that is not whole: "ended before it was done, ...; WHAT_NOW".
std::string partial_sentence(std::string_view what_now);

}  // namespace aforo
