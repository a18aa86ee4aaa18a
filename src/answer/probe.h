// `probe`: measure a storage, and write it down for predictions.
#pragma once

#include "answer/answer.h"
#include "answer/job_ask.h"

namespace aforo {

// Which ways of reading are measured: through the page cache, past it, or one after the other.
enum class ProbeRead { kBuffered, kDirect, kBoth };
// "buffered", "direct", "both".
std::string_view to_string(ProbeRead read);

// Fields of a workload count only beside `workload`; check() refuses them without it.
struct ProbeAsk : FieldsAsk, EngineAsk, RemoteAsk {
  // A dataset, which is only read; or absent or empty: data are laid there, and
  // removed however the probe ends.
  Setting<std::string> directory;
  // Whose reads are measured: a preset or a path; not given = several kinds of
  // read, small and large.
  Setting<std::string> workload;
  // Of that job: overrides its own number.
  Setting<std::uint64_t> accelerators;
  // Points of AU: end as soon as the job's 95 % interval reaches no further than that to either side. Needs `workload`.
  Setting<double> precision;
  // For measuring and laying, in all; at least 1 s, less is a UserError. A short one costs
  // certainty, which the storage file's notes then say. With `precision` the most it may take, and
  // kMostForPrecision where it is not given.
  Setting<Seconds> budget = Seconds{60};
  static constexpr Seconds kMostForPrecision{180};
  // Not given = as the workload reads, both without one.
  Setting<ProbeRead> read = ProbeRead::kBoth;

  // Where writing is measured too: absent or empty, and so again at the end; outside `directory`.
  Setting<std::string> writes;

  const AskTable& table() const override;
  // Throws UserError for an assignment or --set without `workload`: there would be nothing to set.
  void check() const override;
};

// The Record of docs/record.md, and the file "storage.yaml" that `predict` takes. kPartial after a
// stop, and then no file; kDone otherwise.
//
// Blocks for the budget, and the time that opening a dataset and removing what was laid take. An
// unreadable sample ends it (UserError): a curve without it would be another storage's. With
// `precision` the job is predicted between the measurements, and a job that no storage could be judged for
// is refused before any (UserError). Throws
// UserError also where nothing can be laid or read, and where what was measured does not make a
// storage file; Interrupted on a stop before the first curve.
Answer answer(const ProbeAsk& ask, const Context& context);

}  // namespace aforo
