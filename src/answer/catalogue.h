// `catalogue`: what is shipped, with source, date and kind of every constant.
#pragma once

#include "answer/answer.h"

namespace aforo {

// A topic, and one name within it; both are words, so the echo of the Record is empty.
struct CatalogueAsk : Ask {
  // "workloads", "drives", "nodes", "nics", "services", "accelerators", "hosts", "rates", "prices",
  // "price-history". Must be given: without it the refusal lists them.
  Setting<std::string> topic;
  // One row of it, not given = all. Workloads by their exact name, the rest whatever the case; of
  // rates also an accelerator, of prices also a group.
  Setting<std::string> name;

  const AskTable& table() const override;
};

// The topic's rows in the Record, each with kind, source and date, and `price_dates` beside all but
// workloads. Of one workload also a page with its YAML and the origin of its constants.
//
// Reads only what the binary carries; no disk, no clock; always kDone. Milliseconds. Throws
// UserError that offers the nearest topic or name.
Answer answer(const CatalogueAsk& ask, const Context& context);

}  // namespace aforo
