// What `size` hands on: a design as a storage file, and the commands that come after its answer.
//
// Private to the room. Pure but for files that the ask names (workload_of).
#pragma once

#include <string>

#include "answer/answer.h"
#include "answer/size_ask.h"
#include "sizing/size.h"

namespace aforo {

// The storage file of the design of that rank (1 is the first), as `predict` reads it: the storage that the
// answer was predicted on, with notes of where it comes from and of the command that repeats the prediction.
// Throws UserError where there is no such rank.
Artifact storage_file(const SizeAsk& ask, const Screening& screening, const SizeResult& result);

// `next` of the Record: `command`, `change` (what it changes about this one) and `text` (what it is for);
// `predict`, of one job, the prediction of it on the storage file of the rank that is asked for.
Json next_steps(const SizeAsk& ask, const Screening& screening, const SizeResult& result);

}  // namespace aforo
