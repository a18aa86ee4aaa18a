// `probe`: measure a storage, and write it down for predictions.
#pragma once

#include "answer/answer.h"
#include "answer/job_ask.h"

namespace aforo {

enum class ProbeRead { kBuffered, kDirect, kBoth };
std::string_view to_string(ProbeRead read);  // "buffered", "direct", "both"

struct ProbeAsk : FieldsAsk, EngineAsk {
  Setting<std::string>
      directory;  // a dataset, which is only read; or absent or empty: data are laid and removed
  Setting<std::string> workload;  // whose reads are measured: a preset or a path; not given = several kinds
  Setting<Seconds> budget = Seconds{60};
  Setting<ProbeRead> read = ProbeRead::kBoth;  // not given = as the workload reads, both without one

  const AskTable& table() const override;
  void check() const override;
};

// The Record of docs/record.md, and the file "storage.yaml" that `predict` takes. kPartial after a stop, and then no
// file. Throws UserError also where what was measured does not make a storage file.
Answer answer(const ProbeAsk& ask, const Context& context);

}  // namespace aforo
