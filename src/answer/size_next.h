// What `size` hands on: a design as a storage file, and the commands that come after its answer.
//
// Private to the room. Pure but for files that the ask names (workload_of).
#pragma once

#include <string>

#include "answer/answer.h"
#include "answer/size_ask.h"
#include "sizing/size.h"

namespace aforo {

// The FILE of --storage-out as whoever asks keeps it to himself (Context::front); "" where none was given.
std::string storage_out_of(const Context& context);

// The storage file of the design of that rank (1 is the first), as `predict` reads it: the storage that the
// answer was predicted on, with notes of where it comes from and of the command that repeats the prediction on `file`.
// Throws UserError where there is no such rank.
Artifact storage_file(const SizeAsk& ask, const Screening& screening, const SizeResult& result,
                      const std::string& file);

// `next` of the Record: `command`, `change` (what it changes about this one, where it does) and `text` (what it is
// for). Where a storage file was asked for (`file`) the command is the prediction on it, of several jobs the whole page.
// `predict`, of one job, the prediction of it on the storage file of the rank that is asked for.
Json next_steps(const SizeAsk& ask, const Screening& screening, const SizeResult& result,
                const std::string& file);

}  // namespace aforo
