// From a typed ask to an Answer: what every command comes to, without a command
// line and without a console.
//
// answer(const RunAsk&, context), answer(const SizeAsk&, context), ... stand beside
// their asks. All keep one contract:
//
//   before   the ask is judged whole (refuse_contradictions) before anything is touched
//   threads  runs on the calling thread and blocks until it is done; all threads of its own have
//            ended when it returns or throws, but for one that waits in a request which storage does
//            not let go of (world/lane.h): it is left behind with its buffers until the process
//            ends, and touches nothing else
//   prints   nothing, neither on success nor on failure
//   throws   UserError for what ends a command; Interrupted where a stop was asked for before there
//            was anything to report
//   data     what happens in I/O (an unreadable sample, a full disk) is in the Record and in the
//            outcome, and is never thrown
//
// An ask is only read, and need not outlive the call: the Answer owns all that it holds.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "answer/row.h"
#include "base/environment.h"
#include "hosts/crew.h"
#include "measure/record.h"
#include "world/progress.h"

namespace aforo {

// What a command came to. The command line's exit codes: 0, 1, 2, 2.
enum class Outcome {
  // The answer is there, and it is yes where it is a yes or no.
  kDone,
  // ... and it is no: the target is missed, nothing serves. The Record is as whole as for kDone.
  kNotMet,
  // Ended by a stop request; the Record holds what was known by then, and says `partial`.
  kPartial,
  // Could not be done, as where samples cannot be read or a disk is full; the Record
  // holds what was done until then.
  kFailed,
};

// A file that comes beside the Record. Whoever asked decides whether and where it is written;
// no command writes it by itself.
struct Artifact {
  // The name that it is known by, no path: "dataset.yaml", "storage.yaml".
  std::string name;
  // The whole content.
  std::string text;
};

// All that a command found out. Plain data, copy freely.
struct Answer {
  // Complete: with its frame, what was computed or measured, and the echo of the ask.
  Json record;
  Outcome outcome = Outcome::kDone;
  // Sentences for whoever asked, even where he reads no Record: why it is not
  // whole. Empty for kDone and kNotMet.
  std::vector<std::string> say;
  // Empty where the answer is not whole: a file made from a part would be believed.
  std::vector<Artifact> files;
  // Text that is no Record's, as the reference of all options is; mostly empty, and then the Record is shown.
  std::string page;
};

// Where an ask is answered. A default one is complete: never stopped, no progress, no date.
struct Context {
  // May be asked for at any time, from any thread. A default one never is.
  std::stop_token stop = {};
  // Called about five times a second, from a thread that has ended when the answer is there. May be
  // empty: nothing is started for it then.
  ProgressSink progress = {};
  // When the ask came in, ISO 8601 UTC. Only Records of what measures nothing (predict, size,
  // catalogue) use it; what measures reads the clock itself.
  std::string started = {};
  // What whoever asks keeps to himself, as where results go: echoed in the Record beside the ask. Null:
  // nothing. Outlives the call.
  const Ask* front = nullptr;
  // Nobody will see the Record but as its page: parts that the page leaves out need not be made.
  bool page_only = false;
  // Called, on the thread that answers, with a sentence that is better known before a long wait than after it; the Record
  // has it among its warnings. May be empty.
  std::function<void(const std::string&)> tell = {};
  // Called once, on the thread that answers, with what is known of a Record before its longer part: for whoever
  // moves a slider and waits (size: what is needed, designs and money, not yet what would change them). A Record
  // of its own; the answer's is the same and more. May be empty: then nothing is made for it.
  std::function<void(const Json&)> early = {};
  // The other processes that were started for the same ask, each of which answers it beside this one; null: alone. The
  // first's Answer holds for all, the others' has no Record. Outlives the call.
  Crew* crew = nullptr;
  // Where keys and settings of stores over a network are looked for; empty: nowhere.
  Environment environment = {};
};

// What `say` holds for an answer that is not whole: "ended before it was done, ...; WHAT_NOW". One
// place, so that all commands say it in the same words.
std::string partial_sentence(std::string_view what_now);

}  // namespace aforo
