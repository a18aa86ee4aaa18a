// `size`: what jobs need of storage, which storage to buy for them, and what it costs.
#pragma once

#include "answer/answer.h"
#include "answer/size_ask.h"
#include "sizing/sizing_ask.h"

namespace aforo {

// The Record of docs/record.md: requirement, designs with their money, break points, advice. Where only the
// page is wanted (Context::page_only) and not all of it, costs by capacity, break points, horizon and the requirement
// over targets are left out: they take most of the time. The file beside it is the design of `storage_rank` as a
// storage file; there is none where nothing serves, and none of a portfolio.
// kNotMet where no design of the catalogue serves the jobs, or none of the portfolio's scenarios.
// Never kPartial: a stop throws Interrupted.
//
// Blocks for seconds, on all cores. Deterministic but for the time it takes; the files that the ask
// names are read, nothing else is touched. Throws UserError for jobs that contradict themselves,
// unknown names, and prices that cannot be read.
Answer answer(const SizeAsk& ask, const Context& context);

// What the ask comes to before designs are looked at: jobs with their step times and
// datasets, what is to be held, and what may be bought. `notes`: what was assumed about the
// jobs, for the Record's warnings; appended. For a portfolio see `answer`. Reads the files
// that are named. Throws UserError.
SizingAsk sizing_ask(const SizeAsk& ask, std::vector<std::string>& notes);

// Options that hold for any jobs: where, provider, family, hosts, failures, money, target, epochs.
// For a portfolio's scenarios too. Place, hosts, failures and the accelerator's price are always
// set, to the option's default or to absent; the rest of `out` stays as it is where nothing was
// given. Throws UserError for a name that is none.
void apply_common(const SizeAsk& ask, SizingAsk& out);

}  // namespace aforo
