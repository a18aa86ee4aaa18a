// `catalogue`: what is shipped, with source, date and kind of every constant.
#pragma once

#include "answer/answer.h"

namespace aforo {

struct CatalogueAsk : Ask {
  Setting<std::string> topic;  // "workloads", "drives", ..., "price-history"
  Setting<std::string> name;   // one row of it; of rates also an accelerator, of prices also a group

  const AskTable& table() const override;
};

// The topic's rows in the Record, each with kind, source and date; of one workload also a page with its YAML. Pure.
// Throws UserError that offers the nearest topic or name.
Answer answer(const CatalogueAsk& ask, const Context& context);

}  // namespace aforo
